"""Which failures the sandbox can act out, and what each is told in its `detail`."""

from collections.abc import Callable
from dataclasses import dataclass

MAX_MS = 600_000

THROTTLES = ("PLAIN", "APPLICATION DAY", "MEMBER DAY", "INFRASTRUCTURE")
STATUSES = ("500", "502", "503", "504")


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One kind of failure; `read_detail` gives a detail its final form, or raises ValueError."""

    name: str
    words: str
    read_detail: Callable[[str], str]
    detail_words: str = ""


def _nothing(detail: str) -> str:
    if detail:
        raise ValueError("must be empty: this kind takes none")
    return ""


def _number(lowest: int, highest: int, usual: int, unit: str) -> Callable[[str], str]:
    def read(detail: str) -> str:
        number = detail or str(usual)
        if not number.isdecimal() or not lowest <= int(number) <= highest:
            raise ValueError(f"must be a whole number of {unit} from {lowest} to {highest}")
        return number

    return read


def _one_of(choices: tuple[str, ...]) -> Callable[[str], str]:
    def read(detail: str) -> str:
        chosen = " ".join(detail.replace("-", " ").replace("_", " ").upper().split())
        if not chosen:
            return choices[0]
        if chosen not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return chosen

    return read


_ANY_MS = _number(0, MAX_MS, 1_000, "milliseconds")
_SLOW = "milliseconds [1000]"

KINDS = {
    kind.name: kind
    for kind in (
        FaultKind("slow", "Answer later.", _ANY_MS, _SLOW),
        FaultKind(
            "hang",
            "Do nothing and answer nothing; end the connection after a while.",
            _number(1, MAX_MS, MAX_MS, "milliseconds"),
            "milliseconds [600000]",
        ),
        FaultKind("drop", "End the connection; nothing is done.", _nothing),
        FaultKind(
            "throttle",
            "429: a used-up daily quota, the older wording, or the infrastructure's own.",
            _one_of(THROTTLES),
            " | ".join(THROTTLES),
        ),
        FaultKind("server_error", "A 5xx; nothing is done.", _one_of(STATUSES), "|".join(STATUSES)),
        FaultKind("unavailable", "503; nothing is done.", _nothing),
        FaultKind("expired", "Call the token expired.", _nothing),
        FaultKind("revoked", "Call the token revoked by the member.", _nothing),
        FaultKind("invalid_token", "Call the token unknown.", _nothing),
        FaultKind("apply_then_drop", "Do it, then end the connection without a word.", _nothing),
        FaultKind("apply_then_500", "Do it, then answer 500.", _nothing),
        FaultKind("apply_then_slow", "Do it, then answer later.", _ANY_MS, _SLOW),
        FaultKind(
            "apply_then_hang",
            "Do it, answer nothing, and end the connection after a while.",
            _number(1, MAX_MS, MAX_MS, "milliseconds"),
            "milliseconds [600000]",
        ),
        FaultKind(
            "duplicate_visible",
            "Let repeated text through, so that a second post is there to be counted.",
            _nothing,
        ),
        FaultKind(
            "partial_upload",
            "Let only the beginning of the body arrive, then end the connection.",
            _number(0, 99, 50, "percent"),
            "percent that arrives [50]",
        ),
    )
}

_OTHER_NAMES = {"apply_then_drop_reply": "apply_then_drop", "drop_before_apply": "drop"}


def find_kind(name: str) -> FaultKind:
    """The kind of this name, hyphens or not; ValueError naming all when there is none."""
    plain = name.replace("-", "_")
    kind = KINDS.get(_OTHER_NAMES.get(plain, plain))
    if kind is None:
        raise ValueError(f"must be one of {', '.join(KINDS)}")
    return kind
