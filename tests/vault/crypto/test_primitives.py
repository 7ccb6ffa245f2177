"""Primitives against the RFCs' own vectors and against the package's ready-made HKDF."""

import base64
import json

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import shared_path
from vault.crypto import primitives
from vault.crypto.signing import SigningKey, verify
from vault.errors import Damaged

BYTES = st.binary(max_size=200)


def test_the_oracle_used_below_gives_the_answer_of_rfc_5869():
    vector = json.loads(shared_path("vectors/rfc/oauth-jose-vectors.json").read_text())[
        "rfc5869_tc1"
    ]
    ikm, salt, info = (bytes.fromhex(vector[name]) for name in ("ikm", "salt", "info"))
    oracle = HKDF(algorithm=hashes.SHA256(), length=vector["L"], salt=salt, info=info)
    assert oracle.derive(ikm).hex() == vector["okm"]


@given(key=BYTES.filter(bool), salt=BYTES, info=BYTES, length=st.integers(1, 64))
def test_our_hkdf_equals_the_oracle_with_sha_512(key, salt, info, length):
    oracle = HKDF(algorithm=hashes.SHA512(), length=length, salt=salt or None, info=info)
    assert primitives.hkdf_sha512(key, info, length, salt=salt) == oracle.derive(key)


@pytest.mark.parametrize("length", [0, 65])
def test_expand_gives_one_block_and_no_more(length):
    with pytest.raises(ValueError, match="1 to 64"):
        primitives.expand(b"k" * 64, b"", length)


@pytest.mark.parametrize(
    ("function", "answer"),
    [
        # RFC 4231 section 4.3, test case 2.
        (
            primitives.hmac_sha256,
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            primitives.hmac_sha512,
            (
                "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
                "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"
            ),
        ),
    ],
)
def test_hmac_gives_the_answers_of_rfc_4231(function, answer):
    assert function(b"Jefe", b"what do ya want for nothing?").hex() == answer


def test_sha256_gives_the_answer_of_fips_180():
    answer = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert primitives.sha256(b"abc").hex() == answer


def test_aes_256_gcm_gives_the_answer_of_the_gcm_specification():
    # McGrew and Viega, "The Galois/Counter Mode of Operation", test case 14.
    sealed = primitives.aes256gcm_seal(key=bytes(32), nonce=bytes(12), plain=bytes(16), aad=b"")
    assert sealed.hex() == "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"


@given(key=st.binary(min_size=32, max_size=32), plain=BYTES, aad=BYTES)
def test_what_is_sealed_opens_and_nothing_else_does(key, plain, aad):
    nonce = bytes(12)
    sealed = primitives.aes256gcm_seal(key=key, nonce=nonce, plain=plain, aad=aad)
    assert primitives.aes256gcm_open(key=key, nonce=nonce, sealed=sealed, aad=aad) == plain
    with pytest.raises(Damaged):
        primitives.aes256gcm_open(key=key, nonce=nonce, sealed=sealed, aad=aad + b"x")


@pytest.mark.parametrize("sealed", [b"", b"short", bytes(16)])
def test_bytes_that_are_no_ciphertext_are_damaged(sealed):
    with pytest.raises(Damaged):
        primitives.aes256gcm_open(key=bytes(32), nonce=bytes(12), sealed=sealed, aad=b"")


@given(st.lists(BYTES), st.lists(BYTES))
def test_length_prefixed_lists_are_equal_only_when_their_parts_are(left, right):
    same = primitives.length_prefixed(*left) == primitives.length_prefixed(*right)
    assert same == (left == right)


def test_length_prefixed_bytes_are_frozen():
    assert primitives.length_prefixed(b"ab", b"", b"c").hex() == "000000026162000000000000000163"


def test_ed25519_gives_the_answer_of_rfc_8032():
    # RFC 8032 section 7.1, test 2.
    seed = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    key = SigningKey(seed)
    assert key.public.hex() == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    assert key.sign(b"\x72").hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )


@given(message=BYTES, other=BYTES)
def test_a_signature_holds_for_its_message_only(message, other):
    key = SigningKey(bytes(32))
    signature = key.sign(message)
    assert verify(public=key.public, message=message, signature=signature)
    assert verify(public=key.public, message=other, signature=signature) == (message == other)


@given(public=st.binary(max_size=40), signature=st.binary(max_size=70))
def test_bytes_that_are_no_key_or_no_signature_verify_nothing(public, signature):
    assert not verify(public=public, message=b"", signature=signature)


def test_a_signing_key_does_not_show_itself():
    seed = primitives.random_bytes(32)
    assert seed.hex() not in repr(SigningKey(seed))
    assert repr(seed) not in repr(SigningKey(seed))


def test_a_p256_key_gives_the_public_point_of_rfc_7515():
    # Appendix A.3 publishes the private scalar; its public point is in the vectors.
    vectors = json.loads(shared_path("vectors/rfc/oauth-jose-vectors.json").read_text())
    scalar = "8e9b109e719098bf980487df1f5d77e9cb29606ebed2263b5f57c213df84f4b2"
    point = primitives.p256_public(bytes.fromhex(scalar))
    assert point[:32] == _base64url(vectors["rfc7515_a3"]["jwk"]["x"])
    assert point[32:] == _base64url(vectors["rfc7515_a3"]["jwk"]["y"])


def test_fresh_p256_keys_differ_and_have_points():
    first, second = primitives.p256_generate(), primitives.p256_generate()
    assert first != second
    assert len(first) == 32
    assert len(primitives.p256_public(second)) == 64


def _base64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@given(
    key=st.binary(max_size=200), infos=st.lists(st.binary(max_size=64)), length=st.integers(1, 64)
)
def test_expanding_for_each_is_expanding_one_by_one(key, infos, length):
    one_by_one = [primitives.expand(key, info, length) for info in infos]
    assert primitives.expand_each(key, infos, length) == one_by_one


@pytest.mark.parametrize("length", [0, 65])
def test_expanding_for_each_gives_one_block_at_most(length):
    with pytest.raises(ValueError, match="1 to 64"):
        primitives.expand_each(bytes(32), [b""], length)
