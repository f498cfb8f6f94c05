"""What the control interface may be asked, and refusals that name the field and the rule."""

import json
import re
from collections.abc import Collection
from typing import Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator
from starlette.requests import Request

from stack.sandbox.linkedin.products import KNOWN_SCOPES, PRODUCTS
from stack.sandbox.linkedin.refusals import Refusal

_MAX_ID = 64
_MOST = 2**53
"""No number is greater: it could not be kept, or read back by every program."""


class Wanted(BaseModel):
    """A request: fields that nobody knows are refused, because they are typing errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


_W = TypeVar("_W", bound=Wanted)

_RULES = {"extra_forbidden": "is not a field of this request", "missing": "is required"}
"""Where pydantic's own words would not say what to change."""


class AppliedWanted(Wanted):
    """Which entries of the log; a filter that is empty lets all through."""

    member: str = ""
    urn: str = ""
    kind: str = ""
    request_id: str = ""
    after: int = Field(default=0, ge=0, le=_MOST)


class ClockWanted(Wanted):
    """Where to move the time: on by some seconds, to a time, or back to the machine's."""

    advance_seconds: float | None = Field(default=None, allow_inf_nan=False)
    time: AwareDatetime | None = None
    is_real: bool = False


class FaultWanted(Wanted):
    """A failure to act out, and for which calls; a filter that is empty fits all."""

    kind: str
    detail: str = ""
    operation: str = ""
    method: Literal["", "GET", "POST", "PUT", "DELETE"] = ""
    path: str = Field(default="", pattern=r"^(/.*)?$")
    member: str = ""
    token_younger_ms: int | None = Field(default=None, ge=1, le=_MOST)
    count: int | None = Field(default=None, ge=1, le=_MOST)
    is_lasting: bool = False
    probability: float = Field(default=1, gt=0, le=1)
    seed: int | None = Field(default=None, ge=0, le=_MOST)

    @field_validator("detail", mode="before")
    @classmethod
    def _as_text(cls, detail: object) -> object:
        return str(detail) if isinstance(detail, int | float) else detail


class AppWanted(Wanted):
    """An application to register or change; what is left out stays as it was."""

    client_id: str = Field(min_length=1, max_length=_MAX_ID)
    client_secret: str | None = Field(default=None, min_length=8)
    name: str | None = Field(default=None, min_length=1)
    redirect_uris: list[str] | None = Field(default=None, min_length=1)
    products: list[str] | None = None
    scopes: list[str] | None = None
    has_refresh_tokens: bool | None = None
    has_pkce: bool | None = None

    @field_validator("products")
    @classmethod
    def _check_products(cls, products: list[str] | None) -> list[str] | None:
        return _among(products, PRODUCTS)

    @field_validator("scopes")
    @classmethod
    def _check_scopes(cls, scopes: list[str] | None) -> list[str] | None:
        return _among(scopes, KNOWN_SCOPES)


class ProductWanted(Wanted):
    """A product to switch on or off; without `client_id` for the configured application."""

    product: str
    client_id: str = ""

    @field_validator("product")
    @classmethod
    def _check_product(cls, product: str) -> str:
        _among([product], PRODUCTS)
        return product


class QuotaWanted(Wanted):
    """A daily quota; `calls_per_day` null for none, empty filters for any."""

    kind: Literal["application", "member"]
    calls_per_day: int | None = Field(ge=0, le=_MOST)
    operation: str = ""
    client_id: str = ""


class WithdrawalWanted(Wanted):
    """Whose consent is taken back; without `client_id` that for the configured application."""

    member: str = Field(min_length=1)
    client_id: str = ""


class AssetWanted(Wanted):
    """An upload that LinkedIn cannot process, and why; "" when it can after all."""

    urn: str
    failure: str = "VIDEO_PROCESSING_FAILED"


class MemberWanted(Wanted):
    """A member to define or change; what is left out stays, or is made up from the id."""

    model_config = ConfigDict(extra="allow")

    id: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,64}$")
    email_verified: bool | None = None
    sign_in: bool = True


async def body_of(request: Request, kind: type[_W]) -> _W:
    """The JSON body of a request, checked."""
    try:
        body = json.loads(await request.body() or b"{}")
        json.dumps(body, ensure_ascii=False).encode()  # half a surrogate pair cannot be kept
    except (ValueError, RecursionError):
        raise invalid("body", "must be JSON") from None
    if not isinstance(body, dict):
        raise invalid("body", "must be a JSON object")
    return _checked(body, kind)


def query_of(request: Request, kind: type[_W]) -> _W:
    """The query of a request, checked."""
    return _checked(dict(request.query_params), kind)


def invalid(field: str, rule: str) -> Refusal:
    """A 400 that names a field and the rule which it breaks."""
    body = {"status": 400, "code": "INVALID_FIELD", "field": field, "message": f"{field}: {rule}"}
    return Refusal(400, body)


def person_id(member: str) -> str:
    """A member's id, given that or the URN."""
    return member.removeprefix("urn:li:person:")


def _checked(values: dict[str, object], kind: type[_W]) -> _W:
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "body"
        said = re.sub(r"^\w+ should", "must", first["msg"].removeprefix("Value error, "))
        raise invalid(field, _RULES.get(first["type"], said)) from None


def _among(names: list[str] | None, known: Collection[str]) -> list[str] | None:
    for name in names or []:
        if name not in known:
            raise ValueError(f"{name!r} is not one of {', '.join(sorted(known))}")
    return names
