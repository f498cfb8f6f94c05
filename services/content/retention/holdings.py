"""How often posts were seen, and by how many reacted to: LinkedIn's counts, not ours."""

from services.kernel import sql
from services.kernel.retention import Holding, RetentionClass

QUERIES = sql.beside(__file__)

HOLDINGS = (
    Holding(
        "content_performance",
        frozenset({"metric_type", "metric_value", "recorded_at", "source"}),
        RetentionClass.OWN_POST_COUNTS,
        QUERIES["forget_performance"],
    ),
)
