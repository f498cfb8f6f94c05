"""What both baselines have in common with the service: its query and a pool of its size."""

import json
import sys
from dataclasses import dataclass

import asyncpg

from bench.children import ROOT
from services.kernel.sql import Queries

QUERY = Queries(ROOT / "services" / "content" / "queries.sql")["get_content"]
"""The service's own statement."""


@dataclass(frozen=True, slots=True)
class BaselineSpec:
    """What a baseline is told."""

    port: int
    database_url: str
    pool_max_size: int
    user_id: str = ""
    """Whose content is read, where nobody checks a token."""
    redis_url: str = ""
    public_keys: dict[str, str] | None = None
    """Key id to `x` of its JWK, for the one that checks tokens."""
    issuer: str = ""


def read_spec() -> BaselineSpec:
    """The specification on standard input."""
    return BaselineSpec(**json.loads(sys.stdin.read()))


async def open_pool(spec: BaselineSpec) -> "asyncpg.Pool[asyncpg.Record]":
    """An asyncpg pool as its documentation opens one, in the service's schema."""
    return await asyncpg.create_pool(
        spec.database_url,
        min_size=1,
        max_size=spec.pool_max_size,
        server_settings={"search_path": "content, public"},
    )
