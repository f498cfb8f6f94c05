"""Typed stubs of what the workers call."""

from typing import TYPE_CHECKING

from inergize.analytics.v1.analytics_internal_service_pb2_grpc import AnalyticsInternalServiceStub
from inergize.auth.v1.auth_internal_service_pb2_grpc import AuthInternalServiceStub
from inergize.automation.v1.automation_internal_service_pb2_grpc import (
    AutomationInternalServiceStub,
)
from inergize.common.v1.work_internal_service_pb2_grpc import WorkInternalServiceStub
from inergize.content.v1.content_internal_service_pb2_grpc import ContentInternalServiceStub
from inergize.profile.v1.profile_internal_service_pb2_grpc import ProfileInternalServiceStub
from inergize.safety.v1.safety_internal_service_pb2_grpc import SafetyInternalServiceStub

from services.kernel.clients import Mesh

if TYPE_CHECKING:
    from inergize.common.v1.work_internal_service_pb2_grpc import WorkInternalServiceAsyncStub


class Clients:
    """One stub a service; calls carry the process's credential and a deadline."""

    def __init__(self, mesh: Mesh) -> None:
        self._mesh = mesh
        self.auth = AuthInternalServiceStub(mesh.channel("auth"))
        self.profile = ProfileInternalServiceStub(mesh.channel("profile"))
        self.content = ContentInternalServiceStub(mesh.channel("content"))
        self.automation = AutomationInternalServiceStub(mesh.channel("automation"))
        self.safety = SafetyInternalServiceStub(mesh.channel("safety"))
        self.analytics = AnalyticsInternalServiceStub(mesh.channel("analytics"))

    def work(self, service: str) -> "WorkInternalServiceAsyncStub":
        """The outbox and periodic work of any service."""
        return WorkInternalServiceStub(self._mesh.channel(service))
