"""Each wrong setting is named, and nothing else is."""

from collections.abc import Mapping

import pytest
from pydantic import SecretStr

from services.kernel.config import EdgeSettings, LinkedinSettings, Settings
from stack.doctor.finding import Finding, Level
from stack.doctor.linkedin import look
from stack.doctor.linkedin_addresses import CALLBACK
from stack.doctor.report import as_text, is_wrong

PUBLIC = "https://growth.example.com"
RIGHT: Mapping[str, object] = {
    "oauth_url": "https://www.linkedin.com/oauth/v2",
    "api_url": "https://api.linkedin.com",
    "client_id": "78abcdefghijkl",
    "client_secret": SecretStr("WPL_AP1.aSecret"),
    "redirect_uri": PUBLIC + CALLBACK,
}


def looked_at(**changed: object) -> list[Finding]:
    linkedin = LinkedinSettings.model_validate({**RIGHT, **changed})
    settings = Settings().model_copy(
        update={"linkedin": linkedin, "edge": EdgeSettings(public_url=PUBLIC)}
    )
    return look(settings)


def named(findings: list[Finding], level: Level) -> set[str]:
    return {one.setting for one in findings if one.level is level}


def test_right_settings_are_all_good() -> None:
    found = looked_at()

    assert {one.level for one in found} == {Level.GOOD}
    assert not is_wrong(found)


@pytest.mark.parametrize(
    ("setting", "changed", "said"),
    [
        ("LINKEDIN_CLIENT_ID", {"client_id": ""}, "not set"),
        ("LINKEDIN_CLIENT_ID", {"client_id": " 78abc"}, "a space"),
        ("LINKEDIN_CLIENT_ID", {"client_id": '"78abc"'}, "quotation marks"),
        ("LINKEDIN_CLIENT_SECRET", {"client_secret": SecretStr("")}, "not set"),
        ("LINKEDIN_CLIENT_SECRET", {"client_secret": SecretStr("a\nb")}, "line break"),
        ("LINKEDIN_CLIENT_SECRET", {"client_secret": SecretStr("78abcdefghijkl")}, "the same as"),
        ("LINKEDIN_API_URL", {"api_url": "http://127.0.0.1:9"}, "half of it"),
        ("LINKEDIN_OAUTH_URL", {"oauth_url": "https://api.linkedin.com/oauth"}, "half of it"),
        ("LINKEDIN_REDIRECT_URI", {"redirect_uri": f"{PUBLIC}{CALLBACK}/"}, "its path is"),
        ("LINKEDIN_REDIRECT_URI", {"redirect_uri": f"{PUBLIC}{CALLBACK}#x"}, "fragment"),
        ("LINKEDIN_REDIRECT_URI", {"redirect_uri": f"{PUBLIC}{CALLBACK}?a=1"}, "query"),
        ("LINKEDIN_REDIRECT_URI", {"redirect_uri": f"http://a.example{CALLBACK}"}, "plain http"),
        ("LINKEDIN_REDIRECT_URI", {"redirect_uri": "growth.example.com"}, "no absolute"),
        ("LINKEDIN_SCOPES", {"scopes": ("openid", "w_member_social")}, "without profile"),
        ("LINKEDIN_SCOPES", {"scopes": ("openid", "profile")}, "nothing can be posted"),
        (
            "LINKEDIN_SCOPES",
            {"scopes": ("openid", "profile", "w_member_social", "r_liteprofile")},
            "not granted any more",
        ),
        ("LINKEDIN_VERSION", {"version": "202401"}, "switched"),
        ("LINKEDIN_VERSION", {"version": "209901"}, "not out yet"),
        ("LINKEDIN_VERSION", {"version": "202613"}, "no month"),
    ],
)
def test_a_wrong_setting_is_named(setting: str, changed: dict[str, object], said: str) -> None:
    found = looked_at(**changed)

    assert named(found, Level.WRONG) == {setting}
    assert said in " ".join(one.what for one in found if one.level is Level.WRONG)
    assert all(one.remedy for one in found if one.level is Level.WRONG)


@pytest.mark.parametrize(
    ("setting", "changed"),
    [
        ("LINKEDIN_SCOPES", {"scopes": ("openid", "profile", "w_member_social", "r_magic")}),
        ("LINKEDIN_REDIRECT_URI", {"redirect_uri": f"https://other.example{CALLBACK}"}),
    ],
)
def test_what_works_for_some_is_a_warning(setting: str, changed: dict[str, object]) -> None:
    assert named(looked_at(**changed), Level.WARNING) == {setting}


def test_a_secret_is_never_printed() -> None:
    assert "WPL_AP1" not in as_text(looked_at(client_secret=SecretStr("WPL_AP1 with a space")))
