"""Foreign JavaScript packages for tests: exactly those of ``package-lock.json``, in a cache folder.

Rules kept here:
- ``npm ci`` checks every package against the lock's hashes and runs no script of theirs.
- The folder is named after the lock: a changed lock makes a new one, the same costs nothing.
- A half-made folder never carries the final name.

Use::

    match install(node):
        case Found(at=folder): subprocess.run([node, folder / "openid_client.mjs"])
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.finding import Found, Missing

NAME = "npm packages"
HERE = Path(__file__).parent
LOCK = HERE / "package-lock.json"
PATIENCE_S = 300


def install(node: str) -> Found | Missing:
    """A folder holding the packages and our scripts beside them."""
    scripts = b"".join(path.read_bytes() for path in sorted(HERE.glob("*.mjs")))
    folder = _cache() / hashlib.sha256(LOCK.read_bytes() + scripts).hexdigest()[:16]
    if folder.is_dir():
        return Found(name=NAME, at=str(folder))
    npm = _npm(node)
    if npm is None:
        return Missing(name=NAME, why="no npm on PATH or beside node")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as fresh:
        wrong = _install_into(Path(fresh), npm)
        if wrong:
            return Missing(name=NAME, why=f"npm ci failed: {wrong}")
        shutil.copytree(fresh, folder, symlinks=True, dirs_exist_ok=True)
    return Found(name=NAME, at=str(folder))


def _install_into(folder: Path, npm: list[str]) -> str:
    for path in (HERE / "package.json", LOCK, *HERE.glob("*.mjs")):
        shutil.copy(path, folder)
    command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(
        command, cwd=folder, check=False, capture_output=True, text=True, timeout=PATIENCE_S
    )
    return done.stderr.strip()[-300:] if done.returncode else ""


def _cache() -> Path:
    root = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(root).expanduser() / "habeas-tests" / "npm"


def _npm(node: str) -> list[str] | None:
    """npm as a command: on PATH, or the one that came in the wheel with this node."""
    if on_path := shutil.which("npm"):
        return [on_path]
    beside = Path(node).resolve().parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [node, str(beside)] if beside.is_file() else None
