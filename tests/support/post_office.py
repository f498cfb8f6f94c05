"""The workers' ways out, with real servers at their ends: an SMTP sink and a push service."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import grpc
from inergize.auth.v1 import auth_internal_service_pb2 as auth
from inergize.common.v1 import work_internal_service_pb2 as work
from inergize.common.v1.work_internal_service_pb2_grpc import WorkInternalServiceStub
from inergize.profile.v1.profile_internal_service_pb2_grpc import ProfileInternalServiceStub

from services.kernel.clients import Mesh
from services.kernel.config import EdgeSettings, EgressSettings, MailSettings
from services.kernel.public_http import PublicHttp
from tests.support.rooms import RunningRoom
from workers.deliveries import Delivery
from workers.mail.sender import Sender
from workers.resources import Open

EGRESS = EgressSettings(trusted_networks=("127.0.0.0/8",))


@dataclass
class Mailbox:
    """An SMTP server that keeps what it is sent."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                writer.write(b"354 go on\r\n")
                data = await reader.readuntil(b"\r\n.\r\n")
                self.mails.append(message_from_bytes(data[:-3], policy=policy.default))
            writer.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 fine\r\n")
            if verb == b"QUIT":
                break
        writer.close()


@dataclass(frozen=True)
class Pushed:
    """A request that a push service took."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class PushService:
    """A push service that answers what it is told to."""

    port: int = 0
    status: int = 201
    taken: list[Pushed] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        lines = (line.partition(": ") for line in head[1:] if line)
        headers = {name.lower(): value for name, _, value in lines}
        body = await reader.readexactly(int(headers["content-length"]))
        self.taken.append(Pushed(head[0].split(" ")[1], headers, body))
        writer.write(f"HTTP/1.1 {self.status} said\r\ncontent-length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()


class Contacts:
    """Auth, as far as it says where somebody is written to."""

    def __init__(self) -> None:
        self.time_zone = "UTC"
        self.unreachable: set[str] = set()

    async def GetContact(self, request: auth.GetContactRequest) -> auth.GetContactResponse:
        if request.user_id in self.unreachable:
            raise grpc.aio.AioRpcError(
                grpc.StatusCode.NOT_FOUND, grpc.aio.Metadata(), grpc.aio.Metadata()
            )
        return auth.GetContactResponse(
            email="ada@example.com", first_name="Ada", language="en", time_zone=self.time_zone
        )


@dataclass
class PostOffice:
    """Carries out what lies in a Profile room's outbox."""

    room: RunningRoom
    mailbox: Mailbox
    push_service: PushService
    contacts: Contacts
    open: Open

    async def waiting(self, topic: str, room: RunningRoom | None = None) -> list[Delivery]:
        """What could be delivered now from Profile's outbox, or another room's, claimed."""
        room = room or self.room
        stub: Any = WorkInternalServiceStub(room.channel)
        claims = await stub.ClaimOutbox(
            work.ClaimOutboxRequest(limit=100, claimed_by="test"),
            metadata=room.as_service("scheduler"),
        )
        found = []
        for claim in claims.claims:
            request = work.GetOutboxMessageRequest(message_id=claim.message_id, fence=claim.fence)
            message = await stub.GetOutboxMessage(request, metadata=room.as_service("workers"))
            if message.topic == topic:
                found.append(
                    Delivery(
                        claim.message_id,
                        message.user_id,
                        json.loads(message.payload_json),
                        message.secret,
                    )
                )
        return found

    async def planned(self, topic: str, user_id: UUID) -> Any:
        """When the latest message of that topic is due."""
        return await self.room.admin.fetchval(
            "SELECT max(available_at) FROM profile.outbox WHERE topic = $1 AND user_id = $2"
            " AND done_at IS NULL",
            topic,
            user_id,
        )

    async def make_due(self) -> None:
        """Let the time come at which everything is due."""
        await self.room.admin.execute(
            "UPDATE profile.outbox SET available_at = now(), lease_until = NULL, claimed_by = NULL"
        )


@asynccontextmanager
async def post_office(room: RunningRoom) -> AsyncIterator[PostOffice]:
    """Served until the end of the block."""
    mailbox, push_service, contacts = Mailbox(), PushService(), Contacts()
    async with AsyncExitStack() as stack:
        for served in (mailbox, push_service):
            server = await asyncio.start_server(served.serve, "127.0.0.1", 0)
            served.port = server.sockets[0].getsockname()[1]
            await stack.enter_async_context(server)
        mesh = Mesh(
            "workers", room.given.settings.mesh.model_copy(update={"address": room.address})
        )
        stack.push_async_callback(mesh.close)
        profile = ProfileInternalServiceStub(mesh.channel("profile"))
        clients: Any = SimpleNamespace(profile=profile, auth=contacts)
        mail = Sender(
            MailSettings(smtp_url=f"smtp://127.0.0.1:{mailbox.port}"),  # type: ignore[arg-type]
            EdgeSettings(public_url="https://app.example.com"),
        )
        sms: Any = None
        open_ = Open(mesh, clients, mail, sms, PublicHttp(EGRESS))
        yield PostOffice(room, mailbox, push_service, contacts, open_)
