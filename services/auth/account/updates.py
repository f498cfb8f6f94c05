"""Changing what a user may change of the account at any time."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from services.auth import session_store
from services.auth import store as users
from services.auth.account import store
from services.auth.account.model import Settings
from services.auth.account.names import check_name
from services.auth.cache import Cache
from services.auth.model import User
from services.kernel.config import AuthSettings
from services.kernel.db import Database, Transaction
from services.kernel.errors import EtagMismatch, InvalidRequest
from services.kernel.time_zones import check_time_zone

FIELDS = ("first_name", "last_name", "time_zone", "language", "avatar_url", "phone")
REQUIRED = frozenset({"time_zone", "language"})
EVERYTHING = "*"


class Updates:
    """Changes accounts."""

    def __init__(self, db: Database, cache: Cache, auth: AuthSettings) -> None:
        self._db = db
        self._cache = cache
        self._grace = timedelta(seconds=auth.erasure_grace_seconds)

    async def update(
        self, user_id: UUID, values: Mapping[str, str], mask: Collection[str], etag: str
    ) -> User:
        """Change the fields that `mask` names, as chosen_fields reads it, and return the account.

        Raises InvalidRequest, TimeZoneUnknown, EtagMismatch and UserNotFound.
        """
        changes = {field: values[field] for field in chosen_fields(values, mask)}
        check_changes(changes)
        async with self._db.transaction() as tx:
            await store.hold_account(tx, user_id)
            user = await users.get_user(tx, user_id, grace=self._grace)
            if etag and etag != user.etag:
                raise EtagMismatch
            before = _settings_of(user)
            after = replace(before, **changes)
            if after == before:
                return user
            await store.put_settings(tx, user_id, after)
            if after.time_zone != before.time_zone:
                await self._tell_sessions(tx, user_id)
            return await users.get_user(tx, user_id, grace=self._grace)

    async def _tell_sessions(self, tx: Transaction, user_id: UUID) -> None:
        open_sessions = await session_store.live_session_ids(tx, user_id)
        # Their copies name the former zone; without a copy the services ask.
        tx.after_commit(lambda: self._cache.forget(user_id, open_sessions))


def chosen_fields(values: Mapping[str, str], mask: Collection[str]) -> list[str]:
    """The fields that change: those in the mask, all for `*`, without one those that are not empty.

    Raises InvalidRequest naming each path that is no field, or when nothing would change: a field
    that is not among them was lost on the way here.
    """
    unknown = sorted(set(mask) - {*FIELDS, EVERYTHING})
    if unknown:
        raise InvalidRequest({"update_mask": f"has no such field: {', '.join(unknown)}"})
    if EVERYTHING in mask:
        return list(FIELDS)
    chosen = [field for field in FIELDS if (field in mask if mask else values[field])]
    if not chosen:
        raise InvalidRequest({"user": f"must hold at least one of {', '.join(FIELDS)}"})
    return chosen


def check_changes(changes: Mapping[str, str]) -> None:
    """Raises InvalidRequest naming the field, or TimeZoneUnknown."""
    for field, value in changes.items():
        if field in REQUIRED and not value:
            raise InvalidRequest({f"user.{field}": "must not be empty"})
        if field in {"first_name", "last_name"}:
            check_name(f"user.{field}", value)
    if "time_zone" in changes:
        check_time_zone(changes["time_zone"])


def _settings_of(user: User) -> Settings:
    return Settings(
        first_name=user.first_name,
        last_name=user.last_name,
        time_zone=user.time_zone,
        language=user.language,
        avatar_url=user.avatar_url or "",
        phone=user.phone or "",
    )
