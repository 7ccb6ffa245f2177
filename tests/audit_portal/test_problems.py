import json

import pytest
from starlette.exceptions import HTTPException

from audit_portal import problems
from audit_portal.problems import Kind, Refused, oauth_refusal, problem_of
from vault.errors import BadInput, Conflict, Damaged, OperatorMustAct, Unready

ISSUER = "https://vault.example"


def document(problem):
    answer = problem.response(ISSUER)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    return json.loads(answer.body)


def test_a_problem_is_an_rfc_9457_document():
    assert document(problems.invalid("is empty", member="reads")) == {
        "type": "https://vault.example/problems/invalid",
        "title": "Invalid request",
        "status": 400,
        "detail": "is empty",
        "member": "reads",
    }


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (BadInput("is empty", member="reads"), 400, Kind.INVALID),
        (Conflict("is taken", member="request_id"), 409, Kind.CONFLICT),
        (Unready("the log lags"), 503, Kind.UNREADY),
        (OperatorMustAct("the root key is missing"), 503, Kind.UNREADY),
        (HTTPException(413), 413, Kind.INVALID),
        (HTTPException(404), 404, None),
        (Refused(problems.not_available()), 404, Kind.NOT_AVAILABLE),
        (Damaged("entry 7"), 500, None),
        (ValueError("surprise"), 500, None),
    ],
)
def test_every_error_has_its_problem(error, status, kind):
    problem = problem_of(error)
    assert (problem.status, problem.kind) == (status, kind)


def test_who_is_not_ready_says_when_to_come_again():
    assert problem_of(Unready("x")).headers["Retry-After"].isdecimal()
    assert problems.too_many(7).headers["Retry-After"] == "7"


@pytest.mark.parametrize(
    "error",
    [
        ValueError("canary"),
        Damaged("canary"),
        OperatorMustAct("canary"),
        HTTPException(400, "canary"),
    ],
)
def test_only_errors_made_for_the_caller_are_quoted(error):
    assert b"canary" not in problem_of(error).response(ISSUER).body


def test_each_type_has_a_meaning():
    assert set(problems.MEANINGS) == set(Kind)


def test_a_refused_token_comes_with_its_challenge():
    problem = problems.not_admitted("invalid_token", "", challenge='DPoP error="invalid_token"')
    assert problem.status == 401
    assert problem.response(ISSUER).headers["www-authenticate"] == 'DPoP error="invalid_token"'
    assert problems.not_admitted("insufficient_scope", "", challenge="DPoP").status == 403
    assert problems.not_admitted("invalid_request", "", challenge="DPoP").status == 400


def test_the_token_endpoint_refuses_in_oauths_own_words():
    answer = oauth_refusal("invalid_client")
    assert (answer.status_code, json.loads(answer.body)) == (401, {"error": "invalid_client"})
    assert oauth_refusal("access_denied").status_code == 400
    assert oauth_refusal("use_dpop_nonce", dpop_nonce="n").headers["dpop-nonce"] == "n"
