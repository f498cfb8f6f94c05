"""Which actor delivers which outbox topic, known to scheduler and workers alike."""

QUEUES = ("high", "normal", "low", "ai", "mail")

TOPIC_ACTORS = {
    "mail": "send_email",
    "events": "record_events",
    "initialize_user": "initialize_user",
    "linkedin_connected": "announce_linkedin",
}
"""Outbox topic to actor."""
REFUSE_TOPIC = "refuse_topic"
"""Gives back what no other actor delivers: it is tried again later and at last given up."""

PUBLISH_CONTENT = "publish_content"
RUN_PERIODIC = "run_periodic"
