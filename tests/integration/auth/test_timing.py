"""How long an answer takes does not tell whether an address is known.

The long run is `python -m bench.enumeration`, with 2,000 samples of each kind through the edge.
"""

import contextlib
from typing import Any

import grpc
import pytest_asyncio
from inergize.auth.v1 import auth_passwords_pb2
from inergize.auth.v1 import auth_service_pb2 as pb

from services.auth import registration, sign_in, verification
from services.auth.recovery import reset
from services.kernel.crypto import new_token
from tests.integration.auth.conftest import PASSWORD, People
from tests.support.timing import Comparison, compare

SAMPLES = 30
MEDIANS_APART = 0.05
TOLD_APART = 0.8
"""Of two samples of 30 that are alike, one in 16,000 pairs of samples exceeds it by chance."""


def check(compared: Comparison, floor_seconds: float) -> None:
    """Neither kind answers sooner than the floor, and above it they are alike."""
    print(f"\nmedians {compared.medians_apart:.2%} apart, told apart {compared.told_apart:.2f}")
    assert min(*compared.one, *compared.other) >= floor_seconds
    assert compared.medians_apart < MEDIANS_APART
    assert compared.told_apart < TOLD_APART


@pytest_asyncio.fixture
async def registered(people: People) -> list[tuple[str, str]]:
    """Addresses that have accounts, each for one probe, and their registration tokens."""
    emails = [people.new_email() for _ in range(SAMPLES)]
    found = [(email, (await people.register(email)).registration_token) for email in emails]
    # Old enough for another mail.
    await people.room.admin.execute(
        "UPDATE auth.one_time_tokens SET created_at = now() - interval '2 hours'"
    )
    return found


async def test_signing_in_does_not_tell(people: People, registered: Any) -> None:
    async def wrong(email: str) -> None:
        with contextlib.suppress(grpc.aio.AioRpcError):
            await people.stub.Login(pb.LoginRequest(email=email, password="not it"))

    known = iter(registered)
    check(
        await compare(
            lambda: wrong(next(known)[0]), lambda: wrong(people.new_email()), samples=SAMPLES
        ),
        sign_in.REFUSAL_SECONDS,
    )


async def test_registering_does_not_tell(people: People, registered: Any) -> None:
    known = iter(registered)
    check(
        await compare(
            lambda: people.register(next(known)[0], password=PASSWORD),
            people.register,
            samples=SAMPLES,
        ),
        registration.ANSWER_SECONDS,
    )


async def test_asking_for_a_new_password_does_not_tell(people: People, registered: Any) -> None:
    async def ask(email: str) -> None:
        request = auth_passwords_pb2.RequestPasswordResetRequest(email=email)
        await people.stub.RequestPasswordReset(request)

    known = iter(registered)
    check(
        await compare(
            lambda: ask(next(known)[0]), lambda: ask(people.new_email()), samples=SAMPLES
        ),
        reset.ANSWER_SECONDS,
    )


async def test_resending_does_not_tell(people: People, registered: Any) -> None:
    async def resend(token: str) -> None:
        request = pb.ResendVerificationRequest(registration_token=token)
        await people.stub.ResendVerification(request)

    known = iter(registered)
    check(
        await compare(lambda: resend(next(known)[1]), lambda: resend(new_token()), samples=SAMPLES),
        verification.ANSWER_SECONDS,
    )
