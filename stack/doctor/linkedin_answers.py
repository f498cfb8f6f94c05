"""Asks LinkedIn about the application, and says which setting an answer speaks of."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

from services.profile.linkedin.config import LinkedInConfig
from services.profile.linkedin.probe import Probe, Said, Verdict
from services.profile.linkedin.transport import open_http_client
from stack.doctor.finding import Finding, good, remark, warning, wrong

_LONGEST_DRIFT_SECONDS = 30
_AUTH = "developer portal, tab Auth"


async def answers(config: LinkedInConfig) -> AsyncIterator[Finding]:
    """What LinkedIn says to this application; nothing is granted and nothing changes."""
    http = open_http_client(config.timeout_ms)
    try:
        probe = Probe(http, config)
        consent, secret, api = (
            await probe.consent_page(),
            await probe.secret(),
            await probe.api(),
        )
    finally:
        await http.aclose()
    yield _consent(consent, config)
    yield _secret(secret, config)
    yield _api(api, config)
    yield _clock(secret)


def _consent(said: Said, config: LinkedInConfig) -> Finding:
    match said.verdict:
        case Verdict.GOOD:
            return good("consent page", "LinkedIn shows it for this application and address")
        case Verdict.CLIENT_UNKNOWN:
            return wrong(
                "LINKEDIN_CLIENT_ID",
                f"LinkedIn knows no application {config.client_id!r}",
                f"copy the Client ID from the {_AUTH}",
            )
        case Verdict.REDIRECT_UNKNOWN:
            return wrong(
                "LINKEDIN_REDIRECT_URI",
                f"LinkedIn does not have {config.redirect_uri} for this application",
                f"add exactly this address in the {_AUTH}, Authorized redirect URLs",
            )
        case Verdict.SCOPE_REFUSED:
            return wrong(
                "LINKEDIN_SCOPES",
                f"LinkedIn refuses a scope: {said.words or 'it does not say which'}",
                "request its product in the developer portal, tab Products, or leave it out",
            )
        case _:
            return _silent("LINKEDIN_OAUTH_URL", config.oauth_url, said)


def _secret(said: Said, config: LinkedInConfig) -> Finding:
    match said.verdict:
        case Verdict.GOOD:
            return good("LINKEDIN_CLIENT_SECRET", "LinkedIn takes it")
        case Verdict.SECRET_WRONG | Verdict.CLIENT_UNKNOWN:
            return wrong(
                "LINKEDIN_CLIENT_SECRET",
                "LinkedIn refuses it for this client id",
                f"copy the Primary Client Secret from the {_AUTH}; a new one ends the old",
            )
        case _:
            return _silent("LINKEDIN_OAUTH_URL", config.oauth_url, said)


def _api(said: Said, config: LinkedInConfig) -> Finding:
    if said.verdict is Verdict.GOOD:
        return good("LINKEDIN_API_URL", "the API answers")
    return _silent("LINKEDIN_API_URL", config.api_url, said)


def _silent(setting: str, url: str, said: Said) -> Finding:
    if said.verdict is Verdict.UNREACHABLE:
        return wrong(
            setting,
            f"{url} cannot be reached ({said.words})",
            "check the address, the name server and the firewall between here and there",
        )
    return warning(
        setting,
        f"the answer from {url} was not understood: {said.words or 'no words'}",
        "try again; if it stays, look at what stands between here and LinkedIn",
    )


def _clock(said: Said) -> Finding:
    if said.at is None:
        return remark("clock", "LinkedIn did not tell the time")
    drift_seconds = round((datetime.now(UTC) - said.at).total_seconds())
    if abs(drift_seconds) > _LONGEST_DRIFT_SECONDS:
        return wrong(
            "clock",
            f"this machine is {abs(drift_seconds)} seconds"
            f" {'ahead of' if drift_seconds > 0 else 'behind'} LinkedIn",
            "set the clock (NTP): schedules, quotas and tokens go by it",
        )
    return good("clock", f"within {_LONGEST_DRIFT_SECONDS} seconds of LinkedIn's")
