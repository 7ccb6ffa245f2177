"""Canonical JSON: the RFC's numbers and order, and the law that both writers agree."""

import json
import struct
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.crypto import canonical as module
from vault.crypto.canonical import canonical, strict_json
from vault.errors import BadInput

LARGEST = 2**53 - 1
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
SMALL_FLOATS = st.floats(min_value=-1e15, max_value=1e15)
LEAVES = st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | SMALL_FLOATS | TEXT
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


def reference(value):
    """RFC 8785 once more, as plainly as can be; numbers are checked by the RFC's table below."""
    match value:
        case dict():
            names = sorted(value, key=lambda name: list(memoryview(name.encode("utf-16-be"))))
            return "{" + ",".join(f"{reference(n)}:{reference(value[n])}" for n in names) + "}"
        case list():
            return "[" + ",".join(map(reference, value)) + "]"
        case str():
            return json.dumps(value, ensure_ascii=False)
        case float():
            return canonical(value).decode()
        case _:
            return json.dumps(value)


@given(VALUES)
def test_canonical_bytes_are_the_reference_bytes(value):
    assert canonical(value) == reference(value).encode()


@given(VALUES)
def test_the_quick_writer_and_the_careful_writer_agree(value):
    assert canonical(value) == module._written(value, path="", levels=64).encode()


@given(VALUES)
def test_what_was_written_reads_back_equal_and_writes_the_same_bytes(value):
    written = canonical(value)
    again = strict_json(written, max_bytes=len(written), max_depth=64)
    assert again == value
    assert canonical(again) == written


@pytest.mark.parametrize(
    ("bits", "text"),
    [  # RFC 8785 appendix B
        ("0000000000000000", "0"),
        ("8000000000000000", "0"),
        ("0000000000000001", "5e-324"),
        ("8000000000000001", "-5e-324"),
        ("7fefffffffffffff", "1.7976931348623157e+308"),
        ("ffefffffffffffff", "-1.7976931348623157e+308"),
        ("4340000000000000", "9007199254740992"),
        ("c340000000000000", "-9007199254740992"),
        ("4430000000000000", "295147905179352830000"),
        ("44b52d02c7e14af5", "9.999999999999997e+22"),
        ("44b52d02c7e14af6", "1e+23"),
        ("44b52d02c7e14af7", "1.0000000000000001e+23"),
        ("444b1ae4d6e2ef4e", "999999999999999700000"),
        ("444b1ae4d6e2ef4f", "999999999999999900000"),
        ("444b1ae4d6e2ef50", "1e+21"),
        ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
        ("3eb0c6f7a0b5ed8d", "0.000001"),
        ("41b3de4355555553", "333333333.3333332"),
        ("41b3de4355555554", "333333333.33333325"),
        ("41b3de4355555555", "333333333.3333333"),
        ("41b3de4355555556", "333333333.3333334"),
        ("41b3de4355555557", "333333333.33333343"),
        ("becbf647612f3696", "-0.0000033333333333333333"),
        ("43143ff3c1cb0959", "1424953923781206.2"),
    ],
)
def test_numbers_are_written_as_the_rfc_lists_them(bits, text):
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical(number).decode() == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_reads_back_as_itself(number):
    assert float(canonical(number)) == number


def test_members_are_sorted_by_utf_16_code_units():
    # RFC 8785 section 3.2.3, without its control characters' prose.
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\x80", "\u00f6"]
    written = canonical(dict.fromkeys(names, 0)).decode()
    assert list(json.loads(written)) == [
        "\r", "1", "\x80", "\u00f6", "\u20ac", "\U0001f600", "\ufb33",
    ]  # fmt: skip


def test_strings_have_the_shortest_escapes():
    assert canonical('\u20ac$\x0f\nA\'B"\\\\"/\x7f') == (
        '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/\x7f"'.encode()
    )


def test_bytes_of_an_entry_are_frozen():
    entry = {"v": 1, "type": "read", "fields": ["a", "b"], "ok": True, "n": None, "x": 1.50}
    frozen = b'{"fields":["a","b"],"n":null,"ok":true,"type":"read","v":1,"x":1.5}'
    assert canonical(entry) == frozen


def test_an_enum_member_is_written_as_its_text():
    class Colour(StrEnum):
        RED = "red"

    assert canonical({"c": Colour.RED, "x": 0.5}) == b'{"c":"red","x":0.5}'
    assert canonical({"c": Colour.RED}) == b'{"c":"red"}'


@pytest.mark.parametrize(
    ("value", "member"),
    [
        ({"a": [1, float("nan")]}, "a[1]"),
        ({"a": float("inf")}, "a"),
        ({"a": {"b": 2**53}}, "a.b"),
        ({"a": -(2**53)}, "a"),
        ({"a": ["\ud800"]}, "a[0]"),
        ({"\udfff": 1}, ""),
        ({"a": b"bytes"}, "a"),
        ({"a": {1: 2}}, "a"),
        ({"a": {1, 2}}, "a"),
        ({"not a plain name!": object()}, "?"),
    ],
)
def test_what_json_cannot_say_is_refused_by_name(value, member):
    with pytest.raises(BadInput) as refusal:
        canonical(value)
    assert refusal.value.member == member


def test_nesting_beyond_64_levels_is_refused():
    value = "x"
    for _ in range(64):
        value = [value]
    assert canonical(value)
    with pytest.raises(BadInput, match="64 levels"):
        canonical([value])


def test_a_value_that_holds_itself_is_refused():
    value = {}
    value["self"] = value
    with pytest.raises(BadInput, match="64 levels"):
        canonical(value)
