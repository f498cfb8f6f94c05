"""Actions of mixed kinds while LinkedIn fails and the service is killed between any two steps.

LinkedIn's own log is the judge: each action is applied at most once, and what is said of it agrees
with the log. Real PostgreSQL, Valkey, store, sandbox and service process; the seed decides.
"""

import asyncio
import os
import random
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import grpc
from inergize.profile.v1 import profile_action_kinds_pb2 as kinds
from inergize.profile.v1 import profile_actions_pb2 as pb
from inergize.profile.v1.profile_internal_service_pb2_grpc import ProfileInternalServiceStub

from services.kernel.config import MeshSettings
from services.profile.__main__ import build
from tests.integration.linkedin.conftest import SandboxProcess
from tests.integration.migrations.server import running_server
from tests.integration.profile.conftest import ProfileRoom, linkedin_settings, publish
from tests.support import media
from tests.support.databases import cloned, make_template
from tests.support.files import Store
from tests.support.identity import service_token
from tests.support.profile_process import environment_of, start_profile
from tests.support.rooms import room_settings, running_room
from tests.support.s3 import running_s3
from tests.support.valkey import free_port, running_valkey

ACTIONS = int(os.environ.get("INERGIZE_FAULTS_ACTIONS", "40"))
SEED = "INERGIZE_FAULTS_SEED"
"""Set it to repeat a run's choices."""
MEMBERS = 5
AT_ONCE = 6
KILLS = max(6, ACTIONS // 8)
"""So many at most: a machine on which nothing gets done between two kills would never end."""
KILL_PAUSES_SECONDS = (0.05, 1.5)
ENDED_SECONDS = 120.0 + 2 * ACTIONS
LINKEDIN_TIMEOUT_MS = 1_500
READINGS = 30
FAULTS = (
    *(("apply_then_drop", "", 0.08), ("apply_then_500", "", 0.08), ("drop", "", 0.05)),
    *(("unavailable", "", 0.05), ("throttle", "PLAIN", 0.004), ("slow", "400", 0.15)),
    *(("apply_then_slow", "500", 0.15), ("apply_then_hang", "3000", 0.02)),
)
"""What happens to a call, with how much chance. A throttled member is refused for the rest of the
day, without a call: seldom, or little else is tried."""
AGAIN = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)


@dataclass
class Deed:
    """An action that is wanted, and how LinkedIn's log names it."""

    request: pb.ExecuteActionRequest
    log_kind: str
    mark: str
    """Words or URN that only this action brings into the log."""
    outcomes: list[str] = field(default_factory=list)


