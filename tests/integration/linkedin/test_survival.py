"""The sandbox's memory: nothing that was answered is lost, whatever ends the process."""

import asyncio
from collections.abc import Callable
from typing import Any

from services.profile.linkedin.outcome import Confirmed


async def test_a_killed_sandbox_has_kept_everything_it_confirmed(
    mortal_sandbox: Any, sign_in: Callable[..., Any]
) -> None:
    mortal_sandbox.start()
    session = await sign_in(mortal_sandbox)
    confirmed: list[str] = []
    posting = asyncio.create_task(_post_until_gone(session, confirmed))
    await asyncio.to_thread(mortal_sandbox.wait_until_applied, 20)
    mortal_sandbox.end(kill=True)
    await posting

    mortal_sandbox.start()
    kept = [entry["urn"] for entry in mortal_sandbox.get("applied")]
    # One more may have been applied whose answer was never read.
    assert kept[: len(confirmed)] == confirmed
    assert len(kept) - len(confirmed) <= 1
    assert (await session.linkedin.userinfo(session.token)) == session.member


async def _post_until_gone(session: Any, confirmed: list[str]) -> None:
    while isinstance(
        outcome := await session.linkedin.create_post(session.token, session.draft()), Confirmed
    ):
        confirmed.append(outcome.remote_id)


async def test_all_that_was_set_up_survives_a_kill(
    mortal_sandbox: Any, sign_in: Callable[..., Any]
) -> None:
    mortal_sandbox.start()
    moved = mortal_sandbox.post("clock", time="2027-02-01T12:00:00Z")["time"]
    await sign_in(mortal_sandbox)
    kept = {name: mortal_sandbox.get(name) for name in ("members", "consents", "quota")}
    assert all(kept.values())
    mortal_sandbox.post("faults", kind="unavailable", operation="posts.CREATE", count=2)
    mortal_sandbox.post("products/grant", product="community-management")
    mortal_sandbox.post("apps", client_id="test-app", has_refresh_tokens=False)
    mortal_sandbox.end(kill=True)
    mortal_sandbox.start()
    assert mortal_sandbox.get("health")["time"] >= moved
    assert mortal_sandbox.get("faults")[0]["remaining"] == 2
    assert {name: mortal_sandbox.get(name) for name in kept} == kept
    (app,) = mortal_sandbox.get("apps")
    assert "r_organization_social" in app["scopes"]
    assert not app["has_refresh_tokens"]


async def test_sigterm_finishes_the_request_under_way_and_exits_clean(
    mortal_sandbox: Any, sign_in: Callable[..., Any]
) -> None:
    mortal_sandbox.start()
    session = await sign_in(mortal_sandbox)
    mortal_sandbox.post("faults", kind="apply_then_slow", operation="posts.CREATE", detail="500")
    posting = asyncio.create_task(session.linkedin.create_post(session.token, session.draft()))
    await asyncio.to_thread(mortal_sandbox.wait_until_applied, 1)
    code = await asyncio.to_thread(mortal_sandbox.end)
    assert isinstance(await posting, Confirmed)
    assert code == 0


async def test_reset_forgets_everything(mortal_sandbox: Any, sign_in: Callable[..., Any]) -> None:
    mortal_sandbox.start()
    session = await sign_in(mortal_sandbox)
    await session.linkedin.create_post(session.token, session.draft())
    mortal_sandbox.post("reset")
    for name in ("applied", "posts", "members", "faults"):
        assert mortal_sandbox.get(name) == []


async def test_the_application_comes_from_the_settings(
    mortal_sandbox: Any, sign_in: Callable[..., Any]
) -> None:
    mortal_sandbox.start_from_settings()
    session = await sign_in(mortal_sandbox)
    outcome = await session.linkedin.create_post(session.token, session.draft())
    assert isinstance(outcome, Confirmed)
    assert mortal_sandbox.end() == 0
