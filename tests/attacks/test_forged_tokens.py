"""Threat 34: forged tokens, each sent with a valid, fresh proof, and each refused.

The forger has everything but our private key: the published keys, a good token, and the key it is
bound to. So the only thing wrong with each request is the token itself; the last test shows that
the same request with the good token is admitted. The same forgeries, and some of their own kind,
are tried as client assertions, with a fresh proof again.
"""

import base64
import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OKPKey

from consent.authorization_server import TokenAnswer
from consent.oauth_errors import ErrorCode, OAuthError
from consent.resource_server import Presented
from consent.rich_authorization import parse_element
from consent.scopes import Scope
from tests.consent.oauth_company import ISSUER, Desk, OAuthCompany, b64, element, signed

COMPANY = OAuthCompany()
DESK = Desk(COMPANY)
OURS = ECKey.import_key(dict(DESK.signing.verifying.public))
FORGER = ECKey.generate_key("P-256")
FORGER_PUBLIC = FORGER.as_dict(private=False)
GOOD = DESK.tokens.issue(
    company=COMPANY.client_id,
    jkt=COMPANY.proof_key.thumbprint(),
    details=parse_element(element(), issuer=ISSUER),
    scopes=frozenset(Scope),
    now_ms=DESK.now_ms,
)
HEAD_TEXT, BODY_TEXT, SIGNATURE_TEXT = GOOD.split(".")
HEAD = {"alg": "ES256", "kid": DESK.signing.kid, "typ": "at+jwt"}


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


CLAIMS = json.loads(unb64(BODY_TEXT))


def jws(header, claims, sign) -> str:
    """A compact JWS over these JSON texts or objects; ``sign``: signing input -> signature."""
    texts = [part if isinstance(part, str) else json.dumps(part) for part in (header, claims)]
    signing_input = ".".join(b64(text.encode()) for text in texts)
    return f"{signing_input}.{b64(sign(signing_input.encode()))}"


def as_secret(secret: bytes, digest: str):
    return lambda message: hmac.digest(secret, message, digest)


def nothing(_):
    return b""


def ours_kept(_):
    return unb64(SIGNATURE_TEXT)


def confusions():
    """HS256 with everything public about our key taken for a secret (RFC 8725 section 2.1)."""
    public = dict(DESK.signing.verifying.public)
    x, y = unb64(public["x"]), unb64(public["y"])
    secrets = {
        "pem": OURS.as_pem(private=False),
        "pem-trimmed": OURS.as_pem(private=False).strip(),
        "der": OURS.as_der(private=False),
        "x": x,
        "y": y,
        "point": b"\x04" + x + y,
        "x-text": public["x"].encode(),
        "jwk": json.dumps(public).encode(),
        "jwk-canonical": json.dumps(public, sort_keys=True, separators=(",", ":")).encode(),
        "kid": DESK.signing.kid.encode(),
        "empty": b"",
    }
    for name, secret in secrets.items():
        for digest in ("sha256", "sha512"):
            header = {**HEAD, "alg": f"HS{digest[3:]}"}
            yield f"{header['alg']}-{name}", jws(header, CLAIMS, as_secret(secret, digest))
        yield f"ES256-but-hmac-{name}", jws(HEAD, CLAIMS, as_secret(secret, "sha256"))


def unsigned():
    for alg in ("none", "None", "NONE", "nOnE", "", None):
        yield f"alg-{alg}", jws({**HEAD, "alg": alg}, CLAIMS, nothing)
        yield f"alg-{alg}-signature-kept", jws({**HEAD, "alg": alg}, CLAIMS, ours_kept)
    yield "signature-cut", f"{HEAD_TEXT}.{BODY_TEXT}."
    yield "signature-of-zeros", f"{HEAD_TEXT}.{BODY_TEXT}.{b64(bytes(64))}"
    yield "two-parts", f"{HEAD_TEXT}.{BODY_TEXT}"
    yield "five-parts", f"{GOOD}.AA.AA"


