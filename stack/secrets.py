"""Every secret of one stack: made on the first start, kept in `secrets.env` (0600)."""

import base64
import json
import secrets as random
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from stack.data_dir import DataDir, write_atomically
from stack.errors import StackError
from stack.names import CALLERS, SERVICES

DATABASE_ROLES = ("superuser", "migrator", *SERVICES)
_KEY_BYTES = 32
_HEADER = """\
# The secrets of this stack. Made by its first start; without them its data cannot be read.
# Keep a copy with every copy of the data. To rotate a list of keys, put the new key first.
"""


@dataclass(frozen=True, slots=True)
class Secrets:
    """The values of `secrets.env` by name; nothing here is ever printed."""

    values: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Secrets({len(self.values)} values)"

    def database_password(self, role: str) -> str:
        """The password of a database role, by its short name (`migrator`, `auth` …)."""
        return self.values[f"DATABASE_PASSWORD_{role.upper()}"]

    def with_database_passwords(self, given: Mapping[str, str]) -> Self:
        """The same secrets, but with these passwords, by role, in the place of generated ones."""
        passwords = {f"DATABASE_PASSWORD_{role.upper()}": word for role, word in given.items()}
        return replace(self, values={**self.values, **passwords})

    def encryption_keys(self, service: str) -> str:
        """The service's own master keys, JSON as the kernel reads it, newest first."""
        return self.values[f"CRYPTO_ENCRYPTION_KEYS_{service.upper()}"]

    def signing_key(self, caller: str) -> str:
        """The caller's Ed25519 private seed, 32 bytes in base64."""
        return self.values[f"MESH_SIGNING_KEY_{caller.upper()}"]

    def public_keys(self) -> dict[str, str]:
        """Every caller's raw Ed25519 public key in base64, by caller."""
        return {caller: _public_key(self.signing_key(caller)) for caller in CALLERS}


def load_or_create(data_dir: DataDir) -> Secrets:
    """Read the file; make it, or what a newer version misses in it, when that is needed.

    Raises StackError when others may read the file or a line of it makes no sense.
    """
    known = _read(data_dir.secrets)
    missing = {name: make() for name, make in _recipes().items() if name not in known}
    if missing:
        _write(data_dir.secrets, known | missing)
    return Secrets(known | missing)


def load(data_dir: DataDir) -> Secrets:
    """Read the file that an earlier start has made; StackError when there is none."""
    if not data_dir.secrets.exists():
        message = f"{data_dir.secrets} does not exist; `inergize up` makes it"
        raise StackError(message)
    return Secrets(_read(data_dir.secrets))


def _recipes() -> dict[str, Callable[[], str]]:
    """How each secret is made when it does not exist yet."""
    passwords = [f"DATABASE_PASSWORD_{role.upper()}" for role in DATABASE_ROLES]
    recipes: dict[str, Callable[[], str]] = dict.fromkeys(passwords, _password)
    recipes |= {"REDIS_PASSWORD": _password, "BROKER_PASSWORD": _password}
    recipes |= {"S3_ACCESS_KEY": _access_key, "S3_SECRET_KEY": _password}
    recipes |= {
        f"CRYPTO_ENCRYPTION_KEYS_{service.upper()}": _key_list(service) for service in SERVICES
    }
    recipes |= {"CRYPTO_HASH_KEYS": _key_list("hash"), "CRYPTO_AUDIT_KEYS": _key_list("audit")}
    recipes |= {f"MESH_SIGNING_KEY_{caller.upper()}": _random_key for caller in CALLERS}
    recipes |= {"LINKEDIN_CLIENT_ID": _client_id, "LINKEDIN_CLIENT_SECRET": _password}
    recipes |= {"SMS_ACCOUNT_SID": _account_sid, "SMS_AUTH_TOKEN": _password}
    return recipes


def _password() -> str:
    return random.token_urlsafe(24)


def _access_key() -> str:
    return random.token_hex(10).upper()


def _client_id() -> str:
    return random.token_hex(7)


def _account_sid() -> str:
    return f"AC{random.token_hex(16)}"


def _random_key() -> str:
    return base64.b64encode(random.token_bytes(_KEY_BYTES)).decode()


def _key_list(kind: str) -> Callable[[], str]:
    return lambda: json.dumps([{"id": f"{kind}-1", "key": _random_key()}])


def _public_key(seed: str) -> str:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(seed))
    return base64.b64encode(private.public_key().public_bytes_raw()).decode()


def _read(path: Path) -> dict[str, str]:
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path} cannot be read: {error}"
        raise StackError(message) from error
    if stat.S_IMODE(mode) & 0o077:
        message = f"{path} may be read by others; run: chmod 600 {path}"
        raise StackError(message)
    return _parse(path, text)


def _parse(path: Path, text: str) -> dict[str, str]:
    values = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        name, separator, value = line.partition("=")
        if not separator or not name.isidentifier() or not value:
            # The line itself may be a secret, so only its number is told.
            message = f"{path} line {number} is not NAME=value; restore the file from a copy"
            raise StackError(message)
        values[name] = value
    return values


def _write(path: Path, values: Mapping[str, str]) -> None:
    lines = [f"{name}={value}" for name, value in values.items()]
    write_atomically(path, _HEADER + "\n".join(lines) + "\n", mode=0o600)
