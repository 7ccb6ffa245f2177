"""CSV files: real ones land whole, broken ones give errors by line, none of which shows a value."""

import io
import tracemalloc
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_portal.imports import text_lines
from audit_portal.imports.csv_reader import read_csv
from audit_portal.imports.mapping import FileMapping, parse_mapping
from audit_portal.imports.records import Record, Row, RowError
from tests.conftest import shared_path
from vault.errors import BadInput

ARCHIVE = "is an archive, a spreadsheet or a document: save it as plain text first"
MAPPINGS = Path(__file__).parents[3] / "docs" / "mappings"

PEOPLE = parse_mapping(
    b"""
external_id = "ID"
ignore = ["Code"]
[columns]
Name = "identity.full_name"
Age = "identity.age"
""",
    kind="toml",
)


def rows(data: bytes, mapping: FileMapping = PEOPLE) -> list[Row]:
    return list(read_csv(io.BytesIO(data), mapping))


def values(row: Row) -> object:
    return dict(row.values) if isinstance(row, Record) else row


def whole_file_refused(data: bytes, mapping: FileMapping = PEOPLE) -> str:
    with pytest.raises(BadInput) as caught:
        rows(data, mapping)
    return str(caught.value)


def mapping_of(name: str) -> FileMapping:
    return parse_mapping((MAPPINGS / name).read_bytes(), kind="toml")


# --- real files -------------------------------------------------------------------------------


def test_every_row_of_the_bank_s_file_lands_with_all_seventeen_columns():
    path = shared_path("data/bank_customers/bank-10th.csv")
    with path.open("rb") as stream:
        found = list(read_csv(stream, mapping_of("bank_marketing.toml")))
    assert len(found) == 2896
    assert Counter(len(row.values) for row in found) == {17: 2896}
    assert {row.reported for row in found} == {()}
    assert [row.line for row in found] == list(range(2, 2898))
    assert dict(found[2].values) == {
        "identity.age": 46,
        "work.occupation": "management",
        "household.marital_status": "single",
        "work.education": "secondary",
        "money.credit_in_default": False,
        "money.average_balance": {"amount": "-246", "currency": "EUR"},
        "money.housing_loan": True,
        "money.personal_loan": False,
        "marketing.last_contact_channel": "unknown",
        "marketing.last_contact_day": 5,
        "marketing.last_contact_month": 5,
        "marketing.last_contact_seconds": 255,
        "marketing.campaign_contacts": 2,
        "marketing.days_since_contact": -1,
        "marketing.earlier_contacts": 0,
        "marketing.earlier_outcome": "unknown",
        "marketing.took_offer": False,
    }
    assert found[2].external_id == "4"


def test_every_row_of_the_purchases_lands_under_its_own_id():
    path = shared_path("data/purchases/cdnow_customers_summary_with_transactions.csv")
    with path.open("rb") as stream:
        found = list(read_csv(stream, mapping_of("purchase_summary.toml")))
    assert [row.external_id for row in found] == [str(number) for number in range(1, 2358)]
    assert {len(row.values) for row in found} == {4}
    assert dict(found[0].values) == {
        "loyalty.repeat_purchases": 2,
        "loyalty.weeks_to_last_purchase": "30.43",
        "loyalty.weeks_known": "38.86",
        "loyalty.mean_purchase": {"amount": "22.35", "currency": "USD"},
    }


# --- forms a file may have --------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"ID,Name,Age\nA-1,Rosa Luz,58\n",
        b"ID;Name;Age\r\nA-1;Rosa Luz;58\r\n",
        b"ID\tName\tAge\rA-1\tRosa Luz\t58\r",
        b'"ID"|"Name"|"Age"\n"A-1"|"Rosa Luz"|"58"',
        b"\xef\xbb\xbfID,Name,Age\nA-1,Rosa Luz,58\n",
        b"sep=;\nID;Name;Age\nA-1;Rosa Luz;58\n",
        b"\n\nID, Name ,Age\n\n A-1 , Rosa Luz , 58 \n\n",
        b"Age,ID,Name,Code\n58,A-1,Rosa Luz,XY\n",
        b"ID,Name,Age\nA-1,Rosa Luz,58,,\n",
    ],
)
def test_delimiters_quotes_marks_and_line_ends_are_found_out(data):
    found = rows(data)
    assert [(row.external_id, values(row)) for row in found] == [
        ("A-1", {"identity.full_name": "Rosa Luz", "identity.age": 58})
    ]


def test_a_comma_in_a_heading_does_not_mislead():
    found = rows(b"ID;Name;Age;one, two, three, four\nA-1;Rosa;58;\n")
    assert values(found[0]) == {"identity.full_name": "Rosa", "identity.age": 58}


def test_a_quoted_cell_may_span_lines_and_the_row_has_its_first_line():
    mapping = parse_mapping(
        b'{"external_id": "ID", "columns": {"Note": "contact.note", "Age": "identity.age"}}',
        kind="json",
    )
    found = rows(b'ID,Note,Age\nA-1,"one\r\n""two"", three",58\nA-2,,x\n', mapping)
    assert values(found[0])["contact.note"] == 'one\n"two", three'
    assert found[0].line == 2
    assert found[1] == RowError(line=4, member="Age", reason="must be a whole number")


def test_another_encoding_is_read_when_the_mapping_names_it():
    data = "ID,Name,Age\nA-1,Zoë Müller,58\n".encode("cp1252")
    mapping = FileMapping(external_id="ID", columns=PEOPLE.columns, encoding="cp1252")
    assert values(rows(data, mapping)[0])["identity.full_name"] == "Zoë Müller"
    assert rows(data) == [
        RowError(line=2, member="Name", reason="holds bytes that are not of the file's encoding")
    ]


