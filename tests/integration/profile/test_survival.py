"""The Profile process ends, gently or not, while LinkedIn's answer is out."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import grpc
import pytest
from grpc import StatusCode
from inergize.profile.v1 import profile_actions_pb2 as pb
from inergize.profile.v1.profile_internal_service_pb2_grpc import ProfileInternalServiceStub
from pydantic import SecretStr

from services.kernel.config import Key, Settings
from services.profile.__main__ import build
from tests.integration.linkedin.conftest import SandboxProcess
from tests.integration.profile.conftest import ProfileRoom, StartProfile, linkedin_settings, publish
from tests.support.rooms import running_room
from tests.support.valkey import free_port
from tests.support.waiting import eventually

ROOT = Path(__file__).resolve().parents[3]
SLOW = {"kind": "apply_then_slow", "operation": "posts.CREATE"}


@contextmanager
def _process(settings: Settings) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """`python -m services.profile` with these settings, and its address."""
    port = free_port()
    environment = {**os.environ, **_environment(settings), "SERVER_PORT": str(port)}
    running = subprocess.Popen(
        [sys.executable, "-m", "services.profile"],
        cwd=ROOT,
        env={**environment, "SERVER_METRICS_PORT": str(free_port())},
        stderr=subprocess.DEVNULL,
    )
    try:
        yield running, f"127.0.0.1:{port}"
    finally:
        running.kill()
        running.wait(timeout=10)


def _environment(settings: Settings) -> dict[str, str]:
    groups = {
        "database": ("url", "passwords"),
        "redis": ("url",),
        "mesh": ("signing_keys", "public_keys"),
        "crypto": ("encryption_keys", "hash_keys"),
        "linkedin": ("oauth_url", "api_url", "client_id", "client_secret", "redirect_uri"),
    }
    return {
        f"{group}_{field}".upper(): _text(getattr(getattr(settings, group), field))
        for group, fields in groups.items()
        for field in fields
    }


def _text(value: object) -> str:
    plain = _plain(value)
    return plain if isinstance(plain, str) else json.dumps(plain)


def _plain(value: object) -> Any:
    match value:
        case SecretStr():
            return value.get_secret_value()
        case Key():
            return {"id": value.id, "key": value.key.get_secret_value()}
        case Mapping():
            return {name: _plain(held) for name, held in value.items()}
        case tuple():
            return [_plain(held) for held in value]
    return value


async def test_a_killed_sender_leaves_an_unknown_that_is_never_resent(
    profile: ProfileRoom,
) -> None:
    request = publish(await profile.connected_user())
    profile.sandbox.post("faults", **SLOW, detail="4000")

    with _process(profile.room.given.settings) as (running, address):
        async with grpc.aio.insecure_channel(address) as channel:
            call = ProfileInternalServiceStub(channel).ExecuteAction(
                request,
                metadata=profile.room.as_service("workers"),
                wait_for_ready=True,
                timeout=20,
            )
            await profile.until_applied(request)
            running.kill()
            with pytest.raises(grpc.aio.AioRpcError) as lost:
                await call
    assert lost.value.code() is StatusCode.UNAVAILABLE

    # Another process is asked, as a worker does once the lease has lapsed.
    for _ in range(3):
        reply = await profile.execute(request)
        assert (reply.outcome, reply.error_code) == (pb.ACTION_OUTCOME_UNKNOWN, "sender_lost")
    assert len(profile.applied()) == 1


async def test_an_answer_that_comes_after_all_settles_the_unknown(
    profile: ProfileRoom, start_profile: StartProfile
) -> None:
    request = publish(await profile.connected_user())
    profile.sandbox.post("faults", **SLOW, detail="800")
    other = await start_profile(profile.sandbox, beside=profile)

    sending = asyncio.create_task(profile.execute(request))
    await profile.until_applied(request)
    meanwhile = await other.execute(request)

    assert meanwhile.outcome == pb.ACTION_OUTCOME_UNKNOWN
    confirmed = await sending
    assert confirmed.outcome == pb.ACTION_OUTCOME_CONFIRMED
    assert (await other.execute(request)).remote_id == confirmed.remote_id
    assert len(profile.applied()) == 1


async def test_a_stopping_service_records_the_answer_that_is_out(
    profile: ProfileRoom, admin: asyncpg.Connection, sandbox: SandboxProcess
) -> None:
    request = publish(await profile.connected_user())
    sandbox.post("faults", **SLOW, detail="700")
    settings = profile.room.given.settings.model_copy(
        update={"linkedin": linkedin_settings(sandbox)}
    )

    async with running_room("profile", build, settings, admin) as room:
        stopping = ProfileRoom(room, sandbox)
        call = asyncio.create_task(stopping.execute(request))
        await stopping.until_applied(request)
        call.cancel()  # so that nothing but the send itself keeps the service up

    assert await profile.attempt_state(request) == "confirmed"


async def test_no_row_stays_open_once_its_answer_is_known(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user()
    profile.sandbox.post("faults", kind="unavailable", operation="posts.CREATE", count=3)
    requests = [publish(user_id) for _ in range(10)]

    await asyncio.gather(*(profile.execute(request) for request in requests))

    async def settled() -> bool:
        states = [await profile.attempt_state(request) for request in requests]
        return "sending" not in states

    await eventually(settled)
    confirmed = [r for r in requests if await profile.attempt_state(r) == "confirmed"]
    assert len(confirmed) == len(profile.applied()) == 7
