"""A client that does what `UNAVAILABLE` asks for: it tries again, for a while."""

import time

import httpx

TRY_FOR_SECONDS = 15.0
PAUSE_SECONDS = 0.1


class Patient(httpx.HTTPTransport):
    """Sends a request again while the answer is 503: a part has just been restarted."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        deadline = time.monotonic() + TRY_FOR_SECONDS
        while True:
            reply = super().handle_request(request)
            is_settled = reply.status_code != httpx.codes.SERVICE_UNAVAILABLE
            if is_settled or time.monotonic() > deadline:
                return reply
            reply.read()
            time.sleep(PAUSE_SECONDS)
