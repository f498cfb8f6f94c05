"""`inergize doctor linkedin`: from the settings to LinkedIn's own answers."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

from services.kernel.config import Settings
from services.profile.__main__ import linkedin_config
from services.profile.linkedin.versions import VersionState, version_ends_on, version_state
from stack.doctor.finding import Finding, Level, good, remark, warning, wrong
from stack.doctor.linkedin_addresses import addresses, redirect
from stack.doctor.linkedin_answers import answers
from stack.doctor.linkedin_application import credentials, pkce, scopes


def look(settings: Settings, today: date | None = None) -> list[Finding]:
    """What the settings alone tell."""
    return list(_settings(settings, today or datetime.now(UTC).date()))


async def look_and_ask(settings: Settings) -> list[Finding]:
    """The settings, and then what LinkedIn says to them.

    It is not asked where the settings alone show that it cannot be.
    """
    found = look(settings)
    unasked = {"LINKEDIN_CLIENT_ID", "LINKEDIN_CLIENT_SECRET", "LINKEDIN_OAUTH_URL"}
    hindrances = {one.setting for one in found if one.level is Level.WRONG} & unasked
    if hindrances:
        return [
            *found,
            remark("LinkedIn", f"not asked before {', '.join(sorted(hindrances))} is right"),
        ]
    said = [finding async for finding in answers(linkedin_config(settings.linkedin))]
    return list(dict.fromkeys([*found, *said]))


def _settings(settings: Settings, today: date) -> Iterator[Finding]:
    linkedin = settings.linkedin
    yield from addresses(linkedin)
    yield from credentials(linkedin)
    yield from redirect(linkedin.redirect_uri, settings.edge.public_url)
    yield from scopes(linkedin)
    yield from pkce(linkedin)
    yield _version(linkedin.version, today)


def _version(version: str, today: date) -> Finding:
    name, remedy = "LINKEDIN_VERSION", "set it to a newer month, YYYYMM, that LinkedIn documents"
    try:
        state, ends_on = version_state(version, today), version_ends_on(version)
    except ValueError:
        return wrong(name, f"{version} is no month, YYYYMM", remedy)
    match state:
        case VersionState.ACTIVE:
            return good(name, f"{version}, until about {ends_on}")
        case VersionState.NEAR_ITS_END:
            return warning(name, f"LinkedIn switches {version} off about {ends_on}", remedy)
        case VersionState.ENDED:
            return wrong(name, f"LinkedIn switched {version} off about {ends_on}", remedy)
        case VersionState.NOT_OUT:
            return wrong(name, f"{version} is not out yet", "set it to this month or before")
