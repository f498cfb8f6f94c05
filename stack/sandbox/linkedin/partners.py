"""`/v2/invitations` and `/v2/messages`, for applications whose contract allows them.

Source: https://learn.microsoft.com/en-us/linkedin/shared/integrations/communications/invitations
and https://learn.microsoft.com/en-us/linkedin/shared/integrations/communications/messages
"""

import re
from typing import Any

from starlette.responses import Response

from stack.sandbox.linkedin import answers, applied, authors, littletext, network
from stack.sandbox.linkedin.arguments import body_of, key_of, query_of
from stack.sandbox.linkedin.gate import Call, Operation
from stack.sandbox.linkedin.post_content import missing
from stack.sandbox.linkedin.post_store import new_urn
from stack.sandbox.linkedin.refusals import bad_schema, gateway, invalid_input

_SCOPES = frozenset({"w_messages"})
INVITE = Operation("invitations", "CREATE", _SCOPES, is_versioned=False)
GET_INVITATION = Operation("invitations", "GET", _SCOPES, is_versioned=False)
WRITE = Operation("messages", "CREATE", _SCOPES, is_versioned=False)

LONGEST_NOTE = 300
LONGEST_MESSAGE = 8_000

_INVITEE = re.compile(r"urn:li:(?:person|emailAddress|phoneAccount|email):\S+")
_NOTE = "com.linkedin.invitations.InvitationMessage"
_MESSAGE_FIELDS = {"recipients", "thread", "subject", "body", "messageType", "attachments"}


async def invite(call: Call) -> Response:
    """Invite somebody: 201, the invitation's URN in `x-linkedin-id`."""
    body = await body_of(call)
    for name in body.keys() - {"invitee", "message", "trackingId"}:
        raise bad_schema(f"/{name}", "unrecognized field found but not allowed")
    invitee = body.get("invitee")
    if not isinstance(invitee, str) or not _INVITEE.fullmatch(invitee):
        raise missing("/invitee")
    note = _note(body.get("message", {}))
    _check_invitee(call, invitee)
    urn = new_urn("invitation", call.house.clock.now_ms())
    with call.house.database.transaction():
        call.house.database.run(
            "add_invitation",
            urn=urn,
            inviter=call.grant.member_urn,
            invitee=invitee,
            message=note,
            created_ms=call.house.clock.now_ms(),
        )
        _record(call, "invitation.create", urn, note)
    return _made(urn)


async def get_invitation(call: Call) -> Response:
    """What became of one's own."""
    query = query_of(call)
    row = call.house.database.one("get_invitation", urn=key_of(call))
    if row is None or row["inviter"] != call.grant.member_urn:
        raise gateway(404, "The invitation could not be found", code="NOT_FOUND")
    moment = {"time": row["created_ms"]}
    document = {
        "created": moment,
        "id": row["urn"].rpartition(":")[2],
        "invitee": row["invitee"],
        "inviter": row["inviter"],
        "lastModified": moment,
        "sentAt": row["created_ms"],
        "state": row["state"],
        "validationToken": "",
    }
    return answers.entity(query, document)


async def write(call: Call) -> Response:
    """Write to first-degree connections, or into a thread: 201."""
    body = await body_of(call)
    for name in body.keys() - _MESSAGE_FIELDS:
        raise bad_schema(f"/{name}", "unrecognized field found but not allowed")
    if bool(body.get("recipients")) == bool(body.get("thread")):
        raise bad_schema("/recipients", "exactly one of recipients and thread is required")
    text = body.get("body")
    if not isinstance(text, str) or not text:
        raise missing("/body")
    if len(text) > LONGEST_MESSAGE or re.search(r"<[a-zA-Z/][^>]*>", text):
        raise bad_schema("/body", f"is over {LONGEST_MESSAGE} characters or has HTML in it")
    _check_recipients(call, body.get("recipients") or [])
    urn = new_urn("message", call.house.clock.now_ms())
    with call.house.database.transaction():
        _record(call, "message.create", urn, text)
    return _made(urn)


def _note(message: Any) -> str:
    if not isinstance(message, dict) or message.keys() - {_NOTE}:
        raise bad_schema("/message", f"is not a union of {_NOTE}")
    content = message.get(_NOTE, {"body": ""})
    note = content.get("body", "") if isinstance(content, dict) else None
    if not isinstance(note, str) or len(note) > LONGEST_NOTE:
        raise bad_schema("/message", f"is no text of at most {LONGEST_NOTE} characters")
    return note


def _check_invitee(call: Call, invitee: str) -> None:
    own = call.grant.member_urn
    if invitee == own or network.is_connected(
        call.house, call.grant.member_id, invitee.rpartition(":")[2]
    ):
        message = "The invitee is the member or already a connection"
        raise invalid_input(400, "PARAM_INVALID", message, path="/invitee")
    if call.house.database.one("find_invitation", inviter=own, invitee=invitee):
        raise gateway(422, "An invitation to this member is waiting", code="CANT_RESEND_YET")


def _check_recipients(call: Call, recipients: Any) -> None:
    if not isinstance(recipients, list):
        raise bad_schema("/recipients", "is not a list")
    for urn in recipients:
        other = str(urn).removeprefix("urn:li:person:")
        if not network.is_connected(call.house, call.grant.member_id, other):
            raise authors.refused("Messages go to first-degree connections only")


def _record(call: Call, kind: str, urn: str, words: str) -> None:
    shown = littletext.Reading(words, is_cut=False)
    applied.record(call, kind, urn, commentary=words, shown=shown)


def _made(urn: str) -> Response:
    return Response(status_code=201, headers={"x-linkedin-id": urn, "x-restli-id": urn})
