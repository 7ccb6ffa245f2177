"""A proof is for this key, this method, this address, this minute, and once."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OKPKey

from consent.dpop import BoundToken, Nonces, check_proof, normal_address, token_hash
from consent.jose import Flaw, InvalidToken
from tests.conftest import shared_path
from tests.consent.oauth_company import ABSENT, READS_URL, TOKEN_URL, OAuthCompany, b64
from tests.fakes import START_MS

COMPANY = OAuthCompany()
NOW_S = START_MS // 1000
JKT = COMPANY.proof_key.thumbprint()
TOKEN = "any.token.text"
BOUND = BoundToken(ath=token_hash(TOKEN), jkt=JKT)


def check(*proofs, **changes):
    request = {"method": "POST", "url": TOKEN_URL, "now_ms": START_MS, "started_at_ms": 0}
    return check_proof(proofs, **{**request, **changes})


def flaw_of(*proofs, **changes):
    with pytest.raises(InvalidToken) as refused:
        check(*proofs, **changes)
    return refused.value.flaw


def rfc9449():
    return json.loads(shared_path("vectors/rfc/oauth-jose-vectors.json").read_text())["rfc9449"]


def test_the_proofs_of_rfc_9449_hold_at_their_time():
    found = rfc9449()
    for vector in found["proofs"]:
        claims = vector["claims"]
        bound = BoundToken(ath=found["ath"], jkt=vector["jkt"])
        request = {"method": claims["htm"], "url": claims["htu"], "now_ms": claims["iat"] * 1000}
        proof = check(vector["proof"], token=bound if "ath" in claims else None, **request)
        assert proof.thumbprint == vector["jkt"]
        assert proof.iat_ms == claims["iat"] * 1000
        assert flaw_of(vector["proof"], **{**request, "now_ms": START_MS}) is Flaw.STALE
    assert token_hash(found["access_token"]) == found["ath"]


@pytest.mark.parametrize("key", [ECKey.generate_key("P-256"), OKPKey.generate_key("Ed25519")])
def test_a_good_proof_names_its_key_and_how_long_to_remember_it(key):
    company = OAuthCompany(proof_key=key)
    proof = check(company.proof(START_MS))
    assert proof.thumbprint == key.thumbprint()
    assert proof.keep_until_ms == START_MS + 70_000
    assert len(proof.replay_key) == 32


def test_replay_keys_tell_proofs_and_keys_apart():
    other = OAuthCompany()
    proofs = [
        check(COMPANY.proof(START_MS, jti="a")),
        check(COMPANY.proof(START_MS, jti="b")),
        check(other.proof(START_MS, jti="a")),
    ]
    assert len({proof.replay_key for proof in proofs}) == 3
    assert check(COMPANY.proof(START_MS, jti="a")).replay_key == proofs[0].replay_key


def test_exactly_one_header_is_taken():
    assert flaw_of() is Flaw.MISSING
    assert flaw_of(COMPANY.proof(START_MS), COMPANY.proof(START_MS)) is Flaw.MALFORMED
    joined = f"{COMPANY.proof(START_MS)}, {COMPANY.proof(START_MS)}"
    assert flaw_of(joined) is Flaw.MALFORMED


@pytest.mark.parametrize(
    ("header", "flaw"),
    [
        ({"typ": ABSENT}, Flaw.TYPE),
        ({"typ": "JWT"}, Flaw.TYPE),
        ({"typ": "DPOP+JWT"}, Flaw.TYPE),
        ({"jwk": ABSENT}, Flaw.KEY),
        ({"jwk": COMPANY.proof_key.as_dict(private=True)}, Flaw.KEY),
        ({"jwk": json.dumps(COMPANY.proof_key.as_dict(private=False))}, Flaw.KEY),
        ({"jwk": OAuthCompany().proof_key.as_dict(private=False)}, Flaw.SIGNATURE),
        ({"jwk": OKPKey.generate_key("Ed25519").as_dict(private=False)}, Flaw.ALGORITHM),
        ({"jku": "https://evil.example/jwks"}, Flaw.HEADER),
        ({"x5c": ["AAAA"]}, Flaw.HEADER),
    ],
)
def test_a_header_that_does_not_fit_is_refused(header, flaw):
    assert flaw_of(COMPANY.proof(START_MS, header=header)) is flaw


@pytest.mark.parametrize(
    "alg", ["none", "HS256", "RS256", "PS256", "ES384", ABSENT, None, ["ES256"]]
)
def test_an_algorithm_that_is_not_allowed_is_refused(alg):
    parts = COMPANY.proof(START_MS).split(".")
    header = {"typ": "dpop+jwt", "jwk": {"kty": "RSA"}, "alg": alg}  # refused before its key is
    forged = {name: value for name, value in header.items() if value is not ABSENT}
    assert flaw_of(".".join([b64(json.dumps(forged).encode()), *parts[1:]])) is Flaw.ALGORITHM


@pytest.mark.parametrize(
    ("changes", "flaw"),
    [
        ({"htm": "GET"}, Flaw.METHOD),
        ({"htm": "post"}, Flaw.METHOD),
        ({"htm": ABSENT}, Flaw.METHOD),
        ({"htm": ["POST"]}, Flaw.METHOD),
        ({"htu": ABSENT}, Flaw.CLAIM),
        ({"htu": READS_URL}, Flaw.URL),
        ({"htu": "https://evil.example/oauth/token"}, Flaw.URL),
        ({"htu": TOKEN_URL + "/"}, Flaw.URL),
        ({"htu": TOKEN_URL.replace("https", "http")}, Flaw.URL),
        ({"htu": TOKEN_URL.replace("vault", "me@vault")}, Flaw.URL),
        ({"htu": TOKEN_URL.replace("oauth", "OAuth")}, Flaw.URL),
        ({"htu": "https://vault.example:444/oauth/token"}, Flaw.URL),
        ({"htu": "https://vault.example:port/oauth/token"}, Flaw.URL),
        ({"htu": "https://vault.example/oauth/\ttoken"}, Flaw.URL),
        ({"htu": "https://[::1/oauth/token"}, Flaw.URL),
        ({"htu": "/oauth/token"}, Flaw.URL),
        ({"iat": ABSENT}, Flaw.CLAIM),
        ({"iat": str(NOW_S)}, Flaw.CLAIM),
        ({"iat": NOW_S + 0.5}, Flaw.CLAIM),
        ({"iat": True}, Flaw.CLAIM),
        ({"iat": NOW_S - 61}, Flaw.STALE),
        ({"iat": NOW_S + 11}, Flaw.EARLY),
        ({"jti": ABSENT}, Flaw.CLAIM),
        ({"jti": ""}, Flaw.CLAIM),
        ({"jti": 1}, Flaw.CLAIM),
    ],
)
def test_a_claim_that_does_not_fit_is_refused(changes, flaw):
    assert flaw_of(COMPANY.proof(START_MS, **changes)) is flaw


@pytest.mark.parametrize(
    "changes",
    [
        {"iat": NOW_S - 60},
        {"iat": NOW_S + 10},
        {"htu": TOKEN_URL + "?a=b#c"},
        {"htu": "HTTPS://VAULT.example:443/oauth/token"},
        {"exp": 1},
    ],
)
def test_what_fits_just_so_is_taken(changes):
    assert check(COMPANY.proof(START_MS, **changes))


def test_a_proof_from_before_the_start_is_refused():
    proof = COMPANY.proof(START_MS)
    assert check(proof, started_at_ms=START_MS)
    assert flaw_of(proof, started_at_ms=START_MS + 1) is Flaw.STALE


def test_a_proof_sent_with_a_token_is_for_that_token_and_of_its_key():
    proof = COMPANY.proof(START_MS, token=TOKEN)
    assert check(proof, url=READS_URL, token=BOUND)
    other_token = BoundToken(ath=token_hash("another"), jkt=JKT)
    assert flaw_of(proof, url=READS_URL, token=other_token) is Flaw.TOKEN_HASH
    other_key = BoundToken(ath=BOUND.ath, jkt=OAuthCompany().proof_key.thumbprint())
    assert flaw_of(proof, url=READS_URL, token=other_key) is Flaw.BINDING
    without = COMPANY.proof(START_MS, token=TOKEN, ath=ABSENT)
    assert flaw_of(without, url=READS_URL, token=BOUND) is Flaw.TOKEN_HASH


def test_checks_come_in_the_order_of_the_rfc():
    """Everything is wrong with this proof; mending one thing after another shows the next."""
    wrong = {"htm": "GET", "htu": READS_URL, "iat": 0, "ath": "x", "jti": ""}
    flaws = []
    for mended in ({}, {"htm": "POST"}, {"htu": TOKEN_URL}, {"iat": NOW_S}, {"ath": BOUND.ath}):
        wrong |= mended
        flaws.append(flaw_of(COMPANY.proof(START_MS, **wrong), token=BOUND))
    assert flaws == [Flaw.METHOD, Flaw.URL, Flaw.STALE, Flaw.TOKEN_HASH, Flaw.CLAIM]


def test_a_nonce_is_asked_for_only_where_nonces_are_kept():
    nonces = Nonces(bytes(32))
    assert flaw_of(COMPANY.proof(START_MS), nonces=nonces) is Flaw.NONCE
    assert flaw_of(COMPANY.proof(START_MS, nonce="made up"), nonces=nonces) is Flaw.NONCE
    foreign = Nonces(bytes([1]) * 32).issue(START_MS)
    assert flaw_of(COMPANY.proof(START_MS, nonce=foreign), nonces=nonces) is Flaw.NONCE
    assert check(COMPANY.proof(START_MS, nonce=nonces.issue(START_MS)), nonces=nonces)


def test_a_nonce_is_good_for_its_minute_and_the_next():
    nonces = Nonces(bytes(32))
    issued = nonces.issue(START_MS)
    assert nonces.accepts(issued, START_MS + 119_999)
    assert not nonces.accepts(issued, START_MS + 120_000)
    assert not nonces.accepts(issued, START_MS - 1)
    assert b64(bytes(32)) not in repr(nonces)


@given(
    host=st.sampled_from(["vault.example", "VAULT.Example", "[::1]", "localhost"]),
    port=st.sampled_from(["", ":443", ":8443"]),
    path=st.sampled_from(["", "/", "/v1/a", "/v1/%41"]),
    rest=st.sampled_from(["", "?q=1", "#f", "?q=1#f"]),
)
def test_an_address_in_normal_form_stays_as_it_is(host, port, path, rest):
    once = normal_address(f"https://{host}{port}{path}{rest}")
    assert normal_address(once) == once
    assert once == once.partition("?")[0].partition("#")[0]
    assert ":443" not in once or "8443" in once


@given(text=st.text(max_size=40) | st.text(alphabet="https:/[]@:0a.?#%\t", max_size=20))
def test_an_address_is_normal_or_refused(text):
    with suppress(InvalidToken):
        assert normal_address(text).startswith(("http://", "https://"))
