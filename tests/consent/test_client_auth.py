"""A company authenticates with its own registered key, to this issuer, once."""

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from consent.client_auth import ASSERTION_TYPE, MAX_KEYS, authenticate, registered_keys
from consent.jose import Flaw, InvalidToken
from tests.consent.oauth_company import ABSENT, ISSUER, OAuthCompany, Seen
from tests.fakes import START_MS
from vault.errors import BadInput

COMPANY = OAuthCompany()
NOW_S = START_MS // 1000
OTHER = OAuthCompany(client_id="cmp_71J8ZQ4M7T3VXW2Y5N6B8C9D0E")


def attempt(form, *, seen=None, company=COMPANY, now_ms=START_MS, **client_changes):
    clients = {company.client_id: company.client(**client_changes)}
    return authenticate(
        form, issuer=ISSUER, clients=clients.get, seen=seen or Seen(), now_ms=now_ms
    )


def form_of(assertion, **changes):
    return {
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion,
        **changes,
    }


def flaw_of(form, **options):
    with pytest.raises(InvalidToken) as refused:
        attempt(form, **options)
    return refused.value.flaw


@pytest.mark.parametrize("key", [ECKey.generate_key("P-256"), OKPKey.generate_key("Ed25519")])
def test_a_registered_key_of_either_kind_authenticates(key):
    company = OAuthCompany(key=key)
    client = attempt(form_of(company.assertion(START_MS)), company=company)
    assert client.company == company.client_id


@pytest.mark.parametrize("typ", [ABSENT, "JWT", "client-authentication+jwt"])
def test_the_three_fitting_types_are_taken(typ):
    assert attempt(form_of(COMPANY.assertion(START_MS, header={"typ": typ})))


@pytest.mark.parametrize("typ", ["at+jwt", "dpop+jwt", "jwt", "", None, 1, ["JWT"]])
def test_any_other_type_is_refused(typ):
    assertion = COMPANY.assertion(START_MS, header={"typ": typ})
    assert flaw_of(form_of(assertion)) is Flaw.TYPE


@pytest.mark.parametrize(
    ("changes", "flaw"),
    [
        ({"iss": ABSENT}, Flaw.CLAIM),
        ({"iss": OTHER.client_id}, Flaw.ISSUER),
        ({"iss": OTHER.client_id, "sub": OTHER.client_id}, Flaw.ISSUER),
        ({"sub": ABSENT}, Flaw.CLAIM),
        ({"sub": OTHER.client_id}, Flaw.ISSUER),
        ({"iss": 7, "sub": 7}, Flaw.CLAIM),
        ({"aud": ABSENT}, Flaw.AUDIENCE),
        ({"aud": [ISSUER]}, Flaw.AUDIENCE),
        ({"aud": f"{ISSUER}/oauth/token"}, Flaw.AUDIENCE),
        ({"aud": f"{ISSUER}/oauth/par"}, Flaw.AUDIENCE),
        ({"aud": f"{ISSUER}/"}, Flaw.AUDIENCE),
        ({"aud": ISSUER.upper()}, Flaw.AUDIENCE),
        ({"aud": {"0": ISSUER}}, Flaw.AUDIENCE),
        ({"exp": ABSENT}, Flaw.CLAIM),
        ({"exp": None}, Flaw.CLAIM),
        ({"exp": str(NOW_S + 60)}, Flaw.CLAIM),
        ({"exp": NOW_S + 60.5}, Flaw.CLAIM),
        ({"exp": True}, Flaw.CLAIM),
        ({"exp": -1}, Flaw.CLAIM),
        ({"exp": 10**15}, Flaw.CLAIM),
        ({"exp": 10**400}, Flaw.MALFORMED),
        ({"exp": NOW_S}, Flaw.EXPIRED),
        ({"exp": NOW_S - 1}, Flaw.EXPIRED),
        ({"exp": NOW_S + 301}, Flaw.LIFETIME),
        ({"exp": NOW_S + 311, "iat": ABSENT}, Flaw.LIFETIME),
        ({"exp": NOW_S + 10, "iat": NOW_S - 291}, Flaw.LIFETIME),
        ({"iat": NOW_S + 11}, Flaw.EARLY),
        ({"nbf": NOW_S + 11}, Flaw.EARLY),
        ({"iat": str(NOW_S)}, Flaw.CLAIM),
        ({"iat": None}, Flaw.CLAIM),
        ({"nbf": True}, Flaw.CLAIM),
        ({"jti": ABSENT}, Flaw.CLAIM),
        ({"jti": ""}, Flaw.CLAIM),
        ({"jti": 7}, Flaw.CLAIM),
        ({"jti": "j" * 513}, Flaw.CLAIM),
    ],
)
def test_a_claim_that_does_not_fit_is_refused(changes, flaw):
    assert flaw_of(form_of(COMPANY.assertion(START_MS, **changes))) is flaw


