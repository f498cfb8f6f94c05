"""What others did is told once: to programs, to the member and to Analytics."""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import asyncpg
import grpc
import pytest_asyncio
from inergize.analytics.v1.analytics_internal_service_pb2_grpc import AnalyticsInternalServiceStub
from inergize.automation.v1.automation_internal_service_pb2_grpc import (
    AutomationInternalServiceStub,
)
from inergize.common.v1.work_internal_service_pb2_grpc import WorkInternalServiceStub

from services.analytics.__main__ import build as build_analytics
from services.automation.__main__ import build as build_automation
from tests.integration.migrations.server import Server
from tests.integration.profile.conftest import ProfileRoom, done_to, poll_changes, publish
from tests.support.profile_process import environment_of, start_profile
from tests.support.valkey import free_port
from tests.support.waiting import eventually
from tests.support.work import AsWorkers, claim_periodic
from workers.actors import metrics, outbox, replies
from workers.deliveries import Delivery
from workers.resources import Open

WEBHOOK = """
INSERT INTO profile.webhooks
       (user_id, url, host, event_types, secret_ct, secret_nonce, secret_key_id)
VALUES ($1, 'https://x.test/', 'x.test',
        '{message.received,connection.made,comment.received}', '', '', 'e1')
"""
POST = "urn:li:activity:1"


@dataclass
class Member:
    """A member whose log is read, and whose webhook wants to know."""

    profile: ProfileRoom
    user_id: UUID

    async def rows(self, sql: str) -> list[Any]:
        found: list[Any] = await self.profile.room.admin.fetch(sql)
        return found

    async def told_programs(self) -> list[dict[str, Any]]:
        rows = await self.rows("SELECT payload FROM profile.webhook_deliveries ORDER BY id")
        return [json.loads(row["payload"]) for row in rows]

    async def notices(self) -> list[str]:
        rows = await self.rows("SELECT title FROM profile.notifications ORDER BY id")
        return [row["title"] for row in rows]

    async def announced(self, topic: str) -> list[dict[str, Any]]:
        rows = await self.rows(
            f"SELECT payload FROM profile.outbox WHERE topic = '{topic}' ORDER BY id"
        )
        return [json.loads(row["payload"]) for row in rows]

    async def counted(self) -> list[dict[str, tuple[int, int]]]:
        return [
            {one["metric_type"]: (one["value"], one["previous"]) for one in payload["metrics"]}
            for payload in await self.announced("profile_metrics")
        ]

    async def events(self) -> list[str]:
        return [
            event["event_type"]
            for payload in await self.announced("events")
            for event in payload["events"]
        ]


@pytest_asyncio.fixture
async def ada(european: ProfileRoom) -> Member:
    user_id = await european.connected_user(member="ada")
    await european.room.admin.execute(WEBHOOK, user_id)
    return Member(european, user_id)


def news(profile: ProfileRoom) -> None:
    """A message, an accepted invitation, a comment and a reaction."""
    done_to(profile, "ada", "invitations", actor="ada", id="1", invitee="urn:li:person:bob")
    done_to(profile, "ada", "messages", actor="bob", thread="t", content="Words of Bob")
    done_to(profile, "ada", "connections", actor="bob", connectedMember="urn:li:person:bob")
    done_to(profile, "ada", "socialActions/comments", actor="bob", object=POST, id="7")
    done_to(profile, "ada", "socialActions/likes", actor="bob", object=POST)


async def test_what_others_did_is_told_to_all_who_wait_for_it(ada: Member) -> None:
    news(ada.profile)

    await poll_changes(ada.profile)

    told = {one["type"]: one["data"] for one in await ada.told_programs()}
    assert set(told) == {"message.received", "connection.made", "comment.received"}
    assert told["connection.made"]["was_invited"] is True
    assert told["comment.received"]["post_urn"] == POST
    assert await ada.notices() == ["On LinkedIn: 1 new message, 1 new connection and 1 new comment"]
    assert sorted(await ada.events()) == [
        *("connection_accepted", "message_received", "post_comment", "post_reaction")
    ]
    assert await ada.counted() == [
        {
            "comments_received": (1, 0),
            "connections_made": (1, 0),
            "invitations_sent": (1, 0),
            "messages_received": (1, 0),
            "reactions_received": (1, 0),
        }
    ]
    answers = [one["outcome"] for one in await ada.announced("linkedin_reply")]
    assert sorted(answers) == ["accepted", "replied"]
    kept = await ada.rows(
        "SELECT payload::text FROM profile.outbox UNION ALL"
        " SELECT payload::text FROM profile.webhook_deliveries UNION ALL"
        " SELECT data::text FROM profile.notifications"
    )
    assert "bob" not in str(kept).lower(), "nobody learns who it was"


async def test_the_same_page_twice_is_told_once(ada: Member) -> None:
    news(ada.profile)
    await poll_changes(ada.profile)
    first = await ada.told_programs()

    await ada.profile.room.admin.execute(
        "UPDATE profile.linkedin_changelogs SET read_until = NULL, last_ids = '{}'"
    )
    await poll_changes(ada.profile)

    assert await ada.told_programs() == first
    assert len(await ada.notices()) == len(await ada.counted()) == 1
    assert len(await ada.events()) == 4


