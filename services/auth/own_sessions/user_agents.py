"""What a user agent's string says, in words that its user knows: `Firefox on Linux`."""

import re

from ua_parser import parse_os, parse_user_agent

UNKNOWN = "An unknown program"
LONGEST = 60
_PRODUCT = re.compile(r"[A-Za-z0-9._-]+")

# Compiles every pattern. Here a tenth of a second is spent once, by the parent of all processes,
# and not by the first sign-in of each.
parse_user_agent("-")
parse_os("-")


def client_name(user_agent: str) -> str:
    """The program and its system, as far as they can be told.

    What browsers send is parsed; of any other program only its own first word is shown.
    """
    browser, system = parse_user_agent(user_agent), parse_os(user_agent)
    program = browser.family if browser else _first_word(user_agent)
    return (f"{program} on {system.family}" if system else program)[:LONGEST]


def _first_word(user_agent: str) -> str:
    found = _PRODUCT.match(user_agent)
    return found[0] if found else UNKNOWN
