"""``habeas erase`` and ``habeas hold``: an operator acts upon a written request."""

import json
import os
import sys

import pytest
from joserfc.jwk import ECKey

from audit_portal.bootstrap.opening import opened
from audit_portal.cli.main import main
from audit_portal.settings import Settings
from consent.gate.writes import WRITING_KEYS, Write
from vault.identifiers import CompanyId


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith("HABEAS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HABEAS_DATA_DIR", str(tmp_path / "data"))
    return tmp_path


@pytest.fixture
def habeas(folder, monkeypatch, capsys):
    def run(*words):
        monkeypatch.setattr(sys, "argv", ["habeas", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code or 0, *capsys.readouterr()

    return run


@pytest.fixture
def known(folder):
    """A vault with one company that knows one person: (its id, the log's key)."""
    with opened(Settings(data_dir=folder / "data"), making=True) as services:
        key = ECKey.generate_key("P-256").as_dict(private=False)
        company = services.companies.add("Northbank", {"keys": [key]})
        [person] = services.enrolment.enrol_many(company, ["A-10442"])
        write = Write(
            consumer=person.consumer_id,
            source=CompanyId(company),
            values={"contact.email": "rosa@example.org"},
        )
        with services.log.acting([person.consumer_id], uses=WRITING_KEYS) as act:
            services.writes.write([write], inside=act)
        return company, services.log_keys["log"]


def test_a_written_request_ends_in_a_certificate_that_verifies(habeas, known, folder):
    company, key = known
    named = ("--company", company, "--external-id", "A-10442")
    file = folder / "certificate.json"
    code, out, _ = habeas("erase", *named, "--certificate", file)
    assert code == 0
    assert "no value of this person opens any more" in out
    code, out, _ = habeas("verify", file, "--key", key)
    assert code == 0
    assert "This erasure is in the sealed log" in out
    assert "proof_of_erasure, 1 pieces" in out
    changed = json.loads(file.read_text()) | {"rest_destroyed_by": 1}
    file.write_text(json.dumps(changed, separators=(",", ":")))
    code, _, err = habeas("verify", file, "--key", key)
    assert code == 4
    assert "bad_signature" in err
    code, _, err = habeas("erase", *named)
    assert code == 2
    assert "names nobody" in err


def test_only_the_line_of_the_company(habeas, known):
    company, _ = known
    named = ("--company", company, "--external-id", "A-10442", "--line-only")
    code, out, _ = habeas("erase", *named)
    assert (code, out) == (0, "Erased: every value this company supplied about this person.\n")
    code, out, _ = habeas("erase", *named)
    assert (code, out) == (0, "This company supplied nothing that is still there.\n")
    assert habeas("doctor")[:2] == (0, "All is well.\n")


def test_a_hold_stops_it_until_it_is_moved(habeas, known):
    company, _ = known
    named = ("--company", company, "--external-id", "A-10442")
    law = "Commercial Code, section 257"
    assert habeas("hold", *named, "--law", law, "--until", "2999-12-31")[0] == 0
    code, _, err = habeas("erase", *named)
    assert code == 2
    assert law in err
    assert "3000-01-01" in err
    assert habeas("hold", *named, "--law", law, "--until", "2020-12-31")[0] == 0
    assert habeas("erase", *named)[0] == 0
    assert habeas("doctor")[:2] == (0, "All is well.\n")
