"""A token of ours says exactly what it was issued for, to its key, for 300 seconds."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey

from consent import tokens as tokens_room
from consent.jose import Flaw, InvalidToken, SigningKey, parse, verify, verifying_key
from consent.rich_authorization import parse_element
from consent.scopes import Scope
from consent.tokens import AccessTokens, TokenKeys
from tests.consent.oauth_company import (
    ABSENT,
    ANNA,
    ISSUER,
    STRANGER,
    bent,
    element,
    opened,
)
from tests.fakes import START_MS
from vault.crypto.canonical import canonical
from vault.crypto.primitives import p256_generate, p256_public

COMPANY = "cmp_01J8ZQ4M7T3VXW2Y5N6B8C9D0E"
JKT = ECKey.generate_key("P-256").thumbprint()
DETAILS = parse_element(element(), issuer=ISSUER)
KEY = SigningKey(p256_generate())
NOW_S = START_MS // 1000
CLAIMS = {
    "iss": ISSUER,
    "aud": ISSUER,
    "sub": COMPANY,
    "client_id": COMPANY,
    "iat": NOW_S,
    "exp": NOW_S + 300,
    "jti": "t",
    "cnf": {"jkt": JKT},
    "scope": "offers",
    "authorization_details": [element()],
}


def tokens_of(signing=KEY, *others):
    return AccessTokens(issuer=ISSUER, keys=TokenKeys(signing=signing, others=others))


def issue(tokens, *, details=DETAILS, scopes=frozenset({Scope.OFFERS}), now_ms=START_MS):
    return tokens.issue(company=COMPANY, jkt=JKT, details=details, scopes=scopes, now_ms=now_ms)


def made(typ="at+jwt", **changes):
    """A token signed with our own key, with claims bent: as if this room had a slip."""
    return KEY.sign(canonical(bent(CLAIMS, changes)), typ=typ)


def flaw_of(compact, tokens=None, now_ms=START_MS):
    with pytest.raises(InvalidToken) as refused:
        (tokens or tokens_of()).verify(compact, now_ms=now_ms)
    return refused.value.flaw


def test_the_other_library_reads_exactly_the_claims_of_rfc_9068():
    header, claims = opened(issue(tokens_of()), dict(KEY.verifying.public))
    assert header == {"alg": "ES256", "typ": "at+jwt", "kid": KEY.kid}
    assert len(claims.pop("jti")) == 22
    assert claims == {name: value for name, value in CLAIMS.items() if name != "jti"}


def test_what_is_issued_is_read_back():
    token = tokens_of().verify(issue(tokens_of()), now_ms=START_MS)
    assert (token.company, token.jkt) == (COMPANY, JKT)
    assert (token.details, token.scopes) == (DETAILS, {Scope.OFFERS})
    assert token.expires_ms == START_MS + 300_000
    assert token.details.names(ANNA)
    assert not token.details.names(STRANGER)


def test_a_token_may_hold_scopes_or_details_alone():
    tokens = tokens_of()
    assert tokens.verify(issue(tokens, details=None), now_ms=START_MS).details is None
    assert not tokens.verify(issue(tokens, scopes=frozenset()), now_ms=START_MS).scopes


def test_two_tokens_are_never_the_same():
    tokens = tokens_of()
    first, second = (tokens.verify(issue(tokens), now_ms=START_MS) for _ in range(2))
    assert first.token_id != second.token_id
    assert first.ath != second.ath


def test_a_token_ends_after_300_seconds_remembered_or_not():
    tokens = tokens_of()
    compact = issue(tokens)
    tokens.verify(compact, now_ms=START_MS + 299_999)
    assert flaw_of(compact, tokens, START_MS + 300_000) is Flaw.EXPIRED
    assert flaw_of(compact, tokens_of(), START_MS + 300_000) is Flaw.EXPIRED


def test_a_verified_token_is_verified_once(monkeypatch):
    tokens = tokens_of()
    compact = issue(tokens)
    first = tokens.verify(compact, now_ms=START_MS)
    monkeypatch.setattr(tokens_room, "verify", lambda *_: pytest.fail("verified again"))
    assert tokens.verify(compact, now_ms=START_MS) is first


def test_the_memory_of_verified_tokens_is_bounded_and_holds_no_token(monkeypatch):
    monkeypatch.setattr(tokens_room, "_KEPT_TOKENS", 3)
    tokens = tokens_of()
    issued = [issue(tokens) for _ in range(5)]
    for compact in issued * 2:
        tokens.verify(compact, now_ms=START_MS)
    assert len(tokens._verified) == 3
    assert not any(compact in repr(tokens._verified) for compact in issued)


def test_keys_rotate_with_overlap():
    retiring = p256_generate()
    after = SigningKey(p256_generate())
    old = issue(tokens_of(SigningKey(retiring)))
    overlap = tokens_of(after, p256_public(retiring))
    assert overlap.verify(old, now_ms=START_MS)
    assert overlap.verify(issue(overlap), now_ms=START_MS)
    assert flaw_of(old, tokens_of(after)) is Flaw.KEY


def test_the_published_keys_are_public_and_verify():
    next_scalar = p256_generate()
    tokens = tokens_of(KEY, p256_public(next_scalar))
    published = tokens.keys.jwks()["keys"]
    assert [jwk["kid"] for jwk in published] == [KEY.kid, SigningKey(next_scalar).kid]
    for jwk in published:
        assert set(jwk) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
        assert ECKey.import_key(jwk).thumbprint() == jwk["kid"]
    verify(parse(issue(tokens)), verifying_key(published[0]))


@pytest.mark.parametrize(
    ("changes", "flaw"),
    [
        ({"iss": "https://evil.example"}, Flaw.ISSUER),
        ({"iss": ABSENT}, Flaw.CLAIM),
        ({"aud": "https://evil.example"}, Flaw.AUDIENCE),
        ({"aud": [ISSUER]}, Flaw.AUDIENCE),
        ({"aud": f"{ISSUER}/oauth/token"}, Flaw.AUDIENCE),
        ({"sub": "con_01J8ZQ4M7T3VXW2Y5N6B8C9D0E"}, Flaw.ISSUER),
        ({"client_id": ABSENT}, Flaw.CLAIM),
        ({"client_id": 5, "sub": 5}, Flaw.CLAIM),
        ({"exp": ABSENT}, Flaw.CLAIM),
        ({"exp": str(NOW_S + 300)}, Flaw.CLAIM),
        ({"exp": True}, Flaw.CLAIM),
        ({"exp": 2**53 - 1}, Flaw.CLAIM),
        ({"exp": NOW_S + 301}, Flaw.LIFETIME),
        ({"exp": NOW_S + 3_000_000}, Flaw.LIFETIME),
        ({"iat": NOW_S + 20, "exp": NOW_S + 320}, Flaw.EARLY),
        ({"iat": NOW_S - 300, "exp": NOW_S}, Flaw.EXPIRED),
        ({"iat": ABSENT}, Flaw.CLAIM),
        ({"iat": None}, Flaw.CLAIM),
        ({"jti": ABSENT}, Flaw.CLAIM),
        ({"jti": 5}, Flaw.CLAIM),
        ({"cnf": ABSENT}, Flaw.CLAIM),
        ({"cnf": {}}, Flaw.BINDING),
        ({"cnf": {"jkt": ""}}, Flaw.BINDING),
        ({"cnf": {"jkt": JKT, "x5t#S256": "AAAA"}}, Flaw.BINDING),
        ({"cnf": JKT}, Flaw.BINDING),
        ({"scope": "offers admin"}, Flaw.CLAIM),
        ({"scope": ["offers"]}, Flaw.CLAIM),
        ({"scope": ABSENT, "authorization_details": ABSENT}, Flaw.CLAIM),
        ({"authorization_details": []}, Flaw.CLAIM),
        ({"authorization_details": [element(), element()]}, Flaw.CLAIM),
        ({"authorization_details": [element(actions=["write"])]}, Flaw.CLAIM),
        ({"authorization_details": json.dumps([element()])}, Flaw.CLAIM),
        ({"admin": True}, Flaw.CLAIM),
        ({"nbf": NOW_S}, Flaw.CLAIM),
    ],
)
def test_our_own_signature_over_other_claims_is_no_token(changes, flaw):
    assert flaw_of(made(**changes)) is flaw


@pytest.mark.parametrize("typ", ["JWT", "dpop+jwt", "receipt+jws", "application/at+jwt", ""])
def test_our_own_signature_under_another_type_is_no_token(typ):
    assert flaw_of(made(typ=typ)) is Flaw.TYPE


GOOD = made()


@given(st.data())
def test_any_one_character_changed_is_refused(data):
    place = data.draw(st.integers(min_value=0, max_value=len(GOOD) - 1))
    other = data.draw(st.characters(min_codepoint=1, max_codepoint=0x17F))
    if GOOD[place] != other:
        flaw_of(GOOD[:place] + other + GOOD[place + 1 :])


@given(text=st.text(max_size=60))
def test_whatever_is_sent_the_refusal_is_the_one_exception(text):
    flaw_of(text)


@pytest.mark.parametrize("text", ["\ud800", "é.é.é", "", "\0"])
def test_strange_text_is_no_token(text):
    assert flaw_of(text) is Flaw.MALFORMED


def test_the_unchanged_token_is_taken():
    assert tokens_of().verify(GOOD, now_ms=START_MS)


def test_a_token_holds_no_canary_in_its_repr():
    tokens = tokens_of()
    compact = issue(tokens)
    assert compact not in repr(tokens) + repr(tokens.keys)
