"""What a subscription allows, and what it is worth once it has ended."""

from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
from inergize.auth.v1 import auth_account_pb2, auth_pb2
from inergize.auth.v1 import auth_internal_service_pb2 as internal_pb

from services.auth.errors import UserNotFound
from services.auth.subscriptions import domain as subscriptions
from services.auth.subscriptions.tiers import LIMITS
from tests.integration.auth.conftest import People, bearer, refusal
from tests.support.rooms import RunningRoom

FREE, PREMIUM = auth_pb2.SUBSCRIPTION_TIER_FREE, auth_pb2.SUBSCRIPTION_TIER_PREMIUM
DAY = timedelta(days=1)


async def entitlements(room: RunningRoom, internal: Any, **columns: object) -> Any:
    user_id = await room.make_user(**columns)
    request = internal_pb.GetUserEntitlementsRequest(user_id=str(user_id))
    reply = await internal.GetUserEntitlements(request, metadata=room.as_service("content"))
    return reply.entitlements


async def test_users_see_what_their_tier_allows(people: People) -> None:
    tokens = await people.signed_in()

    reply = await people.stub.GetEntitlements(
        auth_account_pb2.GetEntitlementsRequest(), metadata=bearer(tokens)
    )

    assert reply.entitlements.tier == FREE
    assert dict(reply.entitlements.limits) == dict(LIMITS["free"])


@pytest.mark.parametrize(
    ("status", "ends_in", "tier"),
    [
        ("active", None, PREMIUM),
        ("active", DAY, PREMIUM),
        ("active", -DAY, FREE),
        ("trial", DAY, PREMIUM),
        ("trial", -DAY, FREE),
        ("cancelled", DAY, PREMIUM),
        ("cancelled", -DAY, FREE),
        ("cancelled", None, FREE),
        ("suspended", None, FREE),
        ("suspended", DAY, FREE),
    ],
)
async def test_subscription_counts_while_it_runs(
    room: RunningRoom, internal: Any, status: str, ends_in: timedelta | None, tier: int
) -> None:
    ends_at = None if ends_in is None else datetime.now(UTC) + ends_in

    found = await entitlements(
        room,
        internal,
        subscription_tier="premium",
        subscription_status=status,
        subscription_expires_at=ends_at,
    )

    assert found.tier == tier
    assert dict(found.limits) == dict(LIMITS["premium" if tier == PREMIUM else "free"])


async def test_nothing_is_allowed_to_an_account_that_is_switched_off(
    room: RunningRoom, internal: Any
) -> None:
    refused = await refusal(entitlements(room, internal, is_active=False))

    assert refused.code() is grpc.StatusCode.NOT_FOUND


async def test_only_those_the_contract_names_may_ask(room: RunningRoom, internal: Any) -> None:
    request = internal_pb.GetUserEntitlementsRequest(user_id=str(await room.make_user()))

    refused = await refusal(
        internal.GetUserEntitlements(request, metadata=room.as_service("scheduler"))
    )

    assert refused.code() is grpc.StatusCode.PERMISSION_DENIED


async def test_limit_is_read_in_a_transaction(room: RunningRoom) -> None:
    user_id = await room.make_user(subscription_tier="basic")
    async with room.given.db.transaction() as tx:
        assert await subscriptions.limit(tx, user_id, "api_keys") == LIMITS["basic"]["api_keys"]

    await room.admin.execute("UPDATE auth.users SET is_active = false WHERE id = $1", user_id)
    with pytest.raises(UserNotFound):
        await subscriptions.limit(room.given.db, user_id, "api_keys")