def test_an_empty_cell_is_no_value():
    assert values(rows(b"ID,Name,Age\nA-1,Rosa,\n")[0]) == {"identity.full_name": "Rosa"}


def test_what_is_neither_mapped_nor_ignored_is_reported_by_name_where_it_holds_something():
    found = rows(b"ID,Name,Age,Code,Shoe\x1b[2J,Hat\nA-1,Rosa,58,X,42,\nA-2,Rosa,58,X,,\n")
    assert [row.reported for row in found] == [("Shoe?[2J",), ()]


# --- errors -----------------------------------------------------------------------------------


def test_a_bad_row_is_all_its_errors_and_the_others_land():
    found = rows(b"ID,Name,Age\nA-1,Rosa,58\n,Ro\0sa,old\nA-3,Rosa,58\n")
    assert [row.line for row in found] == [2, 3, 3, 3, 4]
    assert found[1:4] == [
        RowError(line=3, member="ID", reason="must be one line of 1 to 128 characters"),
        RowError(line=3, member="Name", reason="holds a NUL"),
        RowError(line=3, member="Age", reason="must be a whole number"),
    ]


def test_a_row_with_too_few_or_too_many_cells_is_an_error():
    assert rows(b"ID,Name,Age\nA-1,Rosa\nA-2,Rosa,58,more\n") == [
        RowError(line=2, member="", reason="has 2 cells where the header has 3"),
        RowError(line=3, member="", reason="has 4 cells where the header has 3"),
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "header: is empty"),
        (b"\n \n", "header: is empty"),
        (b"ID,Name\nA-1,Rosa\n", "header: has no column Age: the mapping names it"),
        (b"Rosa Luz,58\nAnn,1\n", "header: has no column Age, ID, Name: the mapping names it"),
        (b"ID,Name,Age,Age\n", "header: has the column Age twice"),
        (b"ID,Name,Age,\xe4\n", "header: is not utf-8: name its encoding"),
        (b'ID,Name,Age,"\n', "header: has no column Age, ID, Name: the mapping names it"),
        (b"PK\x03\x04rest", ARCHIVE),
        (b"\x1f\x8brest", ARCHIVE),
        ("\ufeffID,Name,Age".encode("utf-16-le"), "is UTF-16 or UTF-32: save it as UTF-8 first"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_refused_as_a_whole(data, message):
    assert whole_file_refused(data) == message


def test_a_quote_never_closed_costs_the_lines_it_swallowed_and_no_more():
    swallowed = b'A-1,"Rosa,58\n' + b"x" * 131_100 + b"\n"
    found = rows(b"ID,Name,Age\n" + swallowed + b"A-2,Ann,7\n")
    assert [(row.line, type(row)) for row in found] == [(2, RowError), (4, Record)]
    assert rows(b'ID,Name,Age\nA-1,"Rosa,58\n')[0].line == 2


def test_a_quote_with_something_behind_it_is_an_error_of_its_row():
    found = rows(b'ID,Name,Age\nA-1,"Ro"sa,58\nA-2,Ann,7\n')
    assert [type(row) for row in found] == [RowError, Record]


class EndlessLine(io.RawIOBase):
    """A header, one line of ``length`` bytes that is never in memory, and a row."""

    def __init__(self, length: int) -> None:
        self.parts = [b"ID,Name,Age\n", *[b"x" * 65_536] * (length // 65_536), b"\nA-2,Ann,7\n"]

    def read(self, _: int = -1) -> bytes:
        return self.parts.pop(0) if self.parts else b""


def test_a_line_without_end_is_an_error_by_its_number_and_never_in_memory():
    tracemalloc.start()
    found = list(read_csv(EndlessLine(256 * 1024 * 1024), PEOPLE))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found[0] == RowError(line=2, member="", reason="is longer than 8,388,608 characters")
    assert [type(row) for row in found] == [RowError, Record]
    assert peak < 40 * 1024 * 1024


def test_no_error_of_any_row_shows_a_value():
    canary = "4929-CANARY-1234"
    data = f'ID,Name,Age\nA-1,Rosa,{canary}\n"{canary}\n{canary},,"{canary}"x\n{canary}\n'.encode()
    found = rows(data) + rows(f"ID,Name,Age\n{canary * 20},{canary}\0,{canary}\n".encode())
    assert all(isinstance(row, RowError) for row in found)
    assert len(found) == 6
    assert canary not in repr(found)


def test_a_record_does_not_show_its_values_by_accident():
    assert "Rosa" not in repr(rows(b"ID,Name,Age\nA-1,Rosa,58\n"))
    assert "A-1" not in repr(rows(b"ID,Name,Age\nA-1,Rosa,58\n"))


@given(st.binary(max_size=200), st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]))
def test_whatever_the_bytes_are_reading_ends_in_rows_or_a_refusal(noise, encoding):
    mapping = FileMapping(external_id="ID", columns=PEOPLE.columns, encoding=encoding)
    for data in (noise, b"ID,Name,Age\n" + noise + b"\nA-9,Ann,7\n"):
        try:
            found = rows(data, mapping)
        except BadInput:
            continue
        assert all(isinstance(row, Record | RowError) for row in found)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=6),
       st.integers(1, 7))  # fmt: skip
def test_lines_are_the_same_however_the_bytes_arrive(lines, size):
    data = "\r\n".join(lines).encode()

    class Dribble(io.RawIOBase):
        def __init__(self) -> None:
            self.rest = data

        def read(self, _: int = -1) -> bytes:
            given_now, self.rest = self.rest[:size], self.rest[size:]
            return given_now

    at_once = list(text_lines.numbered_lines(io.BytesIO(data), encoding="utf-8"))
    assert list(text_lines.numbered_lines(Dribble(), encoding="utf-8")) == at_once
