"""JSON Lines: strict JSON, one object a line, native or mapped."""

import io
import json

import pytest

from audit_portal.imports.jsonl_reader import read_jsonl
from audit_portal.imports.mapping import FileMapping, parse_mapping
from audit_portal.imports.records import Record, Row, RowError
from vault.errors import BadInput

NESTED = parse_mapping(
    b"""
external_id = "id"
ignore = ["meta"]
[columns]
"mail.work" = "contact.email"
age = "identity.age"
home = "address.home"
spent = { field = "loyalty.total_spent", currency = "EUR" }
""",
    kind="toml",
)


def rows(*lines: bytes | object, mapping: FileMapping | None = None) -> list[Row]:
    data = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    return list(read_jsonl(io.BytesIO(b"\n".join(data)), mapping))


def error(line: bytes | object, mapping: FileMapping | None = None) -> tuple[str, str]:
    (found,) = rows(line, mapping=mapping)
    assert isinstance(found, RowError)
    return found.member, found.reason


def test_a_line_in_the_vault_s_own_shape_lands():
    values = {
        "contact.email": "rosa@example.org",
        "identity.age": 58,
        "preferences.interests": ["chess"],
        "money.income": {"amount": "12.50", "currency": "EUR"},
        "address.home": {"street": "1 Main St"},
        "money.housing_loan": False,
    }
    (found,) = rows({"external_id": "A-1", "fields": values, "source": "web"})
    assert dict(found.values) == values
    assert (found.line, found.external_id, found.reported) == (1, "A-1", ("source",))


def test_members_land_where_the_mapping_says_and_others_are_reported_by_their_path():
    (found,) = rows(
        {
            "id": 10442,
            "mail": {"work": "rosa@example.org", "home": "r@example.org"},
            "age": 58,
            "home": {"street": "1 Main St"},
            "spent": 22.35,
            "meta": {"secret": 1},
            "tags": None,
        },
        mapping=NESTED,
    )
    assert dict(found.values) == {
        "contact.email": "rosa@example.org",
        "identity.age": 58,
        "address.home": {"street": "1 Main St"},
        "loyalty.total_spent": {"amount": "22.35", "currency": "EUR"},
    }
    assert (found.external_id, found.reported) == ("10442", ("mail.home",))


def test_a_member_may_be_absent():
    (found,) = rows({"id": "A-1"}, mapping=NESTED)
    assert dict(found.values) == {}


def test_blank_lines_and_a_byte_order_mark_are_passed_over():
    lines = (b"\xef\xbb\xbf" + json.dumps({"id": "A-1"}).encode(), b"", b"  ", {"id": "A-2"})
    assert [row.line for row in rows(*lines, mapping=NESTED)] == [1, 4]


@pytest.mark.parametrize(
    ("line", "member", "reason"),
    [
        (b"{", "", "is not JSON at character 2"),
        (b"[]", "", "is not an object"),
        (b'{"id":"A","id":"B"}', "id", "is given twice"),
        (b'{"id":"A","age":NaN}', "age", "is not a finite number"),
        (b'{"id":"A","age":"\\ud800"}', "age", "holds a lone surrogate"),
        (b'{"id":"A","age":"\\u0000"}', "age", "holds U+0000"),
        (b'{"id":"\xff"}', "", "is not UTF-8 at byte 8"),
        (b'{"id":' + b"[" * 99, "", "is nested deeper than 8 levels"),
        (b'{"id":{"x":1}}', "id", "must be text or a whole number"),
        (b'{"age":1}', "id", "must be text or a whole number"),
        (b'{"id":"A","age":58.5}', "age", "must be a whole number"),
        (b'{"id":"A","home":"1 Main St"}', "home",
         "must be an object of po_box, extended, street, locality, region, postal_code, country"),
    ],
)  # fmt: skip
def test_a_line_that_is_none_is_an_error_of_its_member(line, member, reason):
    assert error(line, NESTED) == (member, reason)


@pytest.mark.parametrize(
    ("line", "member", "reason"),
    [
        ({"external_id": "A"}, "fields", "must be an object of fields"),
        ({"external_id": "A", "fields": {"contact.fax": "1"}}, "fields.contact.fax",
         "is no field of the catalogue"),
        ({"external_id": "A", "fields": {"identity.age": "old"}}, "fields.identity.age",
         "must be a whole number"),
        ({"fields": {}}, "external_id", "must be text or a whole number"),
    ],
)  # fmt: skip
def test_a_field_the_vault_does_not_know_is_an_error_not_a_report(line, member, reason):
    assert error(line) == (member, reason)


def test_one_bad_line_does_not_stop_the_others():
    found = rows(b"{", {"id": "A-2"}, b"x" * 8_388_609, {"id": "A-4"}, mapping=NESTED)
    assert [type(row) for row in found] == [RowError, Record, RowError, Record]
    assert found[2].reason == "is longer than 8,388,608 characters"


def test_a_zipped_file_is_refused_as_a_whole():
    with pytest.raises(BadInput, match="is an archive"):
        rows(b"PK\x03\x04")
