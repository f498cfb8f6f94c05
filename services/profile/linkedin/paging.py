"""Several things at once, as LinkedIn answers them: a page of a list, and a batch by key.

Source: https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/pagination
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import unquote

from services.profile.linkedin.errors import LinkedInRefused, refusal

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Page(Generic[_T]):
    """A stretch of a list. `total` is None where LinkedIn does not tell it."""

    elements: tuple[_T, ...]
    start: int
    total: int | None
    has_next: bool
    """Whether LinkedIn links to another page; asking for it may still find nothing."""

    @property
    def next_start(self) -> int:
        """Where the page after this one begins."""
        return self.start + len(self.elements)


@dataclass(frozen=True, slots=True)
class Batch(Generic[_T]):
    """What was found of the keys that were asked for, and why the others were not."""

    results: Mapping[str, _T]
    errors: Mapping[str, LinkedInRefused]


def read_page(body: Mapping[str, Any], parse: Callable[[dict[str, Any]], _T]) -> Page[_T]:
    """Read `elements` and `paging`. Raises KeyError, TypeError or ValueError for another body."""
    paging = body.get("paging") or {}
    return Page(
        elements=tuple(parse(element) for element in body["elements"]),
        start=int(paging.get("start", 0)),
        total=int(paging["total"]) if "total" in paging else None,
        has_next=any(link.get("rel") == "next" for link in paging.get("links", ())),
    )


def read_batch(body: Mapping[str, Any], parse: Callable[[dict[str, Any]], _T]) -> Batch[_T]:
    """Read `results`, `statuses` and `errors`; their keys come raw or percent-encoded."""
    statuses = {unquote(key): int(status) for key, status in (body.get("statuses") or {}).items()}
    return Batch(
        results={unquote(key): parse(found) for key, found in body["results"].items()},
        errors={
            unquote(key): _error(error, statuses.get(unquote(key), 0))
            for key, error in (body.get("errors") or {}).items()
        },
    )


def _error(error: Mapping[str, Any], status: int) -> LinkedInRefused:
    return refusal(
        int(error.get("status", status)),
        str(error.get("code", "")),
        str(error.get("message", "")),
    )
