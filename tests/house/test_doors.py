"""What only one room may do, where import contracts cannot see it."""

import ast
from http import HTTPStatus

from tests.house.source import modules

KNOWS_STATUS_CODES = "audit_portal/problems.py"
REFUSALS = {code.value for code in HTTPStatus if code >= HTTPStatus.BAD_REQUEST}
READS_THE_ENVIRONMENT = "audit_portal/settings.py"


def test_one_room_reads_the_environment():
    readers = {
        path
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if reads_environment(node)
    }
    assert readers == {READS_THE_ENVIRONMENT}


def reads_environment(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id="os"), attr="environ" | "environb" | "getenv"):
            return True
        case ast.ImportFrom(module="os", names=names):
            return any(alias.name in {"environ", "environb", "getenv"} for alias in names)
        case _:
            return False


def test_one_room_knows_which_status_code_a_refusal_has():
    knowing = {
        path
        for path, tree in modules("audit_portal").items()
        for node in ast.walk(tree)
        if names_refusal_code(node)
    }
    assert knowing == {KNOWS_STATUS_CODES}


def names_refusal_code(node: ast.AST) -> bool:
    """A number that HTTP gives a refusal or a failure, or a table of their names."""
    match node:
        case ast.Constant(value=int(code)):
            return code in REFUSALS
        case ast.ImportFrom(module="http" | "starlette" | "fastapi", names=names):
            return any(alias.name in {"HTTPStatus", "status"} for alias in names)
        case _:
            return False


def test_the_reader_of_source_sees_a_second_door():
    assert any(map(reads_environment, ast.walk(ast.parse("import os\nos.environ['X']"))))
    assert any(map(reads_environment, ast.walk(ast.parse("from os import getenv"))))
    assert any(map(names_refusal_code, ast.walk(ast.parse("Response(status_code=404)"))))
    assert any(map(names_refusal_code, ast.walk(ast.parse("from http import HTTPStatus"))))
    assert not any(map(names_refusal_code, ast.walk(ast.parse("Response(status_code=200)"))))
