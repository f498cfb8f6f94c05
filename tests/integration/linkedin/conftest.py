"""A real sandbox process and the real client, as production wires it."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.profile.linkedin.client import LinkedIn
from services.profile.linkedin.config import LinkedInConfig
from services.profile.linkedin.model import PostDraft, TokenSet, UserInfo
from services.profile.linkedin.transport import CallRecord, open_http_client

ROOT = Path(__file__).resolve().parents[3]
CLIENT_ID = "test-app"
CLIENT_SECRET = "test-secret-which-nobody-may-see"
REDIRECT_URI = "http://127.0.0.1:1/callback?from=linkedin"
START_SECONDS = 60.0


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def eventually(check: Callable[[], bool], within_seconds: float) -> None:
    """Ask again and again until `check` holds; fail when it does not in time."""
    deadline = time.monotonic() + within_seconds
    pause = 0.005
    while not check():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(pause)
        pause = min(pause * 2, 0.1)


@dataclass
class SandboxProcess:
    """A sandbox that can be killed and started again on the same port and data."""

    data_dir: Path
    arguments: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "stack.sandbox.linkedin", "--port", str(self.port)]
        command += ["--data-dir", str(self.data_dir), "--client-id", CLIENT_ID]
        command += ["--client-secret", CLIENT_SECRET, "--redirect-uri", REDIRECT_URI]
        self._run([*command, *self.arguments], dict(os.environ))

    def start_from_settings(self) -> None:
        """As the stack does: `serve`, with the application in the environment."""
        program = (
            "import sys; from pathlib import Path; from stack.sandbox.linkedin.app import serve; "
            "serve(int(sys.argv[1]), Path(sys.argv[2]))"
        )
        command = [sys.executable, "-c", program, str(self.port), str(self.data_dir)]
        application = {
            "LINKEDIN_CLIENT_ID": CLIENT_ID,
            "LINKEDIN_CLIENT_SECRET": CLIENT_SECRET,
            "LINKEDIN_REDIRECT_URI": REDIRECT_URI,
        }
        self._run(command, {**os.environ, **application})

    def _run(self, command: list[str], environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment)
        eventually(self._is_up, START_SECONDS)

    def end(self, *, kill: bool = False) -> int:
        assert self.process is not None
        self.process.kill() if kill else self.process.terminate()
        code = self.process.wait(START_SECONDS)
        self.process = None
        return code

    def get(self, path: str, **query: str) -> Any:
        return httpx.get(f"{self.url}/sandbox/{path}", params=query).raise_for_status().json()

    def post(self, path: str, /, **body: object) -> Any:
        return httpx.post(f"{self.url}/sandbox/{path}", json=body).raise_for_status().json()

    def delete(self, path: str) -> Any:
        return httpx.delete(f"{self.url}/sandbox/{path}").raise_for_status().json()

    def wait_until_applied(self, count: int) -> None:
        eventually(lambda: len(self.get("applied")) >= count, within_seconds=10)

    def _is_up(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, "the sandbox ended at start"
        try:
            return httpx.get(f"{self.url}/sandbox/health").is_success
        except httpx.TransportError:
            return False


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    """One sandbox for a self-serve app, shared: every test signs in members of its own."""
    running = SandboxProcess(tmp_path_factory.mktemp("linkedin"))
    running.start()
    yield running
    running.end()


@pytest.fixture(scope="session")
def _wide_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    """A sandbox for an app with the restricted scope and PKCE."""
    scopes = ("--scope", "w_member_social", "--scope", "r_member_social")
    running = SandboxProcess(tmp_path_factory.mktemp("linkedin-wide"), ("--pkce", *scopes))
    running.start()
    yield running
    running.end()


@pytest.fixture
def own_sandbox(_wide_sandbox: SandboxProcess) -> SandboxProcess:
    """A fresh sandbox that a test has to itself, to move its clock and plan its faults."""
    _wide_sandbox.post("reset")
    return _wide_sandbox


@pytest.fixture
def mortal_sandbox(tmp_path: Path) -> Iterator[SandboxProcess]:
    """A sandbox for one test to start, kill and start again."""
    mortal = SandboxProcess(tmp_path)
    yield mortal
    if mortal.process is not None:
        mortal.end()


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with open_http_client(timeout_ms=5_000) as client:
        yield client


@pytest.fixture
def calls() -> list[CallRecord]:
    """What the client reported of its calls."""
    return []


@pytest.fixture
def connect(
    http: httpx.AsyncClient, calls: list[CallRecord]
) -> Callable[[SandboxProcess], LinkedIn]:
    """Make the production client for a sandbox, with any setting replaced."""

    def _connect(to: SandboxProcess, **replaced: Any) -> LinkedIn:
        settings: dict[str, Any] = {
            "oauth_url": f"{to.url}/oauth/v2",
            "api_url": to.url,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "redirect_uri": REDIRECT_URI,
            "timeout_ms": 5_000,
            "revoked_race_delays_ms": (1, 1),
        }
        return LinkedIn(http, LinkedInConfig(**settings | replaced), observe=calls.append)

    return _connect


@dataclass(frozen=True)
class Session:
    """A signed-in member."""

    linkedin: LinkedIn
    tokens: TokenSet
    member: UserInfo

    @property
    def token(self) -> str:
        return self.tokens.access_token

    def draft(self, text: str | None = None) -> PostDraft:
        return PostDraft(self.member.urn, text or f"words {secrets.token_hex(8)}")


@pytest.fixture
def sign_in(http: httpx.AsyncClient, connect: Callable[..., LinkedIn]) -> Callable[..., Any]:
    """Take a new member through the whole of the connection."""

    async def _sign_in(to: SandboxProcess, **replaced: Any) -> Session:
        linkedin = connect(to, **replaced)
        answer = await http.get(linkedin.authorization_url("s"))
        code = httpx.URL(answer.headers["location"]).params["code"]
        tokens = await linkedin.exchange_code(code)
        return Session(linkedin, tokens, await linkedin.userinfo(tokens.access_token))

    return _sign_in


@pytest.fixture
async def session(sandbox: SandboxProcess, sign_in: Callable[..., Any]) -> Session:
    """A new member of the shared sandbox."""
    signed_in: Session = await sign_in(sandbox)
    return signed_in
