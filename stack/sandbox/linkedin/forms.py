"""Form-encoded bodies, as OAuth sends them."""

from urllib.parse import parse_qsl

from starlette.requests import Request

from stack.sandbox.linkedin.refusals import oauth


async def read_form(request: Request) -> dict[str, str]:
    """A form-encoded body as a plain mapping; the last of repeated names wins."""
    text = (await request.body()).decode("utf-8", "replace")
    return dict(parse_qsl(text, keep_blank_values=True))


def required(form: dict[str, str], name: str) -> str:
    """A parameter that has to be there; the refusal names it."""
    if not form.get(name):
        raise oauth(400, "invalid_request", f'A required parameter "{name}" is missing')
    return form[name]
