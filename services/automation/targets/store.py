"""One function per query about targets."""

from collections.abc import Sequence
from uuid import UUID

from services.automation.errors import UserGone
from services.automation.targets.errors import TargetNotFound
from services.automation.targets.model import Outcome, Person, Target
from services.kernel import sql
from services.kernel.db import Database, Transaction, constraint_errors
from services.kernel.paging import Position

QUERIES = sql.beside(__file__)


async def count_targets(tx: Transaction, user_id: UUID) -> int:
    """How long a user's list is; it does not grow by others before this transaction ends."""
    await tx.execute(QUERIES["hold_list"], user_id)
    count: int = await tx.fetchval(QUERIES["count_targets"], user_id)
    return count


async def add_targets(tx: Transaction, user_id: UUID, people: Sequence[Person]) -> int:
    """Put people on a user's list; returns how many were not on it. Raises UserGone."""
    ids = [person.target_linkedin_id for person in people]
    data = [person.data for person in people]
    with constraint_errors(automation_targets_user_id_fkey=UserGone()):
        return len(await tx.fetch(QUERIES["add_targets"], user_id, ids, data))


async def list_targets(
    db: Database, user_id: UUID, state: str | None, after: Position | None, limit: int
) -> list[Target]:
    """Read up to `limit` of a user's targets, newest first."""
    at, target_id = (after.at, after.row_id) if after else (None, None)
    rows = await db.fetch(QUERIES["list_targets"], user_id, state, at, target_id, limit)
    return [Target.from_row(row) for row in rows]


async def lock_target(tx: Transaction, user_id: UUID, target_id: UUID) -> Target:
    """Hold one of a user's targets. Raises TargetNotFound."""
    row = await tx.fetchrow(QUERIES["lock_target"], user_id, target_id)
    if row is None:
        raise TargetNotFound
    return Target.from_row(row)


async def stop_target(tx: Transaction, target_id: UUID, outcome: Outcome) -> Target:
    """Nothing more is done for a target that is held."""
    row = await tx.fetchrow(QUERIES["stop_target"], target_id, outcome.state, outcome.value)
    assert row is not None, "it is locked"
    return Target.from_row(row)


async def remove_target(tx: Transaction, target_id: UUID) -> None:
    """Take a target that is held off the list."""
    await tx.execute(QUERIES["remove_target"], target_id)


async def stop_all(
    tx: Transaction, user_id: UUID, target_linkedin_id: str, outcome: Outcome
) -> int:
    """End whatever is still going on for a person; returns how many targets that changed."""
    rows = await tx.fetch(QUERIES["stop_all"], user_id, target_linkedin_id, outcome.state)
    return len(rows)


async def skip_planned(
    tx: Transaction, user_id: UUID, target_linkedin_id: str, actor: str, why: str
) -> int:
    """Call off what is planned for a person; returns how many actions that were."""
    rows = await tx.fetch(QUERIES["skip_planned"], user_id, target_linkedin_id, actor, {"why": why})
    return len(rows)
