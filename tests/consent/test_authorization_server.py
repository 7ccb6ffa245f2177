"""The token endpoint: the codes of RFC 6749 for what is wrong, and never more than is consented."""

import json
from dataclasses import replace

import pytest

from consent.authorization_server import TokenAnswer, TokenRequest
from consent.dpop import Nonces
from consent.jose import Flaw
from consent.oauth_errors import ErrorCode, OAuthError
from consent.rich_authorization import MAX_BYTES
from consent.scopes import Scope
from tests.consent.oauth_company import (
    ABSENT,
    ANNA,
    BEN,
    STRANGER,
    Desk,
    OAuthCompany,
    element,
    opened,
)
from vault.errors import Unready

COMPANY = OAuthCompany()


@pytest.fixture
def desk():
    return Desk(COMPANY)


def details(*args, **changes):
    return json.dumps([element(*args, **changes)])


def ask(desk, **changes):
    return desk.server.token(COMPANY.token_request(desk.now_ms, **changes), now_ms=desk.now_ms)


def test_a_company_gets_a_token_bound_to_its_proven_key(desk):
    answer = ask(desk, authorization_details=details())
    assert isinstance(answer, TokenAnswer)
    body = answer.to_json()
    assert body["token_type"] == "DPoP"
    assert body["expires_in"] == 300
    assert body["scope"] == "offers people"
    _, claims = opened(body["access_token"], dict(desk.signing.verifying.public))
    assert claims["cnf"] == {"jkt": COMPANY.proof_key.thumbprint()}
    assert claims["sub"] == claims["client_id"] == COMPANY.client_id
    assert claims["authorization_details"] == body["authorization_details"] == [element()]


def test_the_answer_states_less_when_less_is_consented(desk):
    asked = details([ANNA, BEN, STRANGER], ["contact.email", "name.given", "no.such_field"])
    answer = ask(desk, authorization_details=asked, scope=ABSENT)
    assert answer.to_json()["authorization_details"] == [element([ANNA], ["contact.email"])]
    assert "scope" not in answer.to_json()
    assert desk.asked_ledger == [(COMPANY.client_id, "run_account", {ANNA, BEN, STRANGER})]


def test_whoever_is_dropped_is_recorded_as_a_blocked_attempt(desk):
    asked = details([ANNA, BEN, STRANGER], ["contact.email", "no.such_field"])
    ask(desk, authorization_details=asked)
    told = {"company": COMPANY.client_id, "purpose": "run_account", "fields": {"contact.email"}}
    assert desk.blocked == [{**told, "consumers": {BEN, STRANGER}}]
    desk.blocked.clear()
    ask(desk, authorization_details=details([ANNA], code="marketing", fields=["contact.email"]))
    assert desk.blocked == [{**told, "purpose": "marketing", "consumers": {ANNA}}]


def test_what_concerns_nobody_is_no_attempt_at_anybody(desk):
    ask(desk, authorization_details=details([ANNA], ["contact.email"]))
    ask(desk, authorization_details=details([STRANGER], ["no.such_field"]))
    ask(desk, authorization_details=details(subjects={"cohort": "all_consented"}))
    assert desk.blocked == []


def test_an_attempt_that_cannot_be_recorded_is_not_answered(desk):
    def unready(**_told):
        raise Unready("the log lags")

    server = replace(desk.server, blocked=unready)
    request = COMPANY.token_request(desk.now_ms, authorization_details=details([STRANGER]))
    with pytest.raises(Unready):
        server.token(request, now_ms=desk.now_ms)


def test_scopes_alone_give_a_token_that_reads_nothing(desk):
    answer = ask(desk, scope="offers fields:write")
    assert answer.details is None
    assert "authorization_details" not in answer.to_json()
    assert answer.scopes == {Scope.OFFERS, Scope.FIELDS_WRITE}


