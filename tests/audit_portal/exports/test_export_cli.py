"""``habeas export-audit`` and ``habeas verify``, as people type them."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from joserfc.jwk import ECKey

from audit_portal.bootstrap.opening import opened
from audit_portal.cli.main import main
from audit_portal.settings import Settings
from audit_portal.staff import Role

HOUSE = Path(__file__).parents[3]
OFFICER = "Officer on duty"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A vault with two companies, two people and an officer; its key is in ``log.key``."""
    folder = tmp_path_factory.mktemp("vault")
    settings = Settings(data_dir=folder / "data")
    with opened(settings, making=True) as services:
        for name in ("Northbank", "Corner Shoes"):
            key = ECKey.generate_key("P-256")
            company = services.companies.add(name, {"keys": [key.as_dict(private=False)]})
            services.enrolment.enrol_many(company, ["A-1", "A-2"])
            services.enrolment.invite(company, "A-1", valid_ms=60_000)
            (folder / name).write_text(company)
            (folder / f"{name}.person").write_text(
                services.enrolment.record_of(company, "A-1").hex()
            )
        for name, role in ((OFFICER, Role.OFFICER), ("Operator", Role.OPERATOR)):
            (folder / f"{name}.code").write_text(services.office.staff.add(name=name, role=role))
        first, *_ = services.office.staff.list()
        (folder / "staff.id").write_text(first.staff_id)
        while services.sequencer.run_once():
            pass
        services.sequencer.stop()
        (folder / "log.key").write_text(services.log_keys["log"])
    return folder


