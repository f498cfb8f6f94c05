"""Subscriptions: what each tier allows, and when one ends."""

from services.auth.subscriptions.domain import limit

__all__ = ["limit"]
