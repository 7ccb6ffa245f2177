"""A wrapped key: frozen bytes, and bound to whose it is and what for."""

from dataclasses import replace

import pytest

from vault.crypto import wrapping
from vault.crypto.wrapping import KeyPlace, unwrap, wrap, wrapping_key
from vault.errors import Damaged

UNDER = wrapping_key(bytes(range(32)))
KEY = bytes(range(32, 64))
PLACE = KeyPlace(
    vault_id=bytes.fromhex("00112233445566778899aabbccddeeff"),
    owner=bytes.fromhex("0f0e0d0c0b0a09080706050403020100"),
    use="data",
    key_version=1,
    g=1,
)
FROZEN = bytes.fromhex(
    "000102030405060708090a0bd1a618aba360c1d624bfd3a432265d7d4dad"
    "3d6c00953e042e323513a9995dcc8b8659ff0505a041034fe9056e6ea5a3"
)


def test_the_bytes_of_a_wrapped_key_are_frozen():
    wrapped = wrapping._wrap(UNDER, PLACE, KEY, nonce=bytes(range(12)))
    assert wrapped == FROZEN
    assert unwrap(UNDER, PLACE, FROZEN) == KEY


@pytest.mark.parametrize(
    "change",
    [{"vault_id": bytes(16)}, {"owner": bytes(16)}, {"use": "log"}, {"key_version": 2}, {"g": 2}],
)
def test_a_wrapped_key_moved_elsewhere_does_not_unwrap(change):
    with pytest.raises(Damaged):
        unwrap(UNDER, replace(PLACE, **change), wrap(UNDER, PLACE, KEY))


def test_another_generation_key_and_every_flipped_bit_are_refused():
    wrapped = wrap(UNDER, PLACE, KEY)
    assert len(wrapped) == wrapping.WRAPPED_BYTES == 60
    with pytest.raises(Damaged):
        unwrap(wrapping_key(bytes(32)), PLACE, wrapped)
    for bit in range(len(wrapped) * 8):
        flipped = bytearray(wrapped)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Damaged):
            unwrap(UNDER, PLACE, bytes(flipped))


@pytest.mark.parametrize("wrapped", [b"", bytes(59), bytes(61)])
def test_bytes_of_another_length_are_refused(wrapped):
    with pytest.raises(Damaged, match="60 bytes"):
        unwrap(UNDER, PLACE, wrapped)
