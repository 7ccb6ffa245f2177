"""Padding: few sizes, one form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.crypto.padding import pad, padded_length, unpad
from vault.errors import Damaged


@given(st.binary(max_size=3000))
def test_a_padded_value_unpads_to_itself(plain):
    padded = pad(plain)
    assert unpad(padded) == plain
    assert len(padded) == padded_length(len(plain))


@pytest.mark.parametrize(
    ("plain", "padded"),
    [
        (0, 32), (31, 32), (32, 64), (63, 64), (64, 128), (255, 256), (1023, 1024),
        (1024, 1088), (1087, 1088), (1088, 1152), (9999, 10240), (65535, 65536), (65536, 67584),
    ],
)  # fmt: skip
def test_lengths_are_the_frozen_ones(plain, padded):
    assert padded_length(plain) == padded


@given(st.integers(min_value=1024, max_value=2**32))
def test_large_lengths_grow_by_an_eighth_at_most_and_keep_few_bits(length):
    padded = padded_length(length)
    assert length < padded <= length * 1.125
    exponent = padded.bit_length() - 1
    assert padded % (1 << (exponent - exponent.bit_length())) == 0


@given(st.binary(max_size=1100), st.integers(min_value=1, max_value=200))
def test_a_longer_padding_of_the_same_value_is_refused(plain, extra):
    with pytest.raises(Damaged):
        unpad(pad(plain) + b"\0" * extra)


@given(st.binary(max_size=100).filter(lambda data: data not in (pad(b""), b"")))
def test_bytes_that_are_no_padded_form_are_refused(data):
    if data == pad(data.rstrip(b"\0")[:-1]):
        return
    with pytest.raises(Damaged):
        unpad(data)


@pytest.mark.parametrize("data", [b"", b"\0" * 32, b"\x80", b"\x80".ljust(33, b"\0"), b"a" * 32])
def test_wrong_marks_and_wrong_lengths_are_refused(data):
    with pytest.raises(Damaged):
        unpad(data)
