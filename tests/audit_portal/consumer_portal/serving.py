"""The portal on a port of this machine, for tests with a real browser.

Use::

    with served(main, clock) as (house, site):
        page.goto(f"{site}/sign-in")
"""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import uvicorn

from tests.audit_portal.consumer_portal.desk_of_tests import House
from tests.fakes import FakeClock
from vault.database import Database

PATIENCE_S = 20.0


@contextlib.contextmanager
def served(main: Database, clock: FakeClock) -> Iterator[tuple[House, str]]:
    """A house whose pages a browser can open; gone at the end of the block."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        site = f"http://127.0.0.1:{door.getsockname()[1]}"
        house = House.open(main, clock, site=site)
        server = uvicorn.Server(
            uvicorn.Config(house.app, log_level="error", lifespan="off", ws="none")
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        try:
            _wait_until_started(server)
            yield house, site
        finally:
            server.should_exit = True
            thread.join()


def _wait_until_started(server: uvicorn.Server) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while not server.started:
        assert time.monotonic() < give_up, "the server did not start"
        time.sleep(0.01)
