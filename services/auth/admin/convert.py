"""Administration's messages to and from its model."""

from inergize.auth.v1 import auth_admin_service_pb2 as pb
from inergize.auth.v1 import auth_pb2

from services.auth.admin.model import ManagedUser, UserFilter
from services.auth.convert import user_to_proto
from services.auth.subscriptions.model import Subscription
from services.kernel.messages import to_datetime, to_timestamp


def filter_from_proto(request: pb.ListUsersRequest) -> UserFilter:
    """Which accounts a request asks for."""
    return UserFilter(
        email_prefix=request.email_prefix,
        tiers=[_tier(tier) for tier in request.tiers],
        only_suspended=request.only_suspended,
    )


def subscription_from_proto(request: pb.SetSubscriptionRequest) -> Subscription:
    """What an account is to have. Raises InvalidRequest for a time outside the calendar."""
    status = auth_pb2.SubscriptionStatus.Name(request.status)
    ends = request.HasField("expires_time")
    return Subscription(
        tier=_tier(request.tier),
        status=status.removeprefix("SUBSCRIPTION_STATUS_").lower(),
        expires_at=to_datetime("expires_time", request.expires_time) if ends else None,
    )


def managed_to_proto(managed: ManagedUser) -> pb.ManagedUser:
    """An account, for administrators."""
    return pb.ManagedUser(
        user=user_to_proto(managed.user),
        is_suspended=not managed.is_active,
        failed_logins=managed.failed_logins,
        locked_until_time=to_timestamp(managed.locked_until),
    )


def _tier(tier: auth_pb2.SubscriptionTier.ValueType) -> str:
    return auth_pb2.SubscriptionTier.Name(tier).removeprefix("SUBSCRIPTION_TIER_").lower()
