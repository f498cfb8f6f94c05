"""The list of a member, and what answers do to it.

An answer ends what is going on for a person and calls off what is planned for them, in one
transaction: nobody is written to once they have answered.
"""

from dataclasses import dataclass
from uuid import UUID

from services.automation.targets import people, store, table
from services.automation.targets.errors import ListFull, TargetNotFound
from services.automation.targets.model import Outcome, Problem, Target
from services.kernel.caller import Caller, actor_name
from services.kernel.db import Database
from services.kernel.paging import PageTokens, Position

MOST_TARGETS = 10_000
"""On one user's list, removed ones aside."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a table."""

    imported_count: int
    known_count: int
    problems: list[Problem]


@dataclass(frozen=True, slots=True)
class Targets:
    """The targets of all users; every method reaches only the named user's."""

    db: Database
    tokens: PageTokens

    async def import_table(self, caller: Caller, csv: str) -> Imported:
        """Put the people in a table on the list. Raises TableUnreadable, ListFull."""
        found = table.read(csv)
        async with self.db.transaction() as tx:
            before = await store.count_targets(tx, caller.user_id)
            added = await store.add_targets(tx, caller.user_id, found.people)
            if before + added > MOST_TARGETS:
                raise ListFull(most=str(MOST_TARGETS))
        known = len(found.people) - added + found.repeated_count
        return Imported(added, known, found.problems)

    async def page(
        self, caller: Caller, state: str | None, size: int, token: str
    ) -> tuple[list[Target], str]:
        """One page, newest first, and the token of the next, empty at the end.

        Raises PageTokenInvalid.
        """
        after = self.tokens.after(caller.user_id, token)
        found = await store.list_targets(self.db, caller.user_id, state, after, size + 1)
        return self.tokens.cut(
            caller.user_id, found, size, lambda last: Position(last.created_at, last.target_id)
        )

    async def remove(self, caller: Caller, target_id: UUID) -> None:
        """Take a target off the list; again changes nothing. Raises TargetNotFound."""
        async with self.db.transaction() as tx:
            target = await store.lock_target(tx, caller.user_id, target_id)
            if target.state == "removed":
                return
            await store.remove_target(tx, target_id)
            await store.skip_planned(
                tx, caller.user_id, target.target_linkedin_id, _actor(), "removed"
            )

    async def record_outcome(
        self, caller: Caller, target_id: UUID, outcome: Outcome
    ) -> tuple[Target, int]:
        """Store what the member saw, which the member may correct; how many actions it calls off.

        Raises TargetNotFound.
        """
        async with self.db.transaction() as tx:
            target = await store.lock_target(tx, caller.user_id, target_id)
            if target.state == "removed":
                raise TargetNotFound
            if target.stop_reason != outcome:
                target = await store.stop_target(tx, target_id, outcome)
            skipped = await store.skip_planned(
                tx, caller.user_id, target.target_linkedin_id, _actor(), outcome
            )
        return target, skipped

    async def record_reply(
        self, user_id: UUID, linkedin_id: str, outcome: Outcome
    ) -> tuple[int, int]:
        """Store what LinkedIn told; how many targets it changed, and actions it called off.

        Somebody who is on no list changes nothing, and so does a text that names nobody.
        """
        try:
            name = people.linkedin_id(linkedin_id)
        except people.NotAPerson:
            return 0, 0
        async with self.db.transaction() as tx:
            changed = await store.stop_all(tx, user_id, name, outcome)
            skipped = await store.skip_planned(tx, user_id, name, _actor(), outcome)
        return changed, skipped


def _actor() -> str:
    kind, _, name = actor_name().partition(":")
    return kind if kind == "user" else name
