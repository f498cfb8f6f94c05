"""An account's data can be taken home: one archive, made by a worker, fetched for a week."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from grpc import StatusCode
from inergize.auth.v1 import auth_internal_service_pb2 as pb
from inergize.auth.v1 import auth_pb2

from services.auth.__main__ import build
from services.auth.account.exports import MOST_WAITING
from services.kernel.config import S3Settings
from tests.integration.auth.account.conftest import MakeOwner, Owner
from tests.integration.auth.conftest import People, refusal
from tests.support.races import race, winners
from tests.support.replies import error_info, retry_seconds
from tests.support.rooms import RunningRoom
from tests.support.s3 import running_s3
from tests.support.work import Work, run_periodic

ARCHIVE = b"PK: all about Ada" * 1000
PENDING, RUNNING = (
    auth_pb2.ACCOUNT_EXPORT_STATE_PENDING,
    auth_pb2.ACCOUNT_EXPORT_STATE_RUNNING,
)
READY, FAILED, EXPIRED = (
    auth_pb2.ACCOUNT_EXPORT_STATE_READY,
    auth_pb2.ACCOUNT_EXPORT_STATE_FAILED,
    auth_pb2.ACCOUNT_EXPORT_STATE_EXPIRED,
)


@pytest.fixture
async def store() -> AsyncIterator[tuple[S3Settings, Path]]:
    async with running_s3() as running:
        yield running


@pytest.fixture
def bucket(store: tuple[S3Settings, Path]) -> Path:
    return store[1]


@pytest.fixture
async def room(start_room: Any, store: tuple[S3Settings, Path]) -> RunningRoom:
    running: RunningRoom = await start_room("auth", build, s3=store[0])
    return running


class Maker:
    """Makes archives as a worker does."""

    def __init__(self, room: RunningRoom, internal: Any) -> None:
        self._internal = internal
        self._as = {"metadata": room.as_service("workers")}

    async def begin(self, export_id: str, body: bytes = b"") -> pb.BeginAccountExportResponse:
        told = {"sha256": hashlib.sha256(body).digest(), "size_bytes": len(body)} if body else {}
        request = pb.BeginAccountExportRequest(export_id=export_id, **told)  # type: ignore[arg-type]
        reply: pb.BeginAccountExportResponse
        reply = await self._internal.BeginAccountExport(request, **self._as)
        return reply

    async def put(self, export_id: str, body: bytes, claimed: bytes = b"") -> httpx.Response:
        where = await self.begin(export_id, claimed or body)
        async with httpx.AsyncClient() as client:
            headers = {**where.upload_headers, "content-length": str(len(body))}
            return await client.put(where.upload_url, content=body, headers=headers)

    async def finish(self, export_id: str, body: bytes = b"") -> None:
        request = pb.FinishAccountExportRequest(export_id=export_id, size_bytes=len(body))
        if body:
            request.sha256 = hashlib.sha256(body).digest()
        await self._internal.FinishAccountExport(request, **self._as)

    async def make(self, export_id: str, body: bytes = ARCHIVE) -> None:
        await self.begin(export_id)
        assert (await self.put(export_id, body)).status_code == 200
        await self.finish(export_id, body)


@pytest.fixture
def maker(room: RunningRoom, internal: Any) -> Maker:
    return Maker(room, internal)


async def _handed_out(people: People) -> list[str]:
    return [m.payload["export_id"] for m in await people.messages("export_account")]


def _objects(bucket: Path) -> list[str]:
    return [str(p.relative_to(bucket)) for p in bucket.rglob("*.zip") if p.is_file()]


async def test_from_the_wish_to_the_file(
    owner: Owner, people: People, maker: Maker, bucket: Path
) -> None:
    export = await owner.export()
    assert export.state == PENDING
    assert await _handed_out(people) == [export.export_id]
    assert (await maker.begin(export.export_id)).user_id == str(owner.user_id)
    assert (await owner.exported(export.export_id)).state == RUNNING
    assert (await maker.put(export.export_id, ARCHIVE)).status_code == 200
    await maker.finish(export.export_id, ARCHIVE)

    ready = await owner.exported(export.export_id)
    assert (ready.state, ready.size_bytes) == (READY, len(ARCHIVE))
    assert ready.sha256 == hashlib.sha256(ARCHIVE).hexdigest()
    assert ready.expires_time.seconds - ready.completed_time.seconds == 7 * 86_400
    async with httpx.AsyncClient() as client:
        assert (await client.get(ready.download_url)).content == ARCHIVE
        without_signature = ready.download_url.partition("?")[0]
        assert (await client.get(without_signature)).status_code == 403
    assert _objects(bucket) == [f"exports/{owner.user_id}/{export.export_id}.zip"]
    [mail] = await people.messages()
    assert mail.payload["template"] == "account_export_ready"
    assert "http" not in str(mail.payload)
    assert mail.secret == ""


async def test_while_one_is_made_it_is_returned_and_then_a_day_must_pass(
    owner: Owner, people: People, maker: Maker, admin: asyncpg.Connection
) -> None:
    asked = await race(20, owner.export)
    [export_id] = {export.export_id for export in winners(asked)}
    assert len(winners(asked)) == 20
    assert await _handed_out(people) == [export_id]
    await maker.make(export_id)

    refused = await refusal(owner.export())
    assert refused.code() is StatusCode.RESOURCE_EXHAUSTED
    assert error_info(refused).reason == "ERROR_REASON_TOO_MANY_REQUESTS"
    assert 86_000 < retry_seconds(refused) <= 86_400
    await admin.execute(
        "UPDATE auth.account_exports SET created_at = created_at - interval '1 day'"
    )
    assert (await owner.export()).export_id != export_id


async def test_only_exactly_what_was_told_can_be_put(owner: Owner, maker: Maker) -> None:
    export_id = (await owner.export()).export_id
    await maker.begin(export_id)
    other = ARCHIVE[:-1] + b"!"
    assert (await maker.put(export_id, ARCHIVE[:-1], claimed=ARCHIVE)).status_code == 403
    # This store does not look at the checksum, as S3 does: then we do.
    await maker.put(export_id, other, claimed=ARCHIVE)
    refused = await refusal(maker.finish(export_id, ARCHIVE))
    assert refused.code() is StatusCode.FAILED_PRECONDITION
    assert (await owner.exported(export_id)).state == RUNNING


async def test_archive_that_was_not_put_is_not_ready(owner: Owner, maker: Maker) -> None:
    export_id = (await owner.export()).export_id
    await maker.begin(export_id)
    refused = await refusal(maker.finish(export_id, ARCHIVE))
    assert refused.code() is StatusCode.FAILED_PRECONDITION
    assert error_info(refused).reason == "ERROR_REASON_NOT_FOUND"


async def test_finishing_again_changes_nothing_and_beginning_is_over(
    owner: Owner, people: People, maker: Maker
) -> None:
    export_id = (await owner.export()).export_id
    await maker.make(export_id)
    before = await owner.exported(export_id)
    await maker.finish(export_id, ARCHIVE)
    after = await owner.exported(export_id)
    assert (after.completed_time, after.expires_time) == (
        before.completed_time,
        before.expires_time,
    )
    assert len(await people.messages()) == 1
    for another_attempt in (b"", b"other bytes"):
        refused = await refusal(maker.begin(export_id, another_attempt))
        assert refused.code() is StatusCode.NOT_FOUND


async def test_two_are_made_at_once_and_the_rest_wait_their_turn(
    make_owner: MakeOwner, people: People, maker: Maker
) -> None:
    owners = [await make_owner() for _ in range(4)]
    exports = [(await owner.export()).export_id for owner in owners]
    assert await _handed_out(people) == exports[:2]
    await run_periodic(people.room, "hand_out_exports")
    assert await _handed_out(people) == []
    await maker.make(exports[0])
    assert await _handed_out(people) == [exports[2]]


async def test_lost_message_is_sent_again(
    owner: Owner, people: People, admin: asyncpg.Connection
) -> None:
    export_id = (await owner.export()).export_id
    assert await _handed_out(people) == [export_id]
    await admin.execute("UPDATE auth.account_exports SET lease_until = now()")
    await run_periodic(people.room, "hand_out_exports")
    assert await _handed_out(people) == [export_id]


async def test_message_that_comes_twice_begins_one_attempt(
    owner: Owner, people: People, maker: Maker, admin: asyncpg.Connection
) -> None:
    export_id = (await owner.export()).export_id
    await admin.execute("UPDATE auth.account_exports SET lease_until = now()")
    await run_periodic(people.room, "hand_out_exports")
    assert await _handed_out(people) == [export_id, export_id]
    await maker.begin(export_id)
    refused = await refusal(maker.begin(export_id))
    assert refused.code() is StatusCode.NOT_FOUND
    assert await admin.fetchval("SELECT attempts FROM auth.account_exports") == 1
    assert (await maker.put(export_id, ARCHIVE)).status_code == 200, "the first goes on"


async def test_third_failure_is_the_last_and_the_owner_is_told(
    owner: Owner, people: People, maker: Maker, admin: asyncpg.Connection, bucket: Path
) -> None:
    export_id = (await owner.export()).export_id
    for _ in range(3):
        assert await _handed_out(people) == [export_id]
        await maker.begin(export_id)
        await maker.put(export_id, ARCHIVE)
        await maker.finish(export_id)
        await admin.execute("UPDATE auth.account_exports SET lease_until = now()")
        await run_periodic(people.room, "hand_out_exports")
    assert (await owner.exported(export_id)).state == FAILED
    assert [m.payload["template"] for m in await people.messages()] == ["account_export_failed"]
    await run_periodic(people.room, "expire_exports")
    assert _objects(bucket) == [], "what a failed attempt had put is deleted"
    assert (await owner.exported(export_id)).state == FAILED
    assert (await owner.export()).export_id != export_id, "a failure does not count"


async def test_file_goes_after_a_week(
    owner: Owner, people: People, maker: Maker, admin: asyncpg.Connection, bucket: Path
) -> None:
    export_id = (await owner.export()).export_id
    await maker.make(export_id)
    await run_periodic(people.room, "expire_exports")
    assert len(_objects(bucket)) == 1
    await admin.execute("UPDATE auth.account_exports SET expires_at = now()")
    await run_periodic(people.room, "expire_exports")
    assert _objects(bucket) == []
    gone = await owner.exported(export_id)
    assert (gone.state, gone.download_url) == (EXPIRED, "")


async def test_waiting_ends_when_it_is_ready_or_the_time_is_over(
    owner: Owner, maker: Maker
) -> None:
    export_id = (await owner.export()).export_id
    for _ in range(MOST_WAITING):  # who has waited gives the place back
        await owner.exported(export_id)
    started = time.monotonic()
    assert (await owner.exported(export_id, wait_seconds=1)).state == PENDING
    assert 0.9 < time.monotonic() - started < 5

    waiting = asyncio.create_task(owner.exported(export_id, wait_seconds=30))
    await maker.make(export_id)
    async with asyncio.timeout(10):
        assert (await waiting).state == READY


async def test_one_user_occupies_few_places_by_waiting(owner: Owner, maker: Maker) -> None:
    export_id = (await owner.export()).export_id
    waiting = {asyncio.create_task(owner.exported(export_id, 25)) for _ in range(12)}
    answered: set[asyncio.Task[auth_pb2.AccountExport]] = set()
    while len(answered) < 12 - MOST_WAITING:
        done, waiting = await asyncio.wait(waiting, timeout=10, return_when=asyncio.FIRST_COMPLETED)
        assert done, "more than may wait do"
        answered |= done
    assert {task.result().state for task in answered} == {PENDING}
    await maker.make(export_id)
    assert [(await task).state for task in waiting] == [READY] * MOST_WAITING


async def test_archive_of_another_is_not_there(make_owner: MakeOwner, owner: Owner) -> None:
    export_id = (await owner.export()).export_id
    stranger = await make_owner()
    refused = await refusal(stranger.exported(export_id))
    assert refused.code() is StatusCode.NOT_FOUND


async def test_erasing_deletes_files_that_no_row_tells_of(
    owner: Owner, room: RunningRoom, maker: Maker, admin: asyncpg.Connection, bucket: Path
) -> None:
    await maker.make((await owner.export()).export_id)
    await admin.execute("DELETE FROM auth.account_exports")
    other = bucket / "exports" / str(UUID(int=1))
    other.mkdir(parents=True)
    (other / "kept.zip").write_bytes(b"kept")
    assert await Work(room).erase(owner.user_id)
    assert _objects(bucket) == [f"exports/{UUID(int=1)}/kept.zip"]
