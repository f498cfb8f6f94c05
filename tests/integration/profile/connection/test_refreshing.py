"""Tokens are refreshed ahead of their end, once, and only LinkedIn's word ends a connection."""

import asyncio
import secrets
from datetime import UTC, datetime
from uuid import UUID

import grpc
import pytest
from inergize.profile.v1 import linkedin_connection_pb2 as pb
from inergize.profile.v1 import profile_pb2
from structlog.testing import capture_logs

from services.kernel.crypto import CryptoError
from services.profile import store
from services.profile.connection.model import sealed_from_row
from services.profile.connection.telling import note_refusal
from services.profile.connection.vault import Vault
from tests.integration.profile.conftest import ProfileRoom, publish
from tests.integration.profile.connection.test_disconnecting import disconnect
from tests.support.replies import error_info, retry_seconds
from tests.support.waiting import eventually
from tests.support.work import run_periodic


async def refresh(profile: ProfileRoom) -> pb.RefreshExpiringTokensResponse:
    return await profile.internal.RefreshExpiringTokens(
        pb.RefreshExpiringTokensRequest(), metadata=profile.room.as_service("workers")
    )


async def ends_in(profile: ProfileRoom, interval: str) -> None:
    await profile.room.admin.execute(
        "UPDATE profile.linkedin_tokens SET expires_at = now() + $1::text::interval", interval
    )


async def end_the_pause(profile: ProfileRoom) -> None:
    await profile.room.admin.execute(
        "UPDATE profile.linkedin_tokens SET refresh_lease_until = now()"
    )


def fault(profile: ProfileRoom, kind: str, **more: object) -> None:
    profile.sandbox.post("faults", kind=kind, operation="accessToken.POST", **more)


async def kinds_told(profile: ProfileRoom) -> list[str]:
    rows = await profile.room.admin.fetch("SELECT kind FROM profile.notifications ORDER BY kind")
    return [row["kind"] for row in rows]


async def opened(profile: ProfileRoom, user_id: UUID) -> list[str]:
    row = await profile.row("linkedin_tokens")
    return Vault(profile.room.given.keys).tokens(user_id, sealed_from_row(row))


