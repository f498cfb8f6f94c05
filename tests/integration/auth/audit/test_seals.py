"""Whatever is altered in a sealed log is found, and the seal that covered it is named."""

from hashlib import sha256

import asyncpg
import pytest

from services.auth.audit.checking import BROKEN_SEAL
from services.auth.audit.encoding import encoded_row, encoded_seal
from services.auth.audit.model import Seal
from services.auth.audit.seal_store import sealed_rows
from services.kernel.crypto import CryptoError
from services.kernel.periodic import Cursor
from tests.integration.auth.audit.conftest import Chain, seal_keys
from tests.integration.auth.oversight import Admin

ALTERED = "a row was altered or replaced"
SEAL_COLUMNS = (
    "id, from_tx, to_tx, row_count, rows_hash, previous_hash, sealed_at, key_id, seal_hash,"
    " signature"
)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("operation = 'DELETE'", ALTERED),
        ("table_name = 'user_mfa'", ALTERED),
        ('"timestamp" = "timestamp" - interval \'1 microsecond\'', ALTERED),
        ("row_id = 'x'", ALTERED),
        ("subject = gen_random_uuid()", ALTERED),
        ("actor = 'svc:profile'", ALTERED),
        ("request_id = 'x'", ALTERED),
        ("changed = ARRAY['email']", ALTERED),
        ("changed = ARRAY[]::text[]", ALTERED),
        ("id = id + 1000000", ALTERED),
        ("data_hash = sha256('x')", ALTERED),
        ("data_hash = NULL", ALTERED),
        ("new_data = new_data || '{\"number\": 7}'", "the data of row"),
        ("old_data = '{}'", "the data of row"),
        ("data_salt = 'x'", "the data of row"),
        ("user_id = (SELECT user_id FROM auth.audit_subjects LIMIT 1)", "the data of row"),
        ("user_id = NULL", "the data of row"),
        ("user_id = gen_random_uuid()", "the data of row"),
        ("new_data = NULL, data_salt = NULL, user_id = NULL", "the data of row"),
        (
            "new_data = '{}', data_hash = auth.audit_data_hash(data_salt, old_data, '{}')",
            ALTERED,
        ),
    ],
)
async def test_altered_row_is_found(sealed: Chain, change: str, problem: str) -> None:
    row = (await sealed.rows_of(2))[-1]

    await sealed.admin.execute(f"UPDATE auth.audit_log SET {change} WHERE id = $1", row["id"])

    report = await sealed.check()
    assert report.broken_seal_id == 2
    assert report.problem.startswith(problem)


async def test_row_that_a_made_up_erasure_is_to_excuse_is_found(sealed: Chain) -> None:
    row = (await sealed.rows_of(2))[-1]
    await sealed.admin.execute(
        """INSERT INTO auth.audit_log (table_name, operation, subject, new_data)
           VALUES ('security', 'INSERT', $1, '{"event": "account_erased"}')""",
        row["subject"],
    )
    await sealed.admin.execute(
        "UPDATE auth.audit_log SET new_data = NULL, data_salt = NULL, user_id = NULL WHERE id = $1",
        row["id"],
    )
    assert (await sealed.check()).problem == f"the data of row {row['id']} was altered"

    await sealed.admin.execute("DELETE FROM auth.audit_subjects WHERE subject = $1", row["subject"])
    others = [other["id"] for other in await sealed.rows_of(2) if other["id"] != row["id"]]
    assert (await sealed.check()).problem == f"the data of row {others[0]} was altered"


async def test_removed_row_is_found(sealed: Chain) -> None:
    row = (await sealed.rows_of(2))[1]

    await sealed.admin.execute("DELETE FROM auth.audit_log WHERE id = $1", row["id"])

    report = await sealed.check()
    assert (report.broken_seal_id, report.problem) == (2, "it covers 4 rows, there are 3")


