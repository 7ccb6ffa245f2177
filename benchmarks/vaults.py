"""A vault to measure: a company, people, five fields each, a permission for all of them.

Rules kept here:
- Everything goes in through the rooms that production uses; nothing is switched off for speed.
- PostgreSQL keeps its data on a disk, with fsync, and serves the three stores from one server.
- Processes are started and ended by their own id.

Use::

    with Vault.made("postgresql", people=1_000) as vault, vault.serving(processes=2) as served:
        ...
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import httpx2
from joserfc.jwk import ECKey

from audit_portal.bootstrap.opening import opened
from audit_portal.page_services import PageServices
from audit_portal.settings import Settings
from consent.gate.writes import WRITING_KEYS, Write
from consent.grant_rules import Choice
from consent.offers import parse_offer
from tests.postgres import Server
from vault.identifiers import CompanyId

Kind = Literal["sqlite", "postgresql"]
PURPOSE = "run_account"
FIELDS = {
    "identity.given_name": "Rosa",
    "identity.family_name": "Quint",
    "contact.email": "rosa{n}@example.org",
    "contact.phone_mobile": "+4917012{n:05}",
    "work.title": "Cartographer",
}
_CHUNK = 100
_FIRST_PORT = 18_400


@dataclass(kw_only=True)
class Vault:
    """One company's people on one vault."""

    settings: Settings
    issuer: str
    client_id: str
    key: ECKey
    people: list[str]

    @classmethod
    @contextmanager
    def made(cls, kind: Kind, *, people: int) -> Iterator["Vault"]:
        """A new vault with this many people, closed again and ready to be served."""
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="habeas-bench-")))
            urls = _urls(kind, stack)
            issuer = f"http://localhost:{_FIRST_PORT}"
            settings = Settings(issuer=issuer, data_dir=folder, **urls)
            key = ECKey.generate_key("P-256")
            with opened(settings, making=True) as services:
                company = services.companies.add(
                    "Northbank", {"keys": [key.as_dict(private=False)]}
                )
                known = _people(services, company, people)
                while services.sequencer.run_once():
                    pass
                services.sequencer.stop()  # else who serves would wait for the lease, and not work
            yield cls(settings=settings, issuer=issuer, client_id=company, key=key, people=known)

    @contextmanager
    def serving(self, *, processes: int = 1) -> Iterator["Served"]:
        """Serve the vault by so many processes. The first one also runs the worker."""
        ports = [_FIRST_PORT + n for n in range(processes)]
        running = [_start(self.settings, port, worker=n == 0) for n, port in enumerate(ports)]
        try:
            urls = [f"http://localhost:{port}" for port in ports]
            for url, process in zip(urls, running, strict=True):
                _wait_until_up(url, process)
            yield Served(urls=urls, ids=[process.pid for process in running])
        finally:
            for process in running:
                process.send_signal(signal.SIGINT)
            for process in running:
                process.wait(timeout=30)


@dataclass(frozen=True, kw_only=True)
class Served:
    """Processes that serve one vault."""

    urls: list[str]
    ids: list[int]

    def cpu_seconds(self) -> float:
        """Processor time the processes took so far: steadier than the clock on a busy machine."""
        ticks = 0
        for number in self.ids:
            fields = (
                Path(f"/proc/{number}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
            )
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


def _urls(kind: Kind, stack: ExitStack) -> dict[str, str]:
    if kind == "sqlite":
        return {}
    server = stack.enter_context(Server.start(on_disk=True))
    return {f"{name}_url": server.create(f"bench_{name}") for name in ("database", "keys", "lock")}


def _people(services: PageServices, company: CompanyId, count: int) -> list[str]:
    """People with five fields that the company supplied, and a permission for all of them."""
    known: list[str] = []
    for first in range(0, count, _CHUNK):
        numbers = range(first, min(first + _CHUNK, count))
        people = services.enrolment.enrol_many(company, [f"A-{n}" for n in numbers])
        writes = [
            Write(
                consumer=person.consumer_id,
                source=company,
                values={name: value.format(n=n) for name, value in FIELDS.items()},
            )
            for n, person in zip(numbers, people, strict=True)
        ]
        owners = [person.consumer_id for person in people]
        with services.log.acting(owners, uses=WRITING_KEYS) as act:
            services.writes.write(writes, inside=act)
        known += [person.pairwise_id for person in people]
        for person in people:
            offer = services.grants.make_offer(company, parse_offer(_offer(person.pairwise_id)))
            if offer is None:
                raise SystemExit("an offer found nobody")
            services.grants.decide(person.consumer_id, offer, Choice(fields=frozenset(FIELDS)))
    return known


def _offer(pairwise: str) -> dict[str, object]:
    return {
        "to": {"consumer": pairwise},
        "fields": [{"name": name, "why": "To run the account you have."} for name in FIELDS],
        "purpose": PURPOSE,
        "until": "P6M",
        "retention": {"max": "P1Y"},
        "benefit": {"kind": "none"},
        "notice": {"uri": "https://northbank.example/notice", "sha256": "n" * 43},
    }


def _start(settings: Settings, port: int, *, worker: bool) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "HABEAS_ISSUER": settings.issuer,
        "HABEAS_DATA_DIR": str(settings.data_dir),
        "HABEAS_WORKER": "on" if worker else "off",
    }
    for name in ("database_url", "keys_url", "lock_url"):
        if url := getattr(settings, name):
            environment[f"HABEAS_{name.upper()}"] = url
    command = [str(Path(sys.executable).with_name("habeas")), "run", "--port", str(port)]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _wait_until_up(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise ChildProcessError("the server ended before it served")
        try:
            if httpx2.get(f"{url}/readyz").status_code == httpx2.codes.OK:
                # A proof says its time in whole seconds; one of the very second of the start is
                # refused.
                time.sleep(1.1)
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.05)
    raise TimeoutError("the server did not get ready")
