"""The sandbox's memory: nothing that was answered is lost, whatever ends the process."""

import asyncio
from collections.abc import Callable
from typing import Any

from services.profile.linkedin_outcome import Confirmed


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


async def test_a_moved_clock_and_planned_faults_survive_a_kill(mortal_sandbox: Any) -> None:
    mortal_sandbox.start()
    moved = mortal_sandbox.post("clock", advance_seconds=86_400)["time"]
    mortal_sandbox.post("faults", kind="unavailable", operation="posts.CREATE", count=2)
    mortal_sandbox.end(kill=True)
    mortal_sandbox.start()
    assert mortal_sandbox.get("health")["time"] >= moved
    assert mortal_sandbox.get("faults")[0]["remaining"] == 2


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
