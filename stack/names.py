"""The names of everything that runs on one machine."""

SERVICES = ("auth", "profile", "content", "automation", "safety", "analytics")
BACKGROUND = ("workers", "scheduler", "pipeline")
CALLERS = (*SERVICES, "workers", "scheduler", "stack")
"""Who signs service credentials, each with a key of its own; the pipeline is Analytics too."""
QUEUES = ("high", "normal", "low", "ai", "mail")
EXTERNAL_URLS = ("DATABASE_URL", "REDIS_URL", "BROKER_URL", "S3_URL", "MAIL_SMTP_URL")
"""Giving one of these replaces the embedded server behind it."""
LINKEDIN_URLS = ("LINKEDIN_OAUTH_URL", "LINKEDIN_API_URL")
SMS_PROVIDER = "SMS_PROVIDER"
"""Naming one, or `none`, replaces the SMS sandbox."""
SMS_ACCOUNT = ("SMS_ACCOUNT_SID", "SMS_AUTH_TOKEN", "SMS_SENDER")
"""What a provider must be known by."""
SMS_SANDBOX_SENDER = "+15005550006"
"""The number from which Twilio's test accounts may send."""
