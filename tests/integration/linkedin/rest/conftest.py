"""A sandbox for an application with every product, and members who speak plain HTTP to it."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from stack.sandbox.linkedin.products import KNOWN_SCOPES
from tests.integration.linkedin.conftest import (
    CLIENT_ID,
    CLIENT_SECRET,
    REDIRECT_URI,
    SandboxProcess,
)
from tests.support import media

VERSION = "202609"
SCOPES = " ".join(sorted(KNOWN_SCOPES))


def enc(urn: str) -> str:
    return quote(urn, safe="")


@dataclass
class Api:
    """A signed-in member; `send` gives LinkedIn's answer as it is."""

    sandbox: SandboxProcess
    member_id: str
    token: str = field(repr=False)
    http: httpx.Client = field(repr=False)

    @property
    def urn(self) -> str:
        return f"urn:li:person:{self.member_id}"

    def send(
        self, method: str, path: str, body: object = None, *, restli: str = "", **headers: str
    ) -> httpx.Response:
        """One call; `restli` is the X-RestLi-Method, `headers` with underscores replace ours."""
        sent = {
            "Authorization": f"Bearer {self.token}",
            "LinkedIn-Version": VERSION,
            "X-Restli-Protocol-Version": "2.0.0",
            **({"X-RestLi-Method": restli} if restli else {}),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return self.http.request(method, f"{self.sandbox.url}{path}", headers=sent, json=body)

    def get(self, path: str, **headers: str) -> Any:
        answer = self.send("GET", path, **headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, **fields: Any) -> httpx.Response:
        """Create a post; what is not given is usual."""
        body = {
            "author": self.urn,
            "commentary": f"words {secrets.token_hex(8)}",
            "visibility": "PUBLIC",
            "distribution": {"feedDistribution": "MAIN_FEED"},
            "lifecycleState": "PUBLISHED",
        }
        return self.send("POST", "/rest/posts", {**body, **fields})

    def posted(self, **fields: Any) -> str:
        answer = self.post(**fields)
        assert answer.status_code == 201, answer.text
        return answer.headers["x-restli-id"]

    def edit(self, path: str, patch: dict[str, Any]) -> httpx.Response:
        return self.send("POST", path, {"patch": patch}, restli="PARTIAL_UPDATE")

    def comment(self, post: str, text: str, **fields: Any) -> httpx.Response:
        body = {"actor": self.urn, "object": post, "message": {"text": text}, **fields}
        return self.send("POST", f"/rest/socialActions/{enc(post)}/comments", body)

    def react(self, root: str, kind: str = "LIKE") -> httpx.Response:
        body = {"root": root, "reactionType": kind}
        return self.send("POST", f"/rest/reactions?actor={enc(self.urn)}", body)

    def uploaded(self, kind: str = "image", owner: str = "") -> str:
        """The URN of a picture or document that can be posted at once."""
        body = {"initializeUploadRequest": {"owner": owner or self.urn}}
        path = f"/rest/{kind}s?action=initializeUpload"
        value = self.send("POST", path, body).json()["value"]
        content = media.pdf() if kind == "document" else media.png()
        assert self.http.put(value["uploadUrl"], content=content).status_code == 201
        self.sandbox.post("clock", advance_seconds=1)
        urn: str = value[kind]
        return urn

    def applied(self, **more: str) -> list[str]:
        """The kinds of what the member really did, in order."""
        return [each["kind"] for each in self.sandbox.get("applied", member=self.urn, **more)]


@pytest.fixture(scope="session")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    """A sandbox for an application that may ask for every scope there is."""
    scopes = [word for scope in KNOWN_SCOPES for word in ("--scope", scope)]
    running = SandboxProcess(tmp_path_factory.mktemp("linkedin-everything"), tuple(scopes))
    running.start()
    yield running
    running.end()


@pytest.fixture(scope="session")
def http_client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=20) as client:
        yield client


SignIn = Callable[..., Api]


@pytest.fixture
def member(everything: SandboxProcess, http_client: httpx.Client) -> SignIn:
    """Sign in a new member, with all scopes unless told."""

    def sign_in(scope: str = SCOPES) -> Api:
        member_id = f"m{secrets.token_hex(6)}"
        where = {"response_type": "code", "client_id": CLIENT_ID, "redirect_uri": REDIRECT_URI}
        answer = http_client.get(
            f"{everything.url}/oauth/v2/authorization",
            params={**where, "scope": scope, "state": "s", "sandbox_member": member_id},
        )
        code = httpx.URL(answer.headers["location"]).params["code"]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI}
        secret = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        tokens = http_client.post(
            f"{everything.url}/oauth/v2/accessToken", data={**form, **secret}
        ).json()
        return Api(everything, member_id, tokens["access_token"], http_client)

    return sign_in


@pytest.fixture
def ada(member: SignIn) -> Api:
    return member()


@pytest.fixture
def page(ada: Api) -> str:
    """The URN of a company page that ada administers."""
    number = secrets.randbelow(10**9) + 1
    role = {"member": ada.member_id, "role": "ADMINISTRATOR"}
    ada.sandbox.post("organisations", id=number, name=f"Works {number}", roles=[role])
    return f"urn:li:organization:{number}"
