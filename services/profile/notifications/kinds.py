"""What users are told about, and in which words.

A new kind is a line in `Kind` and an entry in `CATALOGUE`. `$name` is filled in from the notice's
data; each of them must be there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from string import Template
from types import MappingProxyType

LONGEST_TITLE = 255
LONGEST_BODY = 2_000


class Severity(StrEnum):
    """How urgent it is."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"
    """Mailed at once, and pushed even in quiet hours: something has stopped until the user acts."""


class Kind(StrEnum):
    """What a notification is about; clients know these words."""

    LINKEDIN_RECONNECT = "linkedin_reconnect"
    LINKEDIN_EXPIRING = "linkedin_expiring"
    PUBLISHED = "published"
    PUBLISH_FAILED = "publish_failed"
    PUBLISH_PUT_OFF = "publish_put_off"
    PUBLISH_UNKNOWN = "publish_unknown"
    PUBLISH_UNSURE = "publish_unsure"
    ACTION_BLOCKED = "action_blocked"
    ACTION_FAILED = "action_failed"
    ACTION_UNSURE = "action_unsure"
    ACTION_NEEDS_CONFIRMATION = "action_needs_confirmation"
    ACCOUNT_PAUSED = "account_paused"
    LINKEDIN_NEWS = "linkedin_news"
    WEBHOOK_DISABLED = "webhook_disabled"


@dataclass(frozen=True, slots=True)
class Wording:
    """How a kind is told."""

    severity: Severity
    title: Template
    body: Template

    @property
    def needs(self) -> frozenset[str]:
        """The names that the notice's data must hold."""
        return frozenset([*self.title.get_identifiers(), *self.body.get_identifiers()])

    def filled(self, data: Mapping[str, str]) -> tuple[str, str]:
        """Title and body, cut where a value would make them too long. Raises KeyError."""
        title, body = self.title.substitute(data), self.body.substitute(data)
        return _cut(title, LONGEST_TITLE), _cut(body, LONGEST_BODY)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}\u2026"


CATALOGUE: Mapping[Kind, Wording] = MappingProxyType(
    {
        Kind.LINKEDIN_RECONNECT: Wording(
            Severity.CRITICAL,
            Template("LinkedIn has to be connected again"),
            Template(
                "LinkedIn no longer accepts the connection of your account ($reason). Nothing is "
                "published or read until you connect it again."
            ),
        ),
        Kind.LINKEDIN_EXPIRING: Wording(
            Severity.WARNING,
            Template("Your LinkedIn connection ends on $ends_on"),
            Template(
                "LinkedIn's consent ends by itself. Connect again before $ends_on, and nothing "
                "stops."
            ),
        ),
        Kind.PUBLISHED: Wording(
            Severity.INFO,
            Template("Published on LinkedIn: $title"),
            Template("Your post \u201c$title\u201d is online."),
        ),
        Kind.PUBLISH_FAILED: Wording(
            Severity.WARNING,
            Template("Not published: $title"),
            Template("LinkedIn did not take your post \u201c$title\u201d: $reason."),
        ),
        Kind.PUBLISH_PUT_OFF: Wording(
            Severity.INFO,
            Template("Put off: $title"),
            Template(
                "Your post \u201c$title\u201d waits, and is published later by itself: $reason."
            ),
        ),
        Kind.PUBLISH_UNKNOWN: Wording(
            Severity.WARNING,
            Template("Perhaps published: $title"),
            Template(
                "LinkedIn's answer to your post \u201c$title\u201d was lost. It may be online or "
                "not: we look and tell you. It is not sent again by itself."
            ),
        ),
        Kind.PUBLISH_UNSURE: Wording(
            Severity.WARNING,
            Template("Please check on LinkedIn: $title"),
            Template(
                "LinkedIn's answer to your post \u201c$title\u201d was lost, and we cannot look "
                "whether it is online ($reason). It is not sent again by itself."
            ),
        ),
        Kind.ACTION_BLOCKED: Wording(
            Severity.WARNING,
            Template("An action was held back"),
            Template("To keep your account safe, $action was not carried out: $reason."),
        ),
        Kind.ACTION_FAILED: Wording(
            Severity.WARNING,
            Template("LinkedIn did not take $action"),
            Template("Nothing has changed on LinkedIn: $action was refused ($reason)."),
        ),
        Kind.ACTION_UNSURE: Wording(
            Severity.WARNING,
            Template("Please check $action on LinkedIn"),
            Template(
                "LinkedIn's answer to $action was lost, and we cannot look whether it is there "
                "($reason). It is not sent again by itself."
            ),
        ),
        Kind.ACTION_NEEDS_CONFIRMATION: Wording(
            Severity.INFO,
            Template("An action waits for you"),
            Template("$action is prepared and waits for your confirmation."),
        ),
        Kind.ACCOUNT_PAUSED: Wording(
            Severity.CRITICAL,
            Template("Your account's activity is paused"),
            Template("Nothing is done on LinkedIn for you until you resume it: $reason."),
        ),
        Kind.LINKEDIN_NEWS: Wording(
            Severity.INFO,
            Template("On LinkedIn: $summary"),
            Template("LinkedIn tells of $summary. Open LinkedIn to read and to answer."),
        ),
        Kind.WEBHOOK_DISABLED: Wording(
            Severity.WARNING,
            Template("A webhook was switched off: $url"),
            Template(
                "Nothing is sent to your webhook at $url any more: $reason. What happens is kept "
                "for a week; switch it on again and have it replayed."
            ),
        ),
    }
)
"""How each kind is told."""

WITHOUT_SOURCE: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.ACTION_NEEDS_CONFIRMATION: "nothing prepares actions that wait for a confirmation",
        Kind.ACCOUNT_PAUSED: "nothing pauses an account by itself",
    }
)
"""Kinds that nobody tells of yet, and why. Clients may know them, so their words stay."""
