"""Which programs make up a stack, what each needs, and how each is asked whether it is well."""

import signal
from collections.abc import Mapping
from dataclasses import dataclass, field

from stack import health
from stack.environment import child_environment
from stack.names import QUEUES, SERVICES, SMS_PROVIDER
from stack.program import Program
from stack.secrets import Secrets
from stack.topology import SLOTS, Topology

_SERVERS = frozenset({"redis", "broker", "database"})
_WORKERS_STOP_S = 55.0
"""A running message may finish; nobody waits longer than the longest one may take."""


@dataclass(frozen=True, slots=True)
class EntryPoints:
    """What the children run, as `module:function`."""

    services: str = "services.main:serve"
    workers: str = "workers.main:work"
    scheduler: str = "workers.scheduler:schedule"
    pipeline: str = "services.analytics.pipeline:run"
    database: str = "stack.database:prepare"
    envoy: str = "stack.embedded.envoy:launch"
    linkedin: str = "stack.embedded.linkedin:serve"


@dataclass(frozen=True, slots=True)
class House:
    """Builds the programs of one stack."""

    topology: Topology
    secrets: Secrets
    given: Mapping[str, str] = field(default_factory=dict)
    """Settings the user has set, to hand on to whom they concern."""
    entry_points: EntryPoints = field(default_factory=EntryPoints)

    def programs(self) -> list[Program]:
        """Everything that runs, embedded servers only where no URL replaces them."""
        return [
            *self._servers(),
            self._once("database", self.entry_points.database),
            *(self.service(name, SLOTS[0]) for name in SERVICES),
            self._workers(),
            self._background("scheduler", self.entry_points.scheduler),
            self._background("pipeline", self.entry_points.pipeline),
            self._envoy(),
        ]

    def service(self, name: str, slot: str) -> Program:
        """One service in one of its two slots."""
        endpoint = self.topology.endpoint(name, slot)
        return Program(
            name=name,
            slot=slot,
            target=self.entry_points.services,
            arguments=([name],),
            is_healthy=health.http_ok(endpoint.metrics_port, "/healthz"),
            environment=self._environment(name, slot),
            needs=self._present(_SERVERS),
            ports=(endpoint.grpc_port, endpoint.metrics_port),
        )

    def _servers(self) -> list[Program]:
        embedded = {
            "DATABASE_URL": self._postgres,
            "REDIS_URL": lambda: self._valkey("redis"),
            "BROKER_URL": lambda: self._valkey("broker"),
            "S3_URL": self._s3,
            "MAIL_SMTP_URL": self._mail,
            "LINKEDIN_API_URL": self._linkedin,
            SMS_PROVIDER: self._sms,
        }
        return [make() for url, make in embedded.items() if self.topology.is_embedded(url)]

    def _postgres(self) -> Program:
        port = self.topology.ports["postgres"]
        return Program(
            name="postgres",
            target="stack.embedded.postgres:launch",
            arguments=(str(self.topology.data_dir),),
            is_healthy=health.postgres_accepts(port),
            environment=self._environment("postgres"),
            ports=(port,),
            # "Fast": ends sessions and writes a checkpoint, where SIGTERM waits for sessions.
            stop_signal=signal.SIGINT,
            orphan_signal=signal.SIGINT,
            stop_timeout_s=30.0,
            is_light=True,
        )

    def _valkey(self, name: str) -> Program:
        port = self.topology.ports[name]
        password = self.secrets.values[f"{name.upper()}_PASSWORD"]
        return Program(
            name=name,
            target="stack.embedded.valkey:launch",
            arguments=(str(self.topology.data_dir), name),
            is_healthy=health.valkey_answers(port, password),
            environment=self._environment(name),
            ports=(port,),
            # It then writes what its append-only file does not have yet.
            orphan_signal=signal.SIGTERM,
            is_light=True,
        )

    def _s3(self) -> Program:
        port = self.topology.ports["s3"]
        target = "stack.embedded.s3:serve"
        return self._embedded("s3", target, (port,), health.accepts_connections(port))

    def _mail(self) -> Program:
        smtp, http = self.topology.ports["mail_smtp"], self.topology.ports["mail_http"]
        probe = health.http_ok(http, "/healthz")
        return self._embedded("mail", "stack.embedded.mail:serve", (smtp, http), probe)

    def _linkedin(self) -> Program:
        port = self.topology.ports["linkedin"]
        target = self.entry_points.linkedin
        return self._embedded("linkedin", target, (port,), health.accepts_connections(port))

    def _sms(self) -> Program:
        port = self.topology.ports["sms"]
        probe = health.http_ok(port, "/healthz")
        return self._embedded("sms", "stack.embedded.sms:serve", (port,), probe)

    def _envoy(self) -> Program:
        topology = self.topology
        ports = (topology.edge_port, topology.admin_port, topology.mesh_port, topology.jwks_port)
        probe = health.http_ok(topology.admin_port, "/ready")
        return self._embedded("envoy", self.entry_points.envoy, ports, probe)

    def _embedded(
        self, name: str, target: str, ports: tuple[int, ...], is_healthy: health.Probe
    ) -> Program:
        return Program(
            name=name,
            target=target,
            arguments=(str(self.topology.data_dir),),
            is_healthy=is_healthy,
            environment=self._environment(name),
            ports=ports,
        )

    def _once(self, name: str, target: str) -> Program:
        return Program(
            name=name,
            target=target,
            arguments=(str(self.topology.data_dir),),
            is_healthy=lambda: False,
            environment=self._environment(name),
            # It waits for PostgreSQL by itself, so that both begin while libraries are imported.
            is_light=True,
            runs_once=True,
        )

    def _workers(self) -> Program:
        return self._background(
            "workers", self.entry_points.workers, (list(QUEUES),), stop_timeout_s=_WORKERS_STOP_S
        )

    def _background(
        self,
        name: str,
        target: str,
        arguments: tuple[list[str], ...] = (),
        stop_timeout_s: float = 15.0,
    ) -> Program:
        port = self.topology.metrics_port(name)
        return Program(
            name=name,
            target=target,
            arguments=arguments,
            is_healthy=health.http_ok(port, "/healthz"),
            environment=self._environment(name),
            needs=self._present(_SERVERS),
            ports=(port,),
            stop_timeout_s=stop_timeout_s,
        )

    def _present(self, names: frozenset[str]) -> frozenset[str]:
        """Those of the names that this stack runs: a real server needs no waiting for."""
        urls = {"redis": "REDIS_URL", "broker": "BROKER_URL"}
        return frozenset(
            name for name in names if name not in urls or self.topology.is_embedded(urls[name])
        )

    def _environment(self, name: str, slot: str = SLOTS[0]) -> dict[str, str]:
        return child_environment(name, self.topology, self.secrets, slot=slot, given=self.given)
