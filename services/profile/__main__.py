"""Wires the Profile room and serves it."""

from services.kernel.config import LinkedinSettings, settings
from services.kernel.runtime import Room, Runtime
from services.kernel.server import serve
from services.profile.actions import Actions
from services.profile.background import Background
from services.profile.browser import NonceCookie
from services.profile.connect import Connect
from services.profile.domain import Profiles
from services.profile.internal_servicer import ProfileInternalServicer
from services.profile.linkedin import LinkedIn
from services.profile.linkedin_config import LinkedInConfig
from services.profile.linkedin_transport import open_http_client
from services.profile.servicer import ProfileServicer
from services.profile.states import States
from services.profile.usage import ApiUsage, observe
from services.profile.vault import Vault

RECORDING_SECONDS = 5.0
"""After LinkedIn's own limit, what recording its answer may take when the service stops."""


def build(given: Runtime) -> Room:
    """The Profile room."""
    linkedin_settings, edge = given.settings.linkedin, given.settings.edge
    http = open_http_client(linkedin_settings.timeout_ms)
    linkedin = LinkedIn(http, linkedin_config(linkedin_settings), observe=observe)
    background = Background()
    usage = ApiUsage(given.db, background)
    profiles = Profiles(given.db)
    connect = Connect(
        given.db,
        given.outbox,
        given.keys,
        states=States(given.redis, given.keys),
        linkedin=linkedin,
        usage=usage,
        redirect_uri=linkedin_settings.redirect_uri,
        is_pkce_enabled=linkedin_settings.is_pkce_enabled,
    )
    actions = Actions(given.db, Vault(given.keys), linkedin, usage=usage, background=background)

    async def stop() -> None:
        await background.drain(linkedin_settings.timeout_ms / 1000 + RECORDING_SECONDS)
        await http.aclose()

    cookie = NonceCookie(edge.public_url)
    return Room(
        servicers={
            "inergize.profile.v1.ProfileService": ProfileServicer(
                profiles, connect, cookie, edge.front_end_url
            ),
            "inergize.profile.v1.ProfileInternalService": ProfileInternalServicer(
                profiles, actions
            ),
        },
        on_stop=[stop],
    )


def linkedin_config(linkedin: LinkedinSettings) -> LinkedInConfig:
    """The LinkedIn client's view of the settings."""
    return LinkedInConfig(
        oauth_url=linkedin.oauth_url,
        api_url=linkedin.api_url,
        client_id=linkedin.client_id,
        client_secret=linkedin.client_secret.get_secret_value(),
        redirect_uri=linkedin.redirect_uri,
        version=linkedin.version,
        scopes=linkedin.scopes,
        timeout_ms=linkedin.timeout_ms,
    )


if __name__ == "__main__":
    serve({"profile": build}, settings())