@dataclass
class Service:
    """The service's process: killed by chance, and started again."""

    environment: dict[str, str]
    mesh: MeshSettings
    port: int = field(default_factory=free_port)
    metrics_port: int = field(default_factory=free_port)
    process: BaseProcess | None = None
    kills: int = 0

    def start(self) -> None:
        self.process = start_profile(self.environment, self.port, self.metrics_port)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.join(10)

    async def kill_by_chance(self, chance: random.Random) -> None:
        for _ in range(KILLS):
            await asyncio.sleep(chance.uniform(*KILL_PAUSES_SECONDS))
            self.kill()
            self.kills += 1
            self.start()
            await self.until_serving()

    async def until_serving(self) -> None:
        """Wait until it listens; else slow machines would see nothing but starts."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
        raise AssertionError("the service does not start")

    async def ask(self, method: str, request: Any) -> Any:
        """Ask as a worker does: again, under the same id, for as long as nobody answers."""
        async with grpc.aio.insecure_channel(f"127.0.0.1:{self.port}") as channel:
            stub = ProfileInternalServiceStub(channel)
            while True:
                token = service_token("workers", "profile", self.mesh)
                try:
                    return await getattr(stub, method)(
                        request,
                        metadata=[("authorization", f"Bearer {token}")],
                        timeout=8,
                        wait_for_ready=True,
                    )
                except grpc.aio.AioRpcError as failed:
                    if failed.code() not in AGAIN:
                        raise
                await asyncio.sleep(0.05)


@dataclass
class World:
    """All that runs, and the members with a post and a comment of their own."""

    service: Service
    sandbox: SandboxProcess
    store: Store
    admin: asyncpg.Connection
    members: list[tuple[UUID, str, str]]


@asynccontextmanager
async def world(folder: Path) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        server = stack.enter_context(running_server())
        valkey = stack.enter_context(running_valkey())
        await make_template(server)
        database = await stack.enter_async_context(cloned(server))
        s3, files = await stack.enter_async_context(running_s3())
        sandbox = SandboxProcess(folder)
        sandbox.start()
        stack.callback(sandbox.end)
        linkedin = linkedin_settings(sandbox, timeout_ms=LINKEDIN_TIMEOUT_MS, media_grace_ms=350)
        settings = room_settings(server, database, valkey.url, linkedin=linkedin, s3=s3)
        admin = await asyncpg.connect(server.dsn(database))
        stack.push_async_callback(admin.close)
        async with running_room("profile", build, settings, admin) as room:
            profile = ProfileRoom(room, sandbox)
            members = [await _member(profile) for _ in range(MEMBERS)]
        service = Service(environment_of(settings), settings.mesh)
        service.start()
        stack.callback(service.kill)
        await service.until_serving()
        yield World(service, sandbox, Store(s3, files), admin, members)


async def _member(profile: ProfileRoom) -> tuple[UUID, str, str]:
    """A connected user, a post and a comment of theirs."""
    user_id = await profile.connected_user()
    post_urn = (await profile.execute(publish(user_id))).remote_id
    comment = kinds.CreateComment(post_urn=post_urn, text="first")
    request = pb.ExecuteActionRequest(
        attempt_id=str(uuid4()), user_id=str(user_id), create_comment=comment
    )
    return user_id, post_urn, (await profile.execute(request)).remote_id


def plan_faults(sandbox: SandboxProcess, seed: int) -> None:
    """Let chance strike every call; repeated words make a second post, to be counted."""
    for number, (kind, detail, probability) in enumerate(FAULTS):
        chance = {"probability": probability, "seed": seed + number}
        sandbox.post("faults", kind=kind, detail=detail, **chance)
    sandbox.post("faults", kind="duplicate_visible", operation="posts.CREATE", is_lasting=True)


def plan_deeds(world: World, chance: random.Random) -> list[Deed]:
    """Actions of all kinds by all members, in an order that the seed decides."""
    image = world.store.put(media.png(size_bytes=60_000), "image/png")
    makers = [_text_post, _image_post(image), _repost, _edit, _comment, _comment_edit, _reaction]
    return [
        chance.choice(makers)(world.members[chance.randrange(MEMBERS)], f"deed {n} {uuid4().hex}")
        for n in range(ACTIONS)
    ]


def _deed(member: tuple[UUID, str, str], log_kind: str, mark: str, **action: Any) -> Deed:
    request = pb.ExecuteActionRequest(attempt_id=str(uuid4()), user_id=str(member[0]), **action)
    return Deed(request, log_kind, mark)


def _text_post(member: tuple[UUID, str, str], words: str) -> Deed:
    post = kinds.PublishPost(text=words, visibility=kinds.VISIBILITY_PUBLIC)
    return _deed(member, "post.create", words, publish_post=post)


def _image_post(media: kinds.Media) -> Callable[[tuple[UUID, str, str], str], Deed]:
    def make(member: tuple[UUID, str, str], words: str) -> Deed:
        deed = _text_post(member, words)
        deed.request.publish_post.image.media.CopyFrom(media)
        return deed

    return make


def _repost(member: tuple[UUID, str, str], words: str) -> Deed:
    repost = kinds.Repost(post_urn=member[1], text=words, visibility=kinds.VISIBILITY_PUBLIC)
    return _deed(member, "post.create", words, repost=repost)


def _edit(member: tuple[UUID, str, str], words: str) -> Deed:
    return _deed(
        member, "post.edit", words, edit_post=kinds.EditPost(post_urn=member[1], text=words)
    )


def _comment(member: tuple[UUID, str, str], words: str) -> Deed:
    comment = kinds.CreateComment(post_urn=member[1], text=words)
    return _deed(member, "comment.create", words, create_comment=comment)


def _comment_edit(member: tuple[UUID, str, str], words: str) -> Deed:
    edit = kinds.EditComment(post_urn=member[1], comment_urn=member[2], text=words)
    return _deed(member, "comment.edit", words, edit_comment=edit)


def _reaction(member: tuple[UUID, str, str], _: str) -> Deed:
    target = f"urn:li:share:{secrets.randbits(62)}"
    reaction = kinds.AddReaction(target_urn=target, reaction=kinds.REACTION_TYPE_LIKE)
    return _deed(member, "reaction.create", target, add_reaction=reaction)


async def read_back(service: Service, deed: Deed) -> str:
    """What is known after reading back, again while a fault keeps us from reading."""
    asked = pb.ReconcileActionRequest(
        attempt_id=deed.request.attempt_id, user_id=deed.request.user_id
    )
    for _ in range(READINGS):
        told = await service.ask("ReconcileAction", asked)
        if told.outcome != pb.RECONCILE_OUTCOME_UNDECIDED:
            break
    return pb.ReconcileOutcome.Name(told.outcome).removeprefix("RECONCILE_OUTCOME_")


async def carry_out(service: Service, deeds: list[Deed]) -> None:
    """Have every deed done, a few at once, each asked for twice; then read back what is unknown."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(deed: Deed) -> None:
        async with places:
            for _ in range(2):
                reply = await service.ask("ExecuteAction", deed.request)
                deed.outcomes.append(pb.ActionOutcome.Name(reply.outcome).rpartition("_")[2])
            if deed.outcomes[-1] == "UNKNOWN":
                deed.outcomes.append(await read_back(service, deed))

    async with asyncio.timeout(ENDED_SECONDS), asyncio.TaskGroup() as running:
        for deed in deeds:
            running.create_task(one(deed))


