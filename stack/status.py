"""What `inergize status` shows: every child, its ports, its memory and how it is."""

from typing import Any

from stack.control import Message, ask
from stack.data_dir import DataDir
from stack.errors import StackError
from stack.memory import proportional_bytes
from stack.tables import aligned

_MEBIBYTE = 1024 * 1024
_TIMEOUT_S = 10.0
_HEADER = ("NAME", "STATE", "PID", "PORTS", "MEMORY", "RESTARTS", "UP")


def read_status(place: DataDir) -> dict[str, Any]:
    """The running stack as data: `children` (each with `pss_bytes`), `edge`, `pss_bytes` of all.

    Raises StackError when nothing runs on the data directory.
    """
    *_, answer = ask(place, "status", timeout_s=_TIMEOUT_S)
    for child in answer["children"]:
        child["pss_bytes"] = proportional_bytes(child["pid"]) if child["pid"] else 0
    # The supervisor's own share, without the children, who are counted one by one.
    answer["supervisor_pss_bytes"] = _own_share(answer)
    answer["pss_bytes"] = answer["supervisor_pss_bytes"] + sum(
        child["pss_bytes"] for child in answer["children"]
    )
    return {key: value for key, value in answer.items() if key != "ok"}


def current_slots(place: DataDir) -> dict[str, str]:
    """In which slot each service is now; nothing when no stack runs."""
    try:
        *_, answer = ask(place, "status", timeout_s=_TIMEOUT_S)
    except StackError:
        return {}
    return {child["name"]: child["slot"] for child in answer["children"] if child["slot"]}


def as_table(status: Message) -> str:
    """The same for people."""
    rows = [_HEADER, *(_row(child) for child in status["children"])]
    return "\n".join([*aligned(rows), "", *_summary(status)])


def _own_share(status: Message) -> int:
    children: list[int] = [child["pss_bytes"] for child in status["children"]]
    return max(0, proportional_bytes(status["pid"]) - sum(children))


def _row(child: dict[str, Any]) -> tuple[str, ...]:
    name = child["name"] if child["slot"] in {"", "a"} else f"{child['name']} ({child['slot']})"
    return (
        name,
        child["state"],
        str(child["pid"] or "-"),
        " ".join(str(port) for port in child["ports"]),
        f"{child['pss_bytes'] / _MEBIBYTE:.1f} MiB",
        str(child["restarts"]),
        _duration(child["uptime_seconds"]),
    )


def _summary(status: Message) -> list[str]:
    word = "ready" if status["is_ready"] else "not ready"
    total = status["pss_bytes"] / _MEBIBYTE
    return [
        f"{word}: {status['edge']}, supervisor {status['pid']}, data {status['data_dir']}",
        f"memory {total:.0f} MiB, each shared page counted once",
    ]


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes:02}m"
    return f"{minutes}m{rest:02}s" if minutes else f"{rest}s"
