"""What strangers wrote says no more in a mail than it should."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inergize.auth.v1 import auth_service_pb2  # noqa: F401 - registers the contract

from services.kernel.config import EdgeSettings, MailSettings
from stack.mesh_contract import operations
from workers.mail.render import TEMPLATES
from workers.mail.sender import FRONT_END_PAGES, OWN_PAGES, Sender
from workers.mail.words import LONGEST_NAME, NAMELESS, plain_name, visible

EDGE = EdgeSettings(public_url="https://api.example/")
RLO, PDI, LINE, PARAGRAPH, NEL = "\u202e", "\u2069", "\u2028", "\u2029", "\x85"


def text_of(template: str, params: dict[str, Any], secret: str = "tok-en") -> str:
    payload = {"template": template, "to": "a@example.com", "params": params}
    body = Sender(MailSettings(), EDGE).compose(payload, secret).get_body(("plain",))
    assert body is not None
    content: str = body.get_content()
    return content


@pytest.mark.parametrize(
    ("name", "greeted"),
    [
        ("Ada", "Ada"),
        ("Anne-Marie", "Anne-Marie"),
        ("O'Neill", "O'Neill"),
        ("J. R. R.", "J. R. R."),
        ("Владимир", "Владимир"),
        ("अदिति", "अदिति"),
        ("Zoe\u0308", "Zoe\u0308"),
        ("Ada, visit https://evil.example/x", "Ada visit https evil example x"),
        ("evil.example", "evil example"),
        (f"Ada{RLO}moc.live", "Ada moc live"),
        (f"Ada{LINE}{PARAGRAPH}{NEL}Pay now", "Ada Pay now"),
        ("<a href=x>", "a href x"),
        ("1234 !!", NAMELESS),
    ],
)
def test_names_stay_names(name: str, greeted: str) -> None:
    assert plain_name(name) == greeted


@given(st.text(max_size=200))
def test_no_name_holds_a_link_or_a_line(name: str) -> None:
    greeted = plain_name(name)
    assert 0 < len(greeted) <= LONGEST_NAME
    assert not set(greeted) & set("/:@<>&\n\r\t" + RLO + PDI + LINE + PARAGRAPH + NEL)
    assert all(part.strip(".") == part.rstrip(".") for part in greeted.split())


@given(st.text(max_size=200))
def test_other_words_keep_their_line(text: str) -> None:
    assert len(visible(text).splitlines()) <= 1
    assert not set(visible(text)) & {RLO, PDI, LINE, PARAGRAPH, NEL, "\u200b", "\ufeff"}


def test_a_mail_greets_by_the_plain_name() -> None:
    text = text_of("verify_email", {"first_name": f"https://evil.example/{RLO}"})
    assert text.startswith("Hello https evil example,")
    assert "evil.example" not in text


@pytest.mark.parametrize("template", sorted(OWN_PAGES))
def test_without_a_front_end_links_lead_to_a_page_of_the_contract(template: str) -> None:
    text = text_of(template, {"first_name": "Ada"}, "a token")
    assert f"https://api.example{OWN_PAGES[template]}?token=a+token\n" in text
    shown = {
        binding.template
        for operation in operations()
        for binding in operation.bindings
        if binding.verb == "GET" and operation.method.name.endswith("Page")
    }
    assert OWN_PAGES[template] in shown


def _linked() -> list[str]:
    texts = TEMPLATES.glob("en/*.txt")
    return sorted(path.stem for path in texts if "{{ link }}" in path.read_text())


@pytest.mark.parametrize("template", _linked())
def test_every_mail_with_a_link_links_to_the_front_end(template: str) -> None:
    edge = EdgeSettings(front_end_url="https://app.example")
    source = Path(TEMPLATES / "en" / f"{template}.txt").read_text()
    names = [name for name in ("first_name", "new_email") if name in source]
    payload = {"template": template, "to": "a@example.com", "params": dict.fromkeys(names, "x")}
    message = Sender(MailSettings(), edge).compose(payload, "tok-en")
    page = FRONT_END_PAGES.get(template, template.replace("_", "-"))
    for kind in ("plain", "html"):
        body = message.get_body((kind,))
        assert body is not None
        assert f"https://app.example/{page}?token=tok-en" in body.get_content()
