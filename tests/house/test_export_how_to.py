"""Every command of "Export a part of the log, and check it" is run as it stands there."""

import re

import pytest
from joserfc.jwk import ECKey

from audit_portal.bootstrap.opening import opened
from audit_portal.cli.verifying_files import CAUTIONS
from audit_portal.exports.tables import COLUMNS
from audit_portal.settings import Settings
from audit_portal.staff import Role
from consent.ledger.export_lines import COUNTED, Why
from consent.ledger.export_verdicts import ExportCaution, ExportReason
from tests.house.source import HOUSE
from tests.house.test_readme import Clone, shell_blocks
from tests.house.test_references import first_words, rows

PAGE = "docs/how-to/export-and-verify.md"
FORMAT = "docs/reference/export-format.md"
SCRIPTS = shell_blocks((HOUSE / PAGE).read_text(encoding="utf-8"))


@pytest.fixture
def clone(tmp_path):
    """A folder with a small vault, an officer, and what a reader has in hand."""
    (tmp_path / ".venv").symlink_to(HOUSE / ".venv")
    with opened(Settings(data_dir=tmp_path / "data"), making=True) as services:
        key = ECKey.generate_key("P-256")
        company = services.companies.add("Northbank", {"keys": [key.as_dict(private=False)]})
        [person] = services.enrolment.enrol_many(company, ["A-1"])
        code = services.office.staff.add(name="Officer on duty", role=Role.OFFICER)
        (tmp_path / "officer.code").write_text(f"{code}\n")
        while services.sequencer.run_once():
            pass
        services.sequencer.stop()
        receipt = services.prover.receipt(person.consumer_id, 1)
        (tmp_path / "enrolled.receipt").write_text(str(receipt))
        (tmp_path / "company.id").write_text(company)
        (tmp_path / "log.key").write_text(services.log_keys["log"])
    return Clone(folder=tmp_path)


def test_every_command_of_the_page_does_what_it_says(clone):
    everything, part, check, receipt = SCRIPTS
    enter = ". .venv/bin/activate\n"
    assert "everything.jsonl: " in clone.sh(enter + everything)
    assert "part.jsonl: " in clone.sh(enter + part)
    assert clone.sh(enter + check).count("This export matches the sealed log.") == 2
    assert "matches the sealed log." in clone.sh(enter + receipt)
    assert (clone.folder / "part.csv").read_bytes().count(b"enrolled") == 1
    file = clone.folder / "part.jsonl"
    file.write_text(file.read_text().replace("enrolled", "enroled", 1))
    code, said = clone.tried(enter + check)
    assert (code, "This export does not match: " in said) == (4, True)


# --- the tables of the format ---------------------------------------------------------------------


def test_every_reason_is_told():
    assert sorted(first_words(FORMAT, "reason")) == sorted(ExportReason)


def test_every_reason_to_close_is_told():
    assert sorted(first_words(FORMAT, "`why`")) == sorted(Why)


def test_every_column_is_told():
    assert tuple(first_words(FORMAT, "column")) == COLUMNS


def test_every_count_is_told():
    told = next(cell for name, cell in rows(FORMAT, "member", "holds") if name == "`counts`")
    assert tuple(re.findall(r"`(\w+)`", told)) == COUNTED


def test_every_caution_has_its_sentence():
    assert set(CAUTIONS) == set(ExportCaution)
