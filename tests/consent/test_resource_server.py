"""A request to the company API: one token, in its place, with a proof of its key."""

from dataclasses import replace

import pytest

from consent.dpop import Nonces
from consent.jose import Flaw
from consent.oauth_errors import ErrorCode, OAuthError
from consent.resource_server import Presented
from consent.rich_authorization import parse_element
from consent.scopes import Scope
from tests.consent.oauth_company import ISSUER, Desk, OAuthCompany, element

COMPANY = OAuthCompany()
READING = {"details": parse_element(element(), issuer=ISSUER), "scopes": frozenset()}


@pytest.fixture
def desk():
    return Desk(COMPANY)


def token_of(desk, *, details=READING["details"], scopes=frozenset({Scope.OFFERS})):
    return desk.tokens.issue(
        company=COMPANY.client_id,
        jkt=COMPANY.proof_key.thumbprint(),
        details=details,
        scopes=scopes,
        now_ms=desk.now_ms,
    )


def test_a_good_request_is_admitted(desk):
    token = token_of(desk)
    found = desk.admit(token, COMPANY.proof(desk.now_ms, token=token))
    assert isinstance(found, Presented)
    assert found.token.company == COMPANY.client_id
    assert found.proof.thumbprint == found.token.jkt


@pytest.mark.parametrize("scheme", ["DPoP", "dpop", "DPOP"])
def test_the_scheme_is_written_in_any_case(desk, scheme):
    token = token_of(desk)
    proof = COMPANY.proof(desk.now_ms, token=token)
    assert isinstance(desk.admit(token, proof, authorization=[f"{scheme} {token}"]), Presented)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ([], ErrorCode.INVALID_TOKEN),
        (["Bearer {}"], ErrorCode.INVALID_TOKEN),
        (["Basic {}"], ErrorCode.INVALID_TOKEN),
        (["{}"], ErrorCode.INVALID_TOKEN),
        (["DPoP  {}"], ErrorCode.INVALID_TOKEN),
        (["DPoP {} "], ErrorCode.INVALID_TOKEN),
        (["DPoP\t{}"], ErrorCode.INVALID_TOKEN),
        (["DPoP {}", "DPoP {}"], ErrorCode.INVALID_REQUEST),
        (["DPoP {}, DPoP {}"], ErrorCode.INVALID_TOKEN),
        (["DPoP"], ErrorCode.INVALID_TOKEN),
        ([""], ErrorCode.INVALID_TOKEN),
    ],
)
def test_a_token_has_one_place_and_one_form(desk, written, code):
    token = token_of(desk)
    proof = COMPANY.proof(desk.now_ms, token=token)
    error = desk.admit(token, proof, authorization=[text.format(token, token) for text in written])
    assert isinstance(error, OAuthError)
    assert error.code is code


@pytest.mark.parametrize("query", ["access_token={}", "a=b&access_token=", "access%5Ftoken={}"])
def test_a_token_in_the_query_is_refused_however_good_the_header(desk, query):
    token = token_of(desk)
    proof = COMPANY.proof(desk.now_ms, token=token)
    error = desk.admit(token, proof, query=query.format(token))
    assert error.code is ErrorCode.INVALID_REQUEST


def test_a_stolen_token_opens_nothing_without_its_key(desk):
    token = token_of(desk)
    thief = OAuthCompany(key=COMPANY.key, kid=COMPANY.kid)
    error = desk.admit(token, thief.proof(desk.now_ms, token=token))
    assert (error.code, error.flaw) == (ErrorCode.INVALID_DPOP_PROOF, Flaw.BINDING)


@pytest.mark.parametrize("changes", [{"method": "GET"}, {"path": "/v1/offers"}])
def test_a_proof_for_another_request_is_refused(desk, changes):
    token = token_of(desk)
    error = desk.admit(token, COMPANY.proof(desk.now_ms, token=token), **changes)
    assert error.code is ErrorCode.INVALID_DPOP_PROOF


def test_the_query_of_a_request_is_no_part_of_its_proof(desk):
    token = token_of(desk)
    proof = COMPANY.proof(desk.now_ms, token=token)
    assert isinstance(desk.admit(token, proof, query="limit=2"), Presented)


def test_reading_takes_details_and_the_rest_its_scope(desk):
    def outcome(token, scope):
        proof = COMPANY.proof(desk.now_ms, token=token)
        return desk.admit(token, proof, scope=scope)

    reads = token_of(desk, scopes=frozenset())
    offers = token_of(desk, details=None)
    assert isinstance(outcome(reads, None), Presented)
    assert isinstance(outcome(offers, Scope.OFFERS), Presented)
    for token, scope in ((reads, Scope.OFFERS), (offers, None), (offers, Scope.PEOPLE)):
        assert outcome(token, scope).code is ErrorCode.INSUFFICIENT_SCOPE


def test_a_token_that_has_ended_is_invalid(desk):
    token = token_of(desk)
    later = desk.now_ms + 300_000
    error = desk.admit(token, COMPANY.proof(later, token=token), now_ms=later)
    assert (error.code, error.flaw) == (ErrorCode.INVALID_TOKEN, Flaw.EXPIRED)


def test_the_challenge_says_how_to_ask_and_to_a_stranger_no_more(desk):
    nobody = desk.admit("", "", authorization=[])
    assert desk.resource.challenge(nobody) == (
        'DPoP algs="ES256 EdDSA", '
        f'resource_metadata="{ISSUER}/.well-known/oauth-protected-resource"'
    )
    token = token_of(desk)
    unproven = desk.admit(token, "", dpop=[])
    assert 'error="invalid_dpop_proof"' in desk.resource.challenge(unproven)
    wrong = desk.admit("a.b.c", "")
    assert desk.resource.challenge(wrong).startswith(
        'DPoP error="invalid_token", error_description="refused: malformed", algs='
    )


def test_where_nonces_are_kept_a_request_without_one_is_given_it(desk):
    server = replace(desk.resource, nonces=Nonces(bytes(32)))
    desk.resource = server
    token = token_of(desk)
    error = desk.admit(token, COMPANY.proof(desk.now_ms, token=token))
    assert error.code is ErrorCode.USE_DPOP_NONCE
    proof = COMPANY.proof(desk.now_ms, token=token, nonce=error.nonce)
    assert isinstance(desk.admit(token, proof), Presented)
