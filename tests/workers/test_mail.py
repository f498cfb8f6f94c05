"""Mails: escaped, in a language we have, and never without their token."""

import asyncio
from pathlib import Path

import aiosmtplib
import pytest
from jinja2 import TemplateNotFound, UndefinedError

from services.kernel.config import EdgeSettings, MailSettings
from workers.mail.render import TEMPLATES, render
from workers.mail.sender import Sender, encryption

VALUES = {"first_name": "<script>", "link": "", "token": "tok-en"}


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*/*.txt")), ids=lambda path: path.name)
def test_every_template_has_its_three_parts(path: Path) -> None:
    name = path.name.removesuffix(".subject.txt").removesuffix(".txt")
    for suffix in ("subject.txt", "txt", "html"):
        assert path.with_name(f"{name}.{suffix}").is_file()


def test_names_cannot_smuggle_markup() -> None:
    mail = render("verify_email", "en", VALUES)
    assert "<script>" not in mail.html
    assert "&lt;script&gt;" in mail.html
    assert "tok-en" in mail.text


@pytest.mark.parametrize("language", ["de", "en-GB", "", "../../etc", "xx-YY"])
def test_unknown_language_falls_back_to_english(language: str) -> None:
    assert render("verify_email", language, VALUES).subject == "Confirm your address for InErgize"


def test_missing_value_and_unknown_template_are_errors() -> None:
    with pytest.raises(UndefinedError):
        render("verify_email", "en", {"first_name": "Ada"})
    with pytest.raises(TemplateNotFound):
        render("no_such_mail", "en", VALUES)


def test_link_leads_to_the_front_end_where_there_is_one() -> None:
    payload = {"template": "verify_email", "to": "a@example.com", "params": {"first_name": "Ada"}}
    sender = Sender(MailSettings(), EdgeSettings(front_end_url="https://app.example/"))
    text = sender.compose(payload, "a token").get_body(("plain",))
    assert text is not None
    assert "https://app.example/verify-email?token=a+token" in text.get_content()


def test_header_injection_is_refused() -> None:
    payload = {
        "template": "verify_email",
        "to": "a@example.com\nBcc: everyone@example.com",
        "params": {"first_name": "Ada"},
    }
    with pytest.raises(ValueError, match=r"newline|linefeed|carriage"):
        Sender(MailSettings(), EdgeSettings()).compose(payload, "t")


def test_mail_leaves_the_machine_encrypted_or_not_at_all() -> None:
    assert encryption("smtps", "mail.example.com") == {"use_tls": True}
    assert encryption("smtp", "mail.example.com") == {"start_tls": True}
    assert encryption("smtp", "10.0.0.5") == {"start_tls": True}
    for here in ("127.0.0.1", "::1", "localhost"):
        assert encryption("smtp", here) == {}


async def test_a_server_without_tls_is_sent_nothing() -> None:
    """As aiosmtplib does it: no address, no message, when STARTTLS is not offered."""
    heard: list[bytes] = []
    gone = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            heard.append(line)
            writer.write(b"221 bye\r\n" if line[:4] == b"QUIT" else b"250 fine\r\n")
        writer.close()
        await writer.wait_closed()
        gone.set()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with pytest.raises(aiosmtplib.SMTPException, match="STARTTLS"):
            await aiosmtplib.send(
                "From: a@example.com\n\ntoken",
                sender="a@example.com",
                recipients=["b@example.com"],
                hostname="127.0.0.1",
                port=port,
                timeout=5,
                **encryption("smtp", "mail.example.com"),
            )
        await asyncio.wait_for(gone.wait(), 5)
    assert [line for line in heard if line[:4] in {b"MAIL", b"RCPT", b"DATA"}] == []


def test_who_takes_codes_by_sms_is_told_what_they_are_worth() -> None:
    values = VALUES | {"change": "enabled", "method": "sms"}
    mail = render("mfa_changed", "en", values)
    assert "whoever takes over your number" in mail.text
    assert "whoever takes over your number" in mail.html
    other = render("mfa_changed", "en", values | {"method": "totp"})
    assert "your number" not in other.text + other.html
