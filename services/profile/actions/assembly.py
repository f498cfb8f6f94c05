"""Puts the parts that act on LinkedIn together."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from services.kernel.runtime import Runtime
from services.profile.actions.domain import Actions
from services.profile.actions.files import Files
from services.profile.actions.preparing import Patience, Preparing
from services.profile.actions.reconciling import Reconciling
from services.profile.actions.rules import Rules
from services.profile.actions.servicer import ActionsServicer
from services.profile.background import Background
from services.profile.connection.access import Access
from services.profile.connection.vault import Vault
from services.profile.linkedin.client import LinkedIn
from services.profile.linkedin.transport import open_http_client
from services.profile.usage.recording import ApiUsage

STORE_TIMEOUT_MS = 30_000


@dataclass(frozen=True, slots=True)
class ActionsPart:
    """What the room takes from here."""

    servicer: ActionsServicer
    close: Callable[[], Awaitable[None]]


def actions_part(
    given: Runtime, access: Access, linkedin: LinkedIn, usage: ApiUsage, background: Background
) -> ActionsPart:
    """The actions on a runtime."""
    s3, settings, vault = given.settings.s3, given.settings.linkedin, Vault(given.keys)
    store = open_http_client(STORE_TIMEOUT_MS)
    actions = Actions(
        given.db,
        access,
        vault,
        linkedin.writes,
        rules=Rules(f"{s3.url}/{s3.bucket}", settings.partner_products),
        preparing=Preparing(
            linkedin.writes.uploads, Files(store), Patience(hidden_ms=settings.media_grace_ms)
        ),
        usage=usage,
        background=background,
    )
    reconciling = Reconciling(given.db, access, vault, linkedin.writes, usage=usage)
    return ActionsPart(ActionsServicer(actions, reconciling), store.aclose)
