"""Header bytes, and which forms are let through."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from audit_portal.privacy_middleware import PrivacyMiddleware

SITE = "https://vault.example"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)


def served(site: str = SITE) -> TestClient:
    def page(_: Request) -> Response:
        return PlainTextResponse("served")

    def kept(_: Request) -> Response:
        return Response("kept", headers={"Cache-Control": "public, max-age=9"})

    routes = [
        Route("/page", page, methods=["GET", "POST"]),
        Route("/kept", kept),
        Route("/v1/offers", page, methods=["GET", "POST"]),
    ]
    refusal = lambda: PlainTextResponse("refused", 403)  # noqa: E731 - a page in one line
    app = PrivacyMiddleware(
        Starlette(routes=routes), origin=site, programs=("/v1/",), refusal=refusal
    )
    return TestClient(app, base_url=site)


def test_every_page_carries_these_headers_byte_for_byte():
    answer = served().get("/page")
    told = {
        name: value
        for name, value in answer.headers.items()
        if name not in {"content-type", "content-length"}
    }
    assert told == {
        "content-security-policy": POLICY,
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
        "strict-transport-security": "max-age=31536000",
    }


def test_a_demo_over_http_promises_no_https():
    assert "strict-transport-security" not in served("http://localhost:8000").get("/page").headers


def test_what_says_that_it_may_be_kept_stays_so():
    assert served().get("/kept").headers["cache-control"] == "public, max-age=9"


def test_a_page_that_does_not_exist_carries_them_too():
    assert served().get("/nowhere").headers["content-security-policy"] == POLICY


@pytest.mark.parametrize(
    "said",
    [
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "same-origin", "origin": SITE},
        {"origin": SITE},
    ],
)
def test_a_form_of_this_site_is_served(said):
    assert served().post("/page", headers=said).text == "served"


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "origin": SITE},
        {"sec-fetch-site": "SAME-ORIGIN"},
        {"sec-fetch-site": ""},
        {"origin": "https://evil.example"},
        {"origin": "http://vault.example"},
        {"origin": "https://vault.example:8443"},
        {"origin": "https://vault.example.evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"referer": f"{SITE}/page"},
    ],
)
def test_a_form_from_elsewhere_or_from_nowhere_is_refused(said):
    answer = served().post("/page", headers=said)
    assert (answer.status_code, answer.text) == (403, "refused")
    assert answer.headers["content-security-policy"] == POLICY


@pytest.mark.parametrize("name", ["sec-fetch-site", "origin"])
def test_a_header_said_twice_is_not_said(name):
    value = {"sec-fetch-site": "same-origin", "origin": SITE}[name]
    answer = served().post("/page", headers=[(name, value), (name, value)])
    assert answer.text == "refused"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "REFUND"])
def test_only_reading_needs_no_origin(method):
    assert served().request(method, "/page").text == "refused"


def test_programs_are_left_alone():
    answer = served().post("/v1/offers")
    assert answer.text == "served"
    assert "content-security-policy" not in answer.headers