@pytest.mark.parametrize("place", ["first", "last"])
async def test_row_inserted_into_a_sealed_range_is_found(sealed: Chain, place: str) -> None:
    rows = await sealed.rows_of(2)
    row_id, tx = (-(2**63), rows[0]["tx"]) if place == "first" else (2**62, rows[-1]["tx"])

    await sealed.admin.execute(
        """INSERT INTO auth.audit_log (id, table_name, operation, subject, tx, data_hash, data_salt)
           VALUES ($1, 'users', 'UPDATE', gen_random_uuid(), $2, sha256('x'), 'x')""",
        row_id,
        tx,
    )

    report = await sealed.check()
    assert (report.broken_seal_id, report.problem) == (2, "it covers 4 rows, there are 5")


async def test_swapped_order_is_found(sealed: Chain) -> None:
    one, other = (await sealed.rows_of(2))[1:3]

    await sealed.admin.execute(
        "UPDATE auth.audit_log SET tx = CASE id WHEN $1 THEN $4::xid8 ELSE $3::xid8 END"
        " WHERE id IN ($1, $2)",
        one["id"],
        other["id"],
        one["tx"],
        other["tx"],
    )

    assert (await sealed.check()).broken_seal_id == 2


async def test_row_moved_to_another_seal_is_found(sealed: Chain) -> None:
    moved, later = (await sealed.rows_of(2))[-1], (await sealed.rows_of(3))[0]

    await sealed.admin.execute(
        "UPDATE auth.audit_log SET tx = $2 WHERE id = $1", moved["id"], later["tx"]
    )

    assert (await sealed.check()).broken_seal_id == 2


@pytest.mark.parametrize(
    "change",
    [
        "row_count = row_count + 1",
        "rows_hash = sha256('x')",
        "seal_hash = sha256('x')",
        "sealed_at = sealed_at - interval '1 day'",
        "key_id = 'a2'",
    ],
)
async def test_altered_seal_is_found(sealed: Chain, change: str) -> None:
    await sealed.admin.execute(f"UPDATE auth.audit_seals SET {change} WHERE id = 2")

    report = await sealed.check()
    assert (report.broken_seal_id, report.problem) == (2, "the seal was altered")


async def test_seal_that_does_not_continue_the_chain_is_found(sealed: Chain) -> None:
    await sealed.admin.execute(
        "UPDATE auth.audit_seals SET previous_hash = sha256('x') WHERE id = 2"
    )
    assert (await sealed.check()).problem == "the seal does not continue the one before"

    await sealed.admin.execute("UPDATE auth.audit_seals SET from_tx = '1' WHERE id = 2")
    assert (await sealed.check()).problem == "the seal does not begin where the one before ends"


@pytest.mark.parametrize("seal_id", [1, 2])
async def test_removed_seal_is_found(sealed: Chain, seal_id: int) -> None:
    await sealed.admin.execute("DELETE FROM auth.audit_seals WHERE id = $1", seal_id)

    report = await sealed.check()
    assert (report.broken_seal_id, report.problem) == (seal_id, "the seal is missing")
    assert (await sealed.check(from_id=seal_id + 1)).broken_seal_id == seal_id


async def forge(sealed: Chain, *, key_id: str) -> None:
    """Take a row away and make the second seal fit, but for the key that nobody has."""
    row = (await sealed.rows_of(2))[1]
    await sealed.admin.execute("DELETE FROM auth.audit_log WHERE id = $1", row["id"])
    stored = await sealed.admin.fetchrow(
        f"SELECT {SEAL_COLUMNS} FROM auth.audit_seals WHERE id = 2"
    )
    assert stored is not None
    values = dict(stored) | {"row_count": 3, "key_id": key_id}
    rows = sealed_rows(sealed.room.given.db, values["from_tx"], values["to_tx"])
    values["rows_hash"] = sha256(b"".join([encoded_row(row) async for row, _ in rows])).digest()
    seal_hash = sha256(encoded_seal(Seal(**values))).digest()
    await sealed.admin.execute(
        """UPDATE auth.audit_seals SET row_count = 3, key_id = $1, rows_hash = $2, seal_hash = $3,
                  signature = $4 WHERE id = 2""",
        key_id,
        values["rows_hash"],
        seal_hash,
        seal_keys("a1").sign(seal_hash),
    )


async def test_forged_signature_is_found(sealed: Chain) -> None:
    await forge(sealed, key_id="a1")

    report = await sealed.check()
    assert (report.broken_seal_id, report.problem) == (2, "the seal's signature is not ours")


