"""How every call to LinkedIn is made: reads that raise, writes that answer an outcome."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlencode

import httpx

from services.profile import linkedin_outcome as outcome
from services.profile.linkedin_errors import LinkedInThrottled, LinkedInUnavailable, refusal
from services.profile.linkedin_outcome import CallResult
from services.profile.linkedin_problem import read_problem
from services.profile.linkedin_transport import FAILURES, Transport

_T = TypeVar("_T")

_UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, OverflowError)


class Exchange:
    """Calls with LinkedIn's headers, errors and outcomes; knows no endpoint by itself."""

    def __init__(self, transport: Transport, version: str, now: Callable[[], datetime]) -> None:
        """Ask for `version` (`YYYYMM`) in versioned calls; `now` gives aware UTC times."""
        self._transport = transport
        self._version = version
        self._now = now

    async def post_form(
        self, url: str, form: Mapping[str, str], parse: Callable[[dict[str, Any]], _T]
    ) -> _T:
        """Post a form without a token, as OAuth does; raises as `read` does."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        content = urlencode(form).encode()
        answer = await self._send("POST", url, httpx.URL(url).path, headers, content)
        return self._parse(answer, parse)

    async def read(
        self,
        url: str,
        access_token: str,
        parse: Callable[[dict[str, Any]], _T],
        *,
        endpoint: str,
        is_versioned: bool = True,
    ) -> _T:
        """Get one thing.

        `endpoint` names the call with its keys left out.
        Raises LinkedInRefused or its kinds, LinkedInThrottled, LinkedInUnavailable.
        """
        versioned = self._version_headers("GET") if is_versioned else {}
        answer = await self._send("GET", url, endpoint, _bearer(access_token) | versioned)
        return self._parse(answer, parse)

    async def write(
        self,
        method: str,
        url: str,
        access_token: str,
        remote_id: Callable[[httpx.Response], str | None],
        *,
        endpoint: str,
        success: HTTPStatus,
        body: Mapping[str, Any] | None = None,
    ) -> CallResult:
        """Change something, sending at most once; the outcome says how sure we are of it.

        Only an answer with status `success` and a `remote_id` is a confirmation.
        """
        headers = _bearer(access_token) | self._version_headers(_RESTLI_METHODS[method])
        content = None if body is None else json.dumps(body).encode()
        if content is not None:
            headers["Content-Type"] = "application/json"
        try:
            answer = await self._transport.send(
                method, url, endpoint=endpoint, headers=headers, content=content
            )
        except FAILURES as failure:
            return outcome.from_failure(failure)
        written = remote_id(answer) if answer.status_code == success else None
        return outcome.Confirmed(written) if written else outcome.from_other(answer, self._now())

    async def _send(
        self,
        method: str,
        url: str,
        endpoint: str,
        headers: Mapping[str, str],
        content: bytes | None = None,
    ) -> httpx.Response:
        try:
            return await self._transport.send(
                method, url, endpoint=endpoint, headers=headers, content=content
            )
        except FAILURES as failure:
            # The failure's own text may quote what was sent: only its kind goes on.
            raise LinkedInUnavailable(type(failure).__name__) from None

    def _parse(self, answer: httpx.Response, parse: Callable[[dict[str, Any]], _T]) -> _T:
        """Read a 200 as JSON, or raise what the status says."""
        self._raise_for_status(answer)
        try:
            return parse(answer.json())
        except _UNREADABLE:
            # Not chained: the parse error would carry the body, tokens included.
            raise LinkedInUnavailable("unreadable answer") from None

    def _raise_for_status(self, answer: httpx.Response) -> None:
        if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            message = read_problem(answer).message
            raise LinkedInThrottled(outcome.throttled_until(message, self._now()))
        if answer.is_client_error:
            problem = read_problem(answer)
            raise refusal(answer.status_code, problem.code, problem.message)
        if answer.status_code != HTTPStatus.OK:
            raise LinkedInUnavailable(f"HTTP {answer.status_code}")

    def _version_headers(self, restli_method: str) -> dict[str, str]:
        return {
            "LinkedIn-Version": self._version,
            "X-Restli-Protocol-Version": "2.0.0",
            "X-RestLi-Method": restli_method,
        }


_RESTLI_METHODS = {"POST": "CREATE", "DELETE": "DELETE"}


def _bearer(access_token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {access_token}"}
