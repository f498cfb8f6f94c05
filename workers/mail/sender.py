"""Sends rendered mails by SMTP."""

from email.message import EmailMessage
from email.utils import formatdate
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

import aiosmtplib

from services.kernel.config import EdgeSettings, MailSettings
from workers.errors import RefusedError
from workers.mail.render import render

TIMEOUT_SECONDS = 20
DEFAULT_PORTS = {"smtp": 25, "smtps": 465}


class Sender:
    """Sends through MAIL_SMTP_URL."""

    def __init__(self, mail: MailSettings, edge: EdgeSettings) -> None:
        self._mail = mail
        self._edge = edge

    async def send(self, payload: dict[str, Any], secret: str, *, message_id: str) -> None:
        """Send one mail: `payload` holds to, template, language, params; `secret` its token.

        The Message-ID is the outbox id, so that a mail sent twice is recognised as one.
        Raises RefusedError when the server refuses the address for good.
        """
        message = self.compose(payload, secret)
        message["Message-ID"] = f"<{message_id}@{self._domain()}>"
        try:
            await self._deliver(message)
        except aiosmtplib.SMTPRecipientsRefused:
            raise RefusedError("the mail server refuses the address") from None

    def compose(self, payload: dict[str, Any], secret: str) -> EmailMessage:
        """The mail, as it will be sent. Raises ValueError for an address with a line break."""
        values = {**payload.get("params", {}), "token": secret, "link": self._link(payload, secret)}
        rendered = render(payload["template"], payload.get("language", "en"), values)
        message = EmailMessage()
        message["From"] = self._mail.sender
        message["To"] = payload["to"]
        message["Subject"] = rendered.subject
        message["Date"] = formatdate(usegmt=True)
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(rendered.text)
        message.add_alternative(rendered.html, subtype="html")
        return message

    def _link(self, payload: dict[str, Any], secret: str) -> str:
        """Where the front end takes the token; empty where there is none."""
        base = self._edge.front_end_url.rstrip("/")
        if not base or not secret:
            return ""
        return f"{base}/{payload['template'].replace('_', '-')}?{urlencode({'token': secret})}"

    def _domain(self) -> str:
        return self._mail.sender.rpartition("@")[2].rstrip("> ") or "localhost"

    async def _deliver(self, message: EmailMessage) -> None:
        url = urlsplit(self._mail.smtp_url.get_secret_value())
        await aiosmtplib.send(
            message,
            hostname=url.hostname,
            port=url.port or DEFAULT_PORTS.get(url.scheme, 25),
            username=unquote(url.username) if url.username else None,
            password=unquote(url.password) if url.password else None,
            use_tls=url.scheme == "smtps",
            timeout=TIMEOUT_SECONDS,
        )
