"""Counts that LinkedIn told go after a year; what is newer, or not LinkedIn's, stays."""

from datetime import timedelta

from services.kernel.config import RetentionSettings
from services.kernel.retention import RetentionClass
from tests.integration.content.calls import Author
from tests.support.rooms import RunningRoom
from tests.support.work import run_periodic


async def test_old_counts_of_linkedin_go(room: RunningRoom, author: Author) -> None:
    content = await author.create("words")
    period = RetentionClass.OWN_POST_COUNTS.period(RetentionSettings())
    a_moment = timedelta(minutes=5)
    for source, age in (
        ("linkedin", period - a_moment),
        ("linkedin", period + a_moment),
        ("manual", period + a_moment),
    ):
        await room.admin.execute(
            "INSERT INTO content.content_performance"
            " (content_id, metric_type, metric_value, source, recorded_at)"
            " VALUES ($1::text::uuid, 'views', 1, $2, now() - $3::interval)",
            content.content_id,
            source,
            age,
        )

    await run_periodic(room, "sweep_linkedin_data")

    kept = await room.admin.fetch("SELECT source FROM content.content_performance ORDER BY source")
    assert [row["source"] for row in kept] == ["linkedin", "manual"]
