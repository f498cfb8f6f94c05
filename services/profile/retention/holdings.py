"""Every column that LinkedIn's data lies in, with its class; a test finds one that is missing."""

from types import MappingProxyType

from services.kernel import sql
from services.kernel.retention import Holding, RetentionClass

QUERIES = sql.beside(__file__)

_ROW = frozenset({"id", "user_id", "created_at", "updated_at"})

HOLDINGS = (
    Holding(
        "linkedin_profiles",
        frozenset(
            {
                "linkedin_id",
                "profile_url",
                "headline",
                "summary",
                "industry",
                "location",
                "profile_picture_url",
                "banner_url",
                "connections_count",
                "followers_count",
                "profile_data",
                "analytics_data",
                "completeness_score",
            }
        ),
        RetentionClass.OWN_PROFILE,
        QUERIES["forget_profiles"],
    ),
    Holding(
        "linkedin_api_usage",
        frozenset({"request_data", "response_data", "error_message"}),
        RetentionClass.OTHER_MEMBERS,
        QUERIES["blank_bodies"],
    ),
    Holding(
        "linkedin_api_usage",
        frozenset(
            {
                "endpoint",
                "method",
                "status_code",
                "response_time_ms",
                "rate_limit_remaining",
                "rate_limit_reset",
                "attempt_id",
            }
        ),
        RetentionClass.CALL_RECORDS,
        QUERIES["forget_calls"],
    ),
    Holding(
        "linkedin_attempts",
        frozenset(
            {
                "attempt_id",
                "request_hash",
                "state",
                "sent_at",
                "remote_id",
                "status_code",
                "error_code",
                "error_message",
                "retry_at",
                "reconcile_count",
                "reconciled_at",
                "kind",
                "actor_urn",
                "target_urn",
                "words_hash",
                "evidence",
            }
        ),
        RetentionClass.ATTEMPTS,
        QUERIES["forget_attempts"],
    ),
    Holding(
        "linkedin_figures",
        frozenset({"subject_urn", "metric_type", "metric_value", "measured_at"}),
        RetentionClass.OWN_POST_COUNTS,
        QUERIES["forget_post_figures"],
    ),
    Holding(
        "linkedin_figures",
        frozenset({"subject_urn", "metric_type", "metric_value", "measured_at"}),
        RetentionClass.ORGANISATION,
        QUERIES["forget_page_figures"],
    ),
    Holding(
        "linkedin_figures",
        frozenset({"subject_urn", "metric_type", "metric_value", "measured_at"}),
        RetentionClass.OWN_PROFILE,
        QUERIES["forget_member_figures"],
    ),
    Holding(
        "linkedin_organizations",
        frozenset({"organization_urn", "name", "vanity_name", "read_at"}),
        RetentionClass.ORGANISATION,
        QUERIES["forget_pages"],
    ),
    Holding(
        "linkedin_posts",
        frozenset(
            {
                "post_urn",
                "author_urn",
                "posted_at",
                "measured_at",
                "next_measure_at",
                "lease_until",
                "fence",
            }
        ),
        RetentionClass.ATTEMPTS,
        QUERIES["forget_posts"],
    ),
    Holding(
        "linkedin_observations",
        frozenset({"kind", "subject", "happened_at", "text_hash", "fact_hash", "remote_id"}),
        RetentionClass.SOCIAL_ACTIVITY,
        QUERIES["forget_told_by_linkedin"],
    ),
    Holding(
        "linkedin_observations",
        frozenset({"import_id"}),
        RetentionClass.MEMBER_ARCHIVE,
        QUERIES["forget_told_by_archives"],
    ),
    Holding(
        "linkedin_imports",
        frozenset(
            {"state", "size_bytes", "sha256", "files", "problems", "ignored_files", "finished_at"}
        ),
        RetentionClass.MEMBER_ARCHIVE,
        QUERIES["forget_imports"],
    ),
)

OURS = MappingProxyType(
    {
        "linkedin_tokens": "deleted when the connection ends, or with the account",
        "linkedin_revocations": "deleted once LinkedIn has been told, after two days at most",
        "linkedin_learned_limits": "calls a day that LinkedIn allows; about no person",
        "linkedin_changelogs": "how far we have read; nothing of what was read",
        "linkedin_capabilities": "what LinkedIn has granted the deployment; about no person",
        "linkedin_profiles": {"sync_frequency_hours", "last_sync_at", "next_sync_at", "sync_error"}
        | {"sync_asked_at", "sync_tried_at", "sync_lease_until", "sync_fence", "is_active"},
        "linkedin_refusals": "what LinkedIn did not tell, and when we ask again",
    }
)
"""Tables of LinkedIn's name, or columns of them, that hold nothing of LinkedIn's, and why."""


def classified(table: str) -> frozenset[str]:
    """The columns of a table for which it is said how long they stay."""
    held = (one.columns for one in HOLDINGS if one.table == table)
    ours = OURS.get(table, ())
    return _ROW.union(*held, () if isinstance(ours, str) else ours)
