"""`/sandbox/faults`: failures to act out.

GET    faults       those still to come; `faults/kinds` lists which there are
POST   faults       plan one: {kind, detail?, operation?, method?, path?, member?,
                    token_younger_ms?, count?, is_lasting?, probability?, seed?}
DELETE faults       none of them any more; `faults/{id}` for one

`count` is how many calls it strikes: one, unless it is lasting or left to chance.
"""

import secrets

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stack.sandbox.linkedin import faults
from stack.sandbox.linkedin.control_requests import FaultWanted, body_of, invalid, person_id
from stack.sandbox.linkedin.fault_kinds import KINDS, find_kind
from stack.sandbox.linkedin.house import house_of
from stack.sandbox.linkedin.refusals import gateway

_SEEDS = 1_000_000
_MOST = 2**53


async def add_fault(request: Request) -> Response:
    """Plan a failure and answer with it; a seed that was not given is drawn and told."""
    wanted = await body_of(request, FaultWanted)
    kind_name, detail = _kind_and_detail(wanted)
    if wanted.is_lasting and wanted.count is not None:
        raise invalid("count", "a lasting fault has none")
    is_open = wanted.is_lasting or wanted.probability < 1
    plan = faults.Plan(
        kind=kind_name,
        detail=detail,
        operation=wanted.operation,
        method=wanted.method,
        path=wanted.path,
        member_id=person_id(wanted.member),
        token_age_ms=wanted.token_younger_ms,
        count=wanted.count or (None if is_open else 1),
        probability=wanted.probability,
        seed=secrets.randbelow(_SEEDS) if wanted.seed is None else wanted.seed,
    )
    database = house_of(request).database
    planned = faults.plan(database, plan)
    return JSONResponse(next(row for row in faults.waiting(database) if row["id"] == planned))


async def list_faults(request: Request) -> Response:
    """Failures still waiting."""
    return JSONResponse(faults.waiting(house_of(request).database))


async def list_kinds(_: Request) -> Response:
    """Which kinds there are."""
    return JSONResponse(
        [{"kind": k.name, "does": k.words, "detail": k.detail_words} for k in KINDS.values()]
    )


async def clear_faults(request: Request) -> Response:
    """Plan nothing any more."""
    house_of(request).database.run("clear_faults")
    return JSONResponse({})


async def drop_fault(request: Request) -> Response:
    """Forget one."""
    number = request.path_params["id"]
    is_known = number < _MOST and house_of(request).database.one("drop_fault", id=number)
    if not is_known:
        raise gateway(404, f"There is no fault {number}", code="NOT_FOUND")
    return JSONResponse({})


ROUTES = [
    Route("/sandbox/faults", list_faults, methods=["GET"]),
    Route("/sandbox/faults", add_fault, methods=["POST"]),
    Route("/sandbox/faults", clear_faults, methods=["DELETE"]),
    Route("/sandbox/faults/kinds", list_kinds, methods=["GET"]),
    Route("/sandbox/faults/{id:int}", drop_fault, methods=["DELETE"]),
]


def _kind_and_detail(wanted: FaultWanted) -> tuple[str, str]:
    try:
        kind = find_kind(wanted.kind)
    except ValueError as error:
        raise invalid("kind", str(error)) from None
    try:
        return kind.name, kind.read_detail(wanted.detail)
    except ValueError as error:
        raise invalid("detail", str(error)) from None
