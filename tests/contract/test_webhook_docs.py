"""The page for receivers says what is sent, and its ways to verify work as they stand there."""

import os
import re
import subprocess
import time
from typing import Any

import pytest
from standardwebhooks import WebhookVerificationError

from services.profile.webhooks.signing import shown, signed_headers
from stack.generate_docs import WEBHOOKS_PAGE
from stack.generate_webhook_docs import webhooks_page

KEY = bytes(range(32))
BODY = b'{"type":"webhook.test","timestamp":"2026-11-28T08:00:00.000Z","data":{}}'


def _code(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", webhooks_page(), re.DOTALL)
    return str(found)


def test_the_page_follows_from_the_code() -> None:
    assert WEBHOOKS_PAGE.read_text() == webhooks_page(), "run `make generate`"


def test_the_python_on_the_page_verifies_what_we_send() -> None:
    names: dict[str, Any] = {}
    exec(_code("python"), names)
    headers = signed_headers("one", int(time.time()), BODY, [KEY])
    assert names["verified"](shown(KEY), BODY, headers)["type"] == "webhook.test"
    with pytest.raises(WebhookVerificationError):
        names["verified"](shown(KEY), BODY + b" ", headers)


def test_the_shell_on_the_page_prints_our_signature(tmp_path: Any) -> None:
    (tmp_path / "body.json").write_bytes(BODY)
    told = {"WEBHOOK_SECRET": shown(KEY), "WEBHOOK_ID": "one", "WEBHOOK_TIMESTAMP": "1795824000"}
    printed = subprocess.run(
        ["/bin/sh", "-c", _code("sh")],
        cwd=tmp_path,
        env=os.environ | told,
        capture_output=True,
        check=True,
    ).stdout.decode()
    signature = signed_headers("one", 1795824000, BODY, [KEY])["webhook-signature"]
    assert f"v1,{printed.strip()}" == signature