def test_a_cohort_is_granted_without_naming_anybody(desk):
    asked = details(fields=["contact.email", "no.such_field"], subjects={"cohort": "all_consented"})
    answer = ask(desk, authorization_details=asked)
    granted = answer.to_json()["authorization_details"][0]
    assert granted["subjects"] == {"cohort": "all_consented"}
    assert granted["datatypes"] == ["contact.email"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"grant_type": ABSENT}, ErrorCode.INVALID_REQUEST),
        ({"grant_type": ""}, ErrorCode.INVALID_REQUEST),
        ({"grant_type": "password"}, ErrorCode.UNSUPPORTED_GRANT_TYPE),
        ({"grant_type": "authorization_code"}, ErrorCode.UNSUPPORTED_GRANT_TYPE),
        ({"client_assertion": ABSENT}, ErrorCode.INVALID_CLIENT),
        ({"client_assertion_type": ABSENT}, ErrorCode.INVALID_CLIENT),
        ({"client_assertion": "a.b.c"}, ErrorCode.INVALID_CLIENT),
        ({"client_id": "cmp_other"}, ErrorCode.INVALID_CLIENT),
        ({"client_secret": "open sesame"}, ErrorCode.INVALID_CLIENT),
        ({"proof": "a.b.c"}, ErrorCode.INVALID_DPOP_PROOF),
        ({"scope": ABSENT}, ErrorCode.INVALID_SCOPE),
        ({"scope": "admin"}, ErrorCode.INVALID_SCOPE),
        ({"scope": "offers  people"}, ErrorCode.INVALID_SCOPE),
        ({"scope": "OFFERS"}, ErrorCode.INVALID_SCOPE),
        ({"scope": "offers\u00a0people"}, ErrorCode.INVALID_SCOPE),
        ({"authorization_details": "{"}, ErrorCode.INVALID_AUTHORIZATION_DETAILS),
        ({"authorization_details": "[]"}, ErrorCode.INVALID_AUTHORIZATION_DETAILS),
        ({"authorization_details": "\ud800"}, ErrorCode.INVALID_AUTHORIZATION_DETAILS),
        (
            {"authorization_details": " " * (MAX_BYTES + 1)},
            ErrorCode.INVALID_AUTHORIZATION_DETAILS,
        ),
        (
            {"authorization_details": details(subjects={"current_user": True})},
            ErrorCode.INVALID_AUTHORIZATION_DETAILS,
        ),
        ({"authorization_details": details([STRANGER])}, ErrorCode.ACCESS_DENIED),
        ({"authorization_details": details(code="marketing")}, ErrorCode.ACCESS_DENIED),
    ],
)
def test_what_is_wrong_has_its_code(desk, changes, code):
    error = ask(desk, **changes)
    assert isinstance(error, OAuthError)
    assert error.code is code
    assert error.to_json()["error"] == code.value


def test_a_parameter_given_twice_is_refused(desk):
    request = COMPANY.token_request(desk.now_ms)
    doubled = replace(request, form=(*request.form, ("scope", "contests")))
    assert desk.server.token(doubled, now_ms=desk.now_ms).code is ErrorCode.INVALID_REQUEST
    assert not desk.seen.until


def test_who_fails_to_authenticate_is_not_told_why(desk):
    stranger = OAuthCompany(client_id="cmp_unknown")
    impostor = OAuthCompany(client_id=COMPANY.client_id)
    answers = [
        desk.server.token(who.token_request(desk.now_ms), now_ms=desk.now_ms)
        for who in (stranger, impostor)
    ]
    assert [answer.to_json() for answer in answers] == [{"error": "invalid_client"}] * 2
    assert [answer.flaw for answer in answers] == [Flaw.ISSUER, Flaw.SIGNATURE]


def test_an_unknown_person_and_an_unwilling_one_get_the_same_refusal(desk):
    unknown = ask(desk, authorization_details=details([STRANGER]))
    unwilling = ask(desk, authorization_details=details([BEN]))
    assert unknown == unwilling


def test_a_company_may_be_kept_from_tokens_and_from_scopes():
    suspended = Desk(COMPANY, suspended=True)
    assert ask(suspended).code is ErrorCode.UNAUTHORIZED_CLIENT
    narrowed = Desk(COMPANY, scopes=frozenset({Scope.OFFERS}))
    assert ask(narrowed).code is ErrorCode.INVALID_SCOPE
    assert ask(narrowed, scope="offers").scopes == {Scope.OFFERS}


def test_a_proof_serves_once(desk):
    proof = COMPANY.proof(desk.now_ms)
    assert isinstance(ask(desk, proof=proof), TokenAnswer)
    error = ask(desk, proof=proof)
    assert (error.code, error.flaw) == (ErrorCode.INVALID_DPOP_PROOF, Flaw.REPLAYED)


def test_no_proof_no_token(desk):
    request = TokenRequest(form=tuple(COMPANY.form(desk.now_ms).items()), dpop=())
    assert desk.server.token(request, now_ms=desk.now_ms).code is ErrorCode.INVALID_DPOP_PROOF


def test_a_request_is_refused_a_second_time_as_a_whole(desk):
    request = COMPANY.token_request(desk.now_ms)
    assert isinstance(desk.server.token(request, now_ms=desk.now_ms), TokenAnswer)
    assert desk.server.token(request, now_ms=desk.now_ms).code is ErrorCode.INVALID_CLIENT


def test_where_nonces_are_kept_the_first_refusal_brings_one(desk):
    server = replace(desk.server, nonces=Nonces(bytes(32)))
    error = server.token(COMPANY.token_request(desk.now_ms), now_ms=desk.now_ms)
    assert error.code is ErrorCode.USE_DPOP_NONCE
    proof = COMPANY.proof(desk.now_ms, nonce=error.nonce)
    request = COMPANY.token_request(desk.now_ms, proof=proof)
    assert isinstance(server.token(request, now_ms=desk.now_ms), TokenAnswer)


def test_a_refusal_says_nothing_of_what_was_sent(desk):
    error = ask(desk, authorization_details='[{"canary\u20ac":1,"canary\u20ac":2}]', scope="offers")
    assert "canary" not in json.dumps(error.to_json())
    words = error.to_json()["error_description"]
    assert words.isascii()
    assert not set('"\\') & set(words)
    request = COMPANY.token_request(desk.now_ms)
    assert request.form[3][1] not in repr(request)
    assert ask(desk).access_token not in repr(ask(desk))
