"""The sealed value, format 1: frozen bytes, and everything that must not open."""

import dataclasses
import hashlib
import hmac
import struct

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from vault.crypto import envelope
from vault.crypto.committed_keys import derive
from vault.crypto.envelope import Place
from vault.crypto.padding import pad
from vault.crypto.primitives import aes256gcm_open, aes256gcm_seal
from vault.crypto.versioned_key import MOST_DERIVED, VersionedKey
from vault.errors import BadInput, Damaged
from vault.identifiers import ConsumerId

KEY = VersionedKey(1, bytes(range(32)))
PLACE = Place(
    vault_id=bytes.fromhex("00112233445566778899aabbccddeeff"),
    consumer_id=ConsumerId(bytes.fromhex("0f0e0d0c0b0a09080706050403020100")),
    field="contact.email",
    version=3,
    schema_id=7,
)
PLAIN = b'"rosa@example.org"'
RANDOMNESS = bytes(range(100, 144))  # salt, then nonce
FROZEN = bytes.fromhex(
    "01000000016465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f8081828390e435"
    "ef2a4f2ad2538919cab54b8578dfc1e64f43063d91d05d737cbcc0e5708485868788898a8b8c8d8e"
    "8fe8b62109cd91d40e6630242fab765033972ec27af87773b313077fb02d70530aec119177877a85"
    "a165fddcbb5cfce625"
)

ELSEWHERE = {
    "vault": dataclasses.replace(PLACE, vault_id=bytes(16)),
    "consumer": dataclasses.replace(PLACE, consumer_id=ConsumerId(bytes(16))),
    "field": dataclasses.replace(PLACE, field="contact.email_other"),
    "version": dataclasses.replace(PLACE, version=4),
    "schema": dataclasses.replace(PLACE, schema_id=8),
}


def test_the_bytes_of_a_sealed_value_are_frozen():
    assert envelope._seal(KEY, PLACE, PLAIN, randomness=RANDOMNESS) == FROZEN
    assert envelope.open(KEY, PLACE, FROZEN) == PLAIN


def test_the_bytes_are_those_of_the_format_as_written_down():
    """Format 1 once more, from the standard library and nothing of the house."""

    def mac(key, message):
        return hmac.digest(key, message, "sha512")

    parts = [
        b"habeas/field/v1", b"\x01", PLACE.vault_id, PLACE.consumer_id, b"contact.email",
        (3).to_bytes(8, "big"), (7).to_bytes(4, "big"),
    ]  # fmt: skip
    context = hashlib.sha256(b"".join(struct.pack(">I", len(p)) + p for p in parts)).digest()
    salt, nonce = RANDOMNESS[:32], RANDOMNESS[32:]
    field_key = mac(mac(salt, KEY.key), b"habeas/fk/v1" + context + b"\x01")
    encryption_key = mac(field_key, b"DERIVEKEY" + context + b"\x01")[:32]
    commitment = mac(field_key, b"COMMITKEY" + context + b"\x01")[:32]
    padded = (PLAIN + b"\x80").ljust(32, b"\0")
    sealed = AESGCM(encryption_key).encrypt(nonce, padded, context)
    assert b"\x01\0\0\0\x01" + salt + commitment + nonce + sealed == FROZEN


def test_the_hash_of_a_record_is_the_sha256_of_its_bytes():
    digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert envelope.record_hash(b"").hex() == digest


@given(st.binary(max_size=2000))
def test_a_sealed_value_opens_at_its_place(plain):
    rec = envelope.seal(KEY, PLACE, plain)
    assert envelope.open(KEY, PLACE, rec) == plain
    assert len(rec) >= envelope.MIN_RECORD_BYTES
    assert envelope.key_version(rec) == 1


@pytest.mark.parametrize("moved", ELSEWHERE)
def test_a_value_moved_elsewhere_does_not_open(moved):
    rec = envelope.seal(KEY, PLACE, PLAIN)
    with pytest.raises(Damaged):
        envelope.open(KEY, ELSEWHERE[moved], rec)


@pytest.mark.parametrize("key", [VersionedKey(1, bytes(32)), VersionedKey(2, KEY.key)])
def test_another_key_or_another_version_of_it_does_not_open(key):
    with pytest.raises(Damaged):
        envelope.open(key, PLACE, envelope.seal(KEY, PLACE, PLAIN))


def test_a_record_with_any_one_bit_flipped_does_not_open():
    rec = envelope.seal(KEY, PLACE, PLAIN)
    for bit in range(len(rec) * 8):
        flipped = bytearray(rec)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Damaged):
            envelope.open(KEY, PLACE, bytes(flipped))


@pytest.mark.parametrize("suite", [0, 2, 255])
def test_another_suite_is_refused_even_when_everything_else_agrees(suite, monkeypatch):
    # An attacker who seals with the right key under a suite of their own choice.
    monkeypatch.setattr(envelope, "_SUITE", bytes([suite]))
    rec = envelope.seal(KEY, PLACE, PLAIN)
    with pytest.raises(Damaged, match="suite"):
        envelope.open(KEY, PLACE, rec)


@given(st.binary(max_size=300))
def test_bytes_that_are_no_record_do_not_open(data):
    with pytest.raises(Damaged):
        envelope.open(KEY, PLACE, data)


def test_every_cut_and_every_longer_record_is_refused():
    rec = envelope.seal(KEY, PLACE, PLAIN)
    for data in [rec[:length] for length in range(len(rec))] + [rec + b"\0"]:
        with pytest.raises(Damaged):
            envelope.open(KEY, PLACE, data)


