"""Telling users' programs what happened, in the Standard Webhooks format."""
