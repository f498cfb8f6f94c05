from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from stack.embedded.mail_store import Message, MessageStore, parse


def make_mail(subject: str = "Willkommen, Zoë", html: str | None = "<b>hello</b>") -> bytes:
    message = EmailMessage()
    message["Subject"] = subject
    message.set_content("hello\n")
    if html:
        message.add_alternative(html, subtype="html")
    return message.as_bytes()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MessageStore]:
    found = MessageStore(tmp_path / "mail", max_kept=3)
    yield found
    found.close()


def mail_to(recipient: str, subject: str) -> Message:
    return parse(make_mail(subject), "from@example.com", recipient)


def test_parse_reads_both_bodies_and_a_subject_in_any_script() -> None:
    message = parse(make_mail(), "from@example.com", "to@example.com")

    assert message.subject == "Willkommen, Zoë"
    assert message.text.strip() == "hello"
    assert message.html.strip() == "<b>hello</b>"
    assert message.received_time.endswith("+00:00")


def test_parse_reads_what_is_no_proper_message() -> None:
    message = parse(b"\xff\xfe no header at all", "", "to@example.com")

    assert message.subject == ""
    assert message.html == ""


def test_store_lists_newest_first_and_only_for_the_address_in_any_case(
    store: MessageStore,
) -> None:
    store.add(mail_to("Ada@Example.com", "first"))
    store.add(mail_to("bob@example.com", "other"))
    store.add(mail_to("ada@example.com", "second"))

    found = store.newest("ADA@example.com", limit=10)

    assert [message.subject for message in found] == ["second", "first"]
    assert len(store.newest(None, limit=2)) == 2


def test_store_lets_the_oldest_go(store: MessageStore) -> None:
    for number in range(5):
        store.add(mail_to("ada@example.com", str(number)))

    assert [message.subject for message in store.newest(None, limit=10)] == ["4", "3", "2"]


def test_store_forgets_what_it_is_told_to(store: MessageStore) -> None:
    store.add(mail_to("ada@example.com", "hers"))
    store.add(mail_to("bob@example.com", "his"))

    assert store.delete("ada@example.com") == 1
    assert [message.subject for message in store.newest(None, limit=10)] == ["his"]


def test_store_opened_again_has_everything(tmp_path: Path) -> None:
    first = MessageStore(tmp_path / "mail")
    first.add(mail_to("ada@example.com", "kept"))
    first.close()

    again = MessageStore(tmp_path / "mail")

    assert [message.subject for message in again.newest(None, limit=10)] == ["kept"]
    again.close()
