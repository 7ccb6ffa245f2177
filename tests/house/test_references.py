"""The tables of the pages say what the code says: no name is missing, none is made up."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit_portal import problems
from audit_portal.cli.friendly import MEANINGS as EXIT_MEANINGS
from audit_portal.problems import MEANINGS, Kind
from audit_portal.settings import Settings, load, variable
from consent.decision import Reason
from consent.ledger.entry_types import EntryType
from consent.ledger.reasons import Reason as Finding
from consent.notices import NoticeKind
from consent.purposes import BUILT_IN, LEGAL_BASES
from consent.scopes import Scope
from tests.house.source import HOUSE, modules
from tests.vaults import served
from vault.errors import OperatorMustAct
from vault.fields import CATALOGUE, FieldType

COMPANY = "docs/how-to/connect-a-company.md"
OPERATE = "docs/how-to/operate.md"
SETTINGS = "docs/reference/settings.md"


def rows(page: str, *heading: str) -> list[list[str]]:
    """The cells of every table of a page whose head begins with ``heading``."""
    text = (HOUSE / page).read_text(encoding="utf-8")
    tables = re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE)
    found = [[_cells(line) for line in table.splitlines()] for table in tables]
    wanted = [table[2:] for table in found if tuple(table[0][: len(heading)]) == heading]
    assert wanted, f"{page} has no table {heading}"
    return [row for table in wanted for row in table]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split(" | ")]


def coded(cell: str) -> str:
    """What a cell says as code."""
    return cell.strip("`")


def first_words(page: str, *heading: str) -> list[str]:
    return [coded(row[0]) for row in rows(page, *heading)]


# --- settings ---------------------------------------------------------------------------------


def test_every_setting_is_told_with_its_default():
    told = {coded(name): coded(default) for name, default, *_ in rows(SETTINGS, "variable")}
    assert told == {
        variable(name): "empty" if field.default in ("", Path()) else str(field.default)
        for name, field in Settings.model_fields.items()
    }


def test_what_production_needs_is_marked(monkeypatch):
    monkeypatch.setenv("HABEAS_MODE", "production")
    with pytest.raises(OperatorMustAct) as refused:
        load()
    needed = [line.partition(":")[0] for line in str(refused.value).splitlines()]
    marked = [coded(row[0]) for row in rows(SETTINGS, "variable") if row[2] == "needed"]
    assert sorted(marked) == sorted(needed)


def test_the_readme_names_every_setting():
    assert sorted(first_words("README.md", "variable")) == sorted(
        variable(name) for name in Settings.model_fields
    )


def test_no_page_names_a_setting_that_is_none():
    known = {variable(name) for name in Settings.model_fields}
    for page in [*HOUSE.glob("*.md"), *(HOUSE / "docs").rglob("*.md")]:
        named = set(re.findall(r"HABEAS_[A-Z][A-Z_]*[A-Z]", page.read_text(encoding="utf-8")))
        ours = {name.removesuffix("_FILE") for name in named if "HABEAS_TEST_" not in name}
        assert ours <= known, page


# --- vocabularies -----------------------------------------------------------------------------


def test_every_kind_of_entry_is_told_once():
    assert sorted(first_words("docs/reference/entries.md", "entry")) == sorted(EntryType)


def test_an_entry_is_reserved_exactly_when_no_room_has_to_do_with_it():
    named = {name for tree in modules("consent", "audit_portal").values() for name in entries(tree)}
    reserved = {
        coded(name)
        for name, meaning in rows("docs/reference/entries.md", "entry")
        if meaning.startswith("reserved")
    }
    assert reserved == {kind.value for kind in EntryType if kind.name not in named}


def entries(tree: ast.Module) -> Iterator[str]:
    """Every ``NAME`` of an ``EntryType.NAME``."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="EntryType"), attr=name):
                yield name
            case _:
                pass


def test_every_reason_of_a_read_is_told():
    assert first_words(COMPANY, "reason") == [reason.value for reason in Reason]


def test_every_finding_of_a_check_is_told():
    cells = [row[0] for row in rows("docs/how-to/verify-your-record.md", "reason")]
    told = [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]
    assert sorted(told) == sorted(Finding)


