"""Rest.li over plain HTTP: methods, parameters, tunnels, lengths, versions and refusals."""

from datetime import datetime

import pytest

from tests.integration.linkedin.rest.conftest import Api, enc


@pytest.mark.parametrize("version", ["202609", "202609.01", "202512"])
def test_living_versions_are_served(ada: Api, version: str) -> None:
    path = f"/rest/posts/{enc(ada.posted())}"
    assert ada.send("GET", path, LinkedIn_Version=version).status_code == 200


@pytest.mark.parametrize(
    ("version", "echo"), [("202504", "20250401"), ("202504.02", "20250402"), ("202799", "202799")]
)
def test_a_dead_version_is_426_and_echoed(ada: Api, version: str, echo: str) -> None:
    answer = ada.send("GET", "/rest/posts/x", LinkedIn_Version=version)
    assert answer.status_code == 426
    assert answer.json() == {
        "status": 426,
        "code": "NONEXISTENT_VERSION",
        "message": f"Requested version {echo} is not active",
    }


def test_an_update_must_be_named_in_the_header(ada: Api) -> None:
    path = f"/rest/posts/{enc(ada.posted())}"
    body = {"patch": {"$set": {"commentary": "x"}}}
    plain = ada.send("POST", path, body)
    assert (plain.status_code, "PARTIAL_UPDATE" in plain.json()["message"]) == (400, True)
    assert ada.send("POST", path, body, restli="partial_update").status_code == 204


def test_a_header_that_does_not_fit_the_request_is_refused(ada: Api) -> None:
    asked = f"/rest/posts?q=author&author={enc(ada.urn)}"
    assert ada.send("GET", asked, restli="FINDER").status_code == 200
    assert ada.send("GET", asked, restli="BATCH_GET").status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "ids=List%28urn%253Ali%253Ashare%253A1%29",
        "ids=urn%3Ali%3Ashare%3A1",
        "ids=List(urn:li:share:1)",
        "ids=List(a",
        "ids=List()",
        "ids=List(a)&ids=List(b)",
        "q=author",
        "q=author&author=urn:li:person:x",
        "q=author&author=x&count=101",
        "q=author&author=x&start=-1",
        "q=author&author=x&sortBy=LOUDNESS",
    ],
)
def test_structure_must_be_raw_and_values_encoded(ada: Api, query: str) -> None:
    answer = ada.send("GET", f"/rest/posts?{query}")
    (error,) = answer.json()["errorDetails"]["inputErrors"]
    assert (answer.status_code, error["code"]) == (400, "PARAM_INVALID")


def test_an_unknown_parameter_is_named(ada: Api) -> None:
    answer = ada.send("GET", f"/rest/posts?q=author&author={enc(ada.urn)}&colour=red")
    (error,) = answer.json()["errorDetails"]["inputErrors"]
    assert (answer.status_code, error["code"]) == (400, "QUERY_PARAM_NOT_ALLOWED")
    assert error["input"]["inputPath"]["fieldPath"] == "colour"


def test_protocol_1_does_not_know_lists(ada: Api) -> None:
    asked = f"/rest/posts?ids=List({enc(ada.posted())})"
    assert ada.send("GET", asked).status_code == 200
    assert ada.send("GET", asked, X_Restli_Protocol_Version="1.0.0").status_code == 400


def test_header_names_are_in_any_case(ada: Api) -> None:
    path = f"/rest/posts/{enc(ada.posted())}"
    headers = {
        "authorization": f"bearer {ada.token}",
        "LINKEDIN-VERSION": "202609",
        "x-RESTLI-protocol-version": "2.0.0",
    }
    answer = ada.http.get(f"{ada.sandbox.url}{path}", headers=headers)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("path", "extra"),
    [
        (f"/rest/posts?ids=List({'x' * 4_096})", {}),
        (f"/rest/posts/{'x' * 4_097}", {}),
        (f"/rest/{'/'.join(['x' * 900] * 10)}", {}),
        ("/rest/posts/x", {"X_Long": "x" * 29_000}),
    ],
)
def test_what_is_too_long_is_414(ada: Api, path: str, extra: dict[str, str]) -> None:
    answer = ada.send("GET", path, **extra)
    assert (answer.status_code, answer.json()["status"]) == (414, 414)


def test_a_long_query_is_tunnelled_in_the_body(ada: Api) -> None:
    post = ada.posted()
    ids = ",".join([enc(post), *(enc(f"urn:li:ugcPost:{10**18 + n}") for n in range(99))])
    asked = f"ids=List({ids})"
    assert ada.send("GET", f"/rest/posts?{asked}").status_code == 414
    headers = {
        "Authorization": f"Bearer {ada.token}",
        "LinkedIn-Version": "202609",
        "X-Restli-Protocol-Version": "2.0.0",
        "X-RestLi-Method": "BATCH_GET",
        "X-HTTP-Method-Override": "GET",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    url = f"{ada.sandbox.url}/rest/posts"
    answer = ada.http.post(url, headers=headers, content=asked)
    assert (answer.status_code, list(answer.json()["results"])) == (200, [post])
    twice = ada.http.post(f"{url}?q=author", headers=headers, content=asked)
    assert twice.status_code == 400


def test_a_call_with_a_body_is_tunnelled_in_two_parts(ada: Api) -> None:
    path = f"/rest/posts/{enc(ada.posted())}"
    parts = (
        "--XyXy\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n"
        f"fields={'x' * 4_100}\r\n"
        "--XyXy\r\nContent-Type: application/json\r\n\r\n"
        '{"patch": {"$set": {"commentary": "tunnelled"}}}\r\n--XyXy--'
    )
    headers = {
        "Authorization": f"Bearer {ada.token}",
        "LinkedIn-Version": "202609",
        "X-Restli-Protocol-Version": "2.0.0",
        "X-RestLi-Method": "PARTIAL_UPDATE",
        "X-HTTP-Method-Override": "POST",
        "Content-Type": "multipart/mixed; boundary=XyXy",
    }
    url = f"{ada.sandbox.url}{path}"
    assert ada.http.post(url, headers=headers, content=parts).status_code == 204
    assert ada.get(path)["commentary"] == "tunnelled"
    broken = ada.http.post(url, headers=headers, content="nothing")
    assert (broken.status_code, broken.json()["code"]) == (400, "BAD_REQUEST")


def test_a_new_token_can_be_called_revoked_for_a_moment(ada: Api) -> None:
    planned = ada.sandbox.post(
        "faults", kind="revoked", member=ada.member_id, token_younger_ms=60_000, is_lasting=True
    )
    answer = ada.post()
    assert (answer.status_code, answer.json()["serviceErrorCode"]) == (401, 65601)
    ada.sandbox.delete(f"faults/{planned['id']}")
    assert ada.post().status_code == 201


def test_every_answer_names_its_request(ada: Api) -> None:
    answer = ada.post()
    (entry,) = ada.sandbox.get("applied", request_id=answer.headers["x-li-uuid"])
    assert entry["urn"] == answer.headers["x-restli-id"]
    assert datetime.fromisoformat(entry["time"])
