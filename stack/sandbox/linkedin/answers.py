"""Rest.li's answers: one entity, a page of a collection, a batch, what an action came to."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.responses import JSONResponse, Response

from stack.sandbox.linkedin import restli
from stack.sandbox.linkedin.arguments import Page, Query
from stack.sandbox.linkedin.gate import Call
from stack.sandbox.linkedin.refusals import Refusal
from stack.sandbox.linkedin.restli import Value


def entity(query: Query, document: Mapping[str, Any]) -> Response:
    """One entity, with the fields that were asked for."""
    return JSONResponse(_narrowed(query, document))


def collection(
    call: Call, query: Query, elements: list[dict[str, Any]], page: Page, total: int | None = None
) -> Response:
    """A page of a collection, with links to those beside it."""
    paging: dict[str, Any] = {"start": page.start, "count": page.count}
    paging["links"] = _links(call, page, len(elements), total)
    if total is not None:
        paging["total"] = total
    shown = [_narrowed(query, element) for element in elements]
    return JSONResponse({"paging": paging, "elements": shown})


def batch(query: Query, look_up: Callable[[Value], dict[str, Any]]) -> Response:
    """What each key of a batch names, or why it is refused."""
    results: dict[str, Any] = {}
    statuses: dict[str, int] = {}
    errors: dict[str, Any] = {}
    for key in query.ids():
        name = _name(key)
        try:
            results[name] = _narrowed(query, look_up(key))
            statuses[name] = 200
        except Refusal as refusal:
            errors[name] = refusal.body
    return JSONResponse({"results": results, "statuses": statuses, "errors": errors})


def value(document: Mapping[str, Any]) -> Response:
    """What an action came to."""
    return JSONResponse({"value": document})


def created(key: str, document: Mapping[str, Any] | None = None) -> Response:
    """201: the new key in `x-restli-id`, and the entity where the resource shows it."""
    headers = {"x-restli-id": key}
    if document is None:
        return Response(status_code=201, headers=headers)
    return JSONResponse(document, 201, headers=headers)


def done() -> Response:
    """204: an update or a deletion took effect."""
    return Response(status_code=204)


def _narrowed(query: Query, document: Mapping[str, Any]) -> dict[str, Any]:
    wanted = query.fields()
    return {k: v for k, v in document.items() if wanted is None or k in wanted}


def _name(key: Value) -> str:
    """How a key is written in the answer: plain ones as they are, complex ones encoded."""
    if isinstance(key, str):
        return key
    if isinstance(key, dict):
        return restli.encode({k: v for k, v in key.items() if isinstance(v, str)})
    return ",".join(map(_name, key))


def _links(call: Call, page: Page, shown: int, total: int | None) -> list[dict[str, str]]:
    links = []
    if page.start > 0:
        links.append(_link(call, "prev", Page(max(0, page.start - page.count), page.count)))
    end = page.start + page.count
    if end < total if total is not None else 0 < page.count <= shown:
        links.append(_link(call, "next", Page(end, page.count)))
    return links


def _link(call: Call, rel: str, page: Page) -> dict[str, str]:
    url = call.request.url
    kept = [
        pair for pair in url.query.split("&") if pair.partition("=")[0] not in {"start", "count"}
    ]
    where = urlencode({"count": page.count, "start": page.start})
    href = f"{url.path}?{'&'.join([*filter(None, kept), where])}"
    return {"type": "application/json", "rel": rel, "href": href}