def test_every_scope_is_told():
    assert sorted(first_words(COMPANY, "scope")) == sorted(Scope)


def test_every_kind_of_notice_is_told():
    assert first_words("docs/how-to/be-told.md", "type") == [kind.value for kind in NoticeKind]


def test_every_purpose_is_told_in_its_words():
    told = rows("docs/reference/purposes.md", "code")
    assert [[coded(cell) for cell in row] for row in told] == [
        [one.code, one.words, one.dpv, one.basis] for one in BUILT_IN.values()
    ]
    bases = rows("docs/reference/purposes.md", "`--basis`")
    assert {coded(term): basis for term, basis in bases} == LEGAL_BASES


def test_every_field_is_told():
    told = rows("docs/reference/fields.md", "field")
    assert [[coded(name), *more] for name, *more in told] == [
        [
            one.name,
            one.label,
            one.type,
            one.sensitivity,
            *([" ".join(f"`{mask}`" for mask in sorted(one.masks - {"full"}))]),
        ]
        for one in CATALOGUE.values()
    ]
    assert first_words("docs/reference/fields.md", "type") == list(FieldType)


# --- the API ----------------------------------------------------------------------------------


def test_every_type_of_problem_is_told_with_its_status():
    told = {coded(kind): (status, meaning) for kind, status, meaning in rows(COMPANY, "type")}
    assert told == {kind.value: (statuses(kind), MEANINGS[kind]) for kind in Kind}


def statuses(kind: Kind) -> str:
    """With which status a problem of this type is answered."""
    made = [
        problems.invalid(""),
        problems.too_large(1),
        problems.wrong_media_type(""),
        problems.not_available(),
        problems.purpose_mismatch(""),
        problems.suspended(),
        problems.conflict(""),
        problems.too_many(1),
        problems.unready(),
    ]
    return ", ".join(str(one.status) for one in made if one.kind is kind)


def test_every_operation_is_told(tmp_path):
    with served(tmp_path) as vault:
        document = vault.http.get("/openapi.json").json()
        pages = first_words("docs/reference/api.md", "address")
        answers = {page: vault.http.get(page).status_code for page in pages if "<" not in page}
    there = {
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method in methods
    }
    assert set(first_words("docs/reference/api.md", "operation")) == there
    assert set(answers.values()) <= {200, 503}, answers


# --- operating --------------------------------------------------------------------------------


def test_every_exit_code_is_told():
    told = rows(OPERATE, "exit code")
    assert [[code, meaning] for code, meaning in told] == [
        [str(code.value), meaning] for code, meaning in EXIT_MEANINGS.items()
    ]


def test_every_refusal_to_start_is_told_and_none_is_made_up():
    said = set(refusals())
    told = first_words(OPERATE, "it says")
    assert {phrase for phrase in told if not any(phrase in one for one in said)} == set()
    assert {one for one in said if not any(phrase in one for phrase in told)} == set()


def refusals() -> Iterator[str]:
    """What an operator may read at the start, with ``…`` for what is filled in."""
    named = {name: said for tree in modules().values() for name, said in constants(tree)}
    for tree in modules().values():
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Name(id="OperatorMustAct"), args=[words]):
                    yield from filter(None, [in_words(words, named)])
                case _:
                    pass
    yield from (said for _, said in constants(modules()["consent/ledger/agreement.py"]))
    for node in ast.walk(modules()["audit_portal/settings.py"]):
        match node:
            case ast.Yield(value=ast.JoinedStr() as words):
                yield in_words(words, named)
            case _:
                pass


def constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The sentences a module gives a name to."""
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                if " " in (said := in_words(value, {})):
                    yield name, said
            case _:
                pass


def in_words(node: ast.expr, named: dict[str, str]) -> str:
    """A text as it will be read; empty for what is no text."""
    match node:
        case ast.Constant(value=str(said)):
            return said
        case ast.JoinedStr(values=parts):
            return "".join(in_words(part, named) or "…" for part in parts)
        case ast.Name(id=name):
            return named.get(name, "")
        case _:
            return ""
