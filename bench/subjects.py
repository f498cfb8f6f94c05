"""The three that are measured, running side by side on one stack's databases."""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from bench import edges
from bench.baselines.shared import BaselineSpec
from bench.children import running_module
from bench.errors import BenchError
from bench.model import BARE_GRPC, FASTAPI, OURS, Subject, Target
from bench.own_stack import OwnStack
from services.kernel.config import AuthSettings, DatabaseSettings
from stack import urls
from stack.ports import free_ports
from stack.topology import Topology

READY_SECONDS = 30.0
POLL_SECONDS = 0.1


@contextmanager
def running_subjects(stack: OwnStack, target: Target, folder: Path) -> Iterator[list[Subject]]:
    """Start the baselines beside the stack; yields all three, known to answer alike.

    Raises BenchError when one does not answer, or answers something else.
    """
    topology = stack.topology
    ports = free_ports(topology.data_dir, {topology.edge_port, *topology.ports.values()})
    with ExitStack() as running:
        builder = _Builder(stack, target, folder, ports, running)
        subjects = [builder.ours(), builder.bare_grpc(), builder.fastapi()]
        _check_alike(subjects, target)
        yield subjects


class _Builder:
    def __init__(
        self,
        stack: OwnStack,
        target: Target,
        folder: Path,
        ports: Iterator[int],
        running: ExitStack,
    ) -> None:
        self._stack = stack
        self._target = target
        self._folder = folder
        self._ports = ports
        self._running = running
        self._ids = stack.process_ids()
        self._databases = {"postgres": self._ids["postgres"], "valkey": self._ids["redis"]}

    def ours(self) -> Subject:
        processes = {"envoy": self._ids["envoy"], "service": self._ids["content"]}
        return Subject(OURS, self._stack.topology.edge_port, {**processes, **self._databases})

    def bare_grpc(self) -> Subject:
        port = next(self._ports)
        spec = self._spec(port, user_id=self._target.user_id)
        service = self._start("bare_grpc", spec)
        topology = edges.beside(self._stack.topology, self._ports)
        configuration = edges.for_grpc(topology, port, next(self._ports))
        return self._behind_edge(BARE_GRPC, service, topology, configuration)

    def fastapi(self) -> Subject:
        port = next(self._ports)
        spec = self._spec(
            port,
            redis_url=urls.redis_url(self._stack.topology, self._stack.secrets),
            public_keys=_public_keys(self._stack.topology),
            issuer=AuthSettings().issuer,
        )
        service = self._start("fastapi_app", spec)
        topology = edges.beside(self._stack.topology, self._ports)
        configuration = edges.for_plain_http(topology, port)
        return self._behind_edge(FASTAPI, service, topology, configuration)

    def _spec(self, port: int, **fields: Any) -> BaselineSpec:
        """The service's own role, and a pool of its size."""
        password = self._stack.secrets.database_password("content")
        return BaselineSpec(
            port=port,
            database_url=urls.database_url(self._stack.topology, "content", password),
            pool_max_size=DatabaseSettings().pool_max_size,
            **fields,
        )

    def _start(self, module: str, spec: BaselineSpec) -> int:
        log = self._folder / f"{module}.log"
        started = running_module(f"bench.baselines.{module}", asdict(spec), log)
        return self._running.enter_context(started).pid

    def _behind_edge(
        self, name: str, service: int, topology: Topology, configuration: str
    ) -> Subject:
        file_name = f"envoy-{name.replace(' ', '-')}"
        started = edges.running_edge(self._ids["envoy"], configuration, self._folder, file_name)
        envoy = self._running.enter_context(started)
        processes = {"envoy": envoy, "service": service, **self._databases}
        return Subject(name, topology.edge_port, processes)


def _public_keys(topology: Topology) -> dict[str, str]:
    """Key id to `x`, as anyone may read them."""
    reply = httpx.get(f"{topology.edge_url}/.well-known/jwks.json").raise_for_status()
    return {key["kid"]: key["x"] for key in reply.json()["keys"]}


def _check_alike(subjects: Sequence[Subject], target: Target) -> None:
    answers = {subject.name: comparable(_first_answer(subject, target)) for subject in subjects}
    expected = answers[OURS]
    for name, answer in answers.items():
        if answer != expected:
            raise BenchError(f"{name} answers {answer}, where {OURS} answers {expected}")
    for subject in subjects:
        _check_refuses(subject, target)


def _check_refuses(subject: Subject, target: Target) -> None:
    """Whoever skips the check of the signature would be faster than it is."""
    signed, _, signature = target.token.rpartition(".")
    reply = _read(subject, target, f"{signed}.{signature[::-1]}")
    if reply.status_code != httpx.codes.UNAUTHORIZED:
        raise BenchError(f"{subject.name} answers {reply.status_code} to a forged token")


def _first_answer(subject: Subject, target: Target) -> Any:
    """What it answers once it is ready."""
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            reply = _read(subject, target, target.token)
            if reply.status_code == httpx.codes.OK:
                return json.loads(reply.text)
            said = f"{reply.status_code} {reply.text[:500]}"
        except httpx.TransportError as error:
            said = type(error).__name__
        if time.monotonic() > deadline:
            raise BenchError(f"{subject.name} does not answer the read: {said}")
        time.sleep(POLL_SECONDS)


def _read(subject: Subject, target: Target, token: str) -> httpx.Response:
    url = f"http://127.0.0.1:{subject.port}{target.path}"
    return httpx.get(url, headers={"authorization": f"Bearer {token}"})


def comparable(answer: Any) -> Any:
    """The answer without the freedoms of JSON: null for absent, spellings of one time."""
    if isinstance(answer, dict):
        return {
            key: _time(value) if key.endswith("Time") else comparable(value)
            for key, value in answer.items()
            if value is not None
        }
    return answer


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
