"""Strict JSON: what two readers could read differently is refused, by name and quickly."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.crypto.canonical import strict_json
from vault.errors import BadInput


def read(data, *, max_bytes=1_000_000, max_depth=16):
    return strict_json(data, max_bytes=max_bytes, max_depth=max_depth)


def refusal_of(data, **limits):
    with pytest.raises(BadInput) as refusal:
        read(data, **limits)
    return refusal.value


def test_ordinary_json_is_read():
    data = b' {"a": [1, -2.5e3, true, null, "x\\u00e9\\n"], "b": {"c": {}}} '
    assert read(data) == {"a": [1, -2500.0, True, None, "xé\n"], "b": {"c": {}}}


@pytest.mark.parametrize(
    ("data", "member"),
    [
        (b'{"a":1,"a":1}', "a"),
        (b'{"x":[{"a":1,"b":2,"a":3}]}', "x[0].a"),
        (b'{"a":1,"\\u0061":2}', "a"),
        (b'{"a":{"b":NaN}}', "a.b"),
        (b"[Infinity]", "[0]"),
        (b'{"a":-Infinity}', "a"),
        (b'{"a":1e400}', "a"),
        (b'{"a":"\\ud800"}', "a"),
        (b'{"a":"\\udc00\\ud800"}', "a"),
        (b'{"\\ud800":1}', "?"),
        (b'{"a":["x\\u0000y"]}', "a[0]"),
        (b'{"a\\u0000":1}', "?"),
        (b'{"a":9007199254740992}', "a"),
        (b'{"a":-9007199254740992}', "a"),
        (b'{"a":' + b"9" * 100_000 + b"}", "a"),
    ],
)
def test_what_two_readers_could_read_differently_is_refused_by_name(data, member):
    assert refusal_of(data).member == member


@pytest.mark.parametrize(
    "data",
    [
        b"", b" ", b"{", b'{"a"}', b"[1,]", b'{"a":1,}', b"01", b"+1", b"1.", b".5", b"0x10",
        b"nan", b"tru", b"'a'", b"{a:1}", b'"a\nb"', b'"a\x00b"', b'"\\x41"', b"[1] x", b"[1][2]",
        b'{"a":1 "b":2}', b"/* c */ 1", b"\xff", b'"\xed\xa0\x80"', b'"\xc0\x80"', b"\x00",
        b"\xef\xbb\xbf{}", b'{"a":1}\x00', '{"a":1}'.encode("utf-16"), b"]]]][[[[",
    ],
)  # fmt: skip
def test_what_is_not_json_is_refused(data):
    refusal_of(data)


def test_length_and_depth_end_where_the_caller_says():
    assert read(b'"abcd"', max_bytes=6) == "abcd"
    assert "6 bytes" in str(refusal_of(b'"abcde"', max_bytes=6))
    assert read(b"[" * 16 + b"]" * 16)
    assert "16 levels" in str(refusal_of(b"[" * 17 + b"]" * 17))
    assert "16 levels" in str(refusal_of(b'{"a":' * 17 + b"1" + b"}" * 17))


def test_no_caller_may_allow_more_nesting_than_can_be_written():
    assert read(b"[" * 64 + b"]" * 64, max_depth=64)
    with pytest.raises(ValueError, match="64 levels"):
        read(b"[]", max_depth=65)


def test_brackets_in_strings_and_side_by_side_are_not_depth():
    assert read(b'["' + b"[{" * 500 + b'","\\"[[[[[[[[[[[[[[[[[[[[["]')
    assert len(read(b"[" + b",".join([b"[[]]"] * 500) + b"]")) == 500


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 500_000,
        b"[" * 250_000 + b"]" * 250_000,
        b'{"a":' * 100_000,
        b"[]" * 250_000,
        b'"' + b'\\"' * 250_000,
        b"[]" * 20 + b'"' + b'\\"' * 250_000,
        b'["' * 250_000,
        b'"\\' * 250_000,
        b"9" * 500_000,
        b'{"a":"' + b"\\u0000" * 80_000 + b'"}',
        b"[" + b",".join([b'{"a":1,"a":2}'] * 30_000) + b"]",
    ],
)
def test_half_a_megabyte_of_hostility_is_refused_without_running_away(data):
    started = time.process_time()
    refusal_of(data)
    assert time.process_time() - started < 2  # a quadratic reader would take minutes


def test_a_refusal_shows_no_value_and_carries_no_document():
    for data in (b'{"a":"SECRET","a":"SECRET"}', b'{"a":"SECRET', b'{"a":"SECRET\\u0000"}'):
        error = refusal_of(data)
        assert "SECRET" not in str(error)
        assert error.__cause__ is None
        assert error.__suppress_context__ or error.__context__ is None


@given(
    st.binary(max_size=60) | st.text(alphabet='{}[]",:\\u0123ed-. ', max_size=60).map(str.encode)
)
def test_any_bytes_are_read_as_json_reads_them_or_refused(data):
    try:
        value = read(data)
    except BadInput:
        return
    assert value == json.loads(data)
