"""API keys over gRPC, for their owners and for the other services."""

from datetime import datetime
from uuid import UUID

from inergize.auth.v1 import auth_api_keys_pb2 as pb
from inergize.auth.v1 import auth_internal_service_pb2 as internal
from inergize.auth.v1 import auth_pb2

from services.auth.api_keys.domain import ApiKeys
from services.auth.api_keys.model import ApiKey
from services.auth.convert import tier_to_proto
from services.kernel.caller import current_caller
from services.kernel.interceptors.call import Context
from services.kernel.messages import to_datetime, to_timestamp
from services.kernel.paging import page_size


class ApiKeysServicer:
    """Proto in, domain call, proto out."""

    def __init__(self, api_keys: ApiKeys) -> None:
        self._api_keys = api_keys

    async def CreateApiKey(
        self, request: pb.CreateApiKeyRequest, context: Context
    ) -> pb.CreateApiKeyResponse:
        made, secret = await self._api_keys.create(
            current_caller().user_id, request.name, list(request.scopes), _expires_at(request)
        )
        return pb.CreateApiKeyResponse(api_key=_to_proto(made), secret=secret)

    async def ListApiKeys(
        self, request: pb.ListApiKeysRequest, context: Context
    ) -> pb.ListApiKeysResponse:
        page, next_page_token = await self._api_keys.page(
            current_caller().user_id,
            request.prefix,
            page_size(request.page_size),
            request.page_token,
        )
        return pb.ListApiKeysResponse(
            api_keys=map(_to_proto, page), next_page_token=next_page_token
        )

    async def RevokeApiKey(
        self, request: pb.RevokeApiKeyRequest, context: Context
    ) -> pb.RevokeApiKeyResponse:
        await self._api_keys.revoke(current_caller().user_id, UUID(request.api_key_id))
        return pb.RevokeApiKeyResponse()


class ApiKeysInternalServicer:
    """The same for the other services."""

    def __init__(self, api_keys: ApiKeys) -> None:
        self._api_keys = api_keys

    async def CheckApiKey(
        self, request: internal.CheckApiKeyRequest, context: Context
    ) -> internal.CheckApiKeyResponse:
        facts = await self._api_keys.check(request.api_key)
        return internal.CheckApiKeyResponse(
            api_key_id=str(facts.api_key_id),
            user_id=str(facts.user_id),
            subscription_tier=tier_to_proto(facts.tier),
            time_zone=facts.time_zone,
            scopes=sorted(facts.scopes),
        )


def _expires_at(request: pb.CreateApiKeyRequest) -> datetime | None:
    if not request.HasField("expires_time"):
        return None
    return to_datetime("expires_time", request.expires_time)


def _to_proto(key: ApiKey) -> auth_pb2.ApiKey:
    return auth_pb2.ApiKey(
        api_key_id=str(key.api_key_id),
        name=key.name,
        prefix=key.prefix,
        scopes=key.scopes,
        created_time=to_timestamp(key.created_at),
        last_used_time=to_timestamp(key.last_used_at),
        expires_time=to_timestamp(key.expires_at),
        revoked_time=to_timestamp(key.revoked_at),
    )
