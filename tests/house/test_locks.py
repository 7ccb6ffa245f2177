"""Both installers get the same packages with the same hashes: those pyproject.toml asks for."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
LOCKS = {"requirements.lock": "build", "requirements-dev.lock": "dev"}


def in_uv_lock() -> dict[str, tuple[str, set[str]]]:
    """Name -> version and hashes, as ``uv.lock`` has them."""
    packages = tomllib.loads((HOUSE / "uv.lock").read_text())["package"]
    return {
        package["name"]: (
            package["version"],
            {file["hash"] for file in [*package.get("wheels", []), package.get("sdist")] if file},
        )
        for package in packages
        if "registry" in package["source"]
    }


def in_requirements(lock: str) -> dict[str, tuple[str, set[str]]]:
    """The same of an exported lock."""
    return parsed((HOUSE / lock).read_text())


def parsed(requirements: str) -> dict[str, tuple[str, set[str]]]:
    entries = re.split(r"\n(?=\S)", requirements)
    return {
        re.match(r"[\w.-]+", entry)[0]: (
            re.search(r"==([^\s;]+)", entry)[1],
            set(re.findall(r"--hash=(\S+)", entry)),
        )
        for entry in entries
        if "==" in entry
    }


@pytest.mark.parametrize("lock", LOCKS)
def test_an_exported_lock_says_what_uv_lock_says(lock):
    original = in_uv_lock()
    exported = in_requirements(lock)
    assert exported == {name: original[name] for name in exported}


def test_the_development_lock_is_the_whole_of_uv_lock():
    assert set(in_requirements("requirements-dev.lock")) == set(in_uv_lock())


def test_the_runtime_lock_is_part_of_the_development_lock():
    runtime, development = map(in_requirements, LOCKS)
    assert runtime.items() <= development.items()


@pytest.mark.skipif(shutil.which("uv") is None, reason="not run: uv is absent")
@pytest.mark.parametrize(("lock", "group"), LOCKS.items())
def test_exporting_again_changes_nothing(lock, group):
    export = ["uv", "export", "--quiet", "--frozen", "--no-default-groups", "--group", group]
    plain = ["--no-emit-project", "--no-header", "--no-annotate"]
    done = subprocess.run(
        [*export, *plain], cwd=HOUSE, check=True, capture_output=True, text=True, timeout=60
    )
    assert parsed(done.stdout) == in_requirements(lock)


def test_uv_lock_answers_to_pyproject():
    """uv keeps in its lock what pyproject.toml asked for when the lock was made."""
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text())
    packages = tomllib.loads((HOUSE / "uv.lock").read_text())["package"]
    asked = next(package for package in packages if package["name"] == "habeas")["metadata"]
    runtime = {requirement["name"] for requirement in asked["requires-dist"]}
    assert runtime == set(map(name_of, project["project"]["dependencies"]))
    for group in ("build", "test", "lint"):
        locked = {requirement["name"] for requirement in asked["requires-dev"][group]}
        assert locked == set(map(name_of, project["dependency-groups"][group]))


def name_of(requirement: str) -> str:
    return re.match(r"[\w.-]+", requirement)[0]
