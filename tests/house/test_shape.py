"""Rooms are small, packages say what they hold, names say one thing."""

import ast
import re

from tests.house.source import FLOORS, lines_of, modules, names_given

LONGEST = 320
LONG_FOR_A_REASON = {
    "consent/tables.py": "the rows of a floor stand in one file, declarations only",
}
"""Path -> why this file may be longer. An entry that is no longer needed fails."""

VAGUE = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"}

OTHER_WORDS = {"customer", "user", "subject"}
"""The person is a consumer, in code without exception; these words belong to others' protocols."""

OTHERS_OWN_WORDS = {
    ("audit_portal/mail.py", "subject"): "the line of an e-mail (RFC 5322 section 3.6.5)",
}
"""(Path, name) -> whose word it is. An entry that is no longer needed fails."""


def test_a_file_fits_in_one_sitting():
    long = {path: lines for path in modules(*FLOORS) if (lines := lines_of(path)) > LONGEST}
    assert long.keys() == LONG_FOR_A_REASON.keys(), long


def test_a_module_says_what_it_is_for():
    assert [path for path, tree in modules().items() if not ast.get_docstring(tree)] == []


def test_a_package_holds_its_floor_plan_and_nothing_else():
    packages = {path: tree for path, tree in modules().items() if path.endswith("__init__.py")}
    assert [path for path, tree in packages.items() if len(tree.body) != 1] == []


def test_no_room_has_a_vague_name():
    assert [path for path in modules() if VAGUE & set(re.split(r"[/_.]", path))] == []


def words(name: str) -> set[str]:
    """``UserAgent`` and ``user_agent`` are both the words user and agent."""
    return set(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_"))


def test_the_person_has_one_name():
    given = {
        (path, name)
        for path, tree in modules().items()
        for name in names_given(tree)
        if words(name) & OTHER_WORDS
    }
    assert given == set(OTHERS_OWN_WORDS)


def test_words_are_told_apart():
    assert words("UserAgent") == words("user_agent") == {"user", "agent"}
    assert "user" not in words("superuser")
