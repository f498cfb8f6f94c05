"""Archives that members bring: kept once, shown to their owner, forgotten on request."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import grpc
import httpx
import pytest
import pytest_asyncio
from grpc import StatusCode
from inergize.profile.v1 import linkedin_imports_pb2 as pb
from inergize.profile.v1 import profile_service_pb2 as profile_pb

from services.kernel.config import S3Settings
from services.profile.__main__ import build
from tests.integration.linkedin.conftest import SandboxProcess
from tests.integration.profile.conftest import ProfileRoom, linkedin_settings
from tests.support.archives import PROFILE, SHARES, WHOLE, archive_of
from tests.support.replies import error_info
from tests.support.s3 import running_s3
from tests.support.work import run_periodic


@pytest_asyncio.fixture
async def store() -> AsyncIterator[tuple[S3Settings, Path]]:
    async with running_s3() as running:
        yield running


@pytest_asyncio.fixture
async def profile(
    start_room: Any, sandbox: SandboxProcess, store: tuple[S3Settings, Path]
) -> ProfileRoom:
    linkedin = linkedin_settings(sandbox)
    room = await start_room("profile", build, linkedin=linkedin, s3=store[0])
    return ProfileRoom(room, sandbox)


async def begin(
    profile: ProfileRoom, user_id: UUID, archive: bytes
) -> pb.ImportLinkedInExportResponse:
    return await profile.users.ImportLinkedInExport(
        pb.ImportLinkedInExportRequest(
            size_bytes=len(archive), sha256=hashlib.sha256(archive).hexdigest()
        ),
        metadata=profile.room.as_user(user_id),
    )


async def put(upload: pb.LinkedInImportUpload, archive: bytes) -> httpx.Response:
    async with httpx.AsyncClient() as browser:
        return await browser.put(upload.url, headers=dict(upload.headers), content=archive)


async def complete(profile: ProfileRoom, user_id: UUID, import_id: str) -> pb.LinkedInImport:
    reply = await profile.users.CompleteLinkedInImport(
        pb.CompleteLinkedInImportRequest(import_id=import_id),
        metadata=profile.room.as_user(user_id),
    )
    return reply.linkedin_import


async def read(profile: ProfileRoom, import_id: str) -> None:
    await profile.internal.ReadLinkedInImport(
        pb.ReadLinkedInImportRequest(import_id=import_id),
        metadata=profile.room.as_service("workers"),
    )


async def get(profile: ProfileRoom, user_id: UUID, import_id: str) -> pb.LinkedInImport:
    reply = await profile.users.GetLinkedInImport(
        pb.GetLinkedInImportRequest(import_id=import_id), metadata=profile.room.as_user(user_id)
    )
    return reply.linkedin_import


async def bring(profile: ProfileRoom, user_id: UUID, archive: bytes) -> pb.LinkedInImport:
    begun = await begin(profile, user_id, archive)
    import_id = begun.linkedin_import.import_id
    (await put(begun.upload, archive)).raise_for_status()
    assert (await complete(profile, user_id, import_id)).state == pb.LINKED_IN_IMPORT_STATE_READING
    await read(profile, import_id)
    return await get(profile, user_id, import_id)


def files_in(store: tuple[S3Settings, Path]) -> list[Path]:
    return [one for one in store[1].rglob("*.zip") if one.is_file()]


async def test_an_archive_fills_the_profile_and_tells_each_thing_once(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user()

    first = await bring(profile, user_id, archive_of(WHOLE))
    again = await bring(profile, user_id, archive_of(WHOLE))

    assert first.state == pb.LINKED_IN_IMPORT_STATE_DONE
    assert {file.name: file.new_rows for file in first.files} == {
        "Connections.csv": 2,
        "Invitations.csv": 2,
        "Profile.csv": 0,
        "Shares.csv": 1,
        "messages.csv": 2,
    }
    assert sum(file.new_rows for file in again.files) == 0
    assert await profile.count("linkedin_observations") == 7
    shown = await profile.users.GetLinkedInProfile(
        profile_pb.GetLinkedInProfileRequest(), metadata=profile.room.as_user(user_id)
    )
    assert shown.profile.headline == "Builds engines"
    assert shown.profile.connections_count == 2


async def test_nothing_written_to_others_is_kept(profile: ProfileRoom) -> None:
    await bring(profile, await profile.room.make_user(), archive_of(WHOLE))

    kept = await profile.room.admin.fetch("SELECT o::text FROM profile.linkedin_observations AS o")

    assert "Secret" not in str(kept)


async def test_two_imports_at_once_tell_each_thing_once(profile: ProfileRoom) -> None:
    user_id = await profile.room.make_user()

    all_ = await asyncio.gather(*(bring(profile, user_id, archive_of(WHOLE)) for _ in range(4)))
    await asyncio.gather(*(read(profile, all_[0].import_id) for _ in range(4)))

    assert sum(file.new_rows for one in all_ for file in one.files) == 7


async def test_imports_are_listed_newest_first_and_paged(profile: ProfileRoom) -> None:
    user_id = await profile.room.make_user()
    made = [await bring(profile, user_id, archive_of({"Shares.csv": SHARES})) for _ in range(3)]

    seen: list[str] = []
    token = ""
    while True:
        page = await profile.users.ListLinkedInImports(
            pb.ListLinkedInImportsRequest(page_size=2, page_token=token),
            metadata=profile.room.as_user(user_id),
        )
        seen += [one.import_id for one in page.imports]
        token = page.next_page_token
        if not token:
            break

    assert seen == [one.import_id for one in reversed(made)]


async def test_forgetting_an_import_forgets_what_it_told(profile: ProfileRoom) -> None:
    user_id = await profile.room.make_user()
    made = await bring(profile, user_id, archive_of(WHOLE))

    await profile.users.DeleteLinkedInImport(
        pb.DeleteLinkedInImportRequest(import_id=made.import_id),
        metadata=profile.room.as_user(user_id),
    )

    assert await profile.count("linkedin_observations") == 0
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await profile.users.GetLinkedInImport(
            pb.GetLinkedInImportRequest(import_id=made.import_id),
            metadata=profile.room.as_user(user_id),
        )
    assert refused.value.code() is StatusCode.NOT_FOUND
    assert error_info(refused.value).reason == "ERROR_REASON_LINKEDIN_IMPORT_NOT_FOUND"


async def test_another_users_import_is_not_there(profile: ProfileRoom) -> None:
    made = await bring(profile, await profile.room.make_user(), archive_of(WHOLE))
    stranger = await profile.room.make_user()

    for import_id in (made.import_id, str(uuid4())):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await profile.users.DeleteLinkedInImport(
                pb.DeleteLinkedInImportRequest(import_id=import_id),
                metadata=profile.room.as_user(stranger),
            )
        assert refused.value.code() is StatusCode.NOT_FOUND
    assert await profile.count("linkedin_observations") == 7


async def test_what_is_no_archive_fails_in_words_for_its_owner(profile: ProfileRoom) -> None:
    made = await bring(profile, await profile.room.make_user(), b"PK, but no ZIP")

    assert made.state == pb.LINKED_IN_IMPORT_STATE_FAILED
    assert [one.reason for one in made.problems] == ["it is not a ZIP file"]
    assert await profile.count("linkedin_observations") == 0


async def test_the_file_is_gone_once_it_is_read(
    profile: ProfileRoom, store: tuple[S3Settings, Path]
) -> None:
    user_id = await profile.room.make_user()
    made = await bring(profile, user_id, archive_of(WHOLE))
    assert files_in(store) == []

    await read(profile, made.import_id)  # the message is delivered again

    assert await get(profile, user_id, made.import_id) == made


async def test_only_the_announced_file_is_taken(profile: ProfileRoom) -> None:
    user_id = await profile.room.make_user()
    announced = archive_of(WHOLE)
    begun = await begin(profile, user_id, announced)

    await put(begun.upload, b"\0" * len(announced))  # a store that checks refuses it already here

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await complete(profile, user_id, begun.linkedin_import.import_id)
    assert refused.value.code() is StatusCode.FAILED_PRECONDITION
    assert error_info(refused.value).reason == "ERROR_REASON_LINKEDIN_ARCHIVE_MISSING"


async def test_five_imports_may_wait_for_their_file(profile: ProfileRoom) -> None:
    user_id = await profile.room.make_user()
    for _ in range(5):
        await begin(profile, user_id, b"x")

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await begin(profile, user_id, b"x")

    assert refused.value.code() is StatusCode.RESOURCE_EXHAUSTED
    assert error_info(refused.value).reason == "ERROR_REASON_LINKEDIN_IMPORTS_OPEN"


async def test_what_nobody_completes_is_gone_after_a_day(
    profile: ProfileRoom, store: tuple[S3Settings, Path]
) -> None:
    user_id = await profile.room.make_user()
    archive = archive_of(WHOLE)
    old, new = [await begin(profile, user_id, archive) for _ in range(2)]
    await put(old.upload, archive)
    await profile.room.admin.execute(
        "UPDATE profile.linkedin_imports SET created_at = now() - interval '25 hours'"
        " WHERE id = $1::text::uuid",
        old.linkedin_import.import_id,
    )

    await run_periodic(profile.room, "forget_open_imports")

    assert files_in(store) == []
    assert await profile.count("linkedin_imports") == 1
    assert (await get(profile, user_id, new.linkedin_import.import_id)).size_bytes == len(archive)


async def test_an_archive_that_tells_nothing_says_so(profile: ProfileRoom) -> None:
    user_id = await profile.room.make_user()

    made = await bring(profile, user_id, archive_of({"Connections.csv": "a,b\n", "x.csv": "y"}))

    assert made.state == pb.LINKED_IN_IMPORT_STATE_FAILED
    assert made.problems[0].file == "Connections.csv"
    assert list(made.ignored_files) == ["x.csv"]


async def test_an_archive_leaves_what_it_does_not_tell(profile: ProfileRoom) -> None:
    user_id = await profile.connected_user()
    await bring(profile, user_id, archive_of({"Profile.csv": PROFILE}))
    empty = PROFILE.replace("Builds engines", "")

    await bring(profile, user_id, archive_of({"Profile.csv": empty}))

    shown = await profile.users.GetLinkedInProfile(
        profile_pb.GetLinkedInProfileRequest(), metadata=profile.room.as_user(user_id)
    )
    assert shown.profile.headline == "Builds engines"
