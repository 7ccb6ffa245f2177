"""A whole vault for one test: opened by the bootstrap of production, in a folder of its own.

Rules kept here:
- In-process tests use ``served``: the real application behind a test client, on a hand-wound clock.
- Strangers' programs use ``running``: the same application on a loopback port, on the system's
  clock, in a thread that is ended by its own server.
- A company in these tests is ``examples/company.py``, the program we show to companies.

Use::

    with served(tmp_path) as vault:
        shop = vault.company("Corner Shoes")
        person = vault.enrol(shop, "A-1", {"contact.email": "ada@example.org"})
        vault.permit(shop, person, ["contact.email"], purpose="run_account")
        shop.read(shop.token(details=...), {person: ["contact.email"]})
"""

import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import uvicorn
from joserfc.jwk import ECKey
from starlette.testclient import TestClient

from audit_portal.app import make_app
from audit_portal.bootstrap.opening import opened
from audit_portal.page_services import PageServices
from audit_portal.settings import Settings
from consent.confirmations import Confirmed
from consent.gate.writes import WRITING_KEYS, Write
from consent.grant_rules import Choice
from consent.offers import parse_offer
from examples.company import Company
from tests.fakes import FakeClock
from vault.clock import Clock
from vault.identifiers import CompanyId, ConsumerId, PairwiseId

ISSUER = "http://localhost:8000"
BEGUN_MS = 5_000
"""How long an in-process vault has been up when a test begins: older proofs are refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vault:
    """One vault with what tests need of it."""

    services: PageServices
    http: httpx2.Client
    clock: Clock
    issuer: str

    def company(self, name: str = "Corner Shoes") -> Company:
        """A registered company that can sign in."""
        key = ECKey.generate_key("P-256")
        public = {"keys": [key.as_dict(private=False)]}
        company = self.services.companies.add(name, public)
        return self.client(company, key)

    def client(self, company: str, key: ECKey) -> Company:
        """A company's program, with this key."""
        return Company(
            self.http,
            issuer=self.issuer,
            client_id=company,
            key=key,
            now=lambda: self.clock.now_ms() / 1000,
        )

    def enrol(
        self, company: Company, external_id: str, values: Mapping[str, object] | None = None
    ) -> str:
        """A person of this company by their pairwise id, with values the company supplied."""
        source = CompanyId(company.client_id)
        [person] = self.services.enrolment.enrol_many(source, [external_id])
        if values:
            write = Write(consumer=person.consumer_id, source=source, values=values)
            with self.services.log.acting([person.consumer_id], uses=WRITING_KEYS) as act:
                self.services.writes.write([write], inside=act)
        return person.pairwise_id

    def consumer(self, company: Company, pairwise: str) -> ConsumerId:
        """The vault's own id of a company's person."""
        source = CompanyId(company.client_id)
        found = self.services.enrolment.resolve(source, PairwiseId(pairwise))
        assert found is not None
        return found

    def permit(
        self,
        company: Company,
        pairwise: str,
        fields: Sequence[str],
        *,
        purpose: str = "run_account",
        **terms: object,
    ) -> str:
        """An offer made and granted in full; the grant's id."""
        offer = parse_offer(offer_json(pairwise, fields, purpose=purpose, **terms))
        source = CompanyId(company.client_id)
        made = self.services.grants.make_offer(source, offer)
        consumer = self.consumer(company, pairwise)
        given = self.services.grants.decide(consumer, made, Choice(fields=frozenset(fields)))
        assert isinstance(given, Confirmed)
        return given.ref


def offer_json(
    pairwise: str, fields: Sequence[str], *, purpose: str = "run_account", **more: object
) -> dict[str, object]:
    """An offer as a company sends it."""
    return {
        "to": {"consumer": pairwise},
        "fields": [{"name": name, "why": "To do what you asked us to do."} for name in fields],
        "purpose": purpose,
        "until": "P6M",
        "retention": {"max": "P1Y"},
        "benefit": {"kind": "none"},
        "notice": {"uri": "https://shop.example/notice", "sha256": "n" * 43},
        **more,
    }


@contextmanager
def served(
    folder: Path, *, clock: FakeClock | None = None, settings: Settings | None = None
) -> Iterator[Vault]:
    """The application behind a test client, up for five seconds by its hand-wound clock."""
    time_told = clock or FakeClock()
    with opened(settings or Settings(data_dir=folder), clock=time_told, making=True) as services:
        time_told.advance(BEGUN_MS)
        app = make_app(services)
        with TestClient(app, base_url=ISSUER, raise_server_exceptions=False) as http:
            yield Vault(services=services, http=http, clock=time_told, issuer=ISSUER)


@contextmanager
def running(folder: Path) -> Iterator[Vault]:
    """The application on a free loopback port, in a thread of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        issuer = f"http://localhost:{listening.getsockname()[1]}"
        with opened(Settings(issuer=issuer, data_dir=folder), making=True) as services:
            config = uvicorn.Config(make_app(services), log_config=None, access_log=False)
            with _in_thread(uvicorn.Server(config), listening), httpx2.Client(timeout=60) as http:
                yield Vault(services=services, http=http, clock=services.clock, issuer=issuer)


@contextmanager
def _in_thread(server: uvicorn.Server, listening: socket.socket) -> Iterator[None]:
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    # A proof says its time in whole seconds; one from the very second of the start is refused.
    begun = int(time.time())
    while int(time.time()) == begun:
        time.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
