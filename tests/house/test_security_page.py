"""SECURITY.md names what exists: every file, every test, every promise, every attack."""

import ast
import re
from functools import cache

import pytest

from tests.house.source import HOUSE

PAGE = (HOUSE / "SECURITY.md").read_text(encoding="utf-8")
NAMED = re.findall(
    r"`((?:vault|consent|audit_portal|tests|examples)/[\w/]+\.py)(?:::(\w+))?`", PAGE
)
PROMISES = re.findall(r"^### (P\d+) ", PAGE, flags=re.MULTILINE)
PROMISED = [f"P{number}" for number in range(1, 11)]


@cache
def names_in(path: str) -> set[str]:
    tree = ast.parse((HOUSE / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("path", "name"), NAMED, ids=["::".join(filter(None, n)) for n in NAMED])
def test_what_it_names_exists(path, name):
    assert (HOUSE / path).is_file()
    assert not name or name in names_in(path)


def test_nothing_is_named_in_another_way():
    """A name the first test does not see would be checked by nobody."""
    assert len(NAMED) == len(re.findall(r"`[\w/]+\.py\b", PAGE)) > 100


def test_every_promise_has_its_code_and_its_tests():
    assert PROMISES == PROMISED
    for section in re.split(r"^#{2,3} ", PAGE, flags=re.MULTILINE):
        if section.startswith("P"):
            assert "**Code:**" in section
            assert "**Tests:**" in section


def test_every_attack_is_told_of():
    attacks = (HOUSE / "tests" / "attacks").glob("test_*.py")
    files = {file.relative_to(HOUSE).as_posix() for file in attacks}
    searching_itself = {"tests/attacks/test_spellings.py"}
    assert files - {path for path, _ in NAMED} == searching_itself
