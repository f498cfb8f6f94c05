"""Which actor delivers which outbox topic, known to scheduler and workers alike."""

SERVICES = ("auth", "profile", "content", "automation", "safety", "analytics")
QUEUES = ("high", "normal", "low", "ai", "mail")

TOPIC_ACTORS = {
    "mail": "send_email",
    "sms": "send_sms",
    "events": "record_events",
    "api_performance": "record_api_performance",
    "initialize_user": "initialize_user",
    "linkedin_connected": "announce_linkedin",
    "linkedin_disconnected": "announce_disconnection",
    "revoke_linkedin_tokens": "revoke_linkedin_tokens",
    "notice": "tell_user",
    "webhook_event": "tell_webhooks",
    "notification_mail": "mail_notification",
    "notification_digest": "mail_notification",
    "notification_push": "push_notification",
    "export_account": "export_account",
    "erase_account": "erase_account",
    "reconcile_unknown": "reconcile_unknown",
    "read_linkedin_import": "read_linkedin_import",
    "profile_metrics": "record_profile_metrics",
    "post_metrics": "record_post_metrics",
    "linkedin_reply": "record_reply",
}
"""Outbox topic to actor."""
REFUSE_TOPIC = "refuse_topic"
"""Gives back what no other actor delivers: it is tried again later and at last given up."""

PUBLISH_CONTENT = "publish_content"
RUN_PERIODIC = "run_periodic"
