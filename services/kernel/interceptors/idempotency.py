"""Answers a repeated write from the first one's reply."""

from typing import Any

from services.kernel.caller import actor_name
from services.kernel.contract import Method
from services.kernel.errors import IdempotencyNotSupported
from services.kernel.idempotency import IdempotencyKeys, claim_for
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
        claim = claim_for(actor_name(), method.path, call.header(HEADER), request)
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
