"""Writes the page about notifications: what is said by hand, and every kind from the catalogue."""

from pathlib import Path

from services.profile.notifications.kinds import CATALOGUE, WITHOUT_SOURCE

PAGE = Path(__file__).resolve().parents[1] / "docs" / "notifications.md"
OPENING = """\
# Notifications

Generated from `services/profile/notifications/kinds.py` by `make generate`; do not edit.

What happens to a user's account while they are away is told once, and kept: for 90 days after it
was read, for 180 at most. The requests and replies are in [the API's description](openapi.html).

## Reading

`GET /v1/notifications` lists them, newest first; `isUnreadOnly` and `kinds` narrow the list.
`POST /v1/notifications:markRead` takes ids, or the `createdTime` of the newest that was shown.
`GET /v1/notifications:watch` streams: the unread ones first, then each new one within the second; a
message without notifications says that the number of unread ones has changed. When a message says
`isLast`, call again.

## By mail

The critical is mailed at once. The rest comes together at eight in the morning on the user's clock,
daily or on Mondays, or each by itself: `digestFrequency`. What was read meanwhile is left out.
Every such mail can be stopped by one press in the mail program, without signing in (RFC 8058);
that turns `isNotificationEmailEnabled` off. Mails about the account's security are none of these
and always come.

## By push

A browser subscribes with our key, and its user adds what it answers:

```js
const { publicKey } = await (await fetch("/v1/notifications/pushKey", { headers })).json();
const registration = await navigator.serviceWorker.ready;
const subscription = await registration.pushManager.subscribe({
  userVisibleOnly: true,
  applicationServerKey: publicKey,
});
const { endpoint, keys } = subscription.toJSON();
await fetch("/v1/notifications/pushSubscriptions", {
  method: "POST",
  headers,
  body: JSON.stringify({ endpoint, ...keys, name: "Firefox at work" }),
});
```

Its service worker is given JSON with `notification_id`, `kind`, `severity`, `title`, `body` and
`created_time`, encrypted so that the push service cannot read it (RFC 8291). In `quietHours` only
the critical is pushed; the rest follows when they end. A browser that its push service no longer
knows is forgotten.

With the privacy level `PRIVACY_LEVEL_ENHANCED`, mails and push messages only say that there is
something new.

## Not wanted

`mutedNotificationKinds` of the preferences names kinds that the user does not want to be told of,
in any way; the critical cannot be named.

## Kinds

`$name` is filled in; `data` holds the same values, and ids of what it is about. More kinds may
come: show those you do not know by their title.
"""
WAITING = "Not told of yet:\n"
HEADER = ("Kind", "Severity", "Title", "Body")


def notifications_page() -> str:
    """`docs/notifications.md`."""
    rows = [
        (f"`{kind}`", wording.severity.value, wording.title.template, wording.body.template)
        for kind, wording in CATALOGUE.items()
    ]
    lines = [_line(HEADER), _line(("---",) * len(HEADER)), *map(_line, rows)]
    waiting = [f"- `{kind}`: {why}." for kind, why in WITHOUT_SOURCE.items()]
    return "\n".join([OPENING, *lines, "", WAITING, *waiting, ""])


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"
