"""Which `LinkedIn-Version`s are alive at a given time.

A version appears with its month and ends on the 15th of that month a year later: 202604 was
announced to live until 15 April 2027.
Source: https://learn.microsoft.com/en-us/linkedin/marketing/versioning
"""

import re
from datetime import UTC, datetime

from stack.sandbox.linkedin.refusals import gateway

_VERSION = re.compile(r"(\d{4})(0[1-9]|1[0-2])(?:\.(\d{2}))?")
_LAST_DAY = 15


def check_version(header: str | None, now_ms: int) -> str:
    """The version asked for, as `YYYYMMRR`; refuses a missing, dead or unknown one."""
    if not header:
        raise gateway(
            400,
            "A version must be present. Please specify a version by adding the "
            "LinkedIn-Version header.",
            code="VERSION_MISSING",
        )
    found = _VERSION.fullmatch(header)
    if not found or not _is_alive(int(found[1]), int(found[2]), now_ms):
        # LinkedIn echoes 202504 as 20250401.
        echo = found[1] + found[2] + (found[3] or "01") if found else header
        message = f"Requested version {echo} is not active"
        raise gateway(426, message, code="NONEXISTENT_VERSION")
    return found[1] + found[2] + (found[3] or "01")


def _is_alive(year: int, month: int, now_ms: int) -> bool:
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    begins = (year, month, 1)
    ends = (year + 1, month, _LAST_DAY)
    return begins <= (now.year, now.month, now.day) < ends
