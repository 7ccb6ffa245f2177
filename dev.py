#!/usr/bin/env python3
"""Work on Habeas with nothing but Python: set it up, run it, test it, check it.

Rules kept here:
- One file, standard library only; any Python from 3.11 on.
- ``uv`` is used when it is on PATH, else ``venv`` and ``pip``. Both install from the same lock, and
  both check every hash.
- A stamp in the environment says which lock it was made from, so a second start costs nothing.
- The tests come last: the output of ``test`` ends with pytest's own summary line.

Use::

    python3 dev.py run             # a demo on http://localhost:8000
    python3 dev.py test            # checks of the house, then the tests
    python3 dev.py test --all      # the same with the heavy suite
    python3 dev.py test -- -k gate # what follows -- goes to pytest
"""

import argparse
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

OLDEST = (3, 11)
HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"
if sys.version_info < OLDEST:  # reached on any Python from 3.6 on: nothing here is newer syntax
    sys.exit(f"Habeas needs Python 3.11 or newer, and this is {HERE}. Try: python3.11 dev.py")

HOUSE = Path(__file__).resolve().parent
ENVIRONMENT = HOUSE / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
STAMP = ENVIRONMENT / "habeas-stamp"

RUNTIME_LOCK = HOUSE / "requirements.lock"
DEVELOPMENT_LOCK = HOUSE / "requirements-dev.lock"

WORKERS = ["-n", str(min(os.cpu_count() or 1, 4)), "--dist", "loadfile"]
"""A process for each core, up to four; the tests of a file share one, with what the file made."""

CHECKS = {
    "lint": ["ruff", "check", "--quiet"],
    "format": ["ruff", "format", "--check", "--quiet"],
    "types": ["mypy", "--no-error-summary"],
    "contracts": ["lint-imports"],
}


def main() -> int:
    """Do what the command line asks; the result is the exit code."""
    for_us, for_others = _split(sys.argv[1:])
    asked = _parser().parse_args(for_us)
    if asked.verb == "run":
        set_up(RUNTIME_LOCK)
        _become([str(ENVIRONMENT / "bin" / "habeas"), "run", *for_others])
    set_up(DEVELOPMENT_LOCK)
    if asked.verb == "test":
        return test(for_others, heavy=asked.all)
    if asked.verb == "check":
        return int(bool(check()))
    return 0


# --- setup --------------------------------------------------------------------------------------


def set_up(lock: Path) -> None:
    """Make the environment hold everything in ``lock`` and Habeas itself, editable."""
    if _stamped(lock):
        return
    print(f"setting up {ENVIRONMENT.name} from {lock.name} ...", flush=True)
    STAMP.unlink(missing_ok=True)
    uv = shutil.which("uv")
    installer = _environment_by_uv(uv) if uv else _environment_by_venv()
    _insist([*installer, "--require-hashes", "-r", str(lock)])
    # Built by the locked hatchling, so that nothing is fetched past the hashes.
    _insist([*installer, "--no-deps", "--no-build-isolation", "--editable", str(HOUSE)])
    # A crash before this line leaves no stamp: the next start installs again.
    STAMP.write_text(_stamp_of(lock), encoding="utf-8")


def _environment_by_uv(uv: str) -> list[str]:
    if not _environment_works():
        _insist([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(ENVIRONMENT)])
    return [uv, "pip", "install", "--quiet", "--python", str(PYTHON)]


def _environment_by_venv() -> list[str]:
    if not _environment_works("import pip"):
        if importlib.util.find_spec("ensurepip") is None:
            sys.exit(f"This Python has no ensurepip: sudo apt-get install -y python{HERE}-venv")
        _insist([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)])
    return [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]


def _environment_works(trial: str = "") -> bool:
    program = f"import sys; assert sys.version_info >= {OLDEST}\n{trial}"
    if not PYTHON.exists():
        return False
    return subprocess.run([PYTHON, "-c", program], check=False, capture_output=True).returncode == 0


def _stamped(lock: Path) -> bool:
    """Whether the environment holds ``lock``; the development lock holds the runtime's too."""
    if not STAMP.exists():
        return False
    return STAMP.read_text(encoding="utf-8") in {_stamp_of(lock), _stamp_of(DEVELOPMENT_LOCK)}


def _stamp_of(lock: Path) -> str:
    """Digest of what an environment depends on: lock, our own metadata, its Python, its place."""
    read = [lock, HOUSE / "pyproject.toml", ENVIRONMENT / "pyvenv.cfg"]
    parts = [str(HOUSE), lock.name, *(file.read_text(encoding="utf-8") for file in read)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


# --- check and test -----------------------------------------------------------------------------


def check() -> list[str]:
    """Run linters, types and import contracts; give the names of those that failed."""
    return [name for name, command in CHECKS.items() if not _passes(name, command)]


def _passes(name: str, command: list[str]) -> bool:
    started = time.monotonic()
    program = [str(ENVIRONMENT / "bin" / command[0]), *command[1:]]
    done = subprocess.run(program, check=False, capture_output=True, text=True, cwd=HOUSE)
    verdict = "FAILED" if done.returncode else "ok"
    print(f"  {name:<12} {verdict:<8} {time.monotonic() - started:.1f} s", flush=True)
    if done.returncode:
        print(done.stdout + done.stderr, flush=True)
    return done.returncode == 0


def test(for_pytest: list[str], *, heavy: bool) -> int:
    """Show what can run here, check the house, run the tests; 1 if any of it failed."""
    needs = subprocess.run([PYTHON, "-m", "tests.needs"], check=False, cwd=HOUSE).returncode
    print("checks of the house:", flush=True)
    failed = ["needs"] * bool(needs) + check()
    selection = ["-m", ""] if heavy else []
    tests = subprocess.run(
        [PYTHON, "-m", "pytest", *WORKERS, *selection, *for_pytest],
        check=False,
        cwd=HOUSE,
        env=os.environ | {"HABEAS_TEST_FAILED_CHECKS": ", ".join(failed)},
        stdin=subprocess.DEVNULL,
    ).returncode
    return tests or int(bool(failed))


# --- small parts --------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dev.py",
        description="Work on Habeas with nothing but Python.",
        epilog="What follows -- is passed on: to `habeas run` by run, to pytest by test.",
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    verbs.add_parser("setup", help="make .venv with everything that work on Habeas needs")
    verbs.add_parser("run", help="migrate, seed the demo and serve it on http://localhost:8000")
    testing = verbs.add_parser("test", help="check the house, then run the tests")
    testing.add_argument("--all", action="store_true", help="the heavy suite too (minutes)")
    verbs.add_parser("check", help="linters, types and import contracts only")
    return parser


def _split(words: list[str]) -> tuple[list[str], list[str]]:
    """The words before ``--`` are for us, those after it for the program we start."""
    at = words.index("--") if "--" in words else len(words)
    return words[:at], words[at + 1 :]


def _insist(command: list[str]) -> None:
    """Run a command; when it fails, so do we, without a traceback over its own message."""
    code = subprocess.run(command, check=False, cwd=HOUSE).returncode
    if code:
        sys.exit(f"`{' '.join(command[:4])} ...` failed with {code}")


def _become(command: list[str]) -> NoReturn:
    """Give our place to another program, so that signals reach it and not us."""
    os.chdir(HOUSE)  # a demo keeps its data in the checkout, wherever it was started from
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    sys.exit(main())