def own_keys():
    """Signed well, with a key the token itself brings or points to."""
    chain = [b64(FORGER.as_der(private=False))]
    brought = {
        "nothing": {},
        "jwk": {"jwk": FORGER_PUBLIC},
        "jwk-under-our-kid": {"jwk": {**FORGER_PUBLIC, "kid": DESK.signing.kid}},
        "jku": {"jku": "https://evil.example/jwks"},
        "jku-of-ours": {"jku": f"{ISSUER}/oauth/jwks"},
        "jku-confused": {"jku": f"{ISSUER}@evil.example/jwks"},
        "x5u": {"x5u": "https://evil.example/chain.pem"},
        "x5c": {"x5c": chain},
        "x5t": {"x5t": "AAAA", "x5t#S256": "AAAA"},
        "cty": {"cty": "JWT"},
    }
    for name, members in brought.items():
        yield f"own-{name}", signed({**HEAD, **members}, CLAIMS, FORGER)
    kids = [
        FORGER.thumbprint(),
        "",
        "../../../../dev/null",
        "' UNION SELECT 'AAAA' -- ",
        "kid\0",
        "https://evil.example/key",
        DESK.signing.kid + " ",
        DESK.signing.kid.lower(),
        [DESK.signing.kid],
        {"kid": DESK.signing.kid},
        0,
        None,
        True,
    ]
    for place, kid in enumerate(kids):
        yield f"kid-{place}", signed({**HEAD, "kid": kid}, CLAIMS, FORGER)
        yield f"kid-{place}-jwk", signed({**HEAD, "kid": kid, "jwk": FORGER_PUBLIC}, CLAIMS, FORGER)
    without_kid = {name: value for name, value in HEAD.items() if name != "kid"}
    yield "no-kid", signed(without_kid, CLAIMS, FORGER)
    edwards = OKPKey.generate_key("Ed25519")
    yield "other-kind", signed({**HEAD, "alg": "EdDSA"}, CLAIMS, edwards)
    yield "company-key", signed(HEAD, CLAIMS, COMPANY.key)
    yield "proof-key", signed(HEAD, CLAIMS, COMPANY.proof_key)


def bent_texts():
    """Our own good token, and its bytes written another way or with something slipped in."""
    head, body = unb64(HEAD_TEXT).decode(), unb64(BODY_TEXT).decode()
    yield "padded", f"{HEAD_TEXT}==.{BODY_TEXT}.{SIGNATURE_TEXT}=="
    yield "standard-base64", GOOD.replace("-", "+").replace("_", "/") + "+"
    yield "space-before", " " + GOOD
    yield "line-end-after", GOOD + "\n"
    yield "space-within", f"{HEAD_TEXT}. {BODY_TEXT}.{SIGNATURE_TEXT}"
    yield "percent", GOOD.replace(".", "%2E")
    yield "nul", GOOD + "\0"
    yield (
        "json-form",
        json.dumps({"protected": HEAD_TEXT, "payload": BODY_TEXT, "signature": SIGNATURE_TEXT}),
    )
    yield "oversize", GOOD + "A" * 16_384
    yield "oversize-body", jws(HEAD, {**CLAIMS, "pad": "a" * 16_384}, ours_kept)
    slipped = {
        "crit": '{"crit":["exp"],' + head[1:],
        "crit-empty": '{"crit":[],' + head[1:],
        "crit-b64": '{"crit":["b64"],"b64":false,' + head[1:],
        "b64": '{"b64":false,' + head[1:],
        "zip": '{"zip":"DEF",' + head[1:],
        "duplicate-alg": '{"alg":"none",' + head[1:],
        "duplicate-kid": head[:-1] + ',"kid":"mine"}',
        "nested-deep": '{"a":' + "[" * 700 + "]" * 700 + "," + head[1:],
        "no-object": "[" + head + "]",
        "trailing": head + "{}",
        "comment": head[:-1] + "/**/}",
        "nan": head[:-1] + ',"n":NaN}',
        "surrogate": head[:-1] + ',"s":"\\ud800"}',
    }
    for name, text in slipped.items():
        yield f"head-{name}", jws(text, body, ours_kept)
    yield "body-deep", jws(HEAD, '{"a":' + "[" * 5_000 + "]" * 5_000 + "," + body[1:], ours_kept)
    yield "body-duplicate", jws(HEAD, body[:-1] + ',"aud":"https://evil.example"}', ours_kept)
    yield "body-other-company", jws(HEAD, {**CLAIMS, "client_id": "cmp_other"}, ours_kept)
    yield "body-more-people", jws(HEAD, {**CLAIMS, "scope": "offers"}, ours_kept)


