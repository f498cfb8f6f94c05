"""Between messages about preferences and their model."""

from collections.abc import Collection
from datetime import time
from typing import Any

from inergize.profile.v1 import profile_pb2
from inergize.profile.v1 import profile_preferences_pb2 as pb

from services.kernel.errors import InvalidRequest
from services.profile.preferences.model import (
    DigestFrequency,
    Preferences,
    PrivacyLevel,
    QuietHours,
)

_SWITCHES = {
    "is_notification_email_enabled": "notification_email",
    "is_notification_push_enabled": "notification_push",
    "is_auto_sync_enabled": "auto_sync_linkedin",
    "is_optimal_posting_enabled": "optimal_posting_enabled",
    "is_automation_enabled": "automation_enabled",
    "is_ai_enabled": "ai_suggestions_enabled",
    "has_benchmark_consent": "benchmark_consent",
}
_NAMES = _SWITCHES | {
    "privacy_level": "privacy_level",
    "digest_frequency": "digest_frequency",
    "quiet_hours": "quiet_hours",
    "muted_notification_kinds": "muted_kinds",
}
"""A message's field to the model's; the tables carry the names of old."""
EVERYTHING = "*"


def preferences_to_proto(preferences: Preferences) -> profile_pb2.Preferences:
    """A user's preferences."""
    quiet = preferences.quiet_hours
    return profile_pb2.Preferences(
        **{field: getattr(preferences, name) for field, name in _SWITCHES.items()},
        privacy_level=profile_pb2.PrivacyLevel.Value(
            f"PRIVACY_LEVEL_{preferences.privacy_level.name}"
        ),
        digest_frequency=profile_pb2.DigestFrequency.Value(
            f"DIGEST_FREQUENCY_{preferences.digest_frequency.name}"
        ),
        quiet_hours=None if quiet is None else _quiet_to_proto(quiet),
        muted_notification_kinds=preferences.muted_kinds,
        etag=preferences.etag,
    )


def _quiet_to_proto(quiet: QuietHours) -> profile_pb2.QuietHours:
    return profile_pb2.QuietHours(start=f"{quiet.start:%H:%M}", end=f"{quiet.end:%H:%M}")


def given_from_proto(change: pb.PreferencesChange) -> dict[str, Any]:
    """What a change holds, by the model's names."""
    given: dict[str, Any] = {
        _SWITCHES[field.name]: value
        for field, value in change.ListFields()
        if field.name in _SWITCHES
    }
    if change.HasField("privacy_level"):
        level = profile_pb2.PrivacyLevel.Name(change.privacy_level)
        given["privacy_level"] = PrivacyLevel[level.removeprefix("PRIVACY_LEVEL_")]
    if change.HasField("digest_frequency"):
        frequency = profile_pb2.DigestFrequency.Name(change.digest_frequency)
        given["digest_frequency"] = DigestFrequency[frequency.removeprefix("DIGEST_FREQUENCY_")]
    if change.HasField("quiet_hours"):
        quiet = change.quiet_hours
        given["quiet_hours"] = QuietHours(
            time.fromisoformat(quiet.start), time.fromisoformat(quiet.end)
        )
    if change.muted_notification_kinds:
        given["muted_kinds"] = tuple(sorted(set(change.muted_notification_kinds)))
    return given


def mask_from_proto(paths: Collection[str]) -> list[str]:
    """The fields of a mask, by the model's names. Raises InvalidRequest naming what is none."""
    unknown = sorted(set(paths) - {*_NAMES, EVERYTHING})
    if unknown:
        raise InvalidRequest({"update_mask": f"has no such field: {', '.join(unknown)}"})
    if EVERYTHING in paths:
        return list(_NAMES.values())
    return [_NAMES[path] for path in paths]
