import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest
from joserfc.jwk import ECKey

from audit_portal.bootstrap.opening import opened
from audit_portal.cli.friendly import ExitCode, explain
from audit_portal.cli.main import main
from audit_portal.settings import Settings
from tests.vaults import ISSUER
from vault.errors import Damaged, Unready
from vault.identifiers import CompanyId

HOUSE = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A data folder that the program finds by its settings."""
    for name in [name for name in os.environ if name.startswith("HABEAS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HABEAS_DATA_DIR", str(tmp_path / "data"))
    return tmp_path


@pytest.fixture
def habeas(folder, monkeypatch, capsys):
    """Run the program in this process: (exit code, standard output, standard error)."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["habeas", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code or 0, *capsys.readouterr()

    return run


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The folder of a new vault, made once to be copied."""
    data = tmp_path_factory.mktemp("made") / "data"
    with opened(Settings(data_dir=data), making=True):
        return data


@pytest.fixture
def vault(habeas, folder, made):
    """The program, over a vault that was made."""
    shutil.copytree(made, folder / "data")
    return habeas


@pytest.fixture
def northbank(vault, folder):
    """A company's id."""
    jwks = folder / "northbank.jwks"
    key = ECKey.generate_key("P-256")
    jwks.write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
    code, out, _ = vault("company", "add", "--name", "Northbank", "--jwks", jwks)
    assert code == 0
    return out.strip()


def test_help_tells_the_exit_codes(habeas):
    code, out, _ = habeas("--help")
    assert code == 0
    assert "Exit codes" in out
    assert "a check failed" in " ".join(out.split())


def test_a_vault_is_made_on_purpose(habeas):
    code, _, said = habeas("doctor")
    assert code == 1
    assert "habeas migrate" in said
    assert habeas("migrate")[0] == 0
    assert habeas("doctor")[:2] == (0, "All is well.\n")


def test_migrating_again_changes_nothing(vault, folder):
    key = folder / "data" / "demo-root.key"
    before = key.read_bytes()
    assert vault("migrate")[0] == 0
    assert key.read_bytes() == before


def test_a_lost_root_key_is_never_made_again(vault, folder):
    (folder / "data" / "demo-root.key").unlink()
    code, _, said = vault("migrate")
    assert code == 1
    assert "put it back" in said
    assert not (folder / "data" / "demo-root.key").exists()


def test_a_company_is_added_and_invites(vault, northbank):
    assert northbank.startswith("cmp_")
    code, _, said = vault("invite", "--company", northbank, "--external-id", "A-1")
    assert code == 2, "nobody was enrolled under that id"
    assert "Nothing was changed" in said


def test_what_cannot_be_a_companys_key_is_refused_in_words(vault, folder):
    jwks = folder / "bad.jwks"
    jwks.write_text('{"keys":[{"kty":"oct","k":"canary"}]}')
    code, _, said = vault("company", "add", "--name", "Northbank", "--jwks", jwks)
    assert code == 2
    assert "jwks.keys[0]" in said
    assert "canary" not in said


def test_a_purpose_is_added_with_its_words(vault):
    words = ["purpose", "add", "plan_visits", "--words", "To plan when we visit you at home."]
    words += ["--dpv", "dpv:ServiceProvision", "--basis", "eu-gdpr:A6-1-b"]
    assert vault(*words)[:2] == (0, "plan_visits version 1\n")
    assert vault(*words)[0] == 2


def test_staff_get_a_code_once(vault):
    code, out, _ = vault("staff", "add", "--name", "Officer on duty", "--role", "officer")
    assert (code, len(out.strip())) == (0, 22)
    assert vault("staff", "add", "--name", "", "--role", "officer")[0] == 2


def test_the_settings_are_checked_without_opening_anything(habeas, folder, monkeypatch):
    assert habeas("config", "check")[0] == 0
    assert not (folder / "data").exists()
    monkeypatch.setenv("HABEAS_MODE", "production")
    code, _, said = habeas("config", "check")
    assert code == 1
    assert said.count("must be set in production") == 6


def test_a_second_program_on_the_same_stores_is_refused(vault, folder):
    with opened(Settings(data_dir=folder / "data")):
        code, _, said = vault("doctor")
    assert code == 1
    assert "Nothing was changed" in said


# --- files ----------------------------------------------------------------------------------------


