"""The sandbox's members: made up on demand, or defined by the control interface."""

import secrets
import sqlite3
from collections.abc import Mapping
from typing import Any

from stack.sandbox.linkedin.database import Database
from stack.sandbox.linkedin.model import Member

_GIVEN_NAMES = ("Ada", "Björn", "Chloé", "Dmitri", "Esra", "Farid", "Grete", "Hiroko", "Ifeoma")
_FAMILY_NAMES = ("Adeyemi", "Brandt", "Çelik", "Dubois", "Ekström", "Fujita", "García", "Huang")


def sign_in(database: Database, named: str | None) -> Member:
    """The member whom an authorization signs in: `named`, else the next one waiting, else new."""
    return define(database, {"id": named or _take_waiting(database) or _new_id()})


def sign_in_chosen(database: Database, chosen: str) -> Member:
    """The member whom a person chose on the page; "" for somebody new, whoever else waits."""
    if chosen and chosen == waiting(database):
        _take_waiting(database)
    return define(database, {"id": chosen})


def define(database: Database, wanted: Mapping[str, Any]) -> Member:
    """Store a member; what `wanted` leaves out stays as it was, or is made up from the id."""
    member_id = str(wanted.get("id") or _new_id())
    known = get(database, member_id) or _make_up(member_id)
    member = Member(
        id=member_id,
        given_name=str(wanted.get("given_name", known.given_name)),
        family_name=str(wanted.get("family_name", known.family_name)),
        email=str(wanted.get("email", known.email)),
        is_email_verified=bool(wanted.get("email_verified", known.is_email_verified)),
        picture_url=str(wanted.get("picture", known.picture_url)),
        language=str(wanted.get("language", known.language)),
        country=str(wanted.get("country", known.country)),
        headline=str(wanted.get("headline", known.headline)),
        vanity_name=str(wanted.get("vanity_name", known.vanity_name)),
    )
    _put(database, member)
    return member


def get(database: Database, member_id: str) -> Member | None:
    """The member with this id, if there is one."""
    row = database.one("get_member", id=member_id)
    return _from_row(row) if row else None


def list_all(database: Database) -> list[Member]:
    """Every member, oldest first."""
    return [_from_row(row) for row in database.all("list_members")]


def wait_to_sign_in(database: Database, member_id: str) -> None:
    """Let a later authorization sign in as this member, once."""
    database.run("add_sign_in", member_id=member_id)


def waiting(database: Database) -> str:
    """Who is to sign in next, "" when nobody waits."""
    row = database.one("next_sign_in")
    return str(row["member_id"]) if row else ""


def _take_waiting(database: Database) -> str | None:
    with database.transaction():
        row = database.one("next_sign_in")
        if row is None:
            return None
        database.run("drop_sign_in", sequence=row["sequence"])
    return str(row["member_id"])


def _new_id() -> str:
    return secrets.token_urlsafe(8)[:10]


def _make_up(member_id: str) -> Member:
    """A person who is always the same for the same id."""
    number = int.from_bytes(member_id.encode(), "big")
    given, family = _GIVEN_NAMES[number % 9], _FAMILY_NAMES[number % 8]
    return Member(
        id=member_id,
        given_name=given,
        family_name=family,
        email=f"member-{member_id}@example.com",
        is_email_verified=True,
        picture_url=f"https://media.example.com/pictures/{member_id}.jpg",
        language="en",
        country="US",
        headline="Works with people",
        vanity_name=f"{given}-{family}-{member_id}".lower(),
    )


def _put(database: Database, member: Member) -> None:
    database.run(
        "put_member",
        id=member.id,
        given_name=member.given_name,
        family_name=member.family_name,
        email=member.email,
        is_email_verified=member.is_email_verified,
        picture_url=member.picture_url,
        language=member.language,
        country=member.country,
        headline=member.headline,
        vanity_name=member.vanity_name,
    )


def _from_row(row: sqlite3.Row) -> Member:
    return Member(**{**dict(row), "is_email_verified": bool(row["is_email_verified"])})
