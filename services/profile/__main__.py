"""Wires the Profile room and serves it."""

from services.kernel.config import LinkedinSettings, settings
from services.kernel.retention import retention
from services.kernel.runtime import Room, Runtime
from services.kernel.server import serve
from services.kernel.user_data import UserDataExtras
from services.profile.actions.assembly import actions_part
from services.profile.background import Background
from services.profile.connection.assembly import connection_part
from services.profile.connection.browser import NonceCookie
from services.profile.connection.connect import Connect
from services.profile.connection.states import States
from services.profile.connection.vault import Vault
from services.profile.domain import Profiles
from services.profile.imports.assembly import imports_part
from services.profile.linkedin.client import LinkedIn
from services.profile.linkedin.config import LinkedInConfig
from services.profile.linkedin.transport import open_http_client
from services.profile.notifications.assembly import notifications_part
from services.profile.portability.assembly import portability_job
from services.profile.preferences.domain import UserPreferences
from services.profile.preferences.internal_servicer import PreferencesInternalServicer
from services.profile.preferences.servicer import PreferencesServicer
from services.profile.reading.assembly import reading_part
from services.profile.retention.holdings import HOLDINGS
from services.profile.servicer import ProfileServicer
from services.profile.usage.assembly import usage_part
from services.profile.usage.recording import observe
from services.profile.webhooks.assembly import webhooks_part

RECORDING_SECONDS = 5.0
"""After LinkedIn's own limit, what recording its answer may take when the service stops."""


def build(given: Runtime) -> Room:
    """The Profile room."""
    linkedin_settings, edge = given.settings.linkedin, given.settings.edge
    http = open_http_client(linkedin_settings.timeout_ms)
    background = Background()
    account = usage_part(given, background)
    usage = account.usage
    linkedin = LinkedIn(
        http, linkedin_config(linkedin_settings), observe=observe, admit=usage.admit
    )
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
    vault = Vault(given.keys)
    connection = connection_part(given, vault, linkedin, usage)
    actions = actions_part(given, connection.access, linkedin, usage, background)
    reading = reading_part(given, connection.access, linkedin, usage=usage, background=background)
    preferences = UserPreferences(given.db)
    notifications = notifications_part(given, preferences)
    webhooks = webhooks_part(given)

    async def stop() -> None:
        await background.drain(linkedin_settings.timeout_ms / 1000 + RECORDING_SECONDS)
        await actions.close()
        await http.aclose()

    imports = imports_part(given)
    cookie = NonceCookie(edge.public_url)
    return Room(
        servicers={
            "inergize.profile.v1.ProfileService": (
                ProfileServicer(
                    profiles,
                    connect,
                    cookie,
                    front_end_url=edge.front_end_url,
                    agreed=linkedin_settings.partner_products,
                ),
                connection.servicer,
                account.servicer,
                imports.servicer,
                reading.servicer,
                PreferencesServicer(preferences),
                *notifications.servicers,
                webhooks.servicer,
            ),
            "inergize.profile.v1.ProfileInternalService": (
                actions.servicer,
                connection.internal_servicer,
                imports.internal_servicer,
                reading.internal_servicer,
                PreferencesInternalServicer(preferences),
                *notifications.internal_servicers,
                webhooks.internal_servicer,
            ),
        },
        periodic=[
            *connection.periodic,
            *notifications.periodic,
            *reading.periodic,
            *webhooks.periodic,
            imports.job,
            account.job,
            portability_job(given, connection.access, linkedin, usage),
            retention(given.db, HOLDINGS, given.settings.retention),
        ],
        user_data=UserDataExtras(erase_first=(connection.erase, imports.erase, account.forget)),
        on_start=[notifications.open],
        on_stop=[notifications.close, stop, imports.objects.close],
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
        sampled_share=linkedin.sampled_share,
    )


if __name__ == "__main__":
    serve({"profile": build}, settings())
