"""What a test may need from the machine, and the two answers to looking for it.

Rules kept here:
- A need is looked for in a fixed order and named by what was found, so that a report can say
  which PostgreSQL or which browser the tests spoke to.
- A missing need is reported by name. Under CI it is a failure, never a silent skip.

Use::

    match postgres.find():
        case Found(at=folder): ...
        case Missing(why=why): ...
"""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The need is met by ``at``: a path or an address."""

    name: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Nothing on this machine meets the need; ``why`` says what was looked for."""

    name: str
    why: str


def under_ci() -> bool:
    """Whether a continuous-integration service runs us (``CI`` is set and not empty)."""
    return bool(os.environ.get("CI"))


def shared() -> Found | Missing:
    """The folder of real data and vectors beside the checkout, or where HABEAS_TEST_SHARED says."""
    beside = Path(__file__).resolve().parents[2] / "shared"
    folder = Path(os.environ.get("HABEAS_TEST_SHARED") or beside)
    if folder.is_dir():
        return Found(name="shared data", at=str(folder))
    return Missing(name="shared data", why=f"no folder {folder}; HABEAS_TEST_SHARED names another")
