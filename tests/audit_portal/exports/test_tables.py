import csv
import io

import pytest

from audit_portal.exports.tables import COLUMNS, rows_of, safe
from consent.ledger.export_lines import parse_line
from tests.export_double import ExportDouble, a_log
from tests.ledger_double import SHOP

WHOLE = ExportDouble.of(a_log(), asked={"types": ["read"]}, erased=["tom"])


def table_of(lines):
    text = b"".join(rows_of(lines)).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_there_is_a_row_for_each_leaf_in_order():
    rows = table_of(WHOLE.whole()[1:])
    assert [row["leaf"] for row in rows] == [str(at) for at in range(len(WHOLE.log.leaves))]
    assert set(rows[0]) == set(COLUMNS)


def test_an_open_entry_is_told_in_columns():
    row = next(row for row in table_of(WHOLE.whole()[1:]) if row["company"] == SHOP)
    assert (row["state"], row["type"], row["actor"]) == ("open", "read", SHOP)
    assert row["at"].startswith("2026-01-01T00:00:")
    assert row["fields"] == "contact.email"
    assert row["purpose"] == "run_account"
    assert row["decision"] == "allowed"
    assert row["request_id"].startswith("r-")
    assert len(row["commitment"].lstrip("'")) == 43


def test_a_closed_entry_says_why_and_nothing_else():
    rows = [row for row in table_of(WHOLE.whole()[1:]) if row["state"] in ("erased", "filtered")]
    assert {row["state"] for row in rows} == {"erased", "filtered"}
    told = {name for row in rows for name, cell in row.items() if cell}
    assert told == {"leaf", "state", "commitment"}


def test_an_epoch_has_its_time():
    epochs = [row for row in table_of(WHOLE.whole()[1:]) if row["state"] == "epoch"]
    assert len(epochs) == len(WHOLE.log.epochs)
    assert all(row["at"] for row in epochs)


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(first):
    assert safe(f"{first}1+1") == f"'{first}1+1"


@pytest.mark.parametrize("cell", ["", "2026-01-01", "p_0A=1", "'=1"])
def test_other_cells_stay_as_they_are(cell):
    assert safe(cell) == cell


def test_a_formula_in_an_entry_reaches_no_spreadsheet():
    log = a_log()
    wicked = '=HYPERLINK("https://bad.example")'
    log.write("rosa", "read", actor=SHOP, purpose=wicked, reason="@SUM(A1)", fields=["+1", "\t2"])
    log.close_epoch()
    row = table_of(ExportDouble.of(log).whole()[1:])[-4]
    assert row["purpose"] == f"'{wicked}"
    assert row["reason"] == "'@SUM(A1)"
    assert row["fields"] == "'+1 \t2"


def test_every_line_of_a_table_ends_as_rfc_4180_says():
    text = b"".join(rows_of(WHOLE.whole()[1:]))
    assert text.count(b"\r\n") == len(WHOLE.log.leaves) + 1
    assert text.splitlines()[0].decode() == ",".join(COLUMNS)


def test_the_double_writes_lines_of_the_format():
    for line in WHOLE.whole()[1:]:
        assert parse_line(line).to_line() == line
