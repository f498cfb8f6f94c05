"""How the client calls: reads are repeated politely, writes never, and nothing once kept back."""

from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import httpx
import pytest

from services.profile.linkedin.errors import (
    AccessDenied,
    AddressTooLong,
    DuplicateRefused,
    InputRefused,
    LinkedInError,
    LinkedInThrottled,
    LinkedInUnavailable,
    NotFound,
    QuotaSpent,
    TokenRefused,
    VersionEnded,
)
from services.profile.linkedin.exchange import Exchange
from services.profile.linkedin.outcome import CallResult, Throttled, Unknown
from services.profile.linkedin.paging import Batch, Page
from services.profile.linkedin.transport import CallRecord, Transport, admit_all

NOW = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)
URL = "https://linkedin.test/rest/things"


class Server:
    """LinkedIn's end of the wire: gives its answers one by one, the last one for ever."""

    def __init__(self, answers: Sequence[httpx.Response | Exception]) -> None:
        self._answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answers[0] if len(self._answers) == 1 else self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Line:
    """An exchange on a server."""

    def __init__(self, *answers: httpx.Response | Exception, admit: Any = admit_all) -> None:
        self.server = Server(answers)
        self.calls: list[CallRecord] = []
        http = httpx.AsyncClient(transport=httpx.MockTransport(self.server))
        transport = Transport(http, 1_000, self.calls.append, admit=admit, sampled_share=1)
        self.exchange = Exchange(transport, "202609", lambda: NOW, read_retry_delays_ms=(0, 0))

    async def read(self) -> Any:
        return await self.exchange.read(URL, "token", lambda body: body, endpoint="/rest/things")

    async def write(self) -> CallResult:
        return await self.exchange.write(
            "POST",
            URL,
            "token",
            lambda answer: answer.headers.get("x-restli-id"),
            endpoint="/rest/things",
            success=HTTPStatus.CREATED,
            body={"commentary": "words"},
        )


def gateway(status: int, message: str, **fields: Any) -> httpx.Response:
    return httpx.Response(status, json={"status": status, "message": message} | fields)


def invalid(status: int, code: str, message: str = "no") -> httpx.Response:
    error = {"code": code, "input": {"inputPath": {"fieldPath": "/commentary"}}}
    details = {"inputErrors": [error]}
    return httpx.Response(status, json={"message": message, "errorDetails": details})


def _number(element: dict[str, Any]) -> int:
    return int(element["n"])


DUPLICATE = "Exception: Content is a duplicate of urn:li:share:7"
THROTTLED = "Resource level throttle {}limit for calls to this resource is reached."


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (gateway(401, "Empty oauth2_access_token", serviceErrorCode=401), TokenRefused, ""),
        (gateway(401, "", serviceErrorCode=65600), TokenRefused, "INVALID_ACCESS_TOKEN"),
        (gateway(401, "", serviceErrorCode=65601), TokenRefused, "REVOKED_ACCESS_TOKEN"),
        (gateway(401, "", serviceErrorCode=65602), TokenRefused, "EXPIRED_ACCESS_TOKEN"),
        (gateway(403, "", serviceErrorCode=100), AccessDenied, "ACCESS_DENIED"),
        (gateway(404, ""), NotFound, ""),
        (invalid(400, "FIELD_ARRAY_SIZE_TOO_HIGH"), InputRefused, "FIELD_ARRAY_SIZE_TOO_HIGH"),
        (invalid(400, "PARAM_INVALID"), InputRefused, "PARAM_INVALID"),
        (invalid(400, "QUERY_PARAM_NOT_ALLOWED"), InputRefused, "QUERY_PARAM_NOT_ALLOWED"),
        (invalid(400, "FIELD_VALUE_TOO_HIGH"), InputRefused, "FIELD_VALUE_TOO_HIGH"),
        (invalid(422, "DUPLICATE_POST", DUPLICATE), DuplicateRefused, "DUPLICATE_POST"),
        (gateway(422, "ERROR :: /distribution/x :: unrecognized field"), InputRefused, ""),
        (gateway(426, "", code="NONEXISTENT_VERSION"), VersionEnded, "NONEXISTENT_VERSION"),
        (gateway(414, "URI Too Long"), AddressTooLong, ""),
    ],
)
async def test_each_refusal_has_its_kind_and_is_not_repeated(
    answer: httpx.Response, kind: type[LinkedInError], code: str
) -> None:
    line = Line(answer)
    with pytest.raises(kind) as refused:
        await line.read()
    assert type(refused.value) is kind
    assert getattr(refused.value, "code", None) == code
    assert len(line.server.requests) == 1


