"""Tells what others did, in the transaction that keeps it: programs, the member, Analytics.

What is read again is not new, so it is told once. Nobody learns here who it was: LinkedIn lets us
keep that for two days, and what is told is kept for longer.
Source: docs/decisions/0149-what-others-did-is-told.md
"""

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID, uuid5

from services.kernel.db import Transaction
from services.kernel.outbox import enter
from services.profile.imports.model import Kind, Observation
from services.profile.notifications.kinds import Kind as NoticeKind
from services.profile.notifications.notices import Notice, notify
from services.profile.portability import store
from services.profile.webhooks.events import EventType, emit

TOPIC = "events"
_EVENTS = {
    Kind.MESSAGE_RECEIVED: ("message_received", "messaging"),
    Kind.CONNECTION: ("connection_accepted", "network"),
    Kind.COMMENT_RECEIVED: ("post_comment", "engagement"),
    Kind.REACTION_RECEIVED: ("post_reaction", "engagement"),
}
"""Analytics' types and categories of events."""
_WORDS = {
    Kind.MESSAGE_RECEIVED: ("new message", "new messages"),
    Kind.CONNECTION: ("new connection", "new connections"),
    Kind.COMMENT_RECEIVED: ("new comment", "new comments"),
}
"""What is worth a notice, for one and for several."""


async def tell(tx: Transaction, user_id: UUID, new: Sequence[Observation]) -> None:
    """Tell what of `new` others did."""
    await _tell_programs(tx, user_id, new)
    await _tell_the_member(tx, user_id, new)
    events = [_event(user_id, one) for one in new if one.kind in _EVENTS]
    if events:
        await enter(tx, topic=TOPIC, payload={"events": events}, user_id=user_id)


async def _tell_programs(tx: Transaction, user_id: UUID, new: Sequence[Observation]) -> None:
    others = [one.subject for one in new if one.kind is Kind.CONNECTION]
    invited = await store.list_invited(tx, user_id, others) if others else frozenset()
    for one in new:
        key = f"change:{one.fact_hash.hex()}"
        told: dict[str, object] = {"happened_time": _time(one)}
        match one.kind:
            case Kind.MESSAGE_RECEIVED:
                await emit(tx, user_id, EventType.MESSAGE_RECEIVED, told, key)
            case Kind.CONNECTION:
                told["was_invited"] = one.subject in invited
                await emit(tx, user_id, EventType.CONNECTION_MADE, told, key)
            case Kind.COMMENT_RECEIVED:
                told["post_urn"] = one.subject
                await emit(tx, user_id, EventType.COMMENT_RECEIVED, told, key)


async def _tell_the_member(tx: Transaction, user_id: UUID, new: Sequence[Observation]) -> None:
    """One notice for all of a page."""
    worth = [one for one in new if one.kind in _WORDS]
    if not worth:
        return
    key = sha256(b"".join(sorted(one.fact_hash for one in worth))).hexdigest()
    data = {"summary": _summary(worth)}
    await notify(tx, Notice(user_id, NoticeKind.LINKEDIN_NEWS, f"news:{key}", data))


def _summary(worth: Sequence[Observation]) -> str:
    counts = Counter(one.kind for one in worth)
    *first, last = (
        f"{counts[kind]} {one if counts[kind] == 1 else several}"
        for kind, (one, several) in _WORDS.items()
        if counts[kind]
    )
    return f"{', '.join(first)} and {last}" if first else last


def _time(one: Observation) -> str:
    """In UTC, as in all that webhooks are told."""
    return one.happened_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _event(user_id: UUID, one: Observation) -> dict[str, object]:
    event_type, category = _EVENTS[one.kind]
    return {
        "event_id": str(uuid5(user_id, one.fact_hash.hex())),
        "user_id": str(user_id),
        "time": one.happened_at.isoformat(),
        "event_type": event_type,
        "event_category": category,
    }
