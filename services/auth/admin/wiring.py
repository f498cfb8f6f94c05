"""Puts together what oversees accounts: administration, the audit log, subscriptions."""

from dataclasses import dataclass

from services.auth.admin.domain import Administration
from services.auth.admin.servicer import AdminServicer
from services.auth.audit.changes import UserChanges
from services.auth.audit.checking import Checker
from services.auth.audit.listing import AuditEvents
from services.auth.audit.partitions import AuditPartitions
from services.auth.audit.sealing import Sealer
from services.auth.audit.servicer import AuditAdminServicer, AuditServicer, UserChangesServicer
from services.auth.audit.signing import SealKeys
from services.auth.audit.visits import Visits
from services.auth.cache import Cache
from services.auth.subscriptions.domain import Entitlements
from services.auth.subscriptions.expiry import Expiry
from services.auth.subscriptions.servicer import EntitlementsServicer, InternalEntitlementsServicer
from services.auth.throttling.throttle import Throttle
from services.kernel.paging import PageTokens
from services.kernel.periodic import PeriodicJob
from services.kernel.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Oversight:
    """The servicers of each service, the periodic jobs, and what runs before the first call."""

    public: tuple[object, ...]
    admin: tuple[object, ...]
    internal: tuple[object, ...]
    periodic: tuple[PeriodicJob, ...]
    partitions: AuditPartitions


def oversight(given: Runtime, cache: Cache, throttle: Throttle) -> Oversight:
    """Built on Auth's runtime and what locks people out."""
    db, keys = given.db, given.keys
    visits, entitlements, partitions = Visits(db), Entitlements(db), AuditPartitions(db)
    events = AuditEvents(db, PageTokens(keys, "audit.own"), PageTokens(keys, "audit.any"))
    seal_keys = SealKeys(given.settings.crypto)
    checker = Checker(db, seal_keys)
    administration = Administration(
        db=db,
        cache=cache,
        throttle=throttle,
        tokens=PageTokens(keys, "users.list"),
        auth=given.settings.auth,
    )
    return Oversight(
        public=(EntitlementsServicer(entitlements), AuditServicer(events)),
        admin=(
            AdminServicer(administration, visits),
            AuditAdminServicer(events, checker, visits),
        ),
        internal=(
            InternalEntitlementsServicer(entitlements),
            UserChangesServicer(UserChanges(db, given.draining)),
        ),
        periodic=(
            Expiry(db, given.outbox, cache).job(),
            Sealer(db, seal_keys).job(),
            checker.job(),
            partitions.job(),
        ),
        partitions=partitions,
    )
