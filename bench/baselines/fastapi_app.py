"""Baseline (b): FastAPI on uvicorn that checks the token, the session and the owner itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated
from uuid import UUID

import asyncpg
import jwt
import redis.asyncio as redis
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fastapi import Depends, FastAPI, HTTPException, Request
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from bench.baselines.shared import QUERY, BaselineSpec, open_pool, read_spec
from services.kernel.callers import AUDIENCE
from services.kernel.sessions import public_key_from_x, session_key

BEARER = "Bearer "
KEEP_ALIVE_SECONDS = 600
"""Longer than Envoy keeps an idle connection, so that only Envoy closes them."""


class Content(BaseModel):
    """The content as the contract's JSON shows it."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    content_id: UUID
    type: str
    title: str
    body: str
    tags: list[str]
    visibility: str
    ai_origin: str
    status: str
    scheduled_time: datetime | None
    published_time: datetime | None
    linkedin_post_urn: str
    publish_state: str
    publish_error: str
    publish_action_id: str
    etag: str
    created_time: datetime
    updated_time: datetime


class GetContentResponse(BaseModel):
    """The reply."""

    content: Content


class Application:
    """What the requests share."""

    def __init__(self, spec: BaselineSpec) -> None:
        self._spec = spec
        self._keys: dict[str, Ed25519PublicKey] = {
            key_id: public_key_from_x(x) for key_id, x in (spec.public_keys or {}).items()
        }
        self._redis = redis.Redis.from_url(spec.redis_url, decode_responses=True)
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    @asynccontextmanager
    async def lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        """Open the pool in the server's loop, and close it."""
        del app
        self._pool = await open_pool(self._spec)
        yield
        await self._pool.close()
        await self._redis.aclose()

    async def user_id(self, request: Request) -> UUID:
        """The signed-in user: the token's signature and claims, then the session."""
        header = request.headers.get("authorization", "")
        try:
            token = header.removeprefix(BEARER)
            key = self._keys[jwt.get_unverified_header(token)["kid"]]
            claims = jwt.decode(
                token, key, algorithms=["EdDSA"], issuer=self._spec.issuer, audience=AUDIENCE
            )
            user_id, session_id = UUID(claims["sub"]), UUID(claims["sid"])
        except (jwt.PyJWTError, KeyError, ValueError):
            raise HTTPException(401, "the access token is not valid") from None
        if await self._redis.get(session_key(user_id, session_id)) is None:
            raise HTTPException(401, "the session has ended")
        return user_id

    async def content(self, user_id: UUID, content_id: UUID) -> asyncpg.Record:
        """The row of the user's content."""
        assert self._pool is not None
        row = await self._pool.fetchrow(QUERY, user_id, content_id)
        if row is None:
            raise HTTPException(404, "no such content")
        return row


def make_app(spec: BaselineSpec) -> FastAPI:
    """One route."""
    parts = Application(spec)
    app = FastAPI(lifespan=parts.lifespan)
    signed_in = Annotated[UUID, Depends(parts.user_id)]

    @app.get("/healthz")
    async def healthz() -> None:
        return

    @app.get("/v1/content/{content_id}")
    async def get_content(content_id: UUID, user_id: signed_in) -> GetContentResponse:
        return GetContentResponse(content=_content(await parts.content(user_id, content_id)))

    return app


def _content(row: asyncpg.Record) -> Content:
    return Content(
        content_id=row["id"],
        type=f"CONTENT_TYPE_{row['type'].upper()}",
        title=row["title"],
        body=row["body"],
        tags=row["tags"],
        visibility=f"VISIBILITY_{row['visibility'].upper()}",
        ai_origin=f"AI_ORIGIN_{row['ai_origin'].upper()}",
        status=f"CONTENT_STATUS_{row['status'].upper()}",
        scheduled_time=row["scheduled_at"],
        published_time=row["published_at"],
        linkedin_post_urn=row["linkedin_post_urn"],
        publish_state=f"PUBLISH_STATE_{row['publish_state'].upper()}",
        publish_error=row["publish_error"],
        publish_action_id=str(row["publish_action_id"] or ""),
        etag=f"r{row['revision']}",
        created_time=row["created_at"],
        updated_time=row["updated_at"],
    )


if __name__ == "__main__":
    given = read_spec()
    uvicorn.run(
        make_app(given),
        host="127.0.0.1",
        port=given.port,
        loop="uvloop",
        http="httptools",
        access_log=False,  # Envoy writes one
        log_level="warning",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
