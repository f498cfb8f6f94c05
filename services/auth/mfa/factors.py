"""Compares codes; whoever calls has counted the try."""

from services.auth.mfa import codes, totp
from services.auth.mfa.model import Method, Proof, Try, Way
from services.auth.passwords import Passwords
from services.kernel.crypto import Keys, context


class Factors:
    """Finds out whether a code is right. Nothing is used up yet."""

    def __init__(self, keys: Keys, passwords: Passwords) -> None:
        self._keys = keys
        self._passwords = passwords

    async def check(
        self, tried: Try, way: Way, code: str, network: str | None = None
    ) -> Proof | None:
        """What a code proves; None when it is wrong. Raises LoginBusy for a backup code."""
        if way == "backup_code":
            return await self._backup_code(tried, code, network)
        method = tried.method(way)
        if method is None:
            return None
        if way == "totp":
            return self._totp(tried, method, codes.plain(code))
        return self._sent_code(tried, method, codes.plain(code))

    def _totp(self, tried: Try, method: Method, code: str) -> Proof | None:
        if method.secret is None:
            return None
        secret = self._keys.open(method.secret, context("user_mfa.secret", tried.user_id))
        step = totp.matching_step(secret, code, tried.at)
        return None if step is None else Proof("totp", method, totp_step=step)

    def _sent_code(self, tried: Try, method: Method, code: str) -> Proof | None:
        # Only by the way it went: who reads the mails has not shown the telephone.
        if tried.code_hash is None or tried.method_id != method.method_id:
            return None
        is_right = codes.is_sent_code(self._keys, tried.challenge_id, code, tried.code_hash)
        return Proof(method.kind, method) if is_right else None

    async def _backup_code(self, tried: Try, code: str, network: str | None) -> Proof | None:
        parsed = codes.parse_backup_code(code)
        holder = next((method for method in tried.methods if method.backup_codes), None)
        if parsed is None or holder is None:
            return None
        position, word = parsed
        stored = holder.backup_codes[position - 1]
        if not await self._passwords.verify(word, stored, network):
            return None
        return Proof("backup_code", holder, backup_position=position)
