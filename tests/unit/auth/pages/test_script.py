"""What the pages' script does in a browser: reads the token, sends it at a press, explains."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from services.auth.pages.page import page

NODE = shutil.which("node")
BROWSER = Path(__file__).with_name("browser.js")
VERIFY = "https://api.example/v1/auth/email:verify?token=tok-en"
RESET = "https://api.example/v1/auth/password:reset?token=tok-en"
DONE = {"status": 200, "body": {}}
pytestmark = pytest.mark.skipif(NODE is None, reason="there is no Node.js to run the script")


def refused(reason: str, **metadata: str) -> dict[str, Any]:
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}
    return {"status": 400, "body": {"code": 3, "details": [{**info, "metadata": metadata}]}}


def opened(
    name: str, address: str, *answers: Any, presses: tuple[str, ...] = ("send",), typed: str = ""
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Open a page and press; what it sent, and what it showed before and after each press."""
    found = re.search(r"<script>(.*)</script>", page(name, "").html.decode(), re.DOTALL)
    assert found
    asked = {
        "script": found[1],
        "address": address,
        "answers": answers,
        "typed": typed,
        "presses": presses,
    }
    done = subprocess.run(
        [str(NODE), str(BROWSER)],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    )
    answer = json.loads(done.stdout)
    return answer["sent"], answer["shows"]


def test_nothing_is_sent_before_a_press() -> None:
    sent, shows = opened("verify_email", VERIFY, presses=())
    assert sent == []
    assert shows[0]["formHidden"] is False


def test_a_press_redeems_the_token_where_the_page_came_from() -> None:
    sent, shows = opened("verify_email", VERIFY, DONE)
    (request,) = sent
    assert (request["path"], request["method"]) == ("/v1/auth/email:verify", "POST")
    assert json.loads(request["body"]) == {"token": "tok-en"}
    assert (request["credentials"], request["redirect"]) == ("omit", "error")
    assert request["wasDisabled"]
    assert "confirmed" in shows[-1]["says"]
    assert shows[-1]["formHidden"]


def test_the_address_bar_loses_the_token_at_once() -> None:
    _, shows = opened("verify_email", VERIFY, presses=())
    assert shows[0]["addressBar"] == "/v1/auth/email:verify"


def test_a_link_without_token_says_so() -> None:
    _, shows = opened("reset_password", RESET.partition("?")[0], presses=())
    assert shows[0]["formHidden"]
    assert "incomplete" in shows[0]["says"]


def test_a_new_password_is_sent_whole() -> None:
    typed = "пароль 🐎🔋 ünïcode"
    sent, shows = opened("reset_password", RESET, DONE, typed=typed)
    assert json.loads(sent[0]["body"]) == {"token": "tok-en", "newPassword": typed}
    assert "new password is set" in shows[-1]["says"]


@pytest.mark.parametrize("typed", ["short", "e\u0301" * 7, "🐎" * 129])
def test_lengths_are_checked_in_characters_before_anything_is_sent(typed: str) -> None:
    sent, shows = opened("reset_password", RESET, typed=typed)
    assert sent == []
    assert "8 to 128" in shows[-1]["says"]


def test_the_password_can_be_shown() -> None:
    _, shows = opened("reset_password", RESET, presses=("show",))
    assert [show["passwordType"] for show in shows] == ["password", "text"]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (refused("ERROR_REASON_TOKEN_INVALID"), "not valid"),
        (refused("ERROR_REASON_PASSWORD_UNACCEPTABLE", rule="common"), "most used"),
        (refused("ERROR_REASON_PASSWORD_UNACCEPTABLE", rule="length"), "too short"),
        (refused("ERROR_REASON_PASSWORD_UNACCEPTABLE", rule="personal"), "too close"),
        (refused("ERROR_REASON_LOGIN_BUSY"), "in a moment"),
        (refused("ERROR_REASON_UNAVAILABLE"), "in a moment"),
        (refused("ERROR_REASON_INTERNAL"), "went wrong"),
        ({"status": 502, "body": "no JSON object"}, "went wrong"),
        (None, "went wrong"),
    ],
)
def test_each_failure_is_explained_and_can_be_tried_again(answer: Any, says: str) -> None:
    sent, shows = opened(
        "reset_password", RESET, answer, DONE, presses=("send", "send"), typed="a long password"
    )
    assert says in shows[1]["says"]
    assert (shows[1]["formHidden"], shows[1]["disabled"]) == (False, False)
    assert len(sent) == 2
    assert shows[2]["formHidden"]
