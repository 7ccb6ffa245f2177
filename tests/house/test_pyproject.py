"""pyproject.toml tells the truth: what is imported, what is shipped, what the pages say."""

import ast
import importlib
import importlib.metadata
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.house.source import modules

HOUSE = Path(__file__).parents[2]
PYPROJECT = (HOUSE / "pyproject.toml").read_text(encoding="utf-8")
SETTINGS = tomllib.loads(PYPROJECT)
PROJECT = SETTINGS["project"]
SHIPPED = {"vault", "consent", "audit_portal", "migrations"}


def test_what_the_floors_import_is_asked_for():
    """A library that only comes along with another one may leave with it."""
    asked = {re.match(r"[\w.-]+", requirement)[0] for requirement in PROJECT["dependencies"]}
    owners = importlib.metadata.packages_distributions()
    foreign = imported() - set(sys.stdlib_module_names) - SHIPPED
    orphans = {name for name in foreign if not {owner.lower() for owner in owners[name]} & asked}
    assert orphans == set()


def imported() -> set[str]:
    """The top-level names that the floors import."""
    found = set()
    for tree in modules().values():
        for node in ast.walk(tree):
            match node:
                case ast.Import(names=names):
                    found |= {alias.name.partition(".")[0] for alias in names}
                case ast.ImportFrom(module=str(module), level=0):
                    found.add(module.partition(".")[0])
                case _:
                    pass
    return found


def test_minors_are_capped():
    uncapped = [need for need in PROJECT["dependencies"] if not re.search(r"<|==", need)]
    assert uncapped == []


def test_each_rule_left_out_says_why():
    lists = re.findall(r"(?:ignore = |\"[^\"]+\" = )\[\n(.*?)\n\]", PYPROJECT, flags=re.DOTALL)
    lines = [line for block in lists for line in block.splitlines()]
    rules = [line for line in lines if re.match(r'\s+"[A-Z]+\d*",', line)]
    assert len(rules) > 20
    assert [line for line in rules if not re.search(r"# \S.{6,}", line)] == []


def test_the_command_exists():
    module, _, name = PROJECT["scripts"]["habeas"].partition(":")
    assert name in vars(importlib.import_module(module))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The files of the wheel that would be released."""
    folder = tmp_path_factory.mktemp("wheel")
    building = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    subprocess.run(building, cwd=HOUSE, check=True, capture_output=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as packed:
        return set(packed.namelist())


def test_the_wheel_holds_the_floors_and_never_the_tests(wheel):
    tops = {name.partition("/")[0] for name in wheel}
    assert tops == SHIPPED | {f"habeas-{PROJECT['version']}.dist-info"}


def test_the_wheel_holds_every_file_of_the_floors(wheel):
    tracked = subprocess.run(
        ["git", "ls-files", *sorted(SHIPPED)],
        cwd=HOUSE,
        check=True,
        capture_output=True,
        text=True,
    )
    assert set(tracked.stdout.splitlines()) <= wheel


def test_the_licence_is_the_one_named():
    assert PROJECT["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in (HOUSE / "LICENSE").read_text(encoding="utf-8")


def test_the_changelog_knows_what_comes_next():
    assert "## [Unreleased]" in (HOUSE / "CHANGELOG.md").read_text(encoding="utf-8")


def test_contributing_repeats_how_the_locks_are_made():
    page = (HOUSE / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for group, lock in {"build": "requirements.lock", "dev": "requirements-dev.lock"}.items():
        assert re.search(rf"uv export .*--group {group} .*--output-file {re.escape(lock)}", page)