async def test_signature_of_an_unknown_key_is_found(sealed: Chain) -> None:
    await forge(sealed, key_id="a9")

    report = await sealed.check()
    assert report.broken_seal_id == 2
    assert "'a9', which is not configured" in report.problem


async def test_check_goes_on_behind_what_is_broken(sealed: Chain) -> None:
    await sealed.admin.execute("UPDATE auth.audit_seals SET row_count = 9 WHERE id = 2")
    broken = await sealed.check()
    assert broken.next_seal_id == 3

    rest = await sealed.check(from_id=3)

    assert (rest.checked_seals, rest.broken_seal_id, rest.next_seal_id) == (1, 0, 0)


async def test_check_in_pieces_sees_every_seal(sealed: Chain) -> None:
    reports, next_id = [], 1
    while next_id:
        reports.append(await sealed.check(from_id=next_id, limit=1))
        next_id = reports[-1].next_seal_id

    assert [report.checked_seals for report in reports] == [1, 1, 1]
    assert [report.checked_rows for report in reports] == [4, 4, 4]
    assert not any(report.broken_seal_id for report in reports)


async def test_chain_still_verifies_after_an_erasure(chain: Chain) -> None:
    user_id = await chain.write()
    await chain.seal()
    async with chain.room.given.db.transaction() as tx:
        await tx.execute("DELETE FROM users WHERE id = $1", user_id)
        erased = await tx.fetchval("SELECT audit_erase($1)", user_id)
    assert erased == 5
    await chain.seal()

    report = await chain.check()

    assert (report.checked_seals, report.checked_rows, report.problem) == (2, 6, "")


async def test_new_key_signs_and_the_old_ones_seals_still_hold(chain: Chain) -> None:
    old, new = seal_keys("a1"), seal_keys("a2")
    both = seal_keys()
    both._keys = {**new._keys, **old._keys}
    for keys in (old, both):
        await chain.write(1)
        chain.sealer._keys = keys
        await chain.seal()

    chain.checker._keys = both
    assert (await chain.check()).broken_seal_id == 0
    signers = await chain.admin.fetch("SELECT key_id FROM auth.audit_seals ORDER BY id")
    assert [row["key_id"] for row in signers] == ["a1", "a2"]
    chain.checker._keys = new
    assert (await chain.check()).broken_seal_id == 1


async def test_nothing_new_makes_no_seal(sealed: Chain) -> None:
    assert await sealed.seal() is False

    assert await sealed.admin.fetchval("SELECT count(*) FROM auth.audit_seals") == 3


async def test_without_a_key_nothing_is_sealed(chain: Chain) -> None:
    await chain.write(1)
    chain.sealer._keys = seal_keys()

    with pytest.raises(CryptoError, match="CRYPTO_AUDIT_KEYS"):
        await chain.seal()


async def test_daily_check_shows_what_is_broken(sealed: Chain) -> None:
    assert await sealed.checker.check_all() is None
    assert BROKEN_SEAL._value.get() == 0

    await sealed.admin.execute("UPDATE auth.audit_seals SET row_count = 9 WHERE id = 3")
    cursor: Cursor = await sealed.checker.check_all()

    assert cursor is None
    assert BROKEN_SEAL._value.get() == 3


async def test_administrators_verify_the_chain(sealed: Chain, administrator: Admin) -> None:
    report = await administrator.verify()
    assert report.is_intact
    assert report.checked_seals == 3
    assert report.unsealed_rows > 0
    first = await administrator.verify(limit=2)
    assert (first.checked_seals, first.next_seal_id) == (2, 3)

    await sealed.admin.execute("DELETE FROM auth.audit_log WHERE id = $1", await _first_id(sealed))

    report = await administrator.verify()
    assert (report.is_intact, report.broken_seal_id) == (False, 1)
    assert report.problem == f"it covers {report.checked_rows} rows, there are 3"


async def _first_id(sealed: Chain) -> int:
    rows: list[asyncpg.Record] = await sealed.rows_of(1)
    found: int = rows[0]["id"]
    return found
