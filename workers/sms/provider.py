"""What every provider of SMS can do, and which one the settings name."""

from typing import Protocol

from services.kernel.config import SmsSettings
from workers.errors import RefusedError
from workers.sms.twilio import Twilio


class Provider(Protocol):
    """Hands SMS in for delivery."""

    async def send(self, number: str, text: str) -> None:
        """Hand one SMS in; `number` in E.164 form.

        Raises RefusedError when this number will never take one, SmsNotTakenError when a later try
        may succeed.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class NoProvider:
    """A deployment that sends no SMS."""

    async def send(self, number: str, text: str) -> None:  # noqa: ARG002
        """See Provider."""
        raise RefusedError("this deployment sends no SMS (SMS_PROVIDER)")

    async def close(self) -> None:
        """See Provider."""


def provider(sms: SmsSettings) -> Provider:
    """The provider that the settings name. Raises ValueError when they say too little."""
    if sms.provider == "none":
        return NoProvider()
    if not (sms.account_sid and sms.auth_token.get_secret_value() and sms.sender):
        raise ValueError("SMS_PROVIDER needs SMS_ACCOUNT_SID, SMS_AUTH_TOKEN and SMS_SENDER")
    return Twilio(sms)
