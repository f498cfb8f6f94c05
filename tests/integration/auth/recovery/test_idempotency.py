"""What is kept of a repeated change of password says nothing about the passwords."""

from hashlib import sha256

from inergize.auth.v1 import auth_passwords_pb2 as pb

from tests.integration.auth.conftest import PASSWORD, People, bearer
from tests.integration.auth.recovery.conftest import BETTER, Forgetful


async def test_a_key_holds_no_hash_that_a_password_could_be_guessed_from(
    forgetful: Forgetful, people: People
) -> None:
    tokens = await people.login(await forgetful.person())
    change = pb.ChangePasswordRequest(current_password=PASSWORD, new_password=BETTER)
    metadata = [*bearer(tokens), ("idempotency-key", "1")]
    await people.stub.ChangePassword(change, metadata=metadata)
    ask = pb.RequestPasswordResetRequest(email="somebody@example.com")
    await people.stub.RequestPasswordReset(ask, metadata=[("idempotency-key", "1")])
    rows = await people.room.admin.fetch(
        "SELECT request_hash, caller_id FROM auth.idempotency_keys"
    )
    assert len(rows) == 2
    for request in (change, ask):
        said = request.SerializeToString(deterministic=True)
        for guess in (said, len(said).to_bytes(4) + said):
            digest = sha256(guess).digest()
            assert all(row["request_hash"] != digest for row in rows)
            assert all(digest.hex() not in row["caller_id"] for row in rows)
