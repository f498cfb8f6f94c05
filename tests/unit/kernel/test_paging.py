import base64
import os
from datetime import UTC
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from services.kernel.config import CryptoSettings, Key
from services.kernel.crypto import Keys
from services.kernel.errors import PageTokenInvalid
from services.kernel.paging import PageTokens, Position, page_size


def _key(key_id: str) -> Key:
    return Key(id=key_id, key=SecretStr(base64.b64encode(os.urandom(32)).decode()))


_OLD, _NEW = _key("old"), _key("new")
KEYS = Keys(CryptoSettings(hash_keys=(_OLD,)))
TOKENS = PageTokens(KEYS, "content.list")
USER = UUID("0b6c2f3e-0000-4000-8000-000000000000")
positions = st.lists(st.one_of(st.text(max_size=40), st.integers()), max_size=4)


@given(positions)
def test_position_survives(position: list[Any]) -> None:
    assert TOKENS.read(USER, TOKENS.make(USER, position)) == position


@given(positions)
def test_token_is_good_for_one_user_and_one_list(position: list[Any]) -> None:
    token = TOKENS.make(USER, position)
    with pytest.raises(PageTokenInvalid):
        TOKENS.read(uuid4(), token)
    with pytest.raises(PageTokenInvalid):
        PageTokens(KEYS, "automation.actions").read(USER, token)


def test_token_outlives_the_rotation_of_keys_until_the_old_one_is_removed() -> None:
    token = TOKENS.make(USER, ["a", 1])
    during = Keys(CryptoSettings(hash_keys=(_NEW, _OLD)))
    assert PageTokens(during, "content.list").read(USER, token) == ["a", 1]
    after = Keys(CryptoSettings(hash_keys=(_NEW,)))
    with pytest.raises(PageTokenInvalid):
        PageTokens(after, "content.list").read(USER, token)


@given(st.text(min_size=1, max_size=100))
def test_made_up_token_is_refused(token: str) -> None:
    with pytest.raises(PageTokenInvalid):
        TOKENS.read(USER, token)


def test_no_token_means_the_beginning() -> None:
    assert TOKENS.read(USER, "") is None
    assert page_size(0) == 50
    assert page_size(7) == 7


ROWS = st.lists(
    st.builds(Position, st.datetimes(timezones=st.just(UTC)), st.uuids()), max_size=20, unique=True
)


@given(ROWS, st.integers(1, 6))
def test_pages_follow_each_other_without_gap_or_repeat(rows: list[Position], size: int) -> None:
    newest_first = sorted(rows, key=lambda row: (row.at, row.row_id), reverse=True)
    seen: list[Position] = []
    token = ""
    while True:
        after = TOKENS.after(USER, token)
        rest = newest_first[newest_first.index(after) + 1 :] if after else newest_first
        page, token = TOKENS.cut(USER, rest[: size + 1], size, lambda row: row)
        assert len(page) <= size
        seen += page
        if not token:
            break
    assert seen == newest_first
