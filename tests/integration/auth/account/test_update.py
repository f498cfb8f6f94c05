"""What a user may change of the account at any time."""

import asyncio
from uuid import UUID

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from grpc import StatusCode
from inergize.auth.v1 import auth_account_pb2 as pb
from inergize.auth.v1 import auth_pb2

from services.kernel.sessions import session_key
from tests.integration.auth.account.conftest import Owner
from tests.integration.auth.conftest import refusal
from tests.support.replies import bad_request, error_info

EVERYTHING = pb.UserChange(
    first_name="Grace",
    last_name="Hopper",
    time_zone="Europe/Vienna",
    language="de-AT",
    avatar_url="https://example.com/grace.png",
    phone="+436641234567",
)


async def update(owner: Owner, change: pb.UserChange, *paths: str, etag: str = "") -> auth_pb2.User:
    mask = FieldMask(paths=paths) if paths else None
    request = pb.UpdateCurrentUserRequest(user=change, update_mask=mask, etag=etag)
    user: auth_pb2.User = (await owner.call("UpdateCurrentUser", request)).user
    return user


def changed(user: auth_pb2.User) -> pb.UserChange:
    return pb.UserChange(
        **{field.name: getattr(user, field.name) for field in pb.UserChange.DESCRIPTOR.fields}
    )


async def test_star_stores_everything_and_empties_what_is_empty(owner: Owner) -> None:
    assert changed(await update(owner, EVERYTHING, "*")) == EVERYTHING
    assert changed(await owner.read()) == EVERYTHING
    bare = pb.UserChange(first_name="G", last_name="H", time_zone="UTC", language="en")
    assert changed(await update(owner, bare, "*")) == bare


async def test_mask_says_which_fields_change(owner: Owner) -> None:
    await update(owner, EVERYTHING, "*")
    user = await update(
        owner, pb.UserChange(first_name="Ada", last_name="x"), "first_name", "phone"
    )
    assert (user.first_name, user.last_name, user.phone) == ("Ada", "Hopper", "")
    assert user.avatar_url == EVERYTHING.avatar_url


async def test_without_mask_what_is_given_changes(owner: Owner) -> None:
    await update(owner, EVERYTHING, "*")
    user = await update(owner, pb.UserChange(last_name="Lovelace"))
    assert (user.first_name, user.last_name, user.phone) == ("Grace", "Lovelace", EVERYTHING.phone)


async def test_change_of_nothing_is_refused(owner: Owner) -> None:
    refused = await refusal(update(owner, pb.UserChange()))
    assert bad_request(refused) == {
        "user": "must hold at least one of first_name, last_name, time_zone, language,"
        " avatar_url, phone"
    }


async def test_unknown_path_is_named(owner: Owner) -> None:
    refused = await refusal(update(owner, EVERYTHING, "first_name", "email", "role"))
    assert refused.code() is StatusCode.INVALID_ARGUMENT
    assert bad_request(refused) == {"update_mask": "has no such field: email, role"}
    assert (await owner.read()).first_name == "Ada"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (pb.UserChange(), "first_name"),
        (pb.UserChange(last_name="   "), "last_name"),
        (pb.UserChange(), "time_zone"),
        (pb.UserChange(), "language"),
        (pb.UserChange(first_name="Ada\u202etxt.exe"), "first_name"),
        (pb.UserChange(last_name="Byron\u2028Pay here"), "last_name"),
        (pb.UserChange(first_name="\u2066Ada"), "first_name"),
        (pb.UserChange(first_name="Ada\x85"), "first_name"),
    ],
)
async def test_unusable_values_are_refused_by_field(
    owner: Owner, change: pb.UserChange, path: str
) -> None:
    refused = await refusal(update(owner, change, path))
    assert refused.code() is StatusCode.INVALID_ARGUMENT
    assert list(bad_request(refused)) == [f"user.{path}"]


async def test_names_of_every_script_are_accepted(owner: Owner) -> None:
    for name in ("Zoë", "Ἀριστοτέλης", "محمد", "王", "Nguyễn", "O'Neil-Smith Jr."):
        assert (await update(owner, pb.UserChange(first_name=name))).first_name == name


async def test_time_zone_must_exist(owner: Owner) -> None:
    refused = await refusal(update(owner, pb.UserChange(time_zone="Mars/Olympus")))
    assert error_info(refused).reason == "ERROR_REASON_TIME_ZONE"


async def test_etag_of_an_older_state_is_refused(owner: Owner) -> None:
    before = await owner.read()
    after = await update(owner, pb.UserChange(first_name="Grace"), etag=before.etag)
    assert after.etag != before.etag
    refused = await refusal(update(owner, pb.UserChange(first_name="Eve"), etag=before.etag))
    assert refused.code() is StatusCode.ABORTED
    assert error_info(refused).reason == "ERROR_REASON_ETAG_MISMATCH"
    assert (await owner.read()).first_name == "Grace"


async def test_of_many_changes_with_one_etag_one_is_made(owner: Owner) -> None:
    etag = (await owner.read()).etag
    changes = [update(owner, pb.UserChange(first_name=f"A{n}"), etag=etag) for n in range(10)]
    outcomes = await asyncio.gather(*changes, return_exceptions=True)
    assert len([one for one in outcomes if isinstance(one, auth_pb2.User)]) == 1


async def test_new_time_zone_reaches_running_sessions(owner: Owner) -> None:
    """The copy of the session names the former zone, so it goes; whoever misses it asks Auth."""
    key = session_key(owner.user_id, UUID(owner.tokens.session_id))
    client = owner.people.room.given.redis
    await update(owner, pb.UserChange(first_name="Grace"))
    assert await client.exists(key)
    await update(owner, pb.UserChange(time_zone="Asia/Tokyo"))
    assert not await client.exists(key)
