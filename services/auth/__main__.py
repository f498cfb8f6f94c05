"""Puts Auth together and serves it."""

from services.auth.cache import Cache
from services.auth.domain import Accounts
from services.auth.internal_servicer import AuthInternalServicer
from services.auth.passwords import Passwords
from services.auth.registration import Registration
from services.auth.servicer import AuthServicer
from services.auth.sessions import Sessions
from services.auth.sign_in import SignIn
from services.auth.signing_keys import SigningKeys
from services.auth.verification import Verification
from services.kernel.config import settings
from services.kernel.runtime import Room, Runtime
from services.kernel.server import serve


def build(given: Runtime) -> Room:
    """Auth on its runtime."""
    db, keys, outbox, auth = given.db, given.keys, given.outbox, given.settings.auth
    cache = Cache(given.redis)
    passwords = Passwords(auth)
    signing_keys = SigningKeys(db, keys)
    sessions = Sessions(db, keys, signing_keys, cache, auth)
    verification = Verification(db, keys, outbox, cache, auth)
    registration = Registration(
        db=db,
        keys=keys,
        outbox=outbox,
        passwords=passwords,
        verification=verification,
        cache=cache,
        settings=given.settings,
    )
    accounts = Accounts(db)
    public = AuthServicer(
        registration=registration,
        verification=verification,
        sign_in=SignIn(db, passwords, verification, sessions),
        sessions=sessions,
        accounts=accounts,
        signing_keys=signing_keys,
    )
    return Room(
        servicers={
            "inergize.auth.v1.AuthService": public,
            "inergize.auth.v1.AuthInternalService": AuthInternalServicer(sessions, accounts),
        },
        sessions=sessions,
        token_keys=signing_keys,
        on_start=(signing_keys.prepare, passwords.prepare, sessions.forget_revoked),
        on_stop=(passwords.close, cache.close),
    )


if __name__ == "__main__":
    serve({"auth": build}, settings())
