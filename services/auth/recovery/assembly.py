"""Puts the RPCs about new passwords together."""

from services.auth.devices.devices import Devices
from services.auth.passwords import Passwords
from services.auth.recovery.aftermath import Aftermath
from services.auth.recovery.change import PasswordChange
from services.auth.recovery.mailing import ResetMail
from services.auth.recovery.reset import PasswordReset
from services.auth.recovery.servicer import RecoveryServicer
from services.auth.sessions import Sessions
from services.auth.throttling.throttle import Throttle
from services.kernel.runtime import Runtime


def recovery_servicer(
    given: Runtime,
    *,
    passwords: Passwords,
    throttle: Throttle,
    sessions: Sessions,
    devices: Devices,
) -> RecoveryServicer:
    """The servicer, on what the rest of Auth stands on too."""
    aftermath = Aftermath(sessions, devices, given.outbox)
    reset = PasswordReset(
        db=given.db,
        keys=given.keys,
        passwords=passwords,
        throttle=throttle,
        aftermath=aftermath,
        reset_mail=ResetMail(given.keys, given.outbox, given.settings.auth),
    )
    return RecoveryServicer(reset, PasswordChange(given.db, passwords, throttle, aftermath))
