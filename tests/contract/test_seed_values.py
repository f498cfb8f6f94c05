"""The values that the original design allows in a column are allowed by the migrations."""

import re
from pathlib import Path

import pytest

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
ALLOWED = {
    "users_subscription_tier": "free basic premium enterprise",
    "users_subscription_status": "active cancelled suspended trial",
    "user_preferences_privacy_level": "minimal standard enhanced",
    "user_mfa_method": "totp sms email",
    "content_type": "post carousel banner article",
    "content_status": "draft scheduled published failed archived",
    "content_performance_metric_type": "views likes comments shares clicks",
    "ai_generation_logs_ai_provider": "openai anthropic stability",
    "ai_generation_logs_status": "success failed moderated",
    "automation_rules_type": "connection_request post_engagement message_sequence content_sharing",
    "automation_logs_status": "success failed pending skipped",
    "scheduled_jobs_status": "pending processing completed failed cancelled",
    "compliance_logs_status": "pass warning violation critical",
    "account_health_risk_level": "low medium high critical",
    "export_jobs_export_type": "profile_analytics content_performance automation_logs",
    "export_jobs_format": "pdf excel csv json",
    "export_jobs_status": "pending processing completed failed",
}
MORE = {
    "ai_generation_logs_status": {"pending", "running", "cancelled"},
    "export_jobs_export_type": {"account_data"},
}
"""Values that we add."""
RANGES = ("account_health_health_score", "industry_benchmarks_percentile")
BODIES = "\n".join(path.read_text() for path in sorted(MIGRATIONS.glob("*.sql")))


def _check(name: str) -> str:
    """What follows the constraint's name, up to the end of its column."""
    found = re.findall(rf"CONSTRAINT {name}_check\s+CHECK (\(.*?\)+)(?:,?\n|,)", BODIES, re.DOTALL)
    assert len(found) == 1, f"{name}: {found}"
    return str(found[0])


@pytest.mark.parametrize("name", ALLOWED)
def test_the_allowed_values_are_kept(name: str) -> None:
    wanted = set(ALLOWED[name].split()) | MORE.get(name, set())
    assert set(re.findall(r"'(\w+)'", _check(name))) == wanted


@pytest.mark.parametrize("name", RANGES)
def test_the_allowed_range_is_kept(name: str) -> None:
    column = name.removeprefix("account_health_").removeprefix("industry_benchmarks_")
    assert _check(name) == f"({column} >= 0 AND {column} <= 100)"