@pytest.mark.parametrize(
    ("window", "until"),
    [
        ("APPLICATION DAY ", MIDNIGHT),
        ("MEMBER DAY ", MIDNIGHT),
        ("", datetime(2026, 11, 23, 18, 31, tzinfo=UTC)),
    ],
)
async def test_a_throttled_read_waits_for_its_window(window: str, until: datetime) -> None:
    line = Line(gateway(429, THROTTLED.format(window), serviceErrorCode=101))
    with pytest.raises(LinkedInThrottled) as throttled:
        await line.read()
    assert throttled.value.until == until
    assert len(line.server.requests) == 1


@pytest.mark.parametrize("trouble", [httpx.Response(500), httpx.ReadTimeout("late")])
async def test_a_read_is_repeated_until_it_is_answered(trouble: Any) -> None:
    line = Line(trouble, trouble, httpx.Response(200, json={"id": 1}))
    assert await line.read() == {"id": 1}
    assert [call.status_code for call in line.calls][-1] == HTTPStatus.OK
    assert len(line.calls) == 3


async def test_a_read_is_given_up_after_the_last_pause() -> None:
    line = Line(httpx.Response(503))
    with pytest.raises(LinkedInUnavailable):
        await line.read()
    assert len(line.server.requests) == 3


@pytest.mark.parametrize("trouble", [httpx.Response(500), httpx.ReadTimeout("late")])
async def test_a_write_is_never_repeated(trouble: Any) -> None:
    line = Line(trouble)
    assert isinstance(await line.write(), Unknown)
    assert len(line.server.requests) == 1


async def test_nothing_is_sent_once_the_quota_is_used_up() -> None:
    async def refuse(endpoint: str, method: str) -> None:
        raise QuotaSpent(MIDNIGHT)

    line = Line(httpx.Response(500), admit=refuse)

    with pytest.raises(QuotaSpent):
        await line.read()
    written = await line.write()

    assert isinstance(written, Throttled)
    assert written.until == MIDNIGHT
    assert line.server.requests == []


async def test_a_finder_gives_a_page() -> None:
    links = [{"rel": "next", "href": "/rest/things?start=2", "type": "application/json"}]
    paging = {"start": 0, "count": 2, "links": links, "total": 5}
    line = Line(httpx.Response(200, json={"elements": [{"n": 1}, {"n": 2}], "paging": paging}))

    page = await line.exchange.find(
        URL, "token", {"q": "author", "author": "urn:li:person:a"}, _number, endpoint="/rest/things"
    )

    assert page == Page((1, 2), 0, 5, has_next=True)
    (sent,) = line.server.requests
    assert sent.url.query == b"q=author&author=urn%3Ali%3Aperson%3Aa"
    assert sent.headers["x-restli-method"] == "FINDER"
    assert sent.headers["linkedin-version"] == "202609"
    assert sent.headers["x-restli-protocol-version"] == "2.0.0"


async def test_a_long_batch_is_tunnelled_and_keys_are_read_in_either_form() -> None:
    ids = [f"urn:li:share:{number:019}" for number in range(200)]
    answer = {
        "results": {"urn%3Ali%3Ashare%3A1": {"n": 1}, "urn:li:share:2": {"n": 2}},
        "statuses": {"urn:li:share:3": 404},
        "errors": {"urn%3Ali%3Ashare%3A3": {"message": "gone"}},
    }
    line = Line(httpx.Response(200, json=answer))

    batch: Batch[int] = await line.exchange.batch_get(
        URL, "token", ids, _number, endpoint="/rest/things"
    )

    assert batch.results == {"urn:li:share:1": 1, "urn:li:share:2": 2}
    assert isinstance(batch.errors["urn:li:share:3"], NotFound)
    (sent,) = line.server.requests
    assert (sent.method, sent.headers["x-http-method-override"]) == ("POST", "GET")
    assert (line.calls[0].method, line.calls[0].endpoint) == ("GET", "/rest/things")


async def test_a_sampled_call_is_noted_without_words_and_tokens() -> None:
    line = Line(invalid(422, "DUPLICATE_POST", DUPLICATE))
    await line.write()
    (call,) = line.calls
    assert call.request_data == {"commentary": "<5 characters>"}
    assert call.problem is not None
    assert (call.problem.code, call.problem.field_path) == ("DUPLICATE_POST", "/commentary")
