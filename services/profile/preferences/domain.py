"""Reading and changing preferences."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from services.kernel.db import Database
from services.kernel.errors import EtagMismatch, InvalidRequest
from services.profile.notifications.delivery import look_at_digest
from services.profile.notifications.kinds import CATALOGUE, Severity
from services.profile.preferences import store
from services.profile.preferences.model import Preferences

DEFAULTS = Preferences()
MUTABLE = frozenset(
    kind.value for kind, wording in CATALOGUE.items() if wording.severity is not Severity.CRITICAL
)
"""Kinds of notifications that a user may do without."""
FIELDS = (
    "notification_email",
    "notification_push",
    "auto_sync_linkedin",
    "optimal_posting_enabled",
    "automation_enabled",
    "ai_suggestions_enabled",
    "benchmark_consent",
    "privacy_level",
    "digest_frequency",
    "quiet_hours",
    "muted_kinds",
)
"""What users may change, as the model names it."""


class UserPreferences:
    """The preferences of all users."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def initialize(self, user_id: UUID) -> None:
        """Give a new user preferences; once is enough, twice does no harm. Raises UserNotFound."""
        async with self._db.transaction() as tx:
            await store.add_preferences(tx, user_id)

    async def get(self, user_id: UUID) -> Preferences:
        """A user's preferences; the defaults until Auth's message about the user has arrived."""
        return await store.get_preferences(self._db, user_id)

    async def update(self, user_id: UUID, changes: Mapping[str, Any], etag: str) -> Preferences:
        """Change some fields, by the names in FIELDS, and return all.

        Raises EtagMismatch when `etag` is given and not the present one, InvalidRequest,
        UserNotFound.
        """
        _check(changes)
        async with self._db.transaction() as tx:
            before = await store.lock_preferences(tx, user_id)
            if etag and etag != before.etag:
                raise EtagMismatch
            after = replace(before, **changes)
            if after == before:
                return before
            await store.put_preferences(tx, user_id, after)
            if after.digest_frequency is not before.digest_frequency:
                await look_at_digest(tx, user_id)  # what waits is due at another time now
        return replace(after, version=before.version + 1)

    async def stop_mails(self, user_id: UUID) -> None:
        """Have no notification mailed any more; again changes nothing. Raises UserNotFound."""
        async with self._db.transaction() as tx:
            before = await store.lock_preferences(tx, user_id)
            if before.notification_email:
                await store.put_preferences(tx, user_id, replace(before, notification_email=False))


def chosen_changes(given: Mapping[str, Any], mask: Collection[str]) -> dict[str, Any]:
    """What changes: without a mask what is given; with one what it names.

    What it names and is not given goes back to its default. Raises InvalidRequest when nothing
    would change: a field was lost on its way here.
    """
    if mask:
        return {name: given.get(name, getattr(DEFAULTS, name)) for name in mask}
    if not given:
        raise InvalidRequest({"preferences": "must hold at least one field"})
    return dict(given)


def _check(changes: Mapping[str, Any]) -> None:
    quiet = changes.get("quiet_hours")
    if quiet is not None and quiet.start == quiet.end:
        raise InvalidRequest({"preferences.quiet_hours": "must not begin and end at the same time"})
    refused = sorted(set(changes.get("muted_kinds", ())) - MUTABLE)
    if refused:
        rule = f"must not name {', '.join(refused)}: unknown, or critical"
        raise InvalidRequest({"preferences.muted_notification_kinds": rule})