@pytest.fixture
def habeas(folder, tmp_path, monkeypatch, capsys):
    """Run the program in this process: (exit code, standard output, standard error)."""
    for name in [name for name in os.environ if name.startswith("HABEAS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HABEAS_DATA_DIR", str(folder / "data"))
    monkeypatch.chdir(tmp_path)

    def run(*words, code=OFFICER):
        typed = (folder / f"{code}.code").read_text()
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{typed}\n"))
        monkeypatch.setattr(sys, "argv", ["habeas", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code or 0, *capsys.readouterr()

    return run


@pytest.fixture
def export(habeas):
    asked = ["export-audit", "--officer", OFFICER, "--out", "log.jsonl"]
    return lambda *words, **who: habeas(*asked, *words, **who)


@pytest.fixture
def verify(habeas, folder):
    return lambda file="log.jsonl", *words: habeas(
        "verify", file, "--key", folder / "log.key", *words
    )


def test_an_export_is_written_with_its_table_and_verifies(export, verify, folder):
    code, out, said = export("--csv", "log.csv")
    assert (code, out.startswith("log.jsonl: ")) == (0, True), said
    assert (folder / "log.key").read_text() in said
    code, out, said = verify()
    assert (code, said) == (0, "")
    assert out.startswith("This export matches the sealed log.\n")
    assert f"taken by {(folder / 'staff.id').read_text()} at " in out
    with Path("log.csv").open(newline="") as table:
        rows = list(csv.DictReader(table))
    assert {"company_added", "enrolled", "invited"} <= {row["type"] for row in rows}


def test_only_what_was_asked_for_is_open(export, verify, folder):
    company = (folder / "Northbank").read_text()
    words = ["--company", company, "--type", "enrolled", "--type", "invited"]
    assert export(*words, "--since", "2026-01-01", "--until", "2100-01-01")[0] == 0
    code, out, _ = verify()
    assert (code, "    open: 3\n" in out, "filtered: " in out) == (0, True, True)
    assert "is the vault's word" in out


def test_a_run_of_leaves(export, verify):
    assert export("--from", "1", "--to", "3")[0] == 0
    assert "  leaves 1 to 3 of " in verify()[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--type", "looked"], "--type"),
        (["--since", "yesterday"], "--since"),
        (["--since", "2026-02-30"], "--since"),
        (["--company", "cmp_x"], "company"),
        (["--from", "3", "--since", "2026-01-01"], "asked"),
        (["--from", "3", "--to", "2"], "asked"),
        (["--from", "1000000"], "from"),
        (["--officer", "Somebody"], "--officer"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_and_not_on_record(export, verify, words, said):
    assert export()[0] == 0
    entries = verify()[1]
    Path("log.jsonl").unlink()
    code, _, told = export(*words)
    assert (code, said in told, "Nothing was changed" in told) == (2, True, True)
    assert not list(Path().glob("log.jsonl*"))
    assert export()[0] == 0
    assert count_of(verify()[1]) == count_of(entries) + 1, "one more export, and nothing else"


def test_only_an_officer_takes_an_export(export):
    code, _, said = export("--officer", "Operator", code="Operator")
    assert (code, "no officer's" in said, "Nothing was changed" in said) == (2, True, True)
    assert not list(Path().glob("log.jsonl*"))


def count_of(out):
    return int(next(line for line in out.splitlines() if "open: " in line).split()[-1])


def test_a_file_that_is_there_stays(export):
    assert export()[0] == 0
    before = Path("log.jsonl").read_bytes()
    code, _, said = export()
    assert (code, "is there already" in said) == (2, True)
    assert Path("log.jsonl").read_bytes() == before


def test_a_changed_line_is_named(export, verify):
    export()
    data = Path("log.jsonl").read_text()
    Path("log.jsonl").write_text(data.replace("enrolled", "enroled", 1))
    code, _, said = verify()
    assert code == 4
    assert said.startswith("This export does not match: altered (line ")


def test_an_unfinished_file_proves_nothing(export, verify):
    export()
    data = Path("log.jsonl").read_bytes()
    Path("log.jsonl.partial").write_bytes(data[: len(data) // 2])
    Path("log.jsonl").unlink()
    code, _, said = verify("log.jsonl.partial")
    assert (code, "not finished" in said) == (2, True)
    assert export()[0] == 0
    assert Path("log.jsonl").read_bytes() == data


def test_another_key_is_refused_and_none_inside_is_taken(export, habeas):
    export()
    other = "localhost:8000/log+deadbeef+AeSrVuOdpFUIFRVyohCsYNwP6oEpZyGE9XYo8cxJYPsT"
    code, _, _ = habeas("verify", "log.jsonl", "--key", other)
    assert code == 2
    code, _, said = habeas("verify", "log.jsonl")
    assert (code, "--key" in said) == (2, True)


def receipt_of(folder, name):
    """The receipt of the entry that says this company enrolled A-1."""
    with opened(Settings(data_dir=folder / "data")) as services:
        person = bytes.fromhex((folder / f"{name}.person").read_text())
        return str(services.prover.receipt(person, 1))


def test_a_receipt_is_known_by_what_stands_in_it(verify, folder):
    Path("any.name").write_text(receipt_of(folder, "Northbank"))
    code, out, _ = verify("any.name")
    assert (code, out.startswith("This entry is in the sealed log, as leaf ")) == (0, True)
    assert '"type":"enrolled"' in out
    Path("any.name").write_text(receipt_of(folder, "Northbank").replace("index ", "index 1", 1))
    code, _, said = verify("any.name")
    assert (code, said.startswith("This receipt does not hold: ")) == (4, True)


def test_a_receipt_is_held_against_an_export(export, verify, folder):
    company = (folder / "Northbank").read_text()
    export("--company", company)
    Path("asked.receipt").write_text(receipt_of(folder, "Northbank"))
    Path("other.receipt").write_text(receipt_of(folder, "Corner Shoes"))
    receipts = ["--receipt", "asked.receipt", "--receipt", "other.receipt"]
    assert verify("log.jsonl", *receipts)[0] == 0
    Path("other.receipt").write_text("nothing of the kind")
    code, _, said = verify("log.jsonl", *receipts)
    assert (code, "other.receipt" in said) == (2, True)


def test_verifying_an_export_loads_no_database_no_web_and_no_keys(export, folder):
    export()
    key = str(folder / "log.key")
    program = f"""
import sys
sys.argv = ["habeas", "verify", {str(Path("log.jsonl").resolve())!r}, "--key", {key!r}]
from audit_portal.cli.main import main
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
heavy = {{"sqlalchemy", "sqlmodel", "psycopg", "alembic", "fastapi", "starlette", "uvicorn"}}
print(sorted(heavy & {{name.partition(".")[0] for name in sys.modules}}))
print(sorted(name for name in sys.modules if name.startswith("vault.key")))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=HOUSE, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-2:] == ["[]", "[]"]


def test_a_file_that_is_not_there_is_told(verify):
    code, _, said = verify("nowhere.jsonl")
    assert (code, "cannot be read" in said) == (2, True)


def test_the_export_is_read_by_any_json_reader(export):
    export()
    lines = [json.loads(line) for line in Path("log.jsonl").read_text().splitlines()]
    assert lines[0]["format"] == "habeas/log-export"
    assert lines[-1]["kind"] == "end"
