"""Which actor delivers which outbox topic, known to scheduler and workers alike."""

QUEUES = ("high", "normal", "low", "ai", "mail")

TOPIC_ACTORS = {
    "mail": "send_email",
    "events": "record_events",
    "initialize_user": "initialize_user",
    "linkedin_connected": "announce_linkedin",
}
"""Outbox topic to actor. A topic nobody knows is left to lapse and shows in the log."""

PUBLISH_CONTENT = "publish_content"
RUN_PERIODIC = "run_periodic"
