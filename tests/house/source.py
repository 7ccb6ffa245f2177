"""The project's own source files, parsed once, for the tests that read them."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

HOUSE = Path(__file__).parents[2]
FLOORS = ("vault", "consent", "audit_portal")


@cache
def modules(*folders: str) -> dict[str, ast.Module]:
    """Path relative to the house -> syntax tree, of every file in the floors and the migrations."""
    wanted = folders or (*FLOORS, "migrations")
    files = sorted(file for folder in wanted for file in (HOUSE / folder).rglob("*.py"))
    return {
        file.relative_to(HOUSE).as_posix(): ast.parse(file.read_text(encoding="utf-8"))
        for file in files
    }


def lines_of(path: str) -> int:
    """How many lines a file has."""
    return len((HOUSE / path).read_text(encoding="utf-8").splitlines())


def names_given(tree: ast.Module) -> Iterator[str]:
    """Every name a module gives to something of its own."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.ClassDef(name=name) | ast.arg(arg=name) | ast.alias(asname=str(name)):
                yield name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
            case _:
                pass
