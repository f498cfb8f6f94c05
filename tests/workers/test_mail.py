"""Mails: escaped, in a language we have, and never without their token."""

from pathlib import Path

import pytest
from jinja2 import TemplateNotFound, UndefinedError

from services.kernel.config import EdgeSettings, MailSettings
from workers.mail.render import TEMPLATES, render
from workers.mail.sender import Sender

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
