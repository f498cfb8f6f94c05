"""The pipeline as a process of its own: killed, stopped, and on another database."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import pytest

from services.analytics.__main__ import build
from services.analytics.streams import GROUP
from services.kernel.config import Settings, TimeseriesSettings
from tests.integration.analytics.calls import Analytics, event
from tests.integration.migrations.server import Server
from tests.support.databases import PASSWORDS, cloned
from tests.support.rooms import running_room
from tests.support.valkey import free_port
from tests.support.waiting import eventually

ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def pipeline_process(settings: Settings) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A running `services.analytics.pipeline` and its HTTP address."""
    port = free_port()
    assert settings.database.url is not None
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": settings.database.url.get_secret_value(),
        "DATABASE_PASSWORDS": json.dumps({"analytics": PASSWORDS["analytics"]}),
        "REDIS_URL": settings.redis.url.get_secret_value(),
        "MESH_SIGNING_KEYS": json.dumps(
            {"analytics": settings.mesh.signing_keys["analytics"].get_secret_value()}
        ),
        "SERVER_METRICS_PORT": str(port),
    }
    if settings.timeseries.url is not None:
        environment["TIMESERIES_URL"] = settings.timeseries.url.get_secret_value()
    process = subprocess.Popen(
        [sys.executable, "-m", "services.analytics.pipeline"], cwd=ROOT, env=environment
    )
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait(timeout=10)


async def is_healthy(address: str) -> bool:
    async with httpx.AsyncClient() as client:
        try:
            return (await client.get(f"{address}/healthz")).status_code == 200
        except httpx.TransportError:
            return False


async def test_killed_pipeline_loses_nothing(analytics: Analytics) -> None:
    user_id = await analytics.room.make_user()
    batches = [[event(user_id) for _ in range(25)] for _ in range(40)]
    settings = analytics.room.given.settings

    with pipeline_process(settings) as (process, address):
        await eventually(lambda: is_healthy(address))
        for number, batch in enumerate(batches):
            await analytics.record(batch)
            if number == 20:
                process.send_signal(signal.SIGKILL)
    left = await analytics.open_batches()
    await analytics.age_batches()
    with pipeline_process(settings):
        await analytics.all_done()

    assert left > 0
    sent = [one.event_id for batch in batches for one in batch]
    assert await analytics.stored() == sorted(sent)
    dashboard = await analytics.dashboard(user_id)
    assert dashboard.live.posts_today == len(sent)


async def test_terminated_pipeline_finishes_and_leaves(analytics: Analytics) -> None:
    with pipeline_process(analytics.room.given.settings) as (process, address):
        await eventually(lambda: is_healthy(address))
        await analytics.record([event(uuid4())])
        await analytics.all_done(seconds=5)
        async with httpx.AsyncClient() as client:
            metrics = (await client.get(f"{address}/metrics")).text
        process.terminate()
        code = await asyncio.to_thread(process.wait, 10)

    assert code == 0
    assert 'inergize_events_total{outcome="stored"} 1.0' in metrics
    consumers = await analytics.room.given.redis.xinfo_consumers("events:{0}", GROUP)
    assert consumers == []


@pytest.mark.parametrize("is_apart", [False, True])
async def test_time_series_by_their_own_url(
    postgres: Server,
    make_settings: Callable[..., Settings],
    admin: asyncpg.Connection,
    database: str,
    *,
    is_apart: bool,
) -> None:
    async with cloned(postgres) as other:
        name = other if is_apart else database
        url = postgres.password_dsn(name, "inergize_migrator", PASSWORDS["migrator"])
        settings = make_settings(timeseries=TimeseriesSettings(url=url))  # type: ignore[arg-type]
        async with running_room("analytics", build, settings, admin) as room:
            analytics = Analytics(room)
            user_id = await analytics.room.make_user()
            batch = [event(user_id)]
            with pipeline_process(settings):
                await analytics.record(batch)
                await analytics.all_done()
            dashboard = await analytics.dashboard(user_id)
        series = await asyncpg.connect(postgres.dsn(name))
        stored = await series.fetch("SELECT event_id FROM analytics.analytics_events")
        await series.close()

    assert [str(row["event_id"]) for row in stored] == [batch[0].event_id]
    assert [found.count for found in dashboard.event_counts] == [1]
    assert await analytics.stored() == ([] if is_apart else [batch[0].event_id])
