"""The sandbox's commands find the sandbox of the running stack."""

import json

from tests.support.stack import Stack


def test_the_commands_speak_to_the_stacks_own_sandbox(stack: Stack) -> None:
    status = json.loads(stack.inergize("sandbox", "linkedin", "status", "--json"))
    assert status["url"] == stack.addresses["LINKEDIN_API_URL"]
    (app,) = json.loads(stack.inergize("sandbox", "linkedin", "apps", "--json"))
    assert app["client_id"] == stack.addresses["LINKEDIN_CLIENT_ID"]
    assert {"sign-in", "share"} <= set(app["products"])
