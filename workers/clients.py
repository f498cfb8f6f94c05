"""Typed stubs of what the workers call."""

from inergize.analytics.v1.analytics_internal_service_pb2_grpc import (
    AnalyticsInternalServiceAsyncStub,
    AnalyticsInternalServiceStub,
)
from inergize.auth.v1.auth_internal_service_pb2_grpc import (
    AuthInternalServiceAsyncStub,
    AuthInternalServiceStub,
)
from inergize.automation.v1.automation_internal_service_pb2_grpc import (
    AutomationInternalServiceAsyncStub,
    AutomationInternalServiceStub,
)
from inergize.common.v1.work_internal_service_pb2_grpc import (
    WorkInternalServiceAsyncStub,
    WorkInternalServiceStub,
)
from inergize.content.v1.content_internal_service_pb2_grpc import (
    ContentInternalServiceAsyncStub,
    ContentInternalServiceStub,
)
from inergize.profile.v1.profile_internal_service_pb2_grpc import (
    ProfileInternalServiceAsyncStub,
    ProfileInternalServiceStub,
)
from inergize.safety.v1.safety_internal_service_pb2_grpc import (
    SafetyInternalServiceAsyncStub,
    SafetyInternalServiceStub,
)

from services.kernel.clients import Mesh


class Clients:
    """One stub a service; calls carry the process's credential and the message's deadline."""

    def __init__(self, mesh: Mesh) -> None:
        self._mesh = mesh
        self.auth: AuthInternalServiceAsyncStub = AuthInternalServiceStub(mesh.channel("auth"))
        self.profile: ProfileInternalServiceAsyncStub = ProfileInternalServiceStub(
            mesh.channel("profile")
        )
        self.content: ContentInternalServiceAsyncStub = ContentInternalServiceStub(
            mesh.channel("content")
        )
        self.automation: AutomationInternalServiceAsyncStub = AutomationInternalServiceStub(
            mesh.channel("automation")
        )
        self.safety: SafetyInternalServiceAsyncStub = SafetyInternalServiceStub(
            mesh.channel("safety")
        )
        self.analytics: AnalyticsInternalServiceAsyncStub = AnalyticsInternalServiceStub(
            mesh.channel("analytics")
        )

    def work(self, service: str) -> WorkInternalServiceAsyncStub:
        """The outbox and periodic work of any service."""
        return WorkInternalServiceStub(self._mesh.channel(service))
