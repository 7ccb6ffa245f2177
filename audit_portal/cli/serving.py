"""Serving: the worker beside the web server, and an end that loses nothing.

Use::

    with listening(settings, host=None, port=None) as door, opened(settings) as services:
        serve(services, settings, door)     # until SIGINT or SIGTERM
"""

import signal
import socket
import sys
from time import sleep
from urllib.parse import urlsplit

import uvicorn

from audit_portal.app import make_app
from audit_portal.chores import worker_of
from audit_portal.cli.friendly import ExitCode
from audit_portal.page_services import PageServices
from audit_portal.service_log import logger
from audit_portal.settings import Settings
from vault.errors import OperatorMustAct

LOOPBACK = "127.0.0.1"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - production listens behind its proxy, in its own network
GRACE_S = 10
LOOKED_EVERY_S = 0.2
"""How often a worker looks whether it was told to end."""

_DEFAULT_PORT = 8000


def listening(settings: Settings, *, host: str | None, port: int | None) -> socket.socket:
    """The door, opened before any store is touched; ``OperatorMustAct`` when it is taken."""
    where = host or (LOOPBACK if settings.mode == "demo" else EVERYWHERE)
    number = port or _port(settings)
    try:
        return socket.create_server((where, number))
    except OSError as error:
        raise OperatorMustAct(
            f"Port {number} cannot be listened on ({error.strerror}). Nothing was changed: end what"
            " listens there, or name another one with --port."
        ) from None


def serve(services: PageServices, settings: Settings, door: socket.socket) -> None:
    """Serve until told to end. A second signal ends at once; the stores bear that too."""
    worker = worker_of(services) if settings.worker == "on" else None
    config = uvicorn.Config(
        make_app(services, told={"worker": worker.is_well} if worker else {}),
        access_log=False,  # it would write addresses with their query strings
        log_config=None,
        server_header=False,
        proxy_headers=settings.mode != "demo",  # believed from this machine, or FORWARDED_ALLOW_IPS
        timeout_graceful_shutdown=GRACE_S,
    )
    if worker:
        worker.start()
    logger().info("started", mode=settings.mode)
    _end_when_told()
    try:
        uvicorn.Server(config).run(sockets=[door])
    finally:
        if worker:
            worker.stop()
        logger().info("ended", mode=settings.mode)


def work(services: PageServices, settings: Settings) -> None:
    """Do the worker's chores, and nothing else, until told to end."""
    # No lock between handler and loop: a handler may interrupt the very thread that holds it.
    told: list[int] = []
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda number, _: told.append(number))
    worker = worker_of(services)
    worker.start()
    logger().info("started", mode=settings.mode)
    try:
        while not told:
            sleep(LOOKED_EVERY_S)
    finally:
        worker.stop()
        logger().info("ended", mode=settings.mode)


def _end_when_told() -> None:
    """After its own end the server raises the signal again; let that end us in order, as done."""
    for told in (signal.SIGINT, signal.SIGTERM):
        signal.signal(told, lambda *_: sys.exit(ExitCode.DONE))


def _port(settings: Settings) -> int:
    """A demo listens where its issuer says; production listens behind its proxy."""
    named = urlsplit(settings.issuer).port
    return named if settings.mode == "demo" and named else _DEFAULT_PORT
