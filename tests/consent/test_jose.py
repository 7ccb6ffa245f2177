"""One byte form, one key, one algorithm; vectors of the RFCs, and joserfc as the other opinion."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws as other_jws
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from consent.jose import (
    MAX_TOKEN_BYTES,
    Flaw,
    InvalidToken,
    SigningKey,
    decode,
    json_object,
    parse,
    thumbprint,
    verify,
    verifying_key,
)
from tests.conftest import shared_path
from tests.consent.oauth_company import b64, opened, signed
from vault import base64url
from vault.crypto.primitives import p256_generate

EC = ECKey.generate_key("P-256")
ED = OKPKey.generate_key("Ed25519")
EC_PUBLIC = EC.as_dict(private=False)
ED_PUBLIC = ED.as_dict(private=False)
GOOD = signed({"alg": "ES256", "typ": "JWT"}, {"a": 1}, EC)


def vectors():
    return json.loads(shared_path("vectors/rfc/oauth-jose-vectors.json").read_text())


def flaw_of(act, *args):
    with pytest.raises(InvalidToken) as refused:
        act(*args)
    return refused.value.flaw


def with_header(text: str) -> str:
    return ".".join([b64(text.encode()), *GOOD.split(".")[1:]])


def test_the_signature_of_rfc_7515_a_3_holds():
    vector = vectors()["rfc7515_a3"]
    jws = parse(vector["jws"])
    verify(jws, verifying_key(vector["jwk"]))
    # Its payload holds line ends between members, which are fine JSON.
    assert json_object(jws.payload)["exp"] == 1300819380


def test_the_signature_of_rfc_8037_a_4_holds():
    vector = vectors()["rfc8037"]
    jws = parse(vector["jws"])
    verify(jws, verifying_key(vector["public_jwk"]))
    assert jws.payload.decode() == vector["payload"]


def test_thumbprints_are_those_of_the_rfcs():
    found = vectors()
    assert (
        verifying_key(found["rfc8037"]["public_jwk"]).thumbprint
        == (found["rfc8037"]["sha256_thumbprint"])
    )
    for proof in found["rfc9449"]["proofs"]:
        assert verifying_key(proof["jwk"]).thumbprint == proof["jkt"]
    rsa = {name: found["rfc7638"]["jwk"][name] for name in ("e", "kty", "n")}
    assert thumbprint(rsa) == found["rfc7638"]["sha256_thumbprint"]


@pytest.mark.parametrize("key", [EC, ED], ids=["EC", "OKP"])
def test_a_signature_made_elsewhere_holds_here(key):
    ours = verifying_key(key.as_dict(private=False))
    assert ours.thumbprint == key.thumbprint()
    verify(parse(signed({"alg": ours.algorithm}, {"a": 1}, key)), ours)


def test_a_signature_made_here_holds_elsewhere():
    ours = SigningKey(p256_generate())
    header, claims = opened(ours.sign(b'{"a":1}', typ="at+jwt"), dict(ours.verifying.public))
    assert header == {"alg": "ES256", "kid": ours.kid, "typ": "at+jwt"}
    assert claims == {"a": 1}


def test_a_key_is_made_once_and_kept():
    assert verifying_key(EC_PUBLIC) is verifying_key({**EC_PUBLIC, "kid": "another name"})


@pytest.mark.parametrize(
    ("compact", "flaw"),
    [
        ("", Flaw.MALFORMED),
        ("..", Flaw.MALFORMED),
        (GOOD.rpartition(".")[0], Flaw.MALFORMED),
        (GOOD + ".", Flaw.MALFORMED),
        (GOOD + "=", Flaw.MALFORMED),
        (GOOD + "\n", Flaw.MALFORMED),
        (" " + GOOD, Flaw.MALFORMED),
        (GOOD.replace(".", " .", 1), Flaw.MALFORMED),
        (GOOD.replace(".", "?.", 1), Flaw.MALFORMED),
        (GOOD.replace(".", ".é", 1), Flaw.MALFORMED),
        (with_header("[]"), Flaw.MALFORMED),
        (with_header('{"alg":"ES256","alg":"none"}'), Flaw.MALFORMED),
        (with_header('{"alg":"ES256","a":NaN}'), Flaw.MALFORMED),
        (with_header('{"alg":"ES256"}x'), Flaw.MALFORMED),
        (with_header('\ufeff{"alg":"ES256"}'), Flaw.MALFORMED),
        (with_header('{"alg":"ES256","a":' + "[" * 500 + "]" * 500 + "}"), Flaw.MALFORMED),
        (with_header('{"alg":"ES256","crit":[]}'), Flaw.HEADER),
        (with_header('{"alg":"ES256","crit":["b64"],"b64":false}'), Flaw.HEADER),
        (with_header('{"alg":"ES256","b64":true}'), Flaw.HEADER),
        (with_header('{"alg":"ES256","a":"' + "a" * 2000 + '"}'), Flaw.OVERSIZED),
        (GOOD + "A" * MAX_TOKEN_BYTES, Flaw.OVERSIZED),
    ],
)
def test_only_the_one_byte_form_is_taken_apart(compact, flaw):
    assert flaw_of(parse, compact) is flaw


def test_a_signature_has_one_text():
    """64 bytes are 86 digits, and the last digit has four bits to spare."""
    head, last = GOOD[:-1], GOOD[-1]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twins = {alphabet[alphabet.index(last) // 16 * 16 + spare] for spare in range(16)} - {last}
    assert len(twins) == 15
    for twin in twins:
        assert flaw_of(parse, head + twin) is Flaw.MALFORMED


@given(data=st.binary(max_size=64))
def test_base64url_reads_back(data):
    assert decode(base64url.encode(data)) == data


@given(text=st.text(max_size=40) | st.text(alphabet="AQgw-_+/= \n", max_size=12))
def test_base64url_has_one_text_for_any_bytes(text):
    try:
        data = decode(text)
    except InvalidToken:
        return
    assert base64url.encode(data) == text


@given(
    text=st.text(max_size=200)
    | st.lists(st.binary(max_size=40)).map(lambda parts: ".".join(map(b64, parts)))
)
def test_whatever_is_sent_a_refusal_is_the_one_exception(text):
    try:
        verify(parse(text), verifying_key(EC_PUBLIC))
    except InvalidToken:
        return
    pytest.fail("nobody signed this")


@given(st.data())
def test_any_one_character_changed_is_refused(data):
    place = data.draw(st.integers(min_value=0, max_value=len(GOOD) - 1))
    other = data.draw(st.characters(min_codepoint=1, max_codepoint=0x17F))
    changed = GOOD[:place] + other + GOOD[place + 1 :]
    if changed != GOOD:
        flaw_of(lambda: verify(parse(changed), verifying_key(EC_PUBLIC)))


def test_another_key_of_the_same_kind_is_refused():
    stranger = verifying_key(ECKey.generate_key("P-256").as_dict(private=False))
    assert flaw_of(verify, parse(GOOD), stranger) is Flaw.SIGNATURE


@pytest.mark.parametrize("alg", ["none", "None", "HS256", "RS256", "ES384", "es256", None, 1, []])
def test_a_key_has_one_algorithm(alg):
    compact = with_header(json.dumps({"alg": alg}))
    assert flaw_of(verify, parse(compact), verifying_key(EC_PUBLIC)) is Flaw.ALGORITHM


def test_an_es256_signature_is_64_bytes_and_neither_half_is_zero():
    head = GOOD.rpartition(".")[0]
    signature = decode(GOOD.rpartition(".")[2])
    for forged in (b"", bytes(64), signature[:-1], signature + b"\0", b"\0" + signature):
        jws = parse(f"{head}.{b64(forged)}")
        assert flaw_of(verify, jws, verifying_key(EC_PUBLIC)) is Flaw.SIGNATURE


class Stumbling:
    """A key object that raises what python-jose and its backends have been seen to raise."""

    def __init__(self, stumble):
        self.stumble = stumble

    def verify(self, msg, sig):  # noqa: ARG002  # the shape of a key object
        raise self.stumble


@pytest.mark.parametrize("kind", [TypeError, OverflowError, RecursionError, ValueError])
def test_a_foreign_exception_is_a_no(kind):
    key = replace(verifying_key(EC_PUBLIC), operation=Stumbling(kind("canary")))
    assert flaw_of(verify, parse(GOOD), key) is Flaw.SIGNATURE


@pytest.mark.parametrize(
    "jwk",
    [
        EC.as_dict(private=True),
        ED.as_dict(private=True),
        {**EC_PUBLIC, "k": "AAAA"},
        {**EC_PUBLIC, "kty": "oct"},
        {**EC_PUBLIC, "kty": ["EC"]},
        {**EC_PUBLIC, "crv": "P-384"},
        {**EC_PUBLIC, "crv": "secp256k1"},
        {**EC_PUBLIC, "use": "enc"},
        {**EC_PUBLIC, "use": ["sig"]},
        {**EC_PUBLIC, "key_ops": ["encrypt"]},
        {**EC_PUBLIC, "key_ops": "verify"},
        {**EC_PUBLIC, "alg": "HS256"},
        {**EC_PUBLIC, "alg": "ES384"},
        {**EC_PUBLIC, "x": EC_PUBLIC["y"]},
        {**EC_PUBLIC, "x": "AA" + EC_PUBLIC["x"]},
        {**EC_PUBLIC, "x": EC_PUBLIC["x"] + "="},
        {**EC_PUBLIC, "x": 5},
        {**EC_PUBLIC, "x": ""},
        {**EC_PUBLIC, "x": b64(bytes(32)), "y": b64(bytes(32))},
        {"kty": "EC", "crv": "P-256", "x": EC_PUBLIC["x"]},
        {**ED_PUBLIC, "crv": "X25519"},
        {**ED_PUBLIC, "crv": "Ed448"},
        {**ED_PUBLIC, "alg": "ES256"},
        {**ED_PUBLIC, "x": b64(bytes(31))},
        ECKey.generate_key("P-384").as_dict(private=False),
        RSAKey.generate_key(2048).as_dict(private=False),
        OctKey.generate_key(256).as_dict(),
        {"keys": [EC_PUBLIC]},
        EC.as_pem(private=False),
        EC.as_pem(private=False).decode(),
        EC.as_der(private=False),
        json.dumps(EC_PUBLIC),
        [EC_PUBLIC],
        {},
        None,
        True,
    ],
    ids=lambda one: type(one).__name__,  # keys are new in every run, names of tests are not
)
def test_only_a_public_signing_key_of_a_known_curve_is_a_key(jwk):
    assert flaw_of(verifying_key, jwk) is Flaw.KEY


def test_a_key_that_says_it_verifies_is_taken():
    says = {"use": "sig", "key_ops": ["verify"], "alg": "ES256", "kid": "k"}
    assert verifying_key({**EC_PUBLIC, **says}) == verifying_key(EC_PUBLIC)


def test_neither_a_repr_nor_a_refusal_holds_a_secret():
    scalar = p256_generate()
    key = SigningKey(scalar)
    compact = key.sign(b'{"canary":"p_canary"}', typ="JWT")
    shown = repr(key) + repr(key.verifying) + repr(parse(compact))
    assert b64(scalar) not in shown
    assert "canary" not in shown
    with pytest.raises(InvalidToken) as refused:
        parse(with_header('{"alg":"canary","alg":"canary"}'))
    assert "canary" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_the_other_library_refuses_what_we_sign_under_another_key():
    ours = SigningKey(p256_generate()).sign(b"{}", typ="JWT")
    with pytest.raises(Exception, match="bad_signature"):
        other_jws.deserialize_compact(ours, EC, algorithms=["ES256"])
