"""What LinkedIn demands of a comment.

Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/comments-api
"""

from typing import Any

from stack.sandbox.linkedin.post_content import missing
from stack.sandbox.linkedin.refusals import bad_schema, invalid_input

LONGEST_TEXT = 1_250

_ATTRIBUTED = {
    "com.linkedin.common.MemberAttributedEntity",
    "com.linkedin.common.CompanyAttributedEntity",
}
_FIELDS = {"actor", "object", "message", "parentComment", "content"}


def check_comment(body: dict[str, Any]) -> dict[str, Any]:
    """The body as a comment that could be made, or a refusal that names what is wrong."""
    for name in body:
        if name not in _FIELDS:
            raise bad_schema(f"/{name}", "unrecognized field found but not allowed")
    for name in ("actor", "object"):
        if not isinstance(body.get(name), str):
            raise missing(f"/{name}")
    message = body.get("message")
    if not isinstance(message, dict):
        raise missing("/message")
    check_message(message, "/message")
    content = body.get("content", [])
    if not isinstance(content, list) or len(content) > 1:
        raise bad_schema("/content", "is not a list of at most one image")
    return body


def check_message(message: dict[str, Any], path: str) -> None:
    """Refuse a text that is missing or too long, and mentions that lie outside of it."""
    text = message.get("text")
    if not isinstance(text, str) or not text:
        raise missing(f"{path}/text")
    if len(text) > LONGEST_TEXT:
        words = (
            f"Comment text length ({len(text)} characters) exceeded the maximum allowed "
            f"({LONGEST_TEXT} characters)"
        )
        raise invalid_input(
            400, "FIELD_ARRAY_SIZE_TOO_HIGH", words, path="/message/text", maxLength=LONGEST_TEXT
        )
    attributes = message.get("attributes", [])
    if not isinstance(attributes, list):
        raise bad_schema(f"{path}/attributes", "is not a list")
    for number, attribute in enumerate(attributes):
        if not _is_mention(attribute, len(text)):
            raise bad_schema(f"{path}/attributes/{number}", "is not a mention within the text")


def _is_mention(attribute: object, text_length: int) -> bool:
    if not isinstance(attribute, dict) or not isinstance(attribute.get("value"), dict):
        return False
    start, length = attribute.get("start"), attribute.get("length")
    if not isinstance(start, int) or not isinstance(length, int):
        return False
    is_within = start >= 0 and length > 0 and start + length <= text_length
    return is_within and len(attribute["value"]) == 1 and attribute["value"].keys() <= _ATTRIBUTED
