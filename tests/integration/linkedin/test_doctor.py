"""What LinkedIn itself says is wrong is told by the name of the setting."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from services.profile.linkedin.config import LinkedInConfig
from stack.doctor.finding import Finding, Level
from stack.doctor.linkedin_answers import answers
from tests.integration.linkedin.conftest import (
    CLIENT_ID,
    CLIENT_SECRET,
    REDIRECT_URI,
    SandboxProcess,
    free_port,
)


def config(sandbox: SandboxProcess) -> LinkedInConfig:
    return LinkedInConfig(
        oauth_url=f"{sandbox.url}/oauth/v2",
        api_url=sandbox.url,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        redirect_uri=REDIRECT_URI,
        timeout_ms=5_000,
    )


async def wrongs(of: LinkedInConfig) -> list[Finding]:
    return [one async for one in answers(of) if one.level is not Level.GOOD]


async def test_right_settings_are_taken(sandbox: SandboxProcess) -> None:
    assert await wrongs(config(sandbox)) == []


@pytest.mark.parametrize(
    ("setting", "changed"),
    [
        ("LINKEDIN_CLIENT_SECRET", {"client_secret": "another"}),
        ("LINKEDIN_REDIRECT_URI", {"redirect_uri": "https://elsewhere.example/callback"}),
        ("LINKEDIN_SCOPES", {"scopes": ("openid", "profile", "r_member_social")}),
        ("LINKEDIN_SCOPES", {"scopes": ("openid", "profile", "w_magic")}),
    ],
)
async def test_what_linkedin_refuses_is_named(
    sandbox: SandboxProcess, setting: str, changed: dict[str, object]
) -> None:
    found = await wrongs(replace(config(sandbox), **changed))  # type: ignore[arg-type]

    assert [one.setting for one in found if one.level is Level.WRONG] == [setting]
    assert all(one.remedy for one in found)


async def test_an_unknown_application_is_named(sandbox: SandboxProcess) -> None:
    found = await wrongs(replace(config(sandbox), client_id="nobody"))

    assert "LINKEDIN_CLIENT_ID" in {one.setting for one in found}


async def test_nothing_there_is_named() -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    away = LinkedInConfig(f"{nowhere}/oauth/v2", nowhere, "id", "secret", REDIRECT_URI)

    found = await wrongs(away)

    assert {one.setting for one in found if one.level is Level.WRONG} == {
        "LINKEDIN_OAUTH_URL",
        "LINKEDIN_API_URL",
    }


def test_the_command_ends_with_one_and_keeps_the_secret(sandbox: SandboxProcess) -> None:
    settings = {
        "LINKEDIN_OAUTH_URL": f"{sandbox.url}/oauth/v2",
        "LINKEDIN_API_URL": sandbox.url,
        "LINKEDIN_CLIENT_ID": CLIENT_ID,
        "LINKEDIN_CLIENT_SECRET": "not-the-right-one",
        "LINKEDIN_REDIRECT_URI": "http://127.0.0.1:1/v1/linkedin/oauth/callback",
        "EDGE_PUBLIC_URL": "http://127.0.0.1:1",
    }
    asked = subprocess.run(
        [sys.executable, "-m", "stack.cli", "doctor", "linkedin"],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert asked.returncode == 1, asked.stderr
    assert "wrong     LINKEDIN_CLIENT_SECRET" in asked.stdout
    assert "wrong     LINKEDIN_REDIRECT_URI" in asked.stdout  # not registered
    assert "not-the-right-one" not in asked.stdout + asked.stderr
