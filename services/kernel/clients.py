"""Calls to other services through the mesh: credentials, deadlines and request ids come along."""

from collections.abc import Callable
from typing import Any

import grpc
from grpc.aio import ClientCallDetails, Metadata

from services.kernel.caller import current_request_id
from services.kernel.config import MeshSettings
from services.kernel.contract import methods
from services.kernel.credentials import Signer
from services.kernel.deadline import remaining_seconds
from services.kernel.errors import DeadlineExceeded

RESERVE_SECONDS = 0.05
"""Kept back from the caller's deadline, to answer in time when the callee does not."""
FALLBACK_SECONDS = 5.0

_OPTIONS = [
    ("grpc.keepalive_time_ms", 300_000),
    ("grpc.max_receive_message_length", 4 << 20),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1_000),
]


class Mesh:
    """Channels to the other services, one each, opened when first asked for."""

    def __init__(self, name: str, settings: MeshSettings) -> None:
        """`name` is who calls: a service, `workers`, `scheduler`."""
        self._address = settings.address
        self._signer = Signer(name, settings)
        self._channels: dict[str, grpc.aio.Channel] = {}

    def channel(self, target: str) -> grpc.aio.Channel:
        """The channel to a service, for its generated stubs."""
        if target not in self._channels:
            self._channels[target] = grpc.aio.insecure_channel(
                self._address,
                options=[*_OPTIONS, ("grpc.default_authority", f"{target}.mesh")],
                interceptors=[_Unary(target, self._signer), _Stream(target, self._signer)],
            )
        return self._channels[target]

    async def close(self) -> None:
        """Close every channel."""
        for channel in self._channels.values():
            await channel.close(grace=1)
        self._channels.clear()


class _Outgoing:
    """Adds to each call what the callee needs to know."""

    def __init__(self, target: str, signer: Signer) -> None:
        self._target = target
        self._signer = signer
        self._timeouts: dict[str, float] = {}

    def prepared(self, client_call_details: ClientCallDetails) -> ClientCallDetails:
        """The call with credential, request id and deadline. Raises DeadlineExceeded."""
        metadata = Metadata(*(client_call_details.metadata or ()))
        metadata.add("authorization", f"Bearer {self._signer.token_for(self._target)}")
        if request_id := current_request_id():
            metadata.add("x-request-id", request_id)
        return ClientCallDetails(
            method=client_call_details.method,
            timeout=self._timeout(client_call_details),
            metadata=metadata,
            credentials=client_call_details.credentials,
            # While Envoy restarts, waiting within the deadline beats failing at once.
            wait_for_ready=True,
        )

    def _timeout(self, details: ClientCallDetails) -> float:
        limits = [self._contract_seconds(details.method)]
        if details.timeout is not None:
            limits.append(details.timeout)
        remaining = remaining_seconds()
        if remaining is not None:
            limits.append(remaining - RESERVE_SECONDS)
        if min(limits) <= 0:
            raise DeadlineExceeded
        return min(limits)

    def _contract_seconds(self, path: bytes | str) -> float:
        name = path.decode() if isinstance(path, bytes) else path
        if name not in self._timeouts:
            service = name[1:].partition("/")[0]
            self._timeouts |= {found.path: found.timeout_seconds for found in methods(service)}
        return self._timeouts.get(name, FALLBACK_SECONDS)


class _Unary(_Outgoing, grpc.aio.UnaryUnaryClientInterceptor):
    """Calls with one answer."""

    async def intercept_unary_unary(
        self, continuation: Callable[..., Any], client_call_details: ClientCallDetails, request: Any
    ) -> Any:
        return await continuation(self.prepared(client_call_details), request)


class _Stream(_Outgoing, grpc.aio.UnaryStreamClientInterceptor):
    """Calls with a stream of answers."""

    async def intercept_unary_stream(
        self, continuation: Callable[..., Any], client_call_details: ClientCallDetails, request: Any
    ) -> Any:
        return await continuation(self.prepared(client_call_details), request)
