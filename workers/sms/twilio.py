"""Sends SMS by Twilio's API, which several providers speak.

Sources: https://www.twilio.com/docs/messaging/api/message-resource and
https://www.twilio.com/docs/api/errors, read for the codes below.
"""

from urllib.parse import quote

import httpx
import structlog

from services.kernel.config import SmsSettings
from workers.errors import RefusedError

VALIDITY_SECONDS = 300
"""What waits longer at the provider is dropped there: the code has ended by then."""
NEVER = {
    21211: "is no valid number",
    21214: "cannot be reached",
    21217: "is no valid number",
    21408: "is in a region that the account may not send to",
    21610: "has asked for no more messages",
    21612: "cannot be reached from the sender",
    21614: "takes no SMS",
    21635: "is a landline",
}
"""Twilio's error codes that the same number will meet again; everything else may pass."""
log = structlog.get_logger()


class SmsNotTakenError(Exception):
    """The provider did not take the SMS now; a later try may succeed."""


class Twilio:
    """A client of one account."""

    def __init__(self, sms: SmsSettings) -> None:
        self._sender = sms.sender
        sid = quote(sms.account_sid, safe="")
        self._url = f"{sms.url.rstrip('/')}/2010-04-01/Accounts/{sid}/Messages.json"
        self._http = httpx.AsyncClient(
            auth=(sms.account_sid, sms.auth_token.get_secret_value()),
            timeout=sms.timeout_ms / 1000,
            follow_redirects=False,  # a redirect would be shown the password
            trust_env=False,
        )

    async def send(self, number: str, text: str) -> None:
        """Hand one SMS in. Raises RefusedError or SmsNotTakenError.

        Twilio knows no idempotency key: after an answer that was lost, the SMS may go out twice.
        """
        form = {
            "To": number,
            "From": self._sender,
            "Body": text,
            "ValidityPeriod": str(VALIDITY_SECONDS),
        }
        try:
            reply = await self._http.post(self._url, data=form)
        except httpx.HTTPError as failed:
            log.warning("sms_not_taken", to=masked(number), error=type(failed).__name__)
            raise SmsNotTakenError from None  # the chain would hold the request
        if reply.status_code != httpx.codes.CREATED:
            _refuse(reply, number)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


def masked(number: str) -> str:
    """A number as logs may show it: `+…89`."""
    return f"+\u2026{number[-2:]}"


def _refuse(reply: httpx.Response, number: str) -> None:
    code = _error_code(reply)
    log.warning("sms_not_taken", to=masked(number), status=reply.status_code, code=code)
    why = NEVER.get(code)
    if why is not None and reply.is_client_error:
        raise RefusedError(f"the number {why} (Twilio {code})")
    raise SmsNotTakenError


def _error_code(reply: httpx.Response) -> int:
    """Twilio's own code of a refusal; 0 where the answer has none."""
    try:
        code = reply.json()["code"]
    except (ValueError, KeyError, TypeError):
        return 0
    return code if isinstance(code, int) else 0