@pytest.mark.parametrize(
    "padded", [pad(PLAIN) + bytes(32), PLAIN, bytes(32), b"", PLAIN + b"\x80", pad(PLAIN)[:-1]]
)
def test_a_value_sealed_with_another_padding_is_refused(padded, monkeypatch):
    monkeypatch.setattr(envelope, "pad", lambda _: padded)
    rec = envelope.seal(KEY, PLACE, PLAIN)
    with pytest.raises(Damaged):
        envelope.open(KEY, PLACE, rec)


def test_a_value_is_at_most_64_kib():
    assert envelope.open(KEY, PLACE, envelope.seal(KEY, PLACE, bytes(65_536))) == bytes(65_536)
    with pytest.raises(BadInput) as refusal:
        envelope.seal(KEY, PLACE, bytes(65_537))
    assert refusal.value.member == "contact.email"


def test_values_of_like_length_have_records_of_one_length():
    assert {len(envelope.seal(KEY, PLACE, b"x" * n)) for n in range(32)} == {129}


def test_sealing_the_same_value_again_shares_no_salt_and_no_nonce():
    recs = [envelope.seal(KEY, PLACE, PLAIN) for _ in range(1000)]
    assert len({rec[5:37] for rec in recs}) == len({rec[69:81] for rec in recs}) == 1000


def test_a_key_does_not_show_itself():
    assert repr(KEY) == "VersionedKey(version=1)"


# --- one ciphertext, two keys -----------------------------------------------------------------


def test_a_ciphertext_that_opens_under_two_keys_is_refused_by_its_commitment():
    """Raw GCM opens it under both keys; the envelope opens it under neither it does not name."""
    other = VersionedKey(1, bytes(range(32, 64)))
    salt, nonce = bytes(32), bytes(12)
    context = envelope._context(b"\x01", PLACE)
    (ek_1, ck_1), (ek_2, ck_2) = (derive(k.key, salt, context) for k in (KEY, other))
    sealed = _colliding_ciphertext(ek_1, ek_2, nonce, context)

    for key in (ek_1, ek_2):
        assert len(aes256gcm_open(key=key, nonce=nonce, sealed=sealed, aad=context)) == 32
    for commitment, wrong in ((ck_1, other), (ck_2, KEY)):
        rec = b"\x01" + (1).to_bytes(4, "big") + salt + commitment + nonce + sealed
        with pytest.raises(Damaged, match="not sealed for this place under this key"):
            envelope.open(wrong, PLACE, rec)


def _colliding_ciphertext(key_1, key_2, nonce, aad):
    """32 bytes and a tag that both keys accept: the tag is linear in the last block, so solve it.

    With H the hash key and E the masked counter block of each key, GHASH of two aad blocks A1 A2,
    two blocks C1 C2 and the lengths L is  A1 H^5 + A2 H^4 + C1 H^3 + C2 H^2 + L H,  plus E.
    """
    masks = [aes256gcm_seal(key=key, nonce=nonce, plain=b"", aad=b"") for key in (key_1, key_2)]
    terms = [
        (_hash_key(key), int.from_bytes(mask, "big"))  # nothing sealed: the tag is E alone
        for key, mask in zip((key_1, key_2), masks, strict=True)
    ]
    blocks = [int.from_bytes(aad[:16], "big"), int.from_bytes(aad[16:], "big"), 0]
    lengths = ((32 * 8) << 64) | (32 * 8)

    def fixed_part(h, e):
        powers = [_power(h, n) for n in (5, 4, 3)]
        known = [_times(block, power) for block, power in zip(blocks, powers, strict=True)]
        return known[0] ^ known[1] ^ known[2] ^ _times(lengths, h) ^ e

    difference = fixed_part(*terms[0]) ^ fixed_part(*terms[1])
    squares = _power(terms[0][0], 2) ^ _power(terms[1][0], 2)
    second = _times(difference, _power(squares, 2**128 - 2))  # the inverse, by Fermat
    tag = fixed_part(*terms[0]) ^ _times(second, _power(terms[0][0], 2))
    return bytes(16) + second.to_bytes(16, "big") + tag.to_bytes(16, "big")


def _hash_key(key):
    """H: the zero block under AES (SP 800-38D section 7.1)."""
    block = Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(bytes(16))  # noqa: S305 - one block
    return int.from_bytes(block, "big")


def _times(x, y):
    """Multiplication in GF(2^128) as GCM writes it, bit 0 first (SP 800-38D section 6.3)."""
    product = 0
    for bit in range(127, -1, -1):
        if y >> bit & 1:
            product ^= x
        x = x >> 1 ^ (0xE1 << 120 if x & 1 else 0)
    return product


def _power(x, exponent):
    result = 1 << 127
    while exponent:
        if exponent & 1:
            result = _times(result, x)
        x, exponent = _times(x, x), exponent >> 1
    return result


def test_what_was_derived_once_opens_no_other_place_and_no_other_record():
    key = VersionedKey(1, KEY.key)
    for _ in range(2):
        assert envelope.open(key, PLACE, FROZEN) == PLAIN
    for moved in ELSEWHERE.values():
        with pytest.raises(Damaged):
            envelope.open(key, moved, FROZEN)
    other_salt = FROZEN[:5] + bytes(32) + FROZEN[37:]
    with pytest.raises(Damaged):
        envelope.open(key, PLACE, other_salt)


def test_a_key_keeps_few_derived_keys_and_shows_none():
    key = VersionedKey(1, KEY.key)
    places = [dataclasses.replace(PLACE, version=n) for n in range(1, 3 * MOST_DERIVED)]
    for place in places:
        assert envelope.open(key, place, envelope.seal(key, place, PLAIN)) == PLAIN
    assert 0 < len(key._derived) <= MOST_DERIVED
    assert repr(key) == "VersionedKey(version=1)"
    assert key == VersionedKey(1, KEY.key)
    assert hash(key) == hash(VersionedKey(1, KEY.key))
