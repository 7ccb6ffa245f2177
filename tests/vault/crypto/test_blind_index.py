"""The blind index: frozen bytes, and where its bits end."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.crypto.blind_index import IndexPlace, blind_index
from vault.crypto.versioned_key import VersionedKey

KEY = VersionedKey(1, bytes(range(32)))
PLACE = IndexPlace(
    vault_id=bytes.fromhex("00112233445566778899aabbccddeeff"),
    scope="cmp_00000000000000000000000000",
    field="external_id",
    index="equal",
    norm_version=1,
)


def test_the_bytes_of_a_blind_index_are_frozen():
    assert blind_index(KEY, PLACE, b"4711", bits=128).hex() == "707b6d7e4c7a7f68ea691aa55ea01b91"
    assert blind_index(KEY, PLACE, b"4711", bits=12).hex() == "7070"


@given(st.binary(max_size=40), st.integers(min_value=1, max_value=128))
def test_fewer_bits_are_the_leading_bits_of_more(value, bits):
    whole = int.from_bytes(blind_index(KEY, PLACE, value, bits=128), "big")
    short = blind_index(KEY, PLACE, value, bits=bits)
    assert len(short) == -(-bits // 8)
    assert int.from_bytes(short, "big") >> (8 * len(short) - bits) == whole >> (128 - bits)
    assert int.from_bytes(short, "big") % (1 << (8 * len(short) - bits)) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"vault_id": bytes(16)},
        {"scope": ""},
        {"field": "x"},
        {"index": "prefix"},
        {"norm_version": 2},
    ],
)
def test_every_part_of_the_place_changes_the_hash(change):
    elsewhere = dataclasses.replace(PLACE, **change)
    assert blind_index(KEY, elsewhere, b"4711", bits=128) != blind_index(
        KEY, PLACE, b"4711", bits=128
    )


def test_every_version_of_the_key_changes_the_hash():
    later = VersionedKey(2, KEY.key)
    assert blind_index(later, PLACE, b"4711", bits=128) != blind_index(
        KEY, PLACE, b"4711", bits=128
    )


@pytest.mark.parametrize("bits", [0, -1, 129])
def test_no_bits_and_too_many_bits_are_refused(bits):
    with pytest.raises(ValueError, match="1 to 128"):
        blind_index(KEY, PLACE, b"4711", bits=bits)