def other_signatures_of_ours():
    """Signed by our own token key, yet no access token: a slip elsewhere must not become a key."""
    ours = DESK.signing
    now_s = DESK.now_ms // 1000

    def made(typ="at+jwt", **changes):
        return ours.sign(json.dumps({**CLAIMS, **changes}).encode(), typ=typ)

    for typ in ("JWT", "dpop+jwt", "client-authentication+jwt", "at+JWT", "application/at+jwt"):
        yield f"typ-{typ}", made(typ)
    bent = {
        "exp-text": {"exp": str(now_s + 300)},
        "exp-bool": {"exp": True},
        "exp-null": {"exp": None},
        "exp-huge": {"exp": 2**52},
        "exp-fraction": {"exp": now_s + 300.5},
        "exp-list": {"exp": [now_s + 300]},
        "exp-past": {"exp": now_s, "iat": now_s - 300},
        "iat-ahead": {"exp": now_s + 900, "iat": now_s + 600},
        "aud-list": {"aud": [ISSUER]},
        "aud-token-url": {"aud": f"{ISSUER}/oauth/token"},
        "aud-elsewhere": {"aud": "https://evil.example"},
        "iss-elsewhere": {"iss": "https://evil.example"},
        "unbound": {"cnf": {}},
        "bound-elsewhere": {"cnf": {"jku": "https://evil.example"}},
    }
    for name, changes in bent.items():
        yield name, made(**changes)
    without_exp = {name: value for name, value in CLAIMS.items() if name != "exp"}
    yield "exp-missing", ours.sign(json.dumps(without_exp).encode(), typ="at+jwt")
    beyond = json.dumps(CLAIMS).replace(str(CLAIMS["exp"]), "1" + "0" * 400)
    yield "exp-beyond-numbers", ours.sign(beyond.encode(), typ="at+jwt")
    yield "body-of-bytes", ours.sign(b"\xff\xfe", typ="at+jwt")
    yield "body-of-nothing", ours.sign(b"", typ="at+jwt")


FORGERIES = [
    pytest.param(token, id=name)
    for source in (confusions, unsigned, own_keys, bent_texts, other_signatures_of_ours)
    for name, token in source()
]


@pytest.mark.parametrize("token", FORGERIES)
def test_a_forged_token_with_a_valid_fresh_proof_is_refused(token):
    refused = DESK.admit(token, COMPANY.proof(DESK.now_ms, token=token))
    assert isinstance(refused, OAuthError)
    assert refused.code is ErrorCode.INVALID_TOKEN


@pytest.mark.parametrize("token", FORGERIES)
def test_a_forged_token_is_no_client_assertion_either(token):
    refused = DESK.server.token(
        COMPANY.token_request(DESK.now_ms, client_assertion=token), now_ms=DESK.now_ms
    )
    assert refused.to_json() == {"error": "invalid_client"}


