"""Rules act only for those who let them, and never on a guess."""

from typing import Any
from uuid import UUID

import grpc
import pytest
from inergize.profile.v1 import profile_preferences_pb2 as preferences
from inergize.profile.v1.profile_service_pb2_grpc import ProfileServiceStub

from services.automation.__main__ import build as build_automation
from services.kernel import permissions
from services.profile.__main__ import build as build_profile
from tests.integration.automation.calls import CLAIMED, Workers
from tests.support.replies import error_info
from tests.support.rooms import RunningRoom


async def _ledger_beside(start_room: Any, profile: RunningRoom) -> RunningRoom:
    """An automation room that reaches Profile over the mesh."""
    mesh = profile.given.settings.mesh.model_copy(update={"address": profile.address})
    running: RunningRoom = await start_room("automation", build_automation, mesh=mesh)
    return running


async def _let(profile: RunningRoom, user_id: UUID, *, is_on: bool) -> None:
    stub: Any = ProfileServiceStub(profile.channel)
    change = preferences.PreferencesChange(is_automation_enabled=is_on)
    await stub.UpdatePreferences(
        preferences.UpdatePreferencesRequest(preferences=change),
        metadata=profile.as_user(user_id),
    )


async def _reason(call: Any) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return str(error_info(refused.value).reason)


async def test_a_rule_acts_only_while_its_owner_lets_it(
    start_room: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(permissions, "FRESH_SECONDS", 0.0)
    profile = await start_room("profile", build_profile)
    ledger = await _ledger_beside(start_room, profile)
    user_id = await ledger.make_user()
    workers = Workers(ledger, user_id)

    off = await _reason(workers.begin(action_type="like_post"))
    await _let(profile, user_id, is_on=True)
    begun = await workers.begin(action_type="like_post")
    await _let(profile, user_id, is_on=False)
    off_again = await _reason(workers.begin(action_type="like_post"))

    assert begun.state == CLAIMED
    assert [off, off_again] == ["ERROR_REASON_AUTOMATION_OFF"] * 2
    assert (await workers.begin(action_type="publish_post")).state == CLAIMED


async def test_an_attempt_is_not_taken_over_once_automation_is_off(
    start_room: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(permissions, "FRESH_SECONDS", 0.0)
    profile = await start_room("profile", build_profile)
    ledger = await _ledger_beside(start_room, profile)
    user_id = await ledger.make_user()
    workers = Workers(ledger, user_id)
    await _let(profile, user_id, is_on=True)
    action_id = UUID(int=7)
    await workers.begin(action_id, action_type="like_post")
    await workers.lapse_leases()
    await _let(profile, user_id, is_on=False)
    assert await _reason(workers.begin(action_id, action_type="like_post")) == (
        "ERROR_REASON_AUTOMATION_OFF"
    )


async def test_without_an_answer_no_rule_acts(start_room: Any) -> None:
    ledger = await start_room("automation", build_automation)  # its mesh leads nowhere
    workers = Workers(ledger, await ledger.make_user())
    assert await _reason(workers.begin(action_type="like_post")) in {
        "ERROR_REASON_UNAVAILABLE",
        "ERROR_REASON_DEADLINE_EXCEEDED",
    }
    assert (await workers.begin(action_type="publish_post")).state == CLAIMED
