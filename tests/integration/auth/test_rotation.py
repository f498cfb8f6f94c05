"""Signing keys: the new one waits until everybody knows it, the old one until nobody needs it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from inergize.auth.v1 import auth_service_pb2 as pb

from services.auth.signing.rotation import MARGIN, Rotation
from services.auth.signing.signing_keys import SigningKeys
from services.kernel import jwt
from services.kernel.crypto import CryptoError
from services.kernel.errors import Unavailable
from tests.integration.auth.conftest import People, bearer
from tests.support.rooms import RunningRoom
from tests.support.waiting import eventually

ME = pb.GetCurrentUserRequest()
AGE_KEYS = """
    UPDATE auth.jwt_keys
       SET not_before = not_before - $1::interval, retire_at = retire_at - $1::interval
"""


@pytest_asyncio.fixture
async def rotation(room: RunningRoom, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rotation]:
    monkeypatch.setattr("services.auth.signing.signing_keys.REREAD_SECONDS", 0.0)
    yield Rotation(room.given.db, room.given.keys, room.given.settings.auth)


async def signer(people: People) -> str:
    """The key that signs now; asking for the keys has them reread."""
    await published(people.stub)
    return jwt.parse((await people.signed_in()).access_token, "at+jwt").key_id


async def published(stub: Any) -> list[str]:
    return [key.kid for key in (await stub.GetJwks(pb.GetJwksRequest())).keys]


async def test_new_key_is_published_before_it_signs(
    people: People, stub: Any, rotation: Rotation
) -> None:
    old = await signer(people)
    made = await rotation.rotate()
    assert await published(stub) == [made.key_id, old]
    assert await signer(people) == old
    await people.room.admin.execute(AGE_KEYS, timedelta(seconds=61))
    assert await signer(people) == made.key_id


async def test_old_key_verifies_until_its_last_token_is_over(
    people: People, stub: Any, rotation: Rotation
) -> None:
    await rotation.rotate(timedelta(seconds=20))
    life = timedelta(seconds=people.room.given.settings.auth.access_token_seconds)
    rows = await people.room.admin.fetch("SELECT not_before, retire_at FROM auth.jwt_keys")
    old, new = sorted(rows, key=lambda row: row["not_before"])
    assert old["retire_at"] == new["not_before"] + life + MARGIN
    assert new["retire_at"] is None

    # Signed at the very last moment by the old key.
    await people.room.admin.execute(AGE_KEYS, timedelta(seconds=19))
    last = await people.signed_in()
    await people.room.admin.execute(AGE_KEYS, life)
    await stub.GetCurrentUser(ME, metadata=bearer(last))
    assert len(await published(stub)) == 2
    await people.room.admin.execute(AGE_KEYS, timedelta(seconds=20) + MARGIN)
    assert len(await published(stub)) == 1


async def test_keys_are_deleted_when_they_are_over(people: People, rotation: Rotation) -> None:
    await rotation.rotate(timedelta(0))
    assert await rotation.job().run(None) is None
    assert len(await rotation.listed()) == 2
    await people.room.admin.execute(AGE_KEYS, timedelta(hours=1))
    assert await rotation.job().run(None) is None
    assert await people.room.admin.fetchval("SELECT count(*) FROM auth.jwt_keys") == 1
    await people.signed_in()


async def test_stolen_key_verifies_nothing_after_its_successor_has_begun(
    people: People, stub: Any, rotation: Rotation
) -> None:
    before = await people.signed_in()
    await rotation.rotate(timedelta(seconds=20), is_stolen=True)
    await stub.GetCurrentUser(ME, metadata=bearer(before))
    await people.room.admin.execute(AGE_KEYS, timedelta(seconds=31))
    await published(stub)
    later = await people.refresh(before.refresh_token)
    await stub.GetCurrentUser(ME, metadata=bearer(later))
    # In a process that has not seen the token a moment ago.
    fresh = SigningKeys(people.room.given.db, people.room.given.keys)
    stolen = jwt.parse(before.access_token, "at+jwt").key_id
    assert await fresh.public_key(stolen) is None


async def test_rotations_in_a_row_take_over_one_after_the_other(
    people: People, stub: Any, rotation: Rotation
) -> None:
    made = [await rotation.rotate(timedelta(seconds=20)) for _ in range(3)]
    begins = [one.not_before for one in made]
    assert begins == sorted(set(begins))
    await people.room.admin.execute(AGE_KEYS, timedelta(seconds=21))
    assert await signer(people) == made[-1].key_id
    assert len(await published(stub)) == 4


async def test_private_keys_are_sealed_in_their_place(people: People, rotation: Rotation) -> None:
    await rotation.rotate(timedelta(0))
    rows = await people.room.admin.fetch("SELECT kid, private_ct FROM auth.jwt_keys")
    assert all(len(row["private_ct"]) == 32 + 16 for row in rows)
    # One key's sealed private half does not open in another's row.
    await people.room.admin.execute(
        "UPDATE auth.jwt_keys AS k SET private_ct = o.private_ct, private_nonce = o.private_nonce"
        "  FROM auth.jwt_keys AS o WHERE o.kid <> k.kid"
    )
    fresh = SigningKeys(people.room.given.db, people.room.given.keys)
    with pytest.raises(CryptoError):
        await fresh.prepare()


async def test_process_that_nobody_calls_learns_of_new_keys(
    room: RunningRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.auth.signing.signing_keys.REREAD_SECONDS", 0.05)
    idle = SigningKeys(room.given.db, room.given.keys)
    await idle.prepare()
    await idle.watch()
    made = await Rotation(room.given.db, room.given.keys, room.given.settings.auth).rotate(
        timedelta(0)
    )

    async def signs_with_it() -> bool:
        return jwt.parse(await idle.sign({}), "at+jwt").key_id == made.key_id

    assert await eventually(signs_with_it)
    await idle.close()


async def test_nothing_is_signed_with_keys_read_long_ago(
    room: RunningRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_off = SigningKeys(room.given.db, room.given.keys)
    await cut_off.prepare()
    assert await cut_off.sign({})
    monkeypatch.setattr("services.auth.signing.signing_keys.MARGIN", timedelta(0))
    with pytest.raises(Unavailable):
        await cut_off.sign({})
