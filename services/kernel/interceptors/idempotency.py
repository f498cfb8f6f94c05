"""Answers a repeated write from the first one's reply."""

from typing import Any

from google.protobuf.message import Message

from services.kernel.caller import ANONYMOUS, actor_name
from services.kernel.contract import Method
from services.kernel.errors import IdempotencyNotSupported
from services.kernel.idempotency import IdempotencyKeys
from services.kernel.interceptors.call import Call, Unary

HEADER = "idempotency-key"


def unary(method: Method, keys: IdempotencyKeys, proceed: Unary) -> Unary:
    """Honour the header `idempotency-key` on methods that write; reads ignore it."""
    if method.is_read:
        return proceed

    async def handle(request: Any, call: Call) -> Any:
        if HEADER not in call.metadata:
            return await proceed(request, call)
        if method.has_secret_reply:
            raise IdempotencyNotSupported
        return await _once(request, call)

    async def _once(request: Any, call: Call) -> Any:
        owner = _owner(request, call, keys)
        claim = keys.claim(owner, method.path, call.header(HEADER), request)
        stored = await keys.begin(claim)
        if stored is not None:
            return method.reply_type.FromString(stored)
        try:
            reply = await proceed(request, call)
            await keys.store(claim, reply.SerializeToString())
        finally:
            await keys.release(claim)
        return reply

    return handle


def _owner(request: Message, call: Call, keys: IdempotencyKeys) -> str:
    """Whose key it is. Strangers share no keys: theirs go with the request, and its cookies.

    Otherwise one stranger's key would refuse another's request, and whoever learned of a link
    would get the answer that belonged to the browser with the cookie.
    """
    name = actor_name()
    if name != ANONYMOUS:
        return name
    said = request.SerializeToString(deterministic=True)
    brought = call.header("cookie").encode()
    return f"{name}:{keys.digest(len(said).to_bytes(4) + said + brought).hex()}"
