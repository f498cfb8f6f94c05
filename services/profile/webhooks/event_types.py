"""What programs can be told, each with an example of its data.

`docs/webhooks.md` shows this catalogue. An event's data has exactly its example's fields.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class EventType(StrEnum):
    """The name of an event; programs know these words."""

    NOTIFICATION_CREATED = "notification.created"
    LINKEDIN_CONNECTED = "linkedin.connected"
    LINKEDIN_DISCONNECTED = "linkedin.disconnected"
    LINKEDIN_RECONNECT_NEEDED = "linkedin.reconnect_needed"
    PROFILE_SYNCED = "profile.synced"
    ACTION_CONFIRMED = "action.confirmed"
    ACTION_REJECTED = "action.rejected"
    ACTION_UNKNOWN = "action.unknown"
    CONTENT_PUBLISHED = "content.published"
    MESSAGE_RECEIVED = "message.received"
    CONNECTION_MADE = "connection.made"
    COMMENT_RECEIVED = "comment.received"
    WEBHOOK_TEST = "webhook.test"


@dataclass(frozen=True, slots=True)
class Described:
    """An event for those who receive it."""

    summary: str
    example: Mapping[str, object]


_ACTION_ID = "0199d7a2-8c1e-7b60-9a55-3f0f5a3c2b11"
_POST = "urn:li:share:7123456789012345678"
_HAPPENED = "2026-11-28T07:46:12.345Z"

EVENTS: Mapping[EventType, Described] = MappingProxyType(
    {
        EventType.NOTIFICATION_CREATED: Described(
            "The user was told something.",
            {
                "notification_id": "0199d7a2-1c7e-7d53-8f0a-5a0f3f6b0c9d",
                "kind": "publish_failed",
                "severity": "warning",
                "title": "Not published: Spring plans",
                "body": "LinkedIn did not take your post \u201cSpring plans\u201d: duplicate.",
                "data": {"title": "Spring plans", "reason": "duplicate"},
            },
        ),
        EventType.LINKEDIN_CONNECTED: Described(
            "The user connected LinkedIn, for the first time or again.",
            {"linkedin_id": "782bbtaQ", "scopes": ["openid", "profile", "w_member_social"]},
        ),
        EventType.LINKEDIN_DISCONNECTED: Described(
            "The user ended the connection to LinkedIn.", {"linkedin_id": "782bbtaQ"}
        ),
        EventType.LINKEDIN_RECONNECT_NEEDED: Described(
            "LinkedIn no longer accepts the connection; nothing is published until it is renewed.",
            {"reason": "revoked"},
        ),
        EventType.PROFILE_SYNCED: Described(
            "The user's LinkedIn profile was read.", {"completeness_score": 85}
        ),
        EventType.ACTION_CONFIRMED: Described(
            "LinkedIn has carried an action out.",
            {"attempt_id": _ACTION_ID, "kind": "publish_post", "remote_id": _POST},
        ),
        EventType.ACTION_REJECTED: Described(
            "LinkedIn has refused an action, or it was not sent.",
            {"attempt_id": _ACTION_ID, "kind": "publish_post", "error_code": "DUPLICATE_POST"},
        ),
        EventType.ACTION_UNKNOWN: Described(
            "LinkedIn's answer to an action was lost; it is read back, and never sent again.",
            {"attempt_id": _ACTION_ID, "kind": "publish_post", "error_code": "no_answer"},
        ),
        EventType.CONTENT_PUBLISHED: Described(
            "A content of the user's is online.",
            {
                "content_id": "0199d7a2-55d0-7c0e-9a31-8a6f1d2e4b70",
                "action_id": "0199d7a2-55d1-7a43-b7f5-0c9e8d7a6b51",
                "linkedin_post_urn": _POST,
            },
        ),
        EventType.MESSAGE_RECEIVED: Described(
            "Somebody has written to the user on LinkedIn, as LinkedIn's change log tells.",
            {"happened_time": _HAPPENED},
        ),
        EventType.CONNECTION_MADE: Described(
            "The user has a new connection; `was_invited` when the user is known to have asked.",
            {"happened_time": _HAPPENED, "was_invited": True},
        ),
        EventType.COMMENT_RECEIVED: Described(
            "Somebody has commented on something of the user's.",
            {"happened_time": _HAPPENED, "post_urn": "urn:li:activity:7123456789012345678"},
        ),
        EventType.WEBHOOK_TEST: Described(
            "The user asked for a test. Every webhook gets it when asked, whatever its types.",
            {"webhook_id": "0199d7a2-9e44-7f17-8d2c-6b5a4f3e2d1c"},
        ),
    }
)
"""All events."""
