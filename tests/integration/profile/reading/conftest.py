"""A LinkedIn that tells much, and a room that asks for it."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from google.protobuf.duration_pb2 import Duration
from inergize.profile.v1 import linkedin_reading_pb2 as pb

from tests.integration.linkedin.conftest import CLIENT_ID, SandboxProcess
from tests.integration.profile.conftest import ProfileRoom, StartProfile
from tests.support.work import run_periodic

SCOPES = (
    "openid",
    "profile",
    "email",
    "w_member_social",
    "r_member_social",
    "r_member_postAnalytics",
    "r_member_profileAnalytics",
    "r_1st_connections_size",
    "rw_organization_admin",
    "w_organization_social",
    "r_organization_followers",
)
SYNC = "sync_linkedin_profiles"
MEASURE = "measure_linkedin_posts"


@dataclass
class Reading:
    """The Profile room, as whoever reads LinkedIn through it sees it."""

    profile: ProfileRoom

    async def sync(self, user_id: UUID, *, seconds: int = 20) -> pb.SyncLinkedInProfileResponse:
        return await self.profile.users.SyncLinkedInProfile(
            pb.SyncLinkedInProfileRequest(wait=Duration(seconds=seconds)),
            metadata=self.profile.room.as_user(user_id),
            timeout=30,
        )

    def close(self, *scopes: str) -> None:
        """LinkedIn no longer lets the application use some scopes, consented to or not."""
        left = [scope for scope in SCOPES if scope not in scopes]
        self.profile.sandbox.post("apps", client_id=CLIENT_ID, products=[], scopes=left)

    async def make_due(self) -> None:
        await self.profile.room.admin.execute(
            "UPDATE profile.linkedin_profiles SET next_sync_at = now() - interval '1 second'"
        )

    async def run(self, job: str, *, at_once: int = 1) -> None:
        await run_periodic(self.profile.room, job, at_once=at_once)

    async def announced(self, topic: str) -> list[dict[str, Any]]:
        """What was given to the outbox, oldest first."""
        rows = await self.profile.room.admin.fetch(
            "SELECT payload FROM profile.outbox WHERE topic = $1 ORDER BY created_at", topic
        )
        return [json.loads(row["payload"]) for row in rows]

    async def calls(self, endpoint: str) -> int:
        """How many calls to an endpoint were noted, once the noting is done."""
        await self.profile.room.given.db.fetchrow("SELECT 1")
        found: int = await self.profile.room.admin.fetchval(
            "SELECT count(*) FROM profile.linkedin_api_usage WHERE endpoint = $1", endpoint
        )
        return found


def counted(payload: dict[str, Any]) -> dict[str, tuple[int, int | None]]:
    """Metric to its value and the one before."""
    return {one["metric_type"]: (one["value"], one["previous"]) for one in payload["metrics"]}


@pytest.fixture(scope="session")
def _shared_open_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    arguments = tuple(part for scope in SCOPES for part in ("--scope", scope))
    running = SandboxProcess(tmp_path_factory.mktemp("linkedin-for-reading"), arguments)
    running.start()
    yield running
    running.end()


@pytest.fixture
def open_sandbox(_shared_open_sandbox: SandboxProcess) -> SandboxProcess:
    _shared_open_sandbox.post("reset")
    return _shared_open_sandbox


@pytest_asyncio.fixture
async def reading(
    start_profile: StartProfile, open_sandbox: SandboxProcess
) -> AsyncIterator[Reading]:
    yield Reading(await start_profile(open_sandbox, scopes=SCOPES))