async def test_a_token_that_ends_soon_is_refreshed_and_works(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user()
    before = await profile.row("linkedin_tokens")
    await ends_in(profile, "6 days")

    done = await refresh(profile)

    after = await profile.row("linkedin_tokens")
    assert (done.refreshed, done.put_off, done.ended) == (1, 0, 0)
    assert after["version"] == before["version"] + 1
    assert after["access_token_ct"] != before["access_token_ct"]
    assert after["expires_at"] > before["expires_at"] - (
        before["expires_at"] - before["created_at"]
    )
    assert after["refresh_token_ct"] is not None
    assert (await profile.execute(publish(user_id))).remote_id


async def test_a_token_that_lives_for_long_is_left_alone(profile: ProfileRoom) -> None:
    await profile.connected_user()

    assert await refresh(profile) == pb.RefreshExpiringTokensResponse()


async def test_the_refresh_token_outlives_an_answer_without_one(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user()
    refresh_token, _ = await opened(profile, user_id)
    profile.sandbox.post("apps", client_id="test-app", has_refresh_tokens=False)
    await ends_in(profile, "1 day")

    await refresh(profile)

    assert (await opened(profile, user_id))[0] == refresh_token


async def test_one_refresh_at_a_time(profile: ProfileRoom) -> None:
    await profile.connected_user()
    await ends_in(profile, "1 hour")
    fault(profile, "slow", detail="300")

    done = await asyncio.gather(*(refresh(profile) for _ in range(8)))

    assert sum(one.refreshed for one in done) == 1
    assert (await profile.row("linkedin_tokens"))["version"] == 2


@pytest.mark.parametrize(
    ("kind", "more"),
    [("server_error", {}), ("unavailable", {}), ("drop", {}), ("throttle", {})],
)
async def test_no_answer_is_no_disconnection(
    profile: ProfileRoom, kind: str, more: dict[str, object]
) -> None:
    user_id = await profile.connected_user()
    await ends_in(profile, "1 day")
    fault(profile, kind, **more)

    first, second = await refresh(profile), await refresh(profile)

    assert first.put_off == 1
    assert second == pb.RefreshExpiringTokensResponse()  # not asked again before the pause is over
    connection = await profile.connection(user_id)
    assert connection.state == profile_pb2.CONNECTION_STATE_CONNECTED
    assert await kinds_told(profile) == []
    await profile.room.admin.execute(
        "UPDATE profile.linkedin_tokens SET refresh_lease_until = now()"
    )
    assert (await refresh(profile)).refreshed == 1


async def test_an_answer_that_is_lost_leaves_the_refresh_token_good(profile: ProfileRoom) -> None:
    await profile.connected_user()
    await ends_in(profile, "1 day")
    fault(profile, "apply_then_drop")
    assert (await refresh(profile)).put_off == 1

    await profile.room.admin.execute(
        "UPDATE profile.linkedin_tokens SET refresh_lease_until = now()"
    )

    assert (await refresh(profile)).refreshed == 1


async def test_a_dead_refresh_token_leaves_the_access_token_to_its_end(
    profile: ProfileRoom,
) -> None:
    user_id = await profile.connected_user(member="gone")
    profile.sandbox.post("clock", advance_seconds=366 * 86_400)
    await ends_in(profile, "2 days")

    done = await refresh(profile)

    profile.sandbox.post("clock", is_real=True)
    assert done.ended == 1
    assert (await profile.row("linkedin_tokens"))["refresh_token_ct"] is None
    connection = await profile.connection(user_id)
    assert connection.state == profile_pb2.CONNECTION_STATE_CONNECTED
    assert await kinds_told(profile) == ["linkedin_expiring"]


async def test_a_dead_refresh_token_after_the_end_needs_the_member(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user(member="gone")
    profile.sandbox.post("consents/withdraw", member="gone")
    await ends_in(profile, "-1 minute")

    await refresh(profile)

    connection = await profile.connection(user_id)
    assert connection.state == profile_pb2.CONNECTION_STATE_NEEDS_RECONNECT
    assert connection.reason == "REFRESH_TOKEN_ENDED"
    assert await kinds_told(profile) == ["linkedin_reconnect"]


async def test_a_wrong_secret_of_ours_disconnects_nobody(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user()
    await ends_in(profile, "1 day")
    profile.sandbox.post("apps", client_id="test-app", client_secret="renewed-in-the-portal")

    assert (await refresh(profile)).put_off == 1

    connection = await profile.connection(user_id)
    assert connection.state == profile_pb2.CONNECTION_STATE_CONNECTED
    assert await kinds_told(profile) == []


async def test_a_token_refused_in_use_is_refreshed(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user()
    profile.sandbox.post("faults", kind="expired", operation="posts.CREATE")
    refused = await profile.execute(publish(user_id))
    assert refused.status_code == 401

    assert (await profile.execute(publish(user_id))).remote_id

    assert (await profile.row("linkedin_tokens"))["version"] == 2
    assert await kinds_told(profile) == []


@pytest.mark.parametrize("kind", ["unavailable", "drop"])
async def test_a_token_refused_in_use_that_cannot_be_refreshed_rests_and_says_so(
    profile: ProfileRoom, kind: str
) -> None:
    user_id = await profile.connected_user()
    profile.sandbox.post("faults", kind="expired", operation="posts.CREATE")
    assert (await profile.execute(publish(user_id))).status_code == 401
    fault(profile, kind)
    attempt = publish(user_id)

    for _ in range(2):
        with pytest.raises(grpc.aio.AioRpcError) as resting:
            await profile.execute(attempt)
        assert error_info(resting.value).reason == "ERROR_REASON_LINKEDIN_UNAVAILABLE"
        assert 0 < retry_seconds(resting.value) <= 60
        connection = await profile.connection(user_id)
        assert connection.state == profile_pb2.CONNECTION_STATE_RESTING
        left = connection.retry_time.ToDatetime(tzinfo=UTC) - datetime.now(UTC)
        assert 0 < left.total_seconds() <= 60
        assert not any(one.is_possible for one in connection.abilities)
    assert await kinds_told(profile) == []

    await end_the_pause(profile)

    assert (await profile.connection(user_id)).state == profile_pb2.CONNECTION_STATE_CONNECTED
    assert (await profile.execute(attempt)).remote_id


async def test_a_member_who_has_to_consent_again_is_told_once(profile: ProfileRoom) -> None:
    await profile.connected_user()
    await profile.room.admin.execute(
        "UPDATE profile.linkedin_tokens SET refresh_token_ct = NULL, refresh_token_nonce = NULL"
    )
    await ends_in(profile, "3 days")
    for _ in range(2):
        await run_periodic(profile.room, "tell_ending_connections")
    assert await kinds_told(profile) == ["linkedin_expiring"]

    await ends_in(profile, "-1 second")
    for _ in range(2):
        await run_periodic(profile.room, "tell_ending_connections")

    assert await kinds_told(profile) == ["linkedin_expiring", "linkedin_reconnect"]


async def test_after_connecting_again_the_member_is_told_again(profile: ProfileRoom) -> None:
    """A new connection begins to count at one again; what it is told by must not."""
    user_id = await profile.connected_user(member="comes-back")
    for _ in range(2):
        await profile.room.admin.execute(
            "UPDATE profile.linkedin_tokens SET refresh_token_ct = NULL, refresh_token_nonce = NULL"
        )
        await ends_in(profile, "-1 second")
        await run_periodic(profile.room, "tell_ending_connections")
        await disconnect(profile, user_id)
        begun = await profile.begin(user_id, member="comes-back")
        await profile.complete(begun, [("cookie", begun.cookie)])

    assert await kinds_told(profile) == ["linkedin_reconnect", "linkedin_reconnect"]


async def test_a_late_refusal_of_an_earlier_token_leaves_the_new_connection_alone(
    profile: ProfileRoom,
) -> None:
    user_id = await profile.connected_user(member="comes-back")
    earlier = await store.get_credentials(profile.room.given.db, user_id)
    assert earlier is not None
    await disconnect(profile, user_id)
    begun = await profile.begin(user_id, member="comes-back")
    await profile.complete(begun, [("cookie", begun.cookie)])
    before = await profile.row("linkedin_tokens")

    async with profile.room.given.db.transaction() as tx:
        await note_refusal(tx, user_id, earlier.version, "REVOKED_ACCESS_TOKEN")

    assert await profile.row("linkedin_tokens") == before


async def test_disconnecting_during_a_refresh_leaves_no_token_here_or_there(
    profile: ProfileRoom,
) -> None:
    user_id = await profile.connected_user()
    await ends_in(profile, "1 hour")
    fault(profile, "apply_then_slow", detail="700")
    running = asyncio.create_task(refresh(profile))

    async def leased() -> bool:
        row = await profile.row("linkedin_tokens")
        return row["refresh_lease_until"] is not None

    await eventually(leased)
    await disconnect(profile, user_id)
    done = await running

    assert done.refreshed == 0
    assert await profile.count("linkedin_tokens") == 0

    async def given_back() -> bool:
        rows = await profile.room.admin.fetch(
            "SELECT status_code FROM profile.linkedin_api_usage WHERE endpoint = $1",
            "/oauth/v2/revoke",
        )
        return [row["status_code"] for row in rows] == [200]

    await eventually(given_back)


async def test_a_row_that_was_altered_stops_nobody_elses_refresh(profile: ProfileRoom) -> None:
    altered, good = await profile.connected_user(), await profile.connected_user()
    await ends_in(profile, "1 hour")
    await profile.room.admin.execute(
        "UPDATE profile.linkedin_tokens SET data_key = $2, expires_at = now() WHERE user_id = $1",
        altered,
        secrets.token_bytes(60),
    )

    with capture_logs() as logs:
        done = await refresh(profile)

    assert (done.refreshed, done.put_off) == (1, 1)
    assert [one["user_id"] for one in logs if one["event"] == "sealed_value_refused"] == [
        str(altered)
    ]
    assert (await profile.execute(publish(good))).remote_id


async def test_programs_are_told_of_connections(profile: ProfileRoom) -> None:
    user_id = await profile.room.make_user()
    await profile.room.admin.execute(
        """INSERT INTO profile.webhooks
                  (user_id, url, host, event_types, secret_ct, secret_nonce, secret_key_id)
           VALUES ($1, 'https://example.com/hook', 'example.com', $2, '', $3, 'e1')""",
        user_id,
        ["linkedin.connected", "linkedin.reconnect_needed", "linkedin.disconnected"],
        bytes(12),
    )
    begun = await profile.begin(user_id, member="ada")
    await profile.complete(begun, [("cookie", begun.cookie)])
    profile.sandbox.post("consents/withdraw", member="ada")
    await ends_in(profile, "-1 minute")
    await refresh(profile)
    await disconnect(profile, user_id)

    rows = await profile.room.admin.fetch(
        "SELECT event_type FROM profile.webhook_deliveries ORDER BY created_at, id"
    )
    assert [row["event_type"] for row in rows] == [
        "linkedin.connected",
        "linkedin.reconnect_needed",
        "linkedin.disconnected",
    ]


async def test_a_ciphertext_moved_between_users_or_columns_does_not_open(
    profile: ProfileRoom,
) -> None:
    first, second = await profile.connected_user(), await profile.connected_user()
    vault = Vault(profile.room.given.keys)
    rows = {
        row["user_id"]: sealed_from_row(row)
        for row in await profile.room.admin.fetch("SELECT * FROM profile.linkedin_tokens")
    }

    with pytest.raises(CryptoError):
        vault.access_token(first, rows[second])
    moved = await profile.room.admin.fetch(
        "SELECT refresh_token_ct AS access_token_ct, refresh_token_nonce AS access_token_nonce,"
        " access_token_ct AS refresh_token_ct, access_token_nonce AS refresh_token_nonce,"
        " data_key, key_id FROM profile.linkedin_tokens WHERE user_id = $1",
        first,
    )
    swapped = sealed_from_row(moved[0])
    for open_ in (vault.access_token, vault.refresh_token):
        with pytest.raises(CryptoError):
            open_(first, swapped)
