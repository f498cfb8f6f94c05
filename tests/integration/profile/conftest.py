"""The Profile room, served for real, connected to a real sandbox process."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from inergize.profile.v1 import profile_action_kinds_pb2 as kinds
from inergize.profile.v1 import profile_actions_pb2 as internal
from inergize.profile.v1 import profile_service_pb2 as pb
from inergize.profile.v1.profile_internal_service_pb2_grpc import ProfileInternalServiceStub
from inergize.profile.v1.profile_service_pb2_grpc import ProfileServiceStub

from services.kernel.config import LinkedinSettings, S3Settings
from services.profile.__main__ import build
from tests.integration.linkedin.conftest import (
    CLIENT_ID,
    CLIENT_SECRET,
    REDIRECT_URI,
    SandboxProcess,
)
from tests.support.rooms import RunningRoom
from tests.support.waiting import eventually
from tests.support.work import run_periodic

Metadata = list[tuple[str, str]]


@dataclass(frozen=True)
class Begun:
    """A connection under way: what the browser holds after `init` and after LinkedIn."""

    code: str
    state: str
    cookie: str


@dataclass
class ProfileRoom:
    """A served Profile room, as its callers see it."""

    room: RunningRoom
    sandbox: SandboxProcess

    def __post_init__(self) -> None:
        self.users = ProfileServiceStub(self.room.channel)
        self.internal = ProfileInternalServiceStub(self.room.channel)

    async def start(self, user_id: UUID) -> tuple[str, str]:
        """The authorization URL and the cookie."""
        call = self.users.StartLinkedInConnect(
            pb.StartLinkedInConnectRequest(), metadata=self.room.as_user(user_id)
        )
        headers = dict(await call.initial_metadata())
        return (await call).authorization_url, str(headers["set-cookie"])

    async def begin(self, user_id: UUID, *, member: str | None = None) -> Begun:
        """Begin, and let a member consent: a new one unless one is named."""
        url, set_cookie = await self.start(user_id)
        self.sandbox.post("members", id=member or f"m{secrets.token_hex(6)}")
        async with httpx.AsyncClient() as browser:
            redirect = httpx.URL((await browser.get(url)).headers["location"])
        params = redirect.params
        return Begun(params["code"], params["state"], set_cookie.partition(";")[0])

    async def complete(
        self, begun: Begun, metadata: Metadata, **request: str
    ) -> pb.CompleteLinkedInConnectResponse:
        given = {"code": begun.code, "state": begun.state} | request
        return await self.users.CompleteLinkedInConnect(
            pb.CompleteLinkedInConnectRequest(**given), metadata=metadata
        )

    async def connected_user(self, *, member: str | None = None) -> UUID:
        """A user who has connected LinkedIn."""
        user_id = await self.room.make_user()
        begun = await self.begin(user_id, member=member)
        await self.complete(begun, [("cookie", begun.cookie)])
        return user_id

    async def connection(self, user_id: UUID) -> Any:
        reply = await self.users.GetLinkedInConnection(
            pb.GetLinkedInConnectionRequest(), metadata=self.room.as_user(user_id)
        )
        return reply.connection

    async def execute(
        self, request: internal.ExecuteActionRequest, *, timeout_seconds: float = 20
    ) -> internal.ExecuteActionResponse:
        return await self.internal.ExecuteAction(
            request, metadata=self.room.as_service("workers"), timeout=timeout_seconds
        )

    async def row(self, table: str) -> Any:
        """The only row of a table."""
        (found,) = await self.room.admin.fetch(f"SELECT * FROM profile.{table}")
        return found

    async def attempt_state(self, request: internal.ExecuteActionRequest) -> str | None:
        state: str | None = await self.room.admin.fetchval(
            "SELECT state FROM profile.linkedin_attempts WHERE attempt_id = $1",
            UUID(request.attempt_id),
        )
        return state

    async def count(self, table: str) -> int:
        found: int = await self.room.admin.fetchval(f"SELECT count(*) FROM profile.{table}")
        return found

    def applied(self, kind: str = "post.create") -> list[dict[str, Any]]:
        """What LinkedIn really did, of one kind; of all when it is empty."""
        entries: list[dict[str, Any]] = self.sandbox.get("applied", kind=kind)
        return entries

    async def until_applied(self, request: internal.ExecuteActionRequest) -> None:
        """Return once a post has taken effect at LinkedIn while its answer is still out."""

        async def applied() -> bool:
            return bool(await asyncio.to_thread(self.applied))

        await eventually(applied)
        assert await self.attempt_state(request) == "sending"


def publish(user_id: UUID, text: str = "", **fields: Any) -> internal.ExecuteActionRequest:
    """A new attempt at a post."""
    post = kinds.PublishPost(
        text=text or f"words {secrets.token_hex(8)}",
        visibility=kinds.VISIBILITY_PUBLIC,
        **fields,
    )
    return internal.ExecuteActionRequest(
        attempt_id=str(uuid4()), user_id=str(user_id), publish_post=post
    )


def linkedin_settings(sandbox: SandboxProcess, **replaced: Any) -> LinkedinSettings:
    given: dict[str, Any] = {
        "oauth_url": f"{sandbox.url}/oauth/v2",
        "api_url": sandbox.url,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "redirect_uri": REDIRECT_URI,
        "timeout_ms": 5_000,
    }
    return LinkedinSettings(**given | replaced)


@pytest.fixture(scope="session")
def _shared_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    running = SandboxProcess(tmp_path_factory.mktemp("linkedin-for-profile"))
    running.start()
    yield running
    running.end()


@pytest.fixture
def sandbox(_shared_sandbox: SandboxProcess) -> SandboxProcess:
    """LinkedIn, with nobody in it yet."""
    _shared_sandbox.post("reset")
    return _shared_sandbox


WIDE = ("openid", "profile", "email", "w_member_social", "r_member_social")
"""Scopes of an application that may read its members' posts."""


