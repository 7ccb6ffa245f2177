"""The commands of "Erase" are run, in their order, over a vault with the two people they name."""

import json
import os
import re
import shlex
import sys

import pytest
from joserfc.jwk import ECKey

from audit_portal.bootstrap.opening import opened
from audit_portal.cli.main import main
from audit_portal.settings import Settings
from consent.gate.evidence import DUTIES
from consent.gate.writes import WRITING_KEYS, Write
from tests.house.source import HOUSE

PAGE = (HOUSE / "docs" / "how-to" / "erase.md").read_text(encoding="utf-8")
COMMANDS = [
    command
    for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    for command in block.strip().splitlines()
]


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs a command of the page in a folder with a vault, as the company it belongs to."""
    for name in [name for name in os.environ if name.startswith("HABEAS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HABEAS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    with opened(Settings(data_dir=tmp_path / "data"), making=True) as services:
        key = ECKey.generate_key("P-256").as_dict(private=False)
        company = services.companies.add("Northbank", {"keys": [key]})
        for person in services.enrolment.enrol_many(company, ["A-10442", "B-20"]):
            values = {"contact.email": "ada@example.org"}
            write = Write(consumer=person.consumer_id, source=company, values=values)
            with services.log.acting([person.consumer_id], uses=WRITING_KEYS) as act:
                services.writes.write([write], inside=act)
        (tmp_path / "vault.vkey").write_text(services.log_keys["log"])

    def typed(command: str) -> tuple[int, str]:
        words = shlex.split(command.replace("cmp_…", company))
        monkeypatch.setattr(sys, "argv", words)
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code or 0, capsys.readouterr().out

    return typed


def test_its_commands_do_what_it_says(run, tmp_path):
    erase, verify, line, hold = COMMANDS
    assert run(erase)[0] == 0
    assert json.loads((tmp_path / "certificate.json").read_text())["kept"]
    code, said = run(verify)
    assert code == 0
    assert "no value opens since" in said
    assert run(line)[0] == 0
    assert run(hold)[0] == 0
    assert run(line.removesuffix(" --line-only"))[0] == 2


def test_every_duty_stands_on_the_page_with_its_law():
    for duty in DUTIES:
        assert duty.law in PAGE
        assert duty.period.years == 3
    assert PAGE.count("three years after") == len(DUTIES)
