"""What a session's pair of tokens says, and whether it may be given out twice."""

from services.auth import session_store
from services.auth.model import Address, HeldSession, Session
from services.auth.throttling.subjects import network_of
from services.kernel.callers import AUDIENCE
from services.kernel.config import AuthSettings
from services.kernel.db import Transaction


def access_claims(session: Session, auth: AuthSettings) -> dict[str, str | int]:
    """What the access token of the session's present generation says; the same each time."""
    issued_at = int(session.issued_at.timestamp())
    return {
        "iss": auth.issuer,
        "aud": AUDIENCE,
        "sub": str(session.user_id),
        "sid": str(session.session_id),
        "gen": session.generation,
        "role": session.facts.role,
        "tier": session.facts.tier,
        "auth_level": session.facts.auth_level,
        "auth_time": int(session.facts.authenticated_at),
        "iat": issued_at,
        "exp": issued_at + auth.access_token_seconds,
    }


async def is_bearable(tx: Transaction, held: HeldSession, address: Address | None) -> bool:
    """Whether a refresh that is repeated within its window may be the owner's.

    One from another network may: a phone changes networks just when answers are lost. Two rotations
    running it is somebody who holds on to a session that is not theirs.
    """
    if address is None or network_of(held.address) in {None, network_of(address)}:
        return True
    if held.strange_generation == held.session.generation - 1:
        return False
    await session_store.note_strange_repeat(tx, held.session)
    return True
