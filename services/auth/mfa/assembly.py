"""Puts the parts of second factors together."""

from services.auth.devices.devices import Devices
from services.auth.mfa.backup_codes import BackupCodes
from services.auth.mfa.challenges import Challenges
from services.auth.mfa.completion import Completion
from services.auth.mfa.confirmation import Confirmation
from services.auth.mfa.factors import Factors
from services.auth.mfa.methods import Methods
from services.auth.mfa.notices import Notices
from services.auth.mfa.reauthentication import Reauthentication
from services.auth.mfa.sending import Sending
from services.auth.mfa.servicer import MfaServicer
from services.auth.mfa.tries import Tries
from services.auth.passwords import Passwords
from services.auth.sessions import Sessions
from services.auth.throttling.throttle import Throttle
from services.kernel.runtime import Runtime


def challenges_of(given: Runtime) -> Challenges:
    """What a sign-in asks for a second factor with."""
    return Challenges(given.db, given.keys, Sending(given.keys, given.outbox))


def mfa_servicer(
    given: Runtime,
    *,
    challenges: Challenges,
    passwords: Passwords,
    throttle: Throttle,
    sessions: Sessions,
    devices: Devices,
) -> MfaServicer:
    """The RPCs about second factors and proving oneself again."""
    db, keys, notices = given.db, given.keys, Notices(given.outbox)
    backup_codes = BackupCodes(db, passwords, notices)
    tries, factors = Tries(db, keys, notices), Factors(keys, passwords)
    return MfaServicer(
        challenges=challenges,
        completion=Completion(
            db=db,
            tries=tries,
            factors=factors,
            sessions=sessions,
            devices=devices,
            notices=notices,
        ),
        methods=Methods(
            db=db,
            keys=keys,
            sending=Sending(keys, given.outbox),
            throttle=throttle,
            sessions=sessions,
            notices=notices,
            settings=given.settings,
        ),
        confirmation=Confirmation(
            db=db,
            tries=tries,
            factors=factors,
            backup_codes=backup_codes,
            sessions=sessions,
            notices=notices,
        ),
        backup_codes=backup_codes,
        reauthentication=Reauthentication(
            db=db,
            passwords=passwords,
            throttle=throttle,
            challenges=challenges,
            sessions=sessions,
        ),
    )