def assertion_forgeries():
    good = COMPANY.assertion(DESK.now_ms)
    head_text, body_text, _ = good.split(".")
    head, body = json.loads(unb64(head_text)), json.loads(unb64(body_text))
    public = COMPANY.key
    for name, secret in {
        "pem": public.as_pem(private=False),
        "der": public.as_der(private=False),
        "x": unb64(public.as_dict(private=False)["x"]),
    }.items():
        forged_head = {**head, "alg": "HS256"}
        yield f"HS256-{name}", jws(forged_head, body, as_secret(secret, "sha256"))
    yield "none", jws({**head, "alg": "none"}, body, nothing)
    yield "cut", f"{head_text}.{body_text}."
    yield "jwk", signed({**head, "jwk": FORGER_PUBLIC}, body, FORGER)
    yield "jwk-own", COMPANY.assertion(DESK.now_ms, header={"jwk": COMPANY.key.as_dict()})
    yield "jku", signed({**head, "jku": "https://evil.example/jwks"}, body, FORGER)
    yield "kid", signed({**head, "kid": FORGER.thumbprint()}, body, FORGER)
    yield "no-kid", signed({"alg": "ES256"}, body, FORGER)
    yield "crit", COMPANY.assertion(DESK.now_ms, header={"crit": ["exp"]})
    yield "aud-list", COMPANY.assertion(DESK.now_ms, aud=[ISSUER])
    yield "aud-token-url", COMPANY.assertion(DESK.now_ms, aud=f"{ISSUER}/oauth/token")
    yield "padded", f"{good}="
    yield "access-token-key", signed({**head, "kid": DESK.signing.kid}, body, FORGER)
    yield "proof", COMPANY.proof(DESK.now_ms)


@pytest.mark.parametrize(
    "assertion", [pytest.param(text, id=name) for name, text in assertion_forgeries()]
)
def test_a_forged_assertion_with_a_valid_fresh_proof_is_refused(assertion):
    request = COMPANY.token_request(DESK.now_ms, client_assertion=assertion)
    assert DESK.server.token(request, now_ms=DESK.now_ms).to_json() == {"error": "invalid_client"}


@given(st.data())
def test_any_one_character_of_a_good_token_changed_is_refused(data):
    place = data.draw(st.integers(min_value=0, max_value=len(GOOD) - 1))
    other = data.draw(st.characters(min_codepoint=33, max_codepoint=126))
    changed = GOOD[:place] + other + GOOD[place + 1 :]
    if changed != GOOD:
        refused = DESK.admit(changed, COMPANY.proof(DESK.now_ms, token=changed))
        assert refused.code is ErrorCode.INVALID_TOKEN


@given(st.data())
def test_any_one_character_of_a_good_proof_changed_is_refused(data):
    proof = COMPANY.proof(DESK.now_ms, token=GOOD)
    place = data.draw(st.integers(min_value=0, max_value=len(proof) - 1))
    other = data.draw(st.characters(min_codepoint=1, max_codepoint=255))
    changed = proof[:place] + other + proof[place + 1 :]
    if changed != proof:
        assert DESK.admit(GOOD, changed).code is ErrorCode.INVALID_DPOP_PROOF


def test_a_proof_stolen_with_its_token_serves_no_other_request():
    proof = COMPANY.proof(DESK.now_ms, token=GOOD)
    assert isinstance(DESK.admit(GOOD, proof, path="/v1/offers"), OAuthError)
    assert isinstance(DESK.admit(GOOD, proof, method="PUT"), OAuthError)
    assert isinstance(DESK.admit(GOOD, proof, now_ms=DESK.now_ms + 61_000), OAuthError)


def test_a_replayed_proof_has_the_replay_key_of_the_first():
    """The gate's insert refuses it: the same bytes and the same claims signed anew alike."""
    first = COMPANY.proof(DESK.now_ms, token=GOOD, jti="seen")
    signed_anew = COMPANY.proof(DESK.now_ms, token=GOOD, jti="seen")
    assert first != signed_anew
    keys = {DESK.admit(GOOD, proof).proof.replay_key for proof in (first, first, signed_anew)}
    assert len(keys) == 1


def test_what_the_forgeries_were_made_from_is_admitted():
    admitted = DESK.admit(GOOD, COMPANY.proof(DESK.now_ms, token=GOOD))
    assert isinstance(admitted, Presented)
    assert isinstance(
        DESK.server.token(COMPANY.token_request(DESK.now_ms), now_ms=DESK.now_ms), TokenAnswer
    )
    assert admitted.token.ath == b64(hashlib.sha256(GOOD.encode()).digest())