@pytest.fixture(scope="session")
def _shared_wide_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    scopes = ("--scope", "w_member_social", "--scope", "r_member_social")
    running = SandboxProcess(tmp_path_factory.mktemp("linkedin-wide-for-profile"), scopes)
    running.start()
    yield running
    running.end()


@pytest.fixture
def wide_sandbox(_shared_wide_sandbox: SandboxProcess) -> SandboxProcess:
    """LinkedIn for an application that may read back; nobody is in it yet."""
    _shared_wide_sandbox.post("reset")
    return _shared_wide_sandbox


@pytest.fixture
def mortal_sandbox(tmp_path: Path) -> Iterator[SandboxProcess]:
    """A LinkedIn that a test may kill and start again."""
    mortal = SandboxProcess(tmp_path)
    mortal.start()
    yield mortal
    if mortal.process is not None:
        mortal.end()


StartProfile = Callable[..., Awaitable[ProfileRoom]]
PORTABLE = ("openid", "profile", "email", "w_member_social", "r_dma_portability_3rd_party")
"""Scopes of an application that is told what its members did, if they are in Europe."""


@pytest.fixture
def start_profile(start_room: Any) -> StartProfile:
    """Serve the room with a given LinkedIn; `beside` another it has the same keys."""

    async def start(
        sandbox: SandboxProcess,
        *,
        beside: ProfileRoom | None = None,
        s3: S3Settings | None = None,
        **replaced: Any,
    ) -> ProfileRoom:
        groups: dict[str, Any] = {"linkedin": linkedin_settings(sandbox, **replaced)}
        if s3 is not None:
            groups["s3"] = s3
        if beside is not None:
            groups["crypto"] = beside.room.given.settings.crypto
        return ProfileRoom(await start_room("profile", build, **groups), sandbox)

    return start


@pytest_asyncio.fixture
async def profile(
    start_profile: StartProfile, sandbox: SandboxProcess
) -> AsyncIterator[ProfileRoom]:
    yield await start_profile(sandbox)


@pytest_asyncio.fixture
async def european(start_profile: StartProfile, sandbox: SandboxProcess) -> ProfileRoom:
    """Profile of an application that is told what its members did."""
    sandbox.post("products/grant", product="member-data-portability")
    return await start_profile(sandbox, scopes=PORTABLE)


async def poll_changes(profile: ProfileRoom) -> None:
    """Read everybody's change log now."""
    await profile.room.admin.execute("UPDATE profile.linkedin_changelogs SET next_read_at = now()")
    await run_periodic(profile.room, "read_change_logs")


def done_to(
    profile: ProfileRoom, owner: str, resource: str, *, actor: str = "other", **activity: Any
) -> None:
    """Have something appear in a member's change log that somebody did, here and now."""
    profile.sandbox.post("changes", owner=owner, actor=actor, resource=resource, activity=activity)
