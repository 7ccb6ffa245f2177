"""What the pages tell a reader to type exists, and what they point to is there."""

import re
from functools import cache
from pathlib import Path

import pytest
import typer

from audit_portal.cli.main import app

HOUSE = Path(__file__).parents[2]
PAGES = [
    page.relative_to(HOUSE).as_posix()
    for page in [*HOUSE.glob("*.md"), *(HOUSE / "docs").rglob("*.md")]
]


def text_of(page: str) -> str:
    return (HOUSE / page).read_text(encoding="utf-8")


def typed_in(page: str) -> list[str]:
    """Every line of a page's code blocks, and every piece of code inside its sentences."""
    text = text_of(page)
    blocks = re.findall(r"^```[^\n]*\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    return lines + re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


@cache
def commands() -> set[tuple[str, ...]]:
    """``("run",)``, ``("company", "add")`` and so on: what ``habeas`` understands."""

    def walk(command, path):
        for name, child in getattr(command, "commands", {}).items():
            yield (*path, name)
            yield from walk(child, (*path, name))

    return set(walk(typer.main.get_command(app), ()))


def command_of(line: str) -> tuple[str, ...] | None:
    """The words after ``habeas`` that name a command; None for any other line."""
    words = re.sub(r"^(\$ |uvx |\.venv/bin/)+", "", line).split()
    if len(words) < 2 or words[0] != "habeas" or not re.fullmatch(r"[a-z][a-z-]*", words[1]):
        return None
    for length in (4, 3, 2):
        if tuple(words[1:length]) in commands():
            return tuple(words[1:length])
    return tuple(words[1:3])


@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_commands_that_exist(page):
    named = {command for line in typed_in(page) if (command := command_of(line))}
    assert named - commands() == set()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_verbs_that_exist(page):
    makefile = (HOUSE / "Makefile").read_text(encoding="utf-8")
    verbs = set(re.search(r"\.PHONY: (.*)", makefile)[1].split())
    named = {
        found[1]
        for line in typed_in(page)
        if (found := re.match(r"(?:\$ )?(?:python3 dev\.py|make) ([a-z]+)", line))
    }
    assert named - verbs == set()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_points_to_what_is_there(page):
    targets = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", text_of(page))
    folder = (HOUSE / page).parent
    assert [target for target in targets if not (folder / target).exists()] == []


def stands(room: str) -> bool:
    """Whether ``consent/gate/``, ``consent/gate/batch.py`` or ``consent/gate/batch.run`` is one."""
    module = HOUSE / f"{room.rpartition('.')[0]}.py"
    return (HOUSE / room).exists() or module.exists()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_rooms_that_exist(page):
    floors = "vault|consent|audit_portal|migrations|tests|docs|benchmarks|examples"
    named = {
        found[0]
        for code in typed_in(page)
        if (found := re.fullmatch(rf"(?:{floors})/[\w./-]*", code))
    }
    assert {room for room in named if not stands(room)} == set()


def test_the_reader_of_pages_knows_a_command_from_a_sentence():
    assert command_of("habeas run --port 8000") == ("run",)
    assert command_of("$ uvx habeas company add --name Bank") == ("company", "add")
    assert command_of("habeas fly to the moon") == ("fly", "to")
    assert command_of("python3 dev.py run") is None


def test_a_newcomer_is_told_the_two_commands():
    assert {"python3 dev.py run", "python3 dev.py test"} <= {
        line.partition("#")[0].strip() for line in typed_in("README.md")
    }
