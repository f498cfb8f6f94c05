"""Addresses and numbers as a stranger with the password may see them."""

DOT = "\u2022"


def masked_email(email: str) -> str:
    """`ada@example.com` as `a•••@example.com`, however long it is."""
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}{DOT * 3}@{domain}"


def masked_phone(number: str) -> str:
    """`+4915112345689` as `+•••••••••••89`."""
    digits = number.removeprefix("+")
    return f"+{DOT * (len(digits) - 2)}{digits[-2:]}"
