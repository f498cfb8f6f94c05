"""What a user agent's string is called in the list of sessions."""

import time

import pytest

from services.auth.own_sessions.user_agents import LONGEST, UNKNOWN, client_name

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) "
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0",
            "Firefox on Linux",
        ),
        (f"{MAC}Chrome/126.0.0.0 Safari/537.36", "Chrome on Mac OS X"),
        (
            f"{IPHONE}AppleWebKit/605.1 (KHTML, like Gecko) Version/17 Mobile/15E Safari/604.1",
            "Mobile Safari on iOS",
        ),
        ("curl/8.1.2", "curl"),
        ("grpc-python/1.66.0 grpc-c/43.0 (linux; chttp2)", "grpc-python on Linux"),
        ("inergize-tour/1.0", "inergize-tour"),
        ("", UNKNOWN),
        ("<script>alert(1)</script>", UNKNOWN),
        ("\x00\x1b[31m", UNKNOWN),
    ],
)
def test_a_user_recognises_it(user_agent: str, name: str) -> None:
    assert client_name(user_agent) == name


@pytest.mark.parametrize(
    "user_agent",
    ["a" * 500, " " * 500, "Mozilla/5.0 (" * 38, "1" * 500, "Safari/" * 70, "Mobile " * 70],
)
def test_a_hostile_one_is_short_and_costs_little(user_agent: str) -> None:
    started = time.perf_counter()
    assert len(client_name(user_agent)) <= LONGEST
    assert time.perf_counter() - started < 0.1
