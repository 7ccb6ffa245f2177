"""Everything a vault says besides its answers: letters caught, prints and log lines gathered.

Use::

    with listening() as (letters, stream), served(folder) as vault:
        ...
        letters.code()              # of the letter that comes next
    stream.getvalue()
"""

import contextlib
import io
import logging
import queue
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import structlog

from audit_portal import service_log
from audit_portal.bootstrap import whole
from audit_portal.mail import Letter


@dataclass
class Letters:
    """Catches letters; a code is there as soon as its errand was done."""

    caught: queue.Queue[Letter] = field(default_factory=queue.Queue)

    def send(self, letter: Letter) -> None:
        self.caught.put(letter)

    def code(self) -> str:
        return self.caught.get(timeout=20).text.split(" is ")[1][:9].replace(" ", "")


@contextlib.contextmanager
def listening() -> Iterator[tuple[Letters, io.StringIO]]:
    """Letters caught, and everything printed or logged while the block runs."""
    letters, stream = Letters(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(whole, "mailer_of", lambda _: letters)
        patch.setattr(sys, "stderr", stream)
        patch.setattr(sys, "stdout", stream)
        service_log.configure(stream)
        try:
            yield letters, stream
        finally:
            structlog.reset_defaults()
            logging.basicConfig(handlers=[logging.NullHandler()], force=True)
