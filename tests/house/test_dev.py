"""dev.py starts from nothing: standard library only, and it explains itself on an older Python."""

import ast
import importlib.util
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
SOURCE = (HOUSE / "dev.py").read_text(encoding="utf-8")


@pytest.fixture
def dev(tmp_path, monkeypatch):
    """dev.py as a module, working on a house of its own."""
    spec = importlib.util.spec_from_file_location("dev", HOUSE / "dev.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "HOUSE", tmp_path)
    monkeypatch.setattr(module, "ENVIRONMENT", tmp_path / ".venv")
    monkeypatch.setattr(module, "STAMP", tmp_path / ".venv" / "habeas-stamp")
    for name in ("RUNTIME_LOCK", "DEVELOPMENT_LOCK"):
        monkeypatch.setattr(module, name, tmp_path / name)
        (tmp_path / name).write_text(name)
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "pyvenv.cfg").write_text("version = 3.11.7")
    return module


def test_it_needs_the_standard_library_only():
    imported = {
        name.name.partition(".")[0]
        for node in ast.walk(ast.parse(SOURCE))
        if isinstance(node, ast.Import)
        for name in node.names
    } | {node.module for node in ast.walk(ast.parse(SOURCE)) if isinstance(node, ast.ImportFrom)}
    assert imported <= sys.stdlib_module_names


def test_an_older_python_can_read_it_far_enough_to_be_told():
    tree = ast.parse(SOURCE, feature_version=(3, 7))
    first_definition = next(
        at for at, node in enumerate(tree.body) if isinstance(node, ast.FunctionDef)
    )
    assert any("3.11 or newer" in ast.unparse(node) for node in tree.body[:first_definition])


def test_it_explains_every_verb():
    told = subprocess.run(
        [sys.executable, HOUSE / "dev.py", "--help"], capture_output=True, text=True, check=True
    )
    for verb in ("setup", "run", "test", "check"):
        assert f"\n    {verb} " in told.stdout


def test_what_follows_the_dashes_is_for_the_other_program(dev):
    assert dev._split(["test", "--all", "--", "-k", "gate", "--", "x"]) == (
        ["test", "--all"],
        ["-k", "gate", "--", "x"],
    )
    assert dev._split(["test"]) == (["test"], [])


def test_a_stamped_environment_is_left_alone(dev):
    dev.STAMP.write_text(dev._stamp_of(dev.RUNTIME_LOCK))
    assert dev._stamped(dev.RUNTIME_LOCK)
    assert not dev._stamped(dev.DEVELOPMENT_LOCK)


def test_the_development_environment_serves_the_runtime_too(dev):
    dev.STAMP.write_text(dev._stamp_of(dev.DEVELOPMENT_LOCK))
    assert dev._stamped(dev.RUNTIME_LOCK)


@pytest.mark.parametrize("changed", ["DEVELOPMENT_LOCK", "pyproject.toml", ".venv/pyvenv.cfg"])
def test_a_change_asks_for_a_new_environment(dev, tmp_path, changed):
    dev.STAMP.write_text(dev._stamp_of(dev.DEVELOPMENT_LOCK))
    (tmp_path / changed).write_text("another")
    assert not dev._stamped(dev.DEVELOPMENT_LOCK)


def test_a_python_without_ensurepip_is_told_the_one_line(dev, monkeypatch):
    monkeypatch.setattr(dev.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(dev, "PYTHON", Path("/nowhere/python"))
    with pytest.raises(SystemExit, match=r"apt-get install -y python3\.\d+-venv"):
        dev._environment_by_venv()


def test_the_oldest_python_is_the_one_the_package_asks_for(dev):
    asked = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]["requires-python"]
    assert asked == ">=" + ".".join(map(str, dev.OLDEST))
