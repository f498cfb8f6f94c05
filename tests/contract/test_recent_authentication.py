"""What is sensitive asks for a proof of the user that is at most ten minutes old."""

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import grpc
import pytest
import pytest_asyncio
from inergize.common.v1 import access_pb2

from services.kernel.contract import Method
from tests.support.contracts import all_methods, short
from tests.support.identity import access_token
from tests.support.probes import Probe, probe
from tests.support.replies import error_info
from tests.support.valid import valid_request

SENSITIVE = [method for method in all_methods() if method.needs_recent_authentication]


NEEDED = "ERROR_REASON_REAUTHENTICATION_REQUIRED"


async def _behave(method: Method, request: Any) -> Any:
    return method.reply_type()


@pytest_asyncio.fixture
async def served() -> AsyncIterator[Probe]:
    async with probe(_behave) as running:
        yield running


async def _refusal(served: Probe, method: Method, token: str) -> str:
    """The reason of the refusal; empty for an answer."""
    metadata = [("authorization", f"Bearer {token}")]
    try:
        await served.call(method, valid_request(method.request_type), metadata=metadata)
    except grpc.aio.AioRpcError as refused:
        return str(error_info(refused).reason)
    return ""


@pytest.mark.parametrize("method", SENSITIVE, ids=short)
async def test_an_old_proof_is_refused_until_the_user_proves_again(
    served: Probe, method: Method
) -> None:
    old, user_id = time.time() - 601, uuid4()
    token = served.sessions.sign_in(user_id, role="admin", authenticated_at=old)
    assert await _refusal(served, method, token) == NEEDED
    (session_id,) = served.sessions.open
    facts = served.sessions.open[session_id]
    served.sessions.open[session_id] = replace(facts, authenticated_at=time.time())
    assert await _refusal(served, method, token) == NEEDED, "a copy of the older token gained"
    renewed = access_token(user_id, session_id, auth_time=int(time.time()))
    assert await _refusal(served, method, renewed) == "", "a proof counts at once"


@pytest.mark.parametrize("method", SENSITIVE, ids=short)
async def test_no_api_key_gets_in_whatever_its_scopes(served: Probe, method: Method) -> None:
    everything = {method.scope for method in all_methods() if method.scope}
    key = served.sessions.make_api_key(uuid4(), "", *everything)
    is_admins = method.access == access_pb2.ACCESS_ADMIN
    expected = "PERMISSION_DENIED" if is_admins else "SCOPE_MISSING"
    assert await _refusal(served, method, key) == f"ERROR_REASON_{expected}"


def test_account_changes_that_matter_are_among_them() -> None:
    assert {method.name for method in SENSITIVE} >= {
        *("ChangePassword", "ChangeEmail", "DeleteAccount", "ExportAccountData", "CreateApiKey"),
        *("EnrollMfa", "ConfirmMfa", "DisableMfa", "RegenerateBackupCodes"),
        *("RevokeSession", "RevokeOtherSessions", "SetSubscription", "SuspendUser"),
    }
