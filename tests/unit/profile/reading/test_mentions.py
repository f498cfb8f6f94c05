"""What a searched word may mean as a page's address, and how posts and mentions are written."""

import pytest

from services.profile.linkedin.analytics import entity_key
from services.profile.linkedin.text import Mention as TextMention
from services.profile.linkedin.text import split_mentions
from services.profile.reading.mentions import Mention, MentionKind, vanity_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("https://www.linkedin.com/company/acme-corp/", "acme-corp"),
        ("linkedin.com/company/Acme-Corp?trk=x", "acme-corp"),
        ("https://de.linkedin.com/company/acme/about", "acme"),
        ("Acme Corp", "acme-corp"),
        ("  Acme & Söhne ", "acme-s-hne"),
        ("???", ""),
    ],
)
def test_a_name_or_an_address_leads_to_a_page(text: str, name: str) -> None:
    assert vanity_name(text) == name


def test_a_mention_is_written_as_posts_read_it() -> None:
    found = Mention(MentionKind.PERSON, "urn:li:person:abc", "Ada Lovelace")

    assert list(split_mentions(found.markup)) == [TextMention("Ada Lovelace", "urn:li:person:abc")]


def test_a_post_is_named_by_its_kind() -> None:
    assert entity_key("urn:li:share:1") == "(share:urn%3Ali%3Ashare%3A1)"
    assert entity_key("urn:li:ugcPost:1") == "(ugc:urn%3Ali%3AugcPost%3A1)"
    with pytest.raises(ValueError, match="not the URN of a post"):
        entity_key("urn:li:activity:1")
