"""The browsers that a user adds to be pushed to."""

from uuid import UUID, uuid4

from services.kernel.crypto import Keys, context
from services.kernel.db import Database
from services.kernel.errors import InvalidRequest
from services.kernel.paging import PageTokens, Position
from services.kernel.public_http import PublicHttp, UrlRefused
from services.profile.push import store
from services.profile.push.encryption import browser_key
from services.profile.push.errors import SubscriptionNotFound
from services.profile.push.model import BrowserKeys, Subscription

MOST_BROWSERS = 20
"""The oldest makes room: browsers subscribe anew now and then, and say no goodbye."""
SECRET_BYTES = 16


def associated(subscription_id: UUID) -> bytes:
    """What binds a browser's sealed keys to their row."""
    return context("push_subscriptions.keys", subscription_id)


class Subscriptions:
    """The browsers of all users."""

    def __init__(self, db: Database, keys: Keys, public_http: PublicHttp) -> None:
        self._db = db
        self._keys = keys
        self._http = public_http
        self._tokens = PageTokens(keys, "profile.push")

    async def add(
        self, user_id: UUID, name: str, endpoint: str, browser: BrowserKeys
    ) -> Subscription:
        """Add a browser, or renew it. Raises InvalidRequest, UserNotFound."""
        _check(browser)
        try:
            await self._http.check(endpoint)
        except UrlRefused as refused:
            raise InvalidRequest({"endpoint": refused.rule}) from None
        subscription_id = uuid4()
        sealed = self._keys.seal(browser.public_key + browser.secret, associated(subscription_id))
        async with self._db.transaction() as tx:
            added = await store.add_subscription(
                tx, user_id, subscription_id, name=name, endpoint=endpoint, keys=sealed
            )
            await store.drop_oldest(tx, user_id, kept=MOST_BROWSERS)
        return added

    async def page(
        self, user_id: UUID, size: int, page_token: str
    ) -> tuple[list[Subscription], str]:
        """A page, newest first, and the token of the next one. Raises PageTokenInvalid."""
        after = self._tokens.after(user_id, page_token)
        found = await store.list_subscriptions(self._db, user_id, after=after, limit=size + 1)
        return self._tokens.cut(
            user_id, found, size, lambda last: Position(last.created_at, last.subscription_id)
        )

    async def remove(self, user_id: UUID, subscription_id: UUID) -> None:
        """Forget a browser. Raises SubscriptionNotFound."""
        async with self._db.transaction() as tx:
            if not await store.remove_subscription(tx, user_id, subscription_id):
                raise SubscriptionNotFound


def _check(browser: BrowserKeys) -> None:
    if len(browser.secret) != SECRET_BYTES:
        raise InvalidRequest({"auth": f"must be {SECRET_BYTES} bytes in base64url"})
    try:
        browser_key(browser.public_key)
    except ValueError:
        raise InvalidRequest({"p256dh": "must be a point on P-256 in base64url"}) from None
