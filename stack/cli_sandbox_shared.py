"""What the sandbox's commands share: finding it, asking it, and showing what it says."""

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click

from stack.cli_shared import data_dir_option, place_of
from stack.errors import StackError
from stack.tables import aligned

_TIMEOUT_SECONDS = 10.0
_WIDEST = 48

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Shown:
    """What a command found: `data` for programs, and which of it people see, in which order.

    A column is a header and the name of what stands under it.
    """

    data: Any
    columns: Sequence[tuple[str, str]]

    def as_text(self) -> str:
        """A table, or one line when there is nothing."""
        rows: Sequence[Row] = self.data if isinstance(self.data, list) else [self.data]
        if not rows:
            return "none"
        header = [title for title, _ in self.columns]
        body = [[_cell(row.get(name)) for _, name in self.columns] for row in rows]
        # What stands last is read to its end; what stands before it would push the rest away.
        return "\n".join(aligned([header, *([*map(_short, line[:-1]), line[-1]] for line in body)]))


class Sandbox:
    """The control interface of a running sandbox. Every failure is a StackError."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def get(self, path: str, /, **query: object) -> Any:
        """Look at something; filters that are None or empty are left out."""
        kept = {name: value for name, value in query.items() if value not in {None, ""}}
        return self._ask("GET", f"{path}?{urlencode(kept)}" if kept else path)

    def post(self, path: str, /, **body: object) -> Any:
        """Change something; fields that are None are left out."""
        kept = {name: value for name, value in body.items() if value is not None}
        return self._ask("POST", path, kept)

    def delete(self, path: str) -> Any:
        """Forget something."""
        return self._ask("DELETE", path)

    def set_quota(self, filters: Mapping[str, str], calls_per_day: int | None) -> Any:
        """Set a daily limit; None, which is sent as it is, for no limit."""
        return self._ask("POST", "quota", {**filters, "calls_per_day": calls_per_day})

    def authorize(self, url: str, member: str | None, refusal: str | None) -> str:
        """Answer an authorization URL as a member; returns where the browser would be sent."""
        import httpx

        added = {"sandbox_member": member, "sandbox_refusal": refusal}
        asked = httpx.URL(url).copy_merge_params({k: v for k, v in added.items() if v})
        if not str(asked).startswith(f"{self.url}/"):
            raise StackError(f"AUTHORIZATION_URL: must begin with {self.url}/")
        answer = httpx.get(asked, timeout=_TIMEOUT_SECONDS)
        if not answer.has_redirect_location:
            raise StackError(f"AUTHORIZATION_URL: {answer.json()['error_description']}")
        return str(answer.headers["location"])

    def _ask(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Any:
        import httpx

        try:
            answer = httpx.request(
                method, f"{self.url}/sandbox/{path}", json=body, timeout=_TIMEOUT_SECONDS
            )
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise StackError(f"no LinkedIn sandbox answers on {self.url} ({error})") from None
        try:
            said = answer.json()
        except ValueError:
            raise StackError(f"{self.url} is no LinkedIn sandbox") from None
        if answer.is_success:
            return said
        raise StackError(said.get("message", answer.reason_phrase))


def on_sandbox(command: Callable[..., Shown]) -> Callable[..., None]:
    """Give a command the running sandbox as its first argument, and show what it returns."""

    @click.option("--url", help="The sandbox. [default: that of the running stack]")
    @data_dir_option
    @click.option("--json", "as_json", is_flag=True, help="As JSON, with everything.")
    @functools.wraps(command)
    def wrapped(url: str | None, data_dir: Path | None, *, as_json: bool, **given: Any) -> None:
        shown = command(Sandbox(url or _running(data_dir)), **given)
        click.echo(json.dumps(shown.data, indent=2) if as_json else shown.as_text())

    return wrapped


def _running(data_dir: Path | None) -> str:
    from stack.lock import is_held
    from stack.topology import Topology
    from stack.urls import linkedin_urls

    place = place_of(data_dir)
    if not place.topology.exists() or not is_held(place):
        raise StackError(f"no stack is running on {place.root}; start it, or name one with --url")
    topology = Topology.load(place.root)
    if not topology.is_embedded("LINKEDIN_API_URL"):
        raise StackError("this stack speaks to LinkedIn itself, not to the sandbox")
    return linkedin_urls(topology)[1]


def _cell(value: object) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = " ".join(str(v) for v in value) if isinstance(value, list) else str(value)
    return text.replace("\n", " ")


def _short(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"
