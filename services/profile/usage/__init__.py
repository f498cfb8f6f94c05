"""Calls to LinkedIn: which were made, and how many may still be made today."""

from services.profile.usage.recording import ApiUsage, observe

__all__ = ["ApiUsage", "observe"]
