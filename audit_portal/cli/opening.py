"""The parts a command works on: opened by the settings, closed when it is done.

Rules kept here:
- On SQLite a store serves one process. A command beside a running service is refused and says so.

Use::

    with vault() as services:
        services.companies.add(...)
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audit_portal.page_services import PageServices


@contextmanager
def vault() -> Iterator["PageServices"]:
    """This vault, open and checked. ``OperatorMustAct`` says what is missing."""
    from audit_portal.bootstrap.opening import opened
    from audit_portal.settings import load

    with opened(load()) as services:
        yield services
