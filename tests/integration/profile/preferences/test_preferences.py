"""Preferences: read, changed in part, and never over somebody else's change."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import grpc
import pytest
import pytest_asyncio
from google.protobuf.field_mask_pb2 import FieldMask
from inergize.profile.v1 import profile_internal_service_pb2 as internal
from inergize.profile.v1 import profile_pb2
from inergize.profile.v1 import profile_preferences_pb2 as pb
from inergize.profile.v1 import profile_service_pb2 as service
from inergize.profile.v1.profile_internal_service_pb2_grpc import ProfileInternalServiceStub
from inergize.profile.v1.profile_service_pb2_grpc import ProfileServiceStub

from services.profile.__main__ import build
from tests.support.races import race, refusals, winners
from tests.support.replies import error_info
from tests.support.rooms import RunningRoom


@dataclass
class Owner:
    """A signed-in user of a Profile room."""

    room: RunningRoom
    user_id: UUID

    def __post_init__(self) -> None:
        self.stub: Any = ProfileServiceStub(self.room.channel)
        self.internal: Any = ProfileInternalServiceStub(self.room.channel)
        self.metadata = self.room.as_user(self.user_id)

    async def get(self) -> profile_pb2.Preferences:
        reply = await self.stub.GetPreferences(
            service.GetPreferencesRequest(), metadata=self.metadata
        )
        found: profile_pb2.Preferences = reply.preferences
        return found

    async def update(self, *mask: str, etag: str = "", **fields: Any) -> profile_pb2.Preferences:
        request = pb.UpdatePreferencesRequest(
            preferences=pb.PreferencesChange(**fields),
            update_mask=FieldMask(paths=mask) if mask else None,
            etag=etag,
        )
        reply = await self.stub.UpdatePreferences(request, metadata=self.metadata)
        changed: profile_pb2.Preferences = reply.preferences
        return changed

    async def allowed(self) -> pb.GetUserPreferencesResponse:
        reply: pb.GetUserPreferencesResponse = await self.internal.GetUserPreferences(
            pb.GetUserPreferencesRequest(user_id=str(self.user_id)),
            metadata=self.room.as_service("workers"),
        )
        return reply


@pytest_asyncio.fixture
async def owner(start_room: Any) -> Owner:
    room: RunningRoom = await start_room("profile", build)
    return Owner(room, await room.make_user())


async def test_a_new_user_reads_the_defaults_before_and_after_initialization(owner: Owner) -> None:
    before = await owner.get()

    await owner.internal.InitializeUser(
        internal.InitializeUserRequest(user_id=str(owner.user_id)),
        metadata=owner.room.as_service("workers"),
    )

    assert await owner.get() == before
    assert before.privacy_level == profile_pb2.PRIVACY_LEVEL_STANDARD
    assert before.digest_frequency == profile_pb2.DIGEST_FREQUENCY_DAILY
    assert before.is_ai_enabled
    assert not before.is_automation_enabled
    assert not before.has_benchmark_consent


async def test_initializing_again_keeps_what_the_user_chose(owner: Owner) -> None:
    await owner.update(is_automation_enabled=True)
    await owner.internal.InitializeUser(
        internal.InitializeUserRequest(user_id=str(owner.user_id)),
        metadata=owner.room.as_service("workers"),
    )
    assert (await owner.get()).is_automation_enabled


async def test_initializing_a_user_who_does_not_exist_says_so(owner: Owner) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await owner.internal.InitializeUser(
            internal.InitializeUserRequest(user_id=str(uuid4())),
            metadata=owner.room.as_service("workers"),
        )
    assert error_info(refused.value).reason == "ERROR_REASON_USER_NOT_FOUND"


async def test_only_what_is_given_changes(owner: Owner) -> None:
    before = await owner.get()
    quiet = profile_pb2.QuietHours(start="22:00", end="07:00")

    changed = await owner.update(is_ai_enabled=False, quiet_hours=quiet)

    expected = profile_pb2.Preferences()
    expected.CopyFrom(before)
    expected.is_ai_enabled = False
    expected.quiet_hours.CopyFrom(quiet)
    expected.etag = changed.etag
    assert changed == expected == await owner.get()
    assert changed.etag != before.etag


async def test_what_the_mask_names_and_is_not_given_goes_back_to_its_default(owner: Owner) -> None:
    await owner.update(
        quiet_hours=profile_pb2.QuietHours(start="22:00", end="07:00"), is_automation_enabled=True
    )
    changed = await owner.update("quiet_hours", "is_ai_enabled", is_automation_enabled=False)
    assert not changed.HasField("quiet_hours")
    assert changed.is_automation_enabled  # given, but not named

    everything = await owner.update("*")
    assert not everything.is_automation_enabled


@pytest.mark.parametrize(
    ("mask", "fields", "field"),
    [
        ((), {}, "preferences"),
        (("colour",), {}, "update_mask"),
        ((), {"privacy_level": 99}, "preferences.privacy_level"),
        (
            (),
            {"quiet_hours": profile_pb2.QuietHours(start="25:00", end="07:00")},
            "preferences.quiet_hours.start",
        ),
        (
            (),
            {"quiet_hours": profile_pb2.QuietHours(start="07:00", end="07:00")},
            "preferences.quiet_hours",
        ),
    ],
)
async def test_bad_input_is_named(
    owner: Owner, mask: tuple[str, ...], fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await owner.update(*mask, **fields)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert f"{field}:" in str(refused.value.details())


async def test_of_two_who_read_the_same_one_changes_it(owner: Owner) -> None:
    etag = (await owner.get()).etag

    outcomes = await race(5, lambda: owner.update(etag=etag, is_ai_enabled=False))

    assert len(winners(outcomes)) == 1
    assert refusals(outcomes) == {"ERROR_REASON_ETAG_MISMATCH": 4}


async def test_privacy_and_switches_decide_what_others_may_do(owner: Owner) -> None:
    before = await owner.allowed()
    assert before == pb.GetUserPreferencesResponse(may_call_ai=True, may_learn_from_history=True)

    await owner.update(is_automation_enabled=True, has_benchmark_consent=True, is_ai_enabled=False)
    assert await owner.allowed() == pb.GetUserPreferencesResponse(
        may_automate=True, may_learn_from_history=True, is_in_benchmarks=True
    )

    for level in (profile_pb2.PRIVACY_LEVEL_MINIMAL, profile_pb2.PRIVACY_LEVEL_ENHANCED):
        await owner.update(privacy_level=level)
        assert await owner.allowed() == pb.GetUserPreferencesResponse(may_automate=True)


async def test_consent_and_its_end_are_in_the_audit_log_and_habits_are_not(owner: Owner) -> None:
    await owner.update(has_benchmark_consent=True)
    await owner.update(is_notification_push_enabled=False)
    await owner.update(has_benchmark_consent=False)

    rows = await owner.room.admin.fetch(
        "SELECT actor, new_data ->> 'benchmark_consent' AS consent FROM auth.audit_log"
        " WHERE table_name = 'user_preferences' AND user_id = $1 ORDER BY id",
        owner.user_id,
    )
    assert [row["consent"] for row in rows] == ["true", "false"]
    assert all(str(row["actor"]).startswith("subject:") for row in rows)
