"""Actors for the life of an account: the archive of its data, and its erasure everywhere."""

import asyncio
from typing import Any

import dramatiq
import grpc
import httpx
import structlog
from inergize.auth.v1 import auth_internal_service_pb2 as auth
from inergize.common.v1 import work_internal_service_pb2 as work

from services.kernel.telemetry import frames
from workers.archive import Archive, Sealed
from workers.deliveries import Delivery, deliver
from workers.errors import RefusedError
from workers.names import SERVICES
from workers.resources import Open, current

log = structlog.get_logger()

EXPORT_SECONDS = 570.0
"""Below the actor's time limit, so that an export that hangs is given back."""
PUT_SECONDS = 60.0
"""Without a byte moving."""
ERASED_FIRST = ("profile", "automation", "safety", "content", "analytics")
"""Profile before the ledger: without LinkedIn's token nothing is sent, whatever is forgotten."""
README = """\
This archive holds everything InErgize keeps about your account.

There is a folder for each part of the product, and in it a file for each kind of data. A file has a
line for each entry, written as JSON: the name of a value, then the value. Times are UTC.

auth        your account, sessions, keys, second factors, and what was recorded about them
profile     preferences and the connection to LinkedIn
content     what you wrote and planned, with templates, media and what was generated
automation  rules, jobs and every action taken for you
safety      limits, decisions and the health of your account
analytics   events and figures

Left out are secrets: passwords, tokens, keys and their hashes, which would only help a thief.
Files of yours, such as images, lie where you put them and are listed here.
"""


def declare(broker: dramatiq.Broker) -> None:
    """Declare the actors on a broker."""
    limits: dict[str, Any] = {"queue_name": "low", "max_retries": 0, "max_age": 60_000}
    dramatiq.actor(broker=broker, time_limit=600_000, **limits)(export_account)
    dramatiq.actor(broker=broker, time_limit=45_000, **limits)(erase_account)


async def export_account(service: str, message_id: str, fence: int) -> None:
    """Make an archive. Once it has begun the message is done; its row has a lease of its own."""
    begun: list[tuple[str, str]] = []

    async def begin(open_: Open, delivery: Delivery) -> None:
        export_id = delivery.payload["export_id"]
        request = auth.BeginAccountExportRequest(export_id=export_id)
        try:
            reply = await open_.clients.auth.BeginAccountExport(request)
        except grpc.aio.AioRpcError as refused:
            if refused.code() is grpc.StatusCode.NOT_FOUND:
                raise RefusedError("the archive is finished or gone") from None
            raise
        begun.append((export_id, reply.user_id))

    await deliver(service, message_id, fence, begin)
    for export_id, user_id in begun:
        await _make_or_give_back(export_id, user_id)


async def erase_account(service: str, message_id: str, fence: int) -> None:
    """Erase an account everywhere. Each step may be repeated; what is done is done."""
    await deliver(service, message_id, fence, _erase_account)


async def _make_or_give_back(export_id: str, user_id: str) -> None:
    """Make an archive; whatever goes wrong, say so, so that another attempt can begin soon."""
    try:
        async with asyncio.timeout(EXPORT_SECONDS):
            await _make(export_id, user_id)
    except Exception as failed:  # noqa: BLE001 - recorded with the archive, which is tried again
        log.warning("export_failed", error=type(failed).__name__, frames=frames(failed))
        request = auth.FinishAccountExportRequest(export_id=export_id)
        await current().clients.auth.FinishAccountExport(request)


async def _make(export_id: str, user_id: str) -> None:
    with Archive() as archive:
        await archive.add("README.txt", README.splitlines())
        for service in SERVICES:
            await _collect(archive, service, user_id)
        sealed = await archive.seal()
        await _put(export_id, archive, sealed)
    request = auth.FinishAccountExportRequest(
        export_id=export_id, sha256=sealed.sha256, size_bytes=sealed.size_bytes
    )
    await current().clients.auth.FinishAccountExport(request)


async def _collect(archive: Archive, service: str, user_id: str) -> None:
    """Everything one service holds. Raises EOFError when its stream ends before its end."""
    request = work.ExportUserDataRequest(user_id=user_id)
    async for reply in current().clients.work(service).ExportUserData(request):
        if reply.is_last:
            return
        await archive.add(f"{service}/{reply.table}.jsonl", reply.rows_json)
    raise EOFError(service)


async def _put(export_id: str, archive: Archive, sealed: Sealed) -> None:
    request = auth.BeginAccountExportRequest(
        export_id=export_id, sha256=sealed.sha256, size_bytes=sealed.size_bytes
    )
    where = await current().clients.auth.BeginAccountExport(request)
    async with httpx.AsyncClient(timeout=PUT_SECONDS, trust_env=False) as client:
        reply = await client.put(
            where.upload_url, content=archive.chunks(), headers=dict(where.upload_headers)
        )
        reply.raise_for_status()


async def _erase_account(open_: Open, delivery: Delivery) -> None:
    user_id = delivery.secret
    for service in ERASED_FIRST:
        await _erase_at(open_, service, user_id)
    await open_.clients.auth.FinishErasure(auth.FinishErasureRequest(user_id=user_id))


async def _erase_at(open_: Open, service: str, user_id: str) -> None:
    request = work.EraseUserDataRequest(user_id=user_id)
    while not (await open_.clients.work(service).EraseUserData(request)).is_done:
        pass
