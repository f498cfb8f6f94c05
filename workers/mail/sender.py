"""Sends rendered mails by SMTP."""

from email.message import EmailMessage
from email.utils import formatdate
from ipaddress import ip_address
from typing import Any, TypedDict
from urllib.parse import unquote, urlencode, urlsplit

import aiosmtplib

from services.kernel.config import EdgeSettings, MailSettings
from workers.errors import RefusedError
from workers.mail.render import render
from workers.mail.words import plain_name, visible

TIMEOUT_SECONDS = 20
OWN_PAGES = {
    "verify_email": "/v1/auth/email:verify",
    "reset_password": "/v1/auth/password:reset",
    "registered_twice": "/v1/auth/password:reset",
}
"""Template to the built-in page that takes its token."""
FRONT_END_PAGES = {"registered_twice": "reset-password"}
"""Template to the front end's page, where they are not called the same."""
UNSUBSCRIBABLE = frozenset({"notification", "notification_digest"})
"""Templates whose token stops such mails; what concerns an account's security has none."""
UNSUBSCRIBE_PATH = "/v1/notifications/unsubscribe"
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
        params = {name: _said(name, value) for name, value in payload.get("params", {}).items()}
        values = {**params, "token": secret, "link": self._link(payload, secret)}
        is_unsubscribable = payload["template"] in UNSUBSCRIBABLE
        if is_unsubscribable:
            values["unsubscribe_link"] = self._unsubscribe_link(secret)
            values["home"] = self._edge.front_end_url
        rendered = render(payload["template"], payload.get("language", "en"), values)
        message = EmailMessage()
        message["From"] = self._mail.sender
        message["To"] = payload["to"]
        message["Subject"] = rendered.subject
        message["Date"] = formatdate(usegmt=True)
        message["Auto-Submitted"] = "auto-generated"
        if is_unsubscribable:
            # RFC 8058. Whoever signs our mails (DKIM) must sign these two fields as well.
            message["List-Unsubscribe"] = f"<{values['unsubscribe_link']}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(rendered.text)
        message.add_alternative(rendered.html, subtype="html")
        return message

    def _link(self, payload: dict[str, Any], secret: str) -> str:
        """Where the token is taken: by the front end, else by a page of ours; empty for nowhere."""
        template = payload["template"]
        if template in UNSUBSCRIBABLE:
            return ""  # its token has a link of its own
        base = self._edge.front_end_url.rstrip("/")
        name = FRONT_END_PAGES.get(template, template.replace("_", "-"))
        page = f"{base}/{name}" if base else self._own_page(template)
        return f"{page}?{urlencode({'token': secret})}" if page and secret else ""

    def _unsubscribe_link(self, token: str) -> str:
        base = self._edge.public_url.rstrip("/")
        return f"{base}{UNSUBSCRIBE_PATH}?{urlencode({'token': token})}"

    def _own_page(self, template: str) -> str:
        path = OWN_PAGES.get(template)
        return f"{self._edge.public_url.rstrip('/')}{path}" if path else ""

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
            timeout=TIMEOUT_SECONDS,
            **encryption(url.scheme, url.hostname or ""),
        )


def _said(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_said(name, one) for one in value]
    if isinstance(value, dict):
        return {inner: _said(inner, one) for inner, one in value.items()}
    if not isinstance(value, str):
        return value
    return plain_name(value) if name == "first_name" else visible(value)


class Encryption(TypedDict, total=False):
    """As aiosmtplib names it."""

    use_tls: bool
    start_tls: bool


def encryption(scheme: str, host: str) -> Encryption:
    """How the connection is encrypted; certificates are checked where it is.

    A server elsewhere must offer STARTTLS: by default a connection goes on in clear when somebody
    on the way removes the offer, and mails carry tokens.
    """
    if scheme == "smtps":
        return {"use_tls": True}
    return {} if _is_loopback(host) else {"start_tls": True}


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
