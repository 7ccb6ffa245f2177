"""The commands of "Oversee a vault" are run, in their order; its tables say what the code says."""

import io
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
from audit_portal.staff import Role
from audit_portal.staff_sessions import IDLE_MS, LONGEST_MS, MOST_PER_CODE, MOST_PER_NETWORK
from audit_portal.suspensions import CAUSES, STANDS_MS, Cause
from tests.house.source import HOUSE

PAGE = (HOUSE / "docs" / "how-to" / "oversee.md").read_text(encoding="utf-8")
BLOCKS = [
    block.strip().splitlines()
    for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
]


def public_key() -> dict[str, object]:
    return ECKey.generate_key("P-256").as_dict(private=False)


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs a command of the page in a folder with a vault and a company."""
    for name in [name for name in os.environ if name.startswith("HABEAS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HABEAS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    with opened(Settings(data_dir=tmp_path / "data"), making=True) as services:
        company = services.companies.add("Northbank", {"keys": [public_key()]})
    (tmp_path / "new.jwk").write_text(json.dumps(public_key()))

    def typed(command: str, keys: str = "", **shown: str) -> str:
        for place, own in {"cmp_…": company, **shown}.items():
            command = command.replace(place, own)
        monkeypatch.setattr(sys, "argv", shlex.split(command))
        monkeypatch.setattr(sys, "stdin", io.StringIO(keys))
        with pytest.raises(SystemExit) as ended:
            main()
        out, said = capsys.readouterr()
        assert not ended.value.code, said
        return out

    return typed


def test_its_commands_do_what_it_says(run):
    adding, changing, suspending, keys = BLOCKS
    codes = [run(command).strip() for command in adding[:-1]]
    listed = run(adding[-1])
    assert [line.split()[1] for line in listed.splitlines()] == ["officer", "officer", "operator"]
    both = "\n".join(codes[:2]) + "\n"
    assert "Northbank" in run(suspending[0])
    run(suspending[1], keys=both)
    assert " suspended " in run(suspending[0])
    run(suspending[2], keys=both)
    assert " active " in run(suspending[0])
    first = run(keys[0]).split()[0]
    added = run(keys[1]).strip()
    run(keys[2], **{"kid…": first})
    assert run(keys[0]).split()[0] == added
    operator = listed.splitlines()[-1].split()[0]
    assert run(changing[0], **{"stf_…": operator}).strip() not in codes
    run(changing[1], **{"stf_…": operator})
    assert operator not in run(adding[-1])


def test_its_numbers_and_words_are_the_codes():
    minute = 60_000
    assert f"{IDLE_MS // minute} minutes unused" in PAGE
    assert (8 * 60 * minute, 7 * 24 * 60 * minute) == (LONGEST_MS, STANDS_MS)
    assert f"After {MOST_PER_NETWORK} tries" in PAGE
    assert MOST_PER_CODE == 5
    rows = re.findall(r"^\| `(\w+)` \| (suspending|ending it|both) \|", PAGE, re.MULTILINE)
    told = {"suspending": {"suspended"}, "ending it": {"active"}, "both": {"suspended", "active"}}
    assert {word: told[of] for word, of in rows} == {
        cause.value: {status for status, causes in CAUSES.items() if cause in causes}
        for cause in Cause
    }
    assert set(re.findall(r"^\| `(\w+)` \| (?:everything|\*How)", PAGE, re.MULTILINE)) == set(Role)