@pytest.fixture
def crm(folder):
    """A company's file and its mapping."""
    mapping = folder / "crm.toml"
    mapping.write_text(
        'external_id = "ID"\n[columns]\nEmail = "contact.email"\nName = "identity.full_name"\n'
    )
    file = folder / "crm.csv"
    file.write_text("ID,Email,Name\nA-1,ada@example.org,Ada Example\nA-2,canary,Ben Sample\n")
    return ["--mapping", mapping, file]


def test_a_file_is_rehearsed_imported_and_not_imported_twice(vault, northbank, crm):
    declared = ["--company", northbank, "--basis", "contract", "--purpose", "run_account"]
    code, out, said = vault("import", *declared, "--dry-run", *crm)
    assert (code, out) == (2, "crm.csv: 1 row can be imported, 1 error.\n")
    code, out, said = vault("import", *declared, *crm)
    assert code == 2
    assert "1 person new, 2 values stored" in out
    assert said.startswith("crm.csv:3: Email: ")
    assert "canary" not in said
    assert "0 people new, 0 values stored" in vault("import", *declared, *crm)[1]
    assert vault("invite", "--company", northbank, "--external-id", "A-1")[0] == 0
    assert vault("doctor")[0] == 0


@pytest.mark.parametrize(
    ("words", "member"),
    [
        (["--basis", "hope"], "--basis"),
        (["--basis", "contract"], "--purpose"),
        (["--basis", "legal_obligation", "--purpose", "run_account"], "--basis"),
        (["--purpose", "run_account"], "--purpose"),
        (["--channel", "A B"], "--channel"),
    ],
)
def test_what_is_declared_must_make_sense(vault, northbank, crm, words, member):
    code, _, said = vault("import", "--company", northbank, *words, *crm)
    assert code == 2
    assert member in said


def test_people_without_ids_are_told_apart_by_the_label_of_their_file(vault, northbank, folder):
    cards = folder / "cards.vcf"
    cards.write_text("BEGIN:VCARD\nVERSION:4.0\nFN:Ada Example\nEND:VCARD\n")
    given = ["import", "--company", northbank]
    code, _, said = vault(*given, cards)
    assert (code, said.startswith("cards.vcf:1: UID: ")) == (2, True)
    for label in ("phone", "office"):
        code, out, _ = vault(*given, "--label", label, cards)
        assert (code, "1 person new" in out) == (0, True)
    by_line = folder / "by_line.toml"
    by_line.write_text('external_id = "line"\n[columns]\nName = "identity.full_name"\n')
    rows = folder / "rows.csv"
    rows.write_text("Name\nAda Example\n")
    code, _, said = vault(*given, "--mapping", by_line, rows)
    assert (code, "--label" in said) == (2, True)


# --- checks ---------------------------------------------------------------------------------------


@pytest.fixture
def record(vault, northbank, crm, folder):
    """A person's record as they would download it, and the key of the log."""
    vault("import", "--company", northbank, *crm)
    with opened(Settings(data_dir=folder / "data")) as services:
        path = folder / "record.json"
        take_copy(services, northbank, path)
        return path, services.log_keys["log"]


def take_copy(services, northbank, path, *, since=0):
    """A copy of A-1's record, made for the check that told the number ``since``."""
    services.sequencer.run_once()
    person = services.enrolment.record_of(northbank, "A-1")
    path.write_bytes(b"".join(services.portal.bundle(person, since=since)))


def test_a_record_is_verified_and_its_state_kept(habeas, record, folder):
    path, key = record
    kept = folder / "kept.json"
    code, out, _ = habeas("verify", path, "--key", key, "--kept", kept)
    assert code == 0
    assert out.startswith("This record matches the sealed log.")
    assert "first check" in out


def test_the_next_copy_follows_the_number_the_check_told(vault, northbank, crm, folder):
    vault("import", "--company", northbank, *crm)
    path, kept = folder / "record.json", folder / "kept.json"
    with opened(Settings(data_dir=folder / "data")) as services:
        words = ["verify", path, "--key", services.log_keys["log"], "--kept", kept]
        take_copy(services, northbank, path)
        number = int(vault(*words)[1].split()[-1])
        services.enrolment.invite(CompanyId(northbank), "A-1", valid_ms=60_000)
        take_copy(services, northbank, path)
        code, _, said = vault(*words)
        assert (code, f"with the number {number}," in said) == (2, True)
        assert "By itself this copy matches" in said
        path.write_bytes(path.read_bytes().replace(b"import", b"Import"))
        assert vault(*words)[2].startswith("This record does not match: edited")
        take_copy(services, northbank, path, since=number)
    code, out, _ = vault(*words)
    assert (code, "first check" in out, "invited: 1" in out) == (0, False, True)
    kept.unlink()
    assert "without a number" in vault(*words)[2]


