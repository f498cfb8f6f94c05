"""Puts Auth together and serves it."""

from services.auth.account.assembly import account_life
from services.auth.admin.wiring import oversight
from services.auth.api_keys.domain import ApiKeys
from services.auth.api_keys.servicer import ApiKeysInternalServicer, ApiKeysServicer
from services.auth.cache import Cache
from services.auth.callers import OwnCallers
from services.auth.contact.servicer import ContactServicer
from services.auth.contest import Contest
from services.auth.devices.devices import Devices
from services.auth.domain import Accounts
from services.auth.internal_servicer import AuthInternalServicer
from services.auth.marks.marks import Marks
from services.auth.mfa.assembly import challenges_of, mfa_servicer
from services.auth.mfa.sweep import sweep as forget_challenges
from services.auth.own_sessions.domain import OwnSessions
from services.auth.own_sessions.new_sign_in import NewSignIn
from services.auth.own_sessions.servicer import OwnSessionsServicer
from services.auth.own_sessions.upkeep import Upkeep
from services.auth.pages.servicer import PagesServicer
from services.auth.passwords import Passwords
from services.auth.recovery.assembly import recovery_servicer
from services.auth.recovery.mailing import ResetMail
from services.auth.registration import Registration
from services.auth.servicer import AuthServicer
from services.auth.sessions import Sessions
from services.auth.sign_in import SignIn
from services.auth.signing.rotation import Rotation
from services.auth.signing.signing_keys import SigningKeys
from services.auth.throttling.locks import Locks
from services.auth.throttling.sweep import sweep
from services.auth.throttling.throttle import Throttle
from services.auth.verification import Verification
from services.kernel.config import settings
from services.kernel.contract import known_scopes
from services.kernel.runtime import Room, Runtime
from services.kernel.server import serve
from services.kernel.session_use import SessionUse


def build(given: Runtime) -> Room:
    """Auth on its runtime."""
    db, keys, outbox, auth = given.db, given.keys, given.outbox, given.settings.auth
    cache = Cache(given.redis)
    passwords = Passwords(auth)
    throttle = Throttle(db, keys, auth)
    devices, marks = Devices(db, keys, auth), Marks(db, keys)
    signing_keys = SigningKeys(db, keys)
    sessions = Sessions(
        db=db,
        keys=keys,
        signing=signing_keys,
        cache=cache,
        new_sign_in=NewSignIn(outbox),
        auth=auth,
    )
    verification = Verification(db, keys, outbox, cache, auth)
    registration = Registration(
        db=db,
        keys=keys,
        outbox=outbox,
        passwords=passwords,
        throttle=throttle,
        verification=verification,
        cache=cache,
        marks=marks,
        contest=Contest(ResetMail(keys, outbox, auth)),
        settings=given.settings,
    )
    challenges = challenges_of(given)
    accounts = Accounts(db, auth)
    api_keys = ApiKeys(db, keys, outbox, known_scopes())
    overseen = oversight(given, cache, throttle)
    life = account_life(given, cache, sessions)
    public = AuthServicer(
        registration=registration,
        verification=verification,
        sign_in=SignIn(
            db=db,
            passwords=passwords,
            throttle=throttle,
            locks=Locks(db, outbox, throttle),
            devices=devices,
            marks=marks,
            verification=verification,
            challenges=challenges,
            sessions=sessions,
        ),
        sessions=sessions,
        accounts=accounts,
        signing_keys=signing_keys,
    )
    served: dict[str, tuple[object, ...]] = {
        "inergize.auth.v1.AuthService": (
            public,
            PagesServicer(given.settings.edge.front_end_url),
            recovery_servicer(
                given, passwords=passwords, throttle=throttle, sessions=sessions, devices=devices
            ),
            ApiKeysServicer(api_keys),
            OwnSessionsServicer(OwnSessions(db, keys, sessions, cache, devices)),
            life.servicer,
            *overseen.public,
            mfa_servicer(
                given,
                challenges=challenges,
                passwords=passwords,
                throttle=throttle,
                sessions=sessions,
                devices=devices,
            ),
        ),
        "inergize.auth.v1.AuthAdminService": tuple(overseen.admin),
        "inergize.auth.v1.AuthInternalService": (
            AuthInternalServicer(sessions, accounts),
            ApiKeysInternalServicer(api_keys),
            ContactServicer(db),
            life.internal_servicer,
            *overseen.internal,
        ),
    }
    return Room(
        servicers=served,
        sessions=OwnCallers(sessions, api_keys, SessionUse(given.redis)),
        token_keys=signing_keys,
        periodic=[
            sweep(db, auth),
            *overseen.periodic,
            *life.periodic,
            forget_challenges(db),
            api_keys.job(),
            Rotation(db, keys, auth).job(),
            *Upkeep(db, given.redis).jobs(),
        ],
        user_data=life.user_data,
        on_start=(
            signing_keys.prepare,
            signing_keys.watch,
            passwords.prepare,
            sessions.forget_revoked,
            overseen.partitions.make,
        ),
        on_stop=(signing_keys.close, passwords.close, cache.close, life.close),
    )


if __name__ == "__main__":
    serve({"auth": build}, settings())
