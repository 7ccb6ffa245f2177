"""The commands on staff, on companies and on their keys, as an operator types them."""

import io
import json
import os
import shutil
import sys

import pytest
from joserfc.jwk import ECKey

from audit_portal.bootstrap.opening import opened
from audit_portal.cli.main import main
from audit_portal.settings import Settings
from consent.ledger.entry_types import EntryType
from vault.identifiers import CompanyId, ConsumerId, raw


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The folder of a new vault, made once to be copied."""
    data = tmp_path_factory.mktemp("made") / "data"
    with opened(Settings(data_dir=data), making=True):
        return data


@pytest.fixture
def habeas(tmp_path, monkeypatch, capsys, made):
    """Run the program in this process, typing ``typed``: (exit code, output, errors)."""
    for name in [name for name in os.environ if name.startswith("HABEAS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HABEAS_DATA_DIR", str(tmp_path / "data"))
    shutil.copytree(made, tmp_path / "data")

    def run(*words, typed=""):
        monkeypatch.setattr(sys, "argv", ["habeas", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code or 0, *capsys.readouterr()

    return run


@pytest.fixture
def services(habeas, tmp_path):
    """The vault, opened beside the commands, for a look into it."""

    def look(at):
        with opened(Settings(data_dir=tmp_path / "data")) as services:
            return at(services)

    return look


def add(habeas, name, role="officer"):
    code, out, _ = habeas("staff", "add", "--name", name, "--role", role)
    assert code == 0
    return out.strip()


@pytest.fixture
def officers(habeas):
    """The codes of two officers."""
    return [add(habeas, name) for name in ("First Officer", "Second Officer")]


@pytest.fixture
def company(habeas, tmp_path):
    """A company's id."""
    jwks = tmp_path / "northbank.jwks"
    public = ECKey.generate_key("P-256").as_dict(private=False)
    jwks.write_text(json.dumps({"keys": [public]}))
    code, out, _ = habeas("company", "add", "--name", "Northbank", "--jwks", jwks)
    assert code == 0
    return out.strip()


# --- staff --------------------------------------------------------------------------------------


def test_staff_are_added_listed_renewed_and_removed(habeas, services):
    first = add(habeas, "Somebody Operating", "operator")
    _, out, _ = habeas("staff", "list")
    staff_id, role, *_, name = out.split(maxsplit=5)
    assert (role, name.strip()) == ("operator", "Somebody Operating")
    code, out, said = habeas("staff", "renew", staff_id)
    assert code == 0
    assert out.strip() != first
    assert "opens nothing any more" in said
    assert services(lambda parts: parts.office.staff.whose(first)) is None
    assert habeas("staff", "remove", staff_id)[0] == 0
    assert habeas("staff", "list")[1] == ""
    code, _, said = habeas("staff", "remove", staff_id)
    assert (code, "Nothing was changed" in said) == (2, True)


def test_a_role_is_one_of_two(habeas):
    code, _, said = habeas("staff", "add", "--name", "X", "--role", "root")
    assert (code, "officer, operator" in said) == (2, True)


# --- suspending ---------------------------------------------------------------------------------


def test_two_officers_suspend_a_company_and_let_it_act_again(habeas, services, officers, company):
    typed = "\n".join(officers) + "\n"
    suspend = ["company", "suspend", company, "--reason", "misuse"]
    code, out, said = habeas(*suspend, typed=typed)
    assert (code, out) == (0, "")
    assert "Suspended." in said
    assert not [one for one in officers if one in said]
    assert " suspended  Northbank" in habeas("company", "list")[1]
    code, _, said = habeas(*suspend, typed=typed)
    assert (code, "is so already" in said) == (2, True)
    [told] = services(lambda parts: entries(parts, company, EntryType.COMPANY_SUSPENDED))
    assert told["reason"] == "misuse"
    assert len({told["asked_by"], told["done_by"]}) == 2
    activate = ["company", "activate", company, "--reason", "settled"]
    assert habeas(*activate, typed="\n".join(reversed(officers)) + "\n")[0] == 0
    assert " active     Northbank" in habeas("company", "list")[1]
    assert habeas("doctor")[0] == 0


def entries(parts, company, kind):
    owner = ConsumerId(raw(CompanyId(company)))
    return [entry.P for entry in parts.reader.entries(owner, types=[kind])]


def test_one_officer_twice_suspends_nothing(habeas, officers, company):
    typed = f"{officers[0]}\n{officers[0]}\n"
    code, _, said = habeas("company", "suspend", company, "--reason", "misuse", typed=typed)
    assert (code, "another one must do it" in said) == (2, True)
    assert " active " in habeas("company", "list")[1]


def test_an_operator_and_a_guess_are_no_officer(habeas, officers, company):
    operator = add(habeas, "Somebody Operating", "operator")
    for typed in (f"{officers[0]}\n{operator}\n", f"guess\n{officers[0]}\n"):
        code, _, said = habeas("company", "suspend", company, "--reason", "misuse", typed=typed)
        assert (code, "no officer's" in said) == (2, True)


def test_a_reason_is_one_of_a_list(habeas, officers, company):
    code, _, said = habeas("company", "suspend", company, "--reason", "settled")
    assert (code, "keys, misuse, silence, order, its_wish" in said) == (2, True)


# --- keys ---------------------------------------------------------------------------------------


def test_a_companys_keys_are_added_listed_and_removed(habeas, services, company, tmp_path):
    key = tmp_path / "new.jwk"
    key.write_text(json.dumps(ECKey.generate_key("P-256").as_dict(private=False)))
    code, out, _ = habeas("company", "key", "add", company, "--jwk", key)
    assert code == 0
    kid = out.strip()
    assert habeas("company", "key", "add", company, "--jwk", key)[1].strip() == kid
    listed = habeas("company", "key", "list", company)[1]
    assert len(listed.splitlines()) == 2
    assert f"{kid}  ES256" in listed
    assert habeas("company", "key", "remove", company, kid)[0] == 0
    assert kid not in habeas("company", "key", "list", company)[1]
    assert "removed before" in habeas("company", "key", "remove", company, kid)[2]
    assert habeas("company", "key", "remove", company, "nothing")[0] == 2
    [told] = services(lambda parts: entries(parts, company, EntryType.COMPANY_KEY_REMOVED))
    assert told["kid"] == kid


def test_a_private_key_is_no_companys_key(habeas, company, tmp_path):
    key = tmp_path / "secret.jwk"
    private = ECKey.generate_key("P-256").as_dict(private=True)
    key.write_text(json.dumps(private))
    code, _, said = habeas("company", "key", "add", company, "--jwk", key)
    assert code == 2
    assert private["d"] not in said


def test_no_company_is_no_company(habeas):
    nobody = "cmp_" + "0" * 26
    for words in (["key", "list"], ["suspend", "--reason", "misuse"]):
        code, _, said = habeas("company", *words, nobody, typed="x\ny\n")
        assert (code, "is no company" in said) == (2, True)
