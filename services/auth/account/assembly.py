"""Puts the parts of an account's life together."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from services.auth.account.deletion import Deletion
from services.auth.account.email_change import EmailChange
from services.auth.account.erasure import Erasure
from services.auth.account.exports import Exports
from services.auth.account.files import Files
from services.auth.account.internal_servicer import AccountInternalServicer
from services.auth.account.lapsed_changes import LapsedChanges
from services.auth.account.servicer import AccountServicer
from services.auth.account.updates import Updates
from services.auth.cache import Cache
from services.auth.sessions import Sessions
from services.kernel.periodic import PeriodicJob
from services.kernel.runtime import Runtime
from services.kernel.user_data import UserDataExtras


@dataclass(frozen=True, slots=True)
class AccountLife:
    """What the room takes from here."""

    servicer: AccountServicer
    internal_servicer: AccountInternalServicer
    periodic: Sequence[PeriodicJob]
    user_data: UserDataExtras
    close: Callable[[], Awaitable[None]]


def account_life(given: Runtime, cache: Cache, sessions: Sessions) -> AccountLife:
    """The life of accounts on a runtime."""
    db, outbox, auth = given.db, given.outbox, given.settings.auth
    files = Files(given.settings.s3)
    exports = Exports(db, outbox, files, given.draining)
    erasure = Erasure(db, outbox, sessions=sessions, client=given.redis, files=files, auth=auth)
    servicer = AccountServicer(
        updates=Updates(db, cache, auth),
        email_change=EmailChange(db, given.keys, outbox, cache=cache, sessions=sessions, auth=auth),
        deletion=Deletion(db, outbox, sessions, auth),
        exports=exports,
    )
    return AccountLife(
        servicer=servicer,
        internal_servicer=AccountInternalServicer(exports, erasure),
        periodic=[*exports.jobs(), erasure.job(), LapsedChanges(db).job()],
        user_data=erasure.extras,
        close=files.close,
    )