async def test_no_action_happens_twice_and_none_is_lost(tmp_path: Path) -> None:
    seed = int(os.environ.get(SEED, time.time_ns() % 1_000_000))
    print(f"\n{SEED}={seed}, {ACTIONS} actions")
    chance = random.Random(seed)
    async with world(tmp_path) as living:
        deeds = plan_deeds(living, chance)
        plan_faults(living.sandbox, seed)
        began = time.monotonic()
        killing = asyncio.create_task(living.service.kill_by_chance(chance))
        await carry_out(living.service, deeds)
        killing.cancel()
        log = living.sandbox.get("applied")
        rows = await living.admin.fetch(
            "SELECT attempt_id::text, state, remote_id FROM profile.linkedin_attempts"
        )

    states = {row["attempt_id"]: row for row in rows}
    times = Counter((entry["kind"], _mark(entry)) for entry in log)
    for deed in deeds:
        applied = times[deed.log_kind, deed.mark]
        state = states[deed.request.attempt_id]["state"]
        story = (deed.log_kind, deed.outcomes, state, applied)
        assert applied <= 1, story
        assert applied == {"confirmed": 1, "rejected": 0}.get(state, applied), story
        assert state in {"confirmed", "rejected", "unknown"}, story
        assert (state == "unknown") == (deed.outcomes[-1] == "NEEDS_HUMAN"), story
    ends = Counter(deed.outcomes[-1] for deed in deeds)
    lost = sum(times[d.log_kind, d.mark] for d in deeds if d.outcomes[-1] == "NEEDS_HUMAN")
    print(
        f"{time.monotonic() - began:.0f} s, {living.service.kills} kills; {dict(ends)};"
        f" {lost} of those that need a human had happened; no action twice"
    )
    assert ends["CONFIRMED"] > 0
    assert living.service.kills > 0


def _mark(entry: dict[str, Any]) -> str:
    return str(entry["urn"] if entry["kind"] == "reaction.create" else entry["rendered"])
