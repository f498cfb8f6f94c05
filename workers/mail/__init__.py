"""Mail: rendered from templates in the reader's language, sent by SMTP."""