def test_a_record_with_an_entry_left_out_is_refused(habeas, record):
    path, key = record
    told = json.loads(path.read_bytes())
    told["entries"].pop()
    path.write_text(json.dumps(told))
    code, _, said = habeas("verify", path, "--key", key)
    assert code == 4
    assert said.startswith("This record does not match")


def test_verifying_loads_no_database_no_web_and_no_keys(record):
    path, key = record
    program = f"""
import sys
sys.argv = ["habeas", "verify", {str(path)!r}, "--key", {key!r}]
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


def test_doctor_names_the_record_whose_value_was_changed(vault, northbank, crm, folder):
    vault("import", "--company", northbank, *crm)
    with sqlite3.connect(folder / "data" / "main.db") as wire:
        [rec] = wire.execute("SELECT rec FROM field_versions LIMIT 1").fetchone()
        flipped = rec[:-1] + bytes([rec[-1] ^ 1])
        wire.execute("UPDATE field_versions SET rec = ? WHERE rec = ?", (flipped, rec))
    wire.close()
    code, out, _ = vault("doctor")
    assert code == 4
    assert "version 1 does not open" in out
    assert out.startswith("con_")


def test_an_error_nobody_foresaw_shows_no_words_of_its_own(habeas, monkeypatch):
    def fail():
        raise RuntimeError("canary")

    monkeypatch.setattr("audit_portal.settings.load", fail)
    code, _, said = habeas("config", "check")
    assert code == 70
    assert "RuntimeError at test_cli.py" in said
    assert "canary" not in said


def test_damage_and_delay_have_codes_of_their_own():
    assert explain(Damaged("entry 7"))[1] is ExitCode.DAMAGED
    assert explain(Unready("the log lags"))[1] is ExitCode.UNREADY


# --- web hooks ------------------------------------------------------------------------------------

HOOK = "http://localhost:9000/habeas?key=canary"


def test_a_web_hook_is_set_shown_again_replaced_and_removed(vault, northbank):
    web_hook = ["company", "webhook"]
    code, secret, said = vault(*web_hook, "add", "--company", northbank, "--url", HOOK)
    assert (code, secret[:6], len(secret.strip())) == (0, "whsec_", 50)
    assert "http://localhost:9000" in said
    assert "canary" not in said
    assert vault(*web_hook, "add", "--company", northbank, "--url", HOOK)[1] == secret
    code, other, said = vault(*web_hook, "rotate", "--company", northbank)
    assert (code, other != secret, "For a day" in said) == (0, True, True)
    assert vault(*web_hook, "remove", "--company", northbank)[0] == 0
    code, _, said = vault(*web_hook, "rotate", "--company", northbank)
    assert (code, "is told at no address" in said) == (2, True)


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "https://10.0.0.1/canary", "nowhere"])
def test_an_address_nobody_may_be_told_at_is_refused_in_words(vault, northbank, url):
    code, out, said = vault("company", "webhook", "add", "--company", northbank, "--url", url)
    assert (code, out) == (2, "")
    assert "url: " in said
    assert "canary" not in said


# --- the service ----------------------------------------------------------------------------------


def test_a_demo_runs_and_ends_when_told(folder):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    issuer = f"http://localhost:{port}"
    environment = {**os.environ, "HABEAS_ISSUER": issuer}
    program = [sys.executable, "-c", "from audit_portal.cli.main import main; main()", "run"]
    running = subprocess.Popen(
        program,
        cwd=HOUSE,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert wait_for(f"{issuer}/readyz", running) == {
            "keys": True,
            "log": True,
            "sequencer": True,
            "worker": True,
        }
    finally:
        running.send_signal(signal.SIGTERM)
        out, said = running.communicate(timeout=30)
    assert running.returncode == 0, said
    assert f"{issuer}/claim" in out
    assert issuer != ISSUER
    lines = [json.loads(line) for line in said.splitlines()]
    assert [line["event"] for line in lines if "route" not in line] == ["started", "ended"]


def wait_for(url, running):
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up and running.poll() is None:
        try:
            return httpx2.get(url, timeout=5).raise_for_status().json()
        except httpx2.HTTPError:
            time.sleep(0.1)
    return None
