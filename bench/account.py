"""One user with one content, made as any user would: over REST."""

import httpx

from bench.errors import BenchError
from bench.model import Target
from bench.own_stack import OwnStack
from stack.tour import steps
from stack.tour.client import Client, TourError

CONTENT = {
    "type": "CONTENT_TYPE_POST",
    "title": "What we learned from a year of small releases",
    "body": "Small steps, told plainly, travel further than one big reveal. " * 12,
    "tags": ["engineering", "releases", "teams"],
}


def open_account(stack: OwnStack) -> Target:
    """Register, verify, sign in and write. Raises BenchError when a step is refused."""
    addresses = stack.addresses()
    client = Client(addresses["INERGIZE_URL"])
    notes = steps.Notes(client, addresses)
    try:
        steps.register(notes)
        steps.verify(notes)
        client.token = _sign_in(client, notes.email)
        content = client.call("POST", "/v1/content", {"content": CONTENT})["content"]
    except (TourError, httpx.HTTPError) as error:
        raise BenchError(f"the account could not be opened: {error}") from error
    finally:
        client.close()
    return Target(notes.user_id, content["contentId"], client.token)


def _sign_in(client: Client, email: str) -> str:
    credentials = {"email": email, "password": steps.PASSWORD}
    token: str = client.call("POST", "/v1/auth/login", credentials)["tokens"]["accessToken"]
    return token
