"""What an archive is called, where it lies and where it is saved, is made of what we made."""

import re
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

import pytest
from pydantic import SecretStr

from services.auth.account.files import Files
from services.auth.account.model import Export
from services.kernel.config import S3Settings
from services.kernel.s3 import DOWNLOAD_SECONDS

S3 = S3Settings(access_key="key", secret_key=SecretStr("secret"))


@pytest.fixture
def export() -> Export:
    return Export(
        export_id=uuid4(),
        user_id=uuid4(),
        state="ready",
        size_bytes=1,
        sha256=b"\0" * 32,
        created_at=datetime(2026, 11, 23, tzinfo=UTC),
        completed_at=None,
        expires_at=None,
    )


async def test_path_is_made_of_ids_and_the_name_is_ours(export: Export) -> None:
    files = Files(S3)
    address = urlsplit(await files.download_url(export))
    await files.close()
    assert address.path == f"/{S3.bucket}/exports/{export.user_id}/{export.export_id}.zip"
    query = parse_qs(address.query)
    saved_as = unquote(query["response-content-disposition"][0])
    assert re.fullmatch(r'attachment; filename="inergize-\d{4}-\d{2}-\d{2}\.zip"', saved_as)
    assert int(query["X-Amz-Expires"][0]) == DOWNLOAD_SECONDS == 300


async def test_an_archive_is_put_as_what_it_is_and_to_be_saved(export: Export) -> None:
    files = Files(S3)
    upload = await files.upload(export, size_bytes=1, sha256=b"\0" * 32)
    await files.close()
    assert upload.headers["content-type"] == "application/zip"
    assert upload.headers["content-disposition"].startswith("attachment; filename=")
    signed = parse_qs(urlsplit(upload.url).query)["X-Amz-SignedHeaders"][0].split(";")
    assert {"content-disposition", "content-length", "content-type"} <= set(signed)