async def test_totals_grow_by_what_is_new(ada: Member) -> None:
    done_to(ada.profile, "ada", "messages", thread="t")
    await ada.profile.execute(publish(ada.user_id))
    await poll_changes(ada.profile)
    ada.profile.sandbox.post("clock", advance_seconds=86_400)
    for thread in ("u", "v"):
        done_to(ada.profile, "ada", "messages", thread=thread)
    await poll_changes(ada.profile)

    assert await ada.counted() == [
        {"messages_received": (1, 0), "posts_made": (1, 0)},
        {"messages_received": (3, 1)},
    ]
    days = {one["time"][:10] for one in await ada.announced("profile_metrics")}
    assert len(days) == 2
    assert (await ada.notices())[-1] == "On LinkedIn: 2 new messages"


async def test_a_reader_that_is_killed_while_it_tells_has_told_nothing(
    ada: Member, postgres: Server, database: str
) -> None:
    news(ada.profile)
    room = ada.profile.room
    await room.admin.execute("UPDATE profile.linkedin_changelogs SET next_read_at = now()")
    piece, *_ = await claim_periodic(room, "read_change_logs")
    port = free_port()
    process = start_profile(environment_of(room.given.settings), port, free_port())
    blocker = await asyncpg.connect(postgres.dsn(database))
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            # What is told goes into the outbox, after all is kept: there it has to wait.
            await blocker.execute("BEGIN; LOCK TABLE profile.outbox IN SHARE MODE")
            stub: Any = WorkInternalServiceStub(channel)
            call = asyncio.ensure_future(
                stub.RunPeriodic(piece, metadata=room.as_service("workers"), wait_for_ready=True)
            )
            await eventually(lambda: _waits(room.admin), seconds=30)
            process.kill()
            process.join(10)
            with suppress(grpc.aio.AioRpcError):
                await call
    finally:
        process.kill()
        await blocker.execute("ROLLBACK")
        await blocker.close()

    assert await ada.told_programs() == []
    assert await ada.profile.count("linkedin_observations") == 0
    await poll_changes(ada.profile)
    assert len(await ada.told_programs()) == 3
    assert len(await ada.notices()) == len(await ada.counted()) == 1


async def _waits(admin: asyncpg.Connection) -> bool:
    """Whether somebody who has kept what was observed waits for the outbox."""
    found: bool = await admin.fetchval(
        "SELECT EXISTS (SELECT FROM pg_locks AS waiting JOIN pg_locks AS held USING (pid)"
        " WHERE NOT waiting.granted AND waiting.relation = 'profile.outbox'::regclass"
        "   AND held.mode = 'RowExclusiveLock'"
        "   AND held.relation = 'profile.linkedin_observations'::regclass)"
    )
    return found


async def test_analytics_counts_once_what_is_handed_on_twice(ada: Member, start_room: Any) -> None:
    series = await start_room("analytics", build_analytics)
    news(ada.profile)
    await poll_changes(ada.profile)

    @dataclass
    class Clients:
        analytics: Any

    @dataclass
    class Opened:
        clients: Clients

    stub = AsWorkers(AnalyticsInternalServiceStub(series.channel), series)
    open_ = cast("Open", Opened(Clients(stub)))
    (counts,) = await ada.announced("profile_metrics")
    (events,) = await ada.announced("events")
    for _ in range(2):
        await metrics._record_profile_metrics(open_, Delivery("m", str(ada.user_id), counts, ""))
        await outbox._record_events(open_, Delivery("e", str(ada.user_id), events, ""))

    kept = await series.admin.fetch(
        "SELECT metric_type, sum(change_delta)::int AS more FROM analytics.profile_metrics"
        " WHERE user_id = $1 GROUP BY metric_type",
        ada.user_id,
    )
    assert {row["metric_type"]: row["more"] for row in kept} == {
        "comments_received": 1,
        "connections_made": 1,
        "invitations_sent": 1,
        "messages_received": 1,
        "reactions_received": 1,
    }
    batches = await series.admin.fetch("SELECT payload FROM analytics.outbox")
    ids = [{event["event_id"] for event in json.loads(row["payload"])["events"]} for row in batches]
    assert len(ids) == 2
    assert ids[0] == ids[1], "the pipeline keeps each id once"


async def test_who_has_answered_is_done_with(ada: Member, start_room: Any) -> None:
    ledger = await start_room("automation", build_automation)
    await ledger.admin.execute(
        "INSERT INTO automation.automation_targets (user_id, target_linkedin_id)"
        " VALUES ($1, 'urn:li:person:bob'), ($1, 'urn:li:person:carol')",
        ada.user_id,
    )
    news(ada.profile)
    await poll_changes(ada.profile)

    @dataclass
    class Clients:
        automation: Any

    @dataclass
    class Opened:
        clients: Clients

    stub = AsWorkers(AutomationInternalServiceStub(ledger.channel), ledger)
    open_ = cast("Open", Opened(Clients(stub)))
    messages = ada.profile.room.given.outbox
    for claim in await messages.claim(50, "a worker"):
        if claim.topic == "linkedin_reply":
            found = await messages.get(claim.message_id, claim.fence)
            delivery = Delivery("m", str(ada.user_id), dict(found.payload), found.secret)
            await replies._record_reply(open_, delivery)

    rows = await ledger.admin.fetch(
        "SELECT target_linkedin_id, state FROM automation.automation_targets"
    )
    assert {tuple(row) for row in rows} == {
        ("urn:li:person:bob", "replied"),
        ("urn:li:person:carol", "pending"),
    }


async def test_a_member_outside_of_europe_is_told_nothing(profile: ProfileRoom) -> None:
    profile.sandbox.post("products/grant", product="member-data-portability")
    member = Member(profile, await profile.connected_user(member="ada"))
    await profile.room.admin.execute(WEBHOOK, member.user_id)
    news(profile)

    await poll_changes(profile)

    assert await member.told_programs() == []
    assert await member.notices() == []
    assert await member.counted() == []
