import re
import shlex
import sys

import pytest

from audit_portal import demo
from tests.vaults import served

CODE = r"(?:[0-9A-Z]{5}-){3}[0-9A-Z]{5}"


@pytest.fixture
def vault(tmp_path):
    with served(tmp_path) as opened:
        yield opened


def commands(told):
    """The commands that are printed, as words, by company."""
    lines = told.replace("\\\n", "").splitlines()
    return [shlex.split(line) for line in lines if "examples/company.py" in line]


def test_a_first_start_shows_two_codes_and_a_command_for_each_company(vault, tmp_path):
    told = demo.prepared(vault.services, tmp_path)
    assert len(re.findall(CODE, told)) == 2
    bank, shoes = commands(told)
    assert bank[0] == shoes[0] == sys.executable
    assert bank[-2:] == shoes[-2:] == ["--field", "contact.email"]
    assert bank[4] != shoes[4]


def test_a_later_start_adds_nothing_and_shows_the_same_commands(vault, tmp_path):
    first = demo.prepared(vault.services, tmp_path)
    again = demo.prepared(vault.services, tmp_path)
    assert "nothing was added" in again
    assert commands(again) == commands(first)
    assert len(vault.services.companies.list()) == 2


def test_an_operators_own_companies_have_no_command(vault, tmp_path):
    vault.company("Harbour Books")
    assert commands(demo.prepared(vault.services, tmp_path)) == []
