"""Headers that HTTP allows and gRPC does not: dropped, and the call goes on."""

import httpx
import pytest

from tests.acceptance.edge.edge import bearer


@pytest.mark.parametrize(
    "name", ["x$a", "*", "a!b", "$", "x'y", "a|b", "`", "a+b", "~a", "x-ok#1", "a%b", "^", "&x-a&"]
)
def test_header_with_a_name_that_grpc_does_not_know_is_dropped(
    rest: httpx.Client, name: str
) -> None:
    reply = rest.get("/v1/users/me", headers={**bearer(), name: "1"})
    assert reply.status_code == 200, reply.text
