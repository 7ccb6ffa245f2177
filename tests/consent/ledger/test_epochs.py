"""The leaves of the log: one byte form each."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.ledger.epochs import (
    Epoch,
    batch,
    decode_epoch,
    encode_epoch,
    entry_leaf,
    origin_leaf,
)
from vault.errors import BadInput

ROOT = bytes.fromhex("2293ac389fcffcb173e2972da663d437efb076262bfa55d5804fc7b54e7c6ac7")
EPOCH = Epoch(k=2, ts=1_767_225_601_000, first_index=3, count=1, d=20, map_root=ROOT)
FROZEN = (
    "02"
    "0000000000000002"
    "0000019b76daabe8"
    "0000000000000003"
    "0000000000000001"
    "14"
    "2293ac389fcffcb173e2972da663d437efb076262bfa55d5804fc7b54e7c6ac7"
)


def test_an_epoch_leaf_has_its_frozen_bytes():
    assert encode_epoch(EPOCH).hex() == FROZEN
    assert len(encode_epoch(EPOCH)) == 66


def test_an_entry_leaf_is_its_tag_and_the_commitment():
    assert entry_leaf(ROOT) == b"\x01" + ROOT
    assert len(entry_leaf(ROOT)) == 33


def test_an_origin_leaf_has_its_frozen_bytes():
    leaf = origin_leaf(old_note=b"old\n", claims=b"[]", ts=1_767_225_601_000)
    assert leaf.hex() == (
        "03000000046f6c640a00000020" + sha256(b"[]").hexdigest() + "000000080000019b76daabe8"
    )


def test_an_epoch_stands_right_behind_its_entries():
    assert (EPOCH.index, EPOCH.size) == (4, 5)


u64 = st.integers(0, (1 << 62) - 1)


@given(
    epoch=st.builds(
        Epoch,
        k=u64,
        ts=u64,
        first_index=u64,
        count=u64,
        d=st.integers(1, 40),
        map_root=st.binary(min_size=32, max_size=32),
    )
)
def test_what_is_encoded_is_decoded(epoch):
    assert decode_epoch(encode_epoch(epoch)) == epoch


@pytest.mark.parametrize(
    "leaf",
    [
        b"",
        bytes.fromhex(FROZEN)[:-1],
        bytes.fromhex(FROZEN) + b"\0",
        b"\x01" + bytes.fromhex(FROZEN)[1:],
        b"\x03" + bytes.fromhex(FROZEN)[1:],
        entry_leaf(ROOT),
        encode_epoch(EPOCH)[:33] + b"\0" + ROOT,
        encode_epoch(EPOCH)[:33] + b"\x29" + ROOT,
        encode_epoch(EPOCH)[:17] + b"\xff" * 16 + encode_epoch(EPOCH)[33:],
    ],
    ids=["empty", "short", "long", "entry", "origin", "entry leaf", "d 0", "d 41", "far away"],
)
def test_anything_else_is_no_epoch_leaf(leaf):
    with pytest.raises(BadInput):
        decode_epoch(leaf)


@given(commitments=st.lists(st.binary(min_size=32, max_size=32), max_size=20, unique=True))
def test_a_batch_is_ordered_by_commitment_and_ends_in_its_epoch(commitments):
    epoch = Epoch(k=1, ts=1, first_index=0, count=len(commitments), d=1, map_root=ROOT)
    *entries, last = batch(commitments, epoch)
    assert entries == [b"\x01" + c for c in sorted(commitments)]
    assert decode_epoch(last) == epoch


def test_an_epoch_that_counts_other_entries_is_not_made():
    with pytest.raises(ValueError, match="counts other"):
        batch([ROOT, bytes(32)], EPOCH)
