"""Who a member is to which application: LinkedIn gives everybody another id in each.

Inside the sandbox, and in its control interface, a member has one id, which is also what the
configured application sees. To any other application ids are translated at the gate: in the path,
query and body of what it sends, and in the body and headers of what it is answered.
Source: https://github.com/linkedin-developers/linkedin-api-js-client/issues/35 and
docs/decisions/0152-members-have-an-id-per-application.md
"""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Scope

from stack.sandbox.linkedin.house import House
from stack.sandbox.linkedin.model import Member
from stack.sandbox.linkedin.refusals import Refusal

_PERSON = re.compile(r"(urn(?::|%3A)li(?::|%3A)person(?::|%3A))([A-Za-z0-9_-]+)", re.IGNORECASE)
_ID_LENGTH = 10
_KEY_HEADERS = ("x-restli-id", "x-linkedin-id")


def person_id(house: House, client_id: str, member_id: str) -> str:
    """What an application knows a member by: always the same, and in no two the same."""
    if client_id == house.configured.client_id:
        return member_id
    key = {"client_id": client_id, "member_id": member_id}
    row = house.database.one("get_person_id", **key)
    if row is not None:
        return str(row["person_id"])
    derived = _derived(client_id, member_id)
    house.database.run("put_person_id", **key, person_id=derived)
    return derived


def known_to(house: House, client_id: str, member: Member) -> Member:
    """A member with the id that an application knows."""
    return replace(member, id=person_id(house, client_id, member.id))


def inward(house: House, client_id: str, text: str) -> str:
    """The application's ids in a text turned into the sandbox's own."""
    return _translated(text, lambda known: _member_id(house, client_id, known))


def outward(house: House, client_id: str, text: str) -> str:
    """The sandbox's ids in a text turned into what the application knows."""
    return _translated(text, lambda own: person_id(house, client_id, own))


async def received(house: House, client_id: str, request: Request) -> Request:
    """A request as the sandbox means it."""
    if client_id == house.configured.client_id:
        return request

    def own(text: bytes) -> bytes:
        return inward(house, client_id, text.decode("latin-1")).encode("latin-1")

    body = own(await request.body())

    async def replay() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    scope: Scope = {
        **request.scope,
        "raw_path": own(request.scope["raw_path"]),
        "query_string": own(request.scope["query_string"]),
    }
    return Request(scope, replay)


def answered(house: House, client_id: str, response: Response) -> None:
    """Put an answer into the application's terms."""
    if client_id == house.configured.client_id:
        return
    text = bytes(response.body).decode()
    response.body = outward(house, client_id, text).encode()
    if response.body:
        response.headers["content-length"] = str(len(response.body))
    for name in _KEY_HEADERS:
        if name in response.headers:
            response.headers[name] = outward(house, client_id, response.headers[name])


def refused(house: House, client_id: str, refusal: Refusal) -> Refusal:
    """A refusal in the application's terms: some name an actor."""
    if client_id == house.configured.client_id:
        return refusal
    body = json.loads(outward(house, client_id, json.dumps(refusal.body)))
    return Refusal(refusal.status, body)


def _member_id(house: House, client_id: str, known: str) -> str:
    """Whom an application means. An id of nobody it knows stays nobody, whoever else has it."""
    row = house.database.one("get_member_of", client_id=client_id, person_id=known)
    if row is not None:
        return str(row["member_id"])
    everybody = house.database.all("list_members")
    meant = next((str(r["id"]) for r in everybody if _derived(client_id, r["id"]) == known), None)
    member_id = meant or f"nobody-{_derived(client_id, known)}"
    house.database.run("put_person_id", client_id=client_id, member_id=member_id, person_id=known)
    return member_id


def _translated(text: str, of: Callable[[str], str]) -> str:
    return _PERSON.sub(lambda found: found[1] + of(found[2]), text)


def _derived(client_id: str, name: str) -> str:
    hashed = hashlib.sha256(f"{client_id}\0{name}".encode()).digest()
    return base64.urlsafe_b64encode(hashed).decode()[:_ID_LENGTH]