@pytest.mark.parametrize(
    "changes",
    [
        {"iat": NOW_S + 10, "exp": NOW_S + 310},
        {"nbf": NOW_S + 10},
        {"iat": ABSENT},
        {"exp": NOW_S + 300},
        {"exp": NOW_S + 1},
        {"extra": {"nested": [1]}},
    ],
)
def test_what_fits_just_so_is_taken(changes):
    assert attempt(form_of(COMPANY.assertion(START_MS, **changes)))


@pytest.mark.parametrize(
    ("header", "flaw"),
    [
        ({"kid": "acme-2"}, Flaw.KEY),
        ({"kid": ["acme-1"]}, Flaw.CLAIM),
        ({"kid": None}, Flaw.CLAIM),
        ({"kid": "../../acme-1"}, Flaw.KEY),
        ({"jwk": COMPANY.key.as_dict(private=False)}, Flaw.HEADER),
        ({"jku": "https://evil.example/jwks"}, Flaw.HEADER),
        ({"x5c": ["AAAA"]}, Flaw.HEADER),
        ({"x5u": "https://evil.example/cert"}, Flaw.HEADER),
    ],
)
def test_a_header_that_chooses_its_own_key_is_refused(header, flaw):
    assert flaw_of(form_of(COMPANY.assertion(START_MS, header=header))) is flaw


def test_a_sole_key_need_not_be_named():
    unnamed = COMPANY.assertion(START_MS, header={"kid": ABSENT})
    assert attempt(form_of(unnamed))
    two = registered_keys({"keys": [*COMPANY.jwks()["keys"], OTHER.key.as_dict(private=False)]})
    assert flaw_of(form_of(unnamed), keys=two) is Flaw.CLAIM


def test_another_companys_key_does_not_sign_for_this_one():
    forged = OAuthCompany(client_id=COMPANY.client_id, key=OTHER.key).assertion(START_MS)
    assert flaw_of(form_of(forged)) is Flaw.SIGNATURE


@pytest.mark.parametrize(
    ("changes", "flaw"),
    [
        ({"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"}, 0),
        ({"client_assertion_type": ""}, 0),
        ({"client_assertion": ""}, Flaw.MALFORMED),
        ({"client_secret": "open sesame"}, Flaw.HEADER),
        ({"client_id": OTHER.client_id}, Flaw.ISSUER),
    ],
)
def test_parameters_that_say_something_else_are_refused(changes, flaw):
    form = form_of(COMPANY.assertion(START_MS), **changes)
    assert flaw_of(form) is (flaw or Flaw.MISSING)


def test_no_parameters_at_all_are_refused():
    assert flaw_of({}) is Flaw.MISSING


def test_an_assertion_serves_once():
    seen = Seen()
    form = form_of(COMPANY.assertion(START_MS))
    attempt(form, seen=seen)
    assert flaw_of(form, seen=seen) is Flaw.REPLAYED
    assert set(seen.until.values()) == {START_MS + 70_000}, "remembered beyond its own end"


def test_only_a_good_assertion_is_remembered():
    seen = Seen()
    forged = OAuthCompany(client_id=COMPANY.client_id, key=OTHER.key).assertion(START_MS, jti="a")
    flaw_of(form_of(forged), seen=seen)
    assert not seen.until
    assert attempt(form_of(COMPANY.assertion(START_MS, jti="a")), seen=seen)


def test_two_companies_may_use_the_same_jti():
    seen = Seen()
    for company in (COMPANY, OTHER):
        attempt(form_of(company.assertion(START_MS, jti="a")), seen=seen, company=company)


def test_a_set_of_keys_is_read_by_kid_or_thumbprint():
    bare = ECKey.generate_key("P-256")
    keys = registered_keys({"keys": [*COMPANY.jwks()["keys"], bare.as_dict(private=False)]})
    assert set(keys) == {"acme-1", bare.thumbprint()}


@pytest.mark.parametrize(
    ("jwks", "member"),
    [
        (None, "keys"),
        ([], "keys"),
        ({"keys": {}}, "keys"),
        ({"keys": []}, "keys"),
        ({"keys": COMPANY.jwks()["keys"] * (MAX_KEYS + 1)}, "keys"),
        ({"keys": COMPANY.jwks()["keys"] * 2}, "keys[1].kid"),
        ({"keys": [COMPANY.key.as_dict(private=True)]}, "keys[0]"),
        ({"keys": [RSAKey.generate_key(2048).as_dict(private=False)]}, "keys[0]"),
        ({"keys": [{**COMPANY.key.as_dict(private=False), "kid": 5}]}, "keys[0]"),
        ({"keys": ["text"]}, "keys[0]"),
    ],
)
def test_a_set_with_a_key_that_cannot_be_is_refused_by_name(jwks, member):
    with pytest.raises(BadInput) as refused:
        registered_keys(jwks)
    assert refused.value.member == member
