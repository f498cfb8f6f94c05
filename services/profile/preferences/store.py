"""Preferences in PostgreSQL: one function per query."""

from uuid import UUID

from services.kernel import sql
from services.kernel.db import Database, Transaction, constraint_errors
from services.profile.errors import UserNotFound
from services.profile.preferences.model import Preferences

QUERIES = sql.beside(__file__)


async def add_preferences(tx: Transaction, user_id: UUID) -> None:
    """Give a user the defaults, unless they have preferences. Raises UserNotFound."""
    with constraint_errors(user_preferences_user_id_fkey=UserNotFound()):
        await tx.execute(QUERIES["add_preferences"], user_id)


async def get_preferences(source: Database | Transaction, user_id: UUID) -> Preferences:
    """A user's preferences; the defaults for one who has none yet."""
    row = await source.fetchrow(QUERIES["get_preferences"], user_id)
    return Preferences() if row is None else Preferences.from_row(row)


async def lock_preferences(tx: Transaction, user_id: UUID) -> Preferences:
    """A user's preferences, which nobody else changes until `tx` ends. Raises UserNotFound."""
    await add_preferences(tx, user_id)
    row = await tx.fetchrow(QUERIES["lock_preferences"], user_id)
    if row is None:
        raise UserNotFound
    return Preferences.from_row(row)


async def put_preferences(tx: Transaction, user_id: UUID, preferences: Preferences) -> None:
    """Replace a user's preferences; their version goes up by one."""
    await tx.execute(
        QUERIES["put_preferences"],
        user_id,
        preferences.notification_email,
        preferences.notification_push,
        preferences.auto_sync_linkedin,
        preferences.optimal_posting_enabled,
        preferences.automation_enabled,
        preferences.ai_suggestions_enabled,
        preferences.benchmark_consent,
        preferences.privacy_level.value,
        preferences.data,
    )
