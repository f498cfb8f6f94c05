"""How every call to LinkedIn is made: reads that raise, writes that answer an outcome."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from secrets import SystemRandom
from typing import Any, TypeVar
from urllib.parse import urlencode

import httpx

from services.profile.linkedin import outcome
from services.profile.linkedin.errors import (
    LinkedInThrottled,
    LinkedInUnavailable,
    QuotaSpent,
    refusal,
)
from services.profile.linkedin.outcome import CallResult
from services.profile.linkedin.paging import Batch, Page, read_batch, read_page
from services.profile.linkedin.problem import read_problem
from services.profile.linkedin.restli import RestliValue, query
from services.profile.linkedin.transport import FAILURES, Transport

_T = TypeVar("_T")

UPLOAD_SECONDS = 300.0
"""Longest time for one file, or one part of a video."""
_CHANCE = SystemRandom()
_UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, OverflowError)


class Exchange:
    """Calls with LinkedIn's headers, errors and outcomes; knows no endpoint by itself."""

    def __init__(
        self,
        transport: Transport,
        version: str,
        now: Callable[[], datetime],
        *,
        read_retry_delays_ms: Sequence[int] = (),
    ) -> None:
        """Ask for `version` (`YYYYMM`) in versioned calls; `now` gives aware UTC times.

        A read that gets no useful answer is repeated after each of `read_retry_delays_ms`.
        """
        self._transport = transport
        self._version = version
        self._now = now
        self._read_retry_delays_ms = tuple(read_retry_delays_ms)

    async def post_form(
        self, url: str, form: Mapping[str, str], parse: Callable[[dict[str, Any]], _T]
    ) -> _T:
        """Post a form without a token, as OAuth does; raises as `read` does."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        content = urlencode(form).encode()
        answer = await self._send("POST", url, httpx.URL(url).path, headers, content)
        return self._parse(answer, parse)

    async def post_form_unread(self, url: str, form: Mapping[str, str]) -> None:
        """Post a form whose answer says nothing but its status; raises as `read` does."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        content = urlencode(form).encode()
        answer = await self._send("POST", url, httpx.URL(url).path, headers, content)
        self._raise_for_status(answer)

    async def read(
        self,
        url: str,
        access_token: str,
        parse: Callable[[dict[str, Any]], _T],
        *,
        endpoint: str,
        is_versioned: bool = True,
        restli_method: str = "GET",
    ) -> _T:
        """Get one thing, or with `FINDER` several.

        `endpoint` names the call with its keys left out.
        Raises LinkedInRefused or its kinds, LinkedInThrottled, LinkedInUnavailable.
        """
        versioned = self._version_headers(restli_method) if is_versioned else {}
        headers = _bearer(access_token) | versioned
        for delay_ms in self._read_retry_delays_ms:
            try:
                return self._parse(await self._send("GET", url, endpoint, headers), parse)
            except LinkedInUnavailable:
                # Up to twice as long, so that many who failed together do not come back together.
                await asyncio.sleep(delay_ms / 1000 * (1 + _CHANCE.random()))
        return self._parse(await self._send("GET", url, endpoint, headers), parse)

    async def find(
        self,
        url: str,
        access_token: str,
        parameters: Mapping[str, RestliValue],
        parse: Callable[[dict[str, Any]], _T],
        *,
        endpoint: str,
        is_versioned: bool = True,
    ) -> Page[_T]:
        """Ask a finder (`parameters["q"]`) for one page; `parse` reads one element.

        Pass `start` and `count` among the parameters. Raises as `read` does.
        """
        return await self.read(
            f"{url}?{query(parameters)}",
            access_token,
            lambda body: read_page(body, parse),
            endpoint=endpoint,
            is_versioned=is_versioned,
            restli_method="FINDER",
        )

    async def batch_get(
        self,
        url: str,
        access_token: str,
        ids: Sequence[RestliValue],
        parse: Callable[[dict[str, Any]], _T],
        *,
        endpoint: str,
    ) -> Batch[_T]:
        """Get several things by their keys; raises as `read` does, only for all of them at once."""
        return await self.read(
            f"{url}?{query({'ids': ids})}",
            access_token,
            lambda body: read_batch(body, parse),
            endpoint=endpoint,
            restli_method="BATCH_GET",
        )

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
        return await self._change(
            method,
            url,
            _bearer(access_token) | self._version_headers(_RESTLI_METHODS[method]),
            remote_id,
            endpoint=endpoint,
            success=(success,),
            body=body,
        )

    async def update(
        self,
        url: str,
        access_token: str,
        body: Mapping[str, Any],
        urn: str,
        *,
        endpoint: str,
    ) -> CallResult:
        """Change parts of the thing that `urn` names, sending at most once."""
        return await self._change(
            "POST",
            url,
            _bearer(access_token) | self._version_headers("PARTIAL_UPDATE"),
            lambda _: urn,
            endpoint=endpoint,
            success=(HTTPStatus.NO_CONTENT, HTTPStatus.OK),
            body=body,
        )

    async def act(
        self,
        url: str,
        access_token: str,
        body: Mapping[str, Any],
        parse: Callable[[dict[str, Any]], _T],
        *,
        endpoint: str,
    ) -> _T:
        """Call an action that may be repeated; raises as `read` does."""
        headers = _bearer(access_token) | self._version_headers("ACTION")
        headers["Content-Type"] = "application/json"
        answer = await self._send("POST", url, endpoint, headers, json.dumps(body).encode())
        return self._parse(answer, parse)

    async def put(
        self,
        url: str,
        access_token: str,
        content: bytes | AsyncIterator[bytes],
        size_bytes: int,
        content_type: str,
    ) -> str:
        """Put bytes where LinkedIn said; returns their tag. Raises as `read` does."""
        headers = _bearer(access_token) | {
            "Content-Type": content_type,
            "Content-Length": str(size_bytes),
        }
        answer = await self._send("PUT", url, "upload", headers, content, seconds=UPLOAD_SECONDS)
        if answer.status_code != HTTPStatus.CREATED:
            self._raise_for_status(answer)
        return str(answer.headers.get("etag", ""))

    async def _change(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        remote_id: Callable[[httpx.Response], str | None],
        *,
        endpoint: str,
        success: tuple[HTTPStatus, ...],
        body: Mapping[str, Any] | None,
    ) -> CallResult:
        content = None if body is None else json.dumps(body).encode()
        if content is not None:
            headers["Content-Type"] = "application/json"
        try:
            answer = await self._transport.send(
                method, url, endpoint=endpoint, headers=headers, content=content
            )
        except QuotaSpent as spent:
            return outcome.Throttled(spent.until, "the day's quota is used up by our own count")
        except FAILURES as failure:
            return outcome.from_failure(failure)
        written = remote_id(answer) if answer.status_code in success else None
        return outcome.Confirmed(written) if written else outcome.from_other(answer, self._now())

    async def _send(
        self,
        method: str,
        url: str,
        endpoint: str,
        headers: Mapping[str, str],
        content: bytes | AsyncIterator[bytes] | None = None,
        *,
        seconds: float | None = None,
    ) -> httpx.Response:
        try:
            return await self._transport.send(
                method, url, endpoint=endpoint, headers=headers, content=content, seconds=seconds
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
