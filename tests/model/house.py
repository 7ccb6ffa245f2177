"""A vault as its users run it, for one example of the machine: copied, opened, opened again.

Rules kept here:
- The parts are those of production's ``bootstrap``; only the time is wound by hand.
- A vault with its companies is made once on each engine; an example gets a copy of its stores.
- On PostgreSQL two processes serve one vault, and acts go to them in turn: what one keeps in memory
  has to hold when the other acted. On SQLite there is one process: a second may not open the file.

Use::

    mould = Mould.made(maker, folder)
    with fresh_house(mould, folder) as house:
        house.services.reads.read([...])
        house.open_again(crashed=True)
        check_everything(house.examined())
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from sqlalchemy.engine import make_url

from audit_portal.bootstrap.opening import opened
from audit_portal.page_services import PageServices
from audit_portal.settings import Settings
from consent.jose import SigningKey
from consent.ledger.sequencer import LEASE_MS
from tests.fakes import FakeClock
from tests.model.words import COMPANIES
from tests.stores import Maker, PostgresMaker, SqliteMaker, Stores, fresh
from tests.world import World
from vault.identifiers import CompanyId

ISSUER = "https://vault.test"
_STORES = ("main", "keys", "lock")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mould:
    """A vault with three companies in it, to be copied."""

    maker: Maker
    root_key: Path
    companies: Mapping[str, CompanyId]

    @classmethod
    def made(cls, maker: Maker, stores: Stores, folder: Path) -> "Mould":
        """Make the vault in ``stores``, which stay as they are from then on."""
        clock = FakeClock()
        with opened(_settings(stores, folder), clock=clock, making=True) as services:
            companies = {
                name: services.companies.add(name, {"keys": [_public_key(at)]})
                for at, name in enumerate(COMPANIES, start=1)
            }
            while services.sequencer.run_once():
                pass
        return cls(maker=copying(maker, stores), root_key=folder / "root.key", companies=companies)


@dataclass(slots=True, kw_only=True)
class House:
    """One vault and the processes that serve it."""

    stores: Stores
    folder: Path
    companies: Mapping[str, CompanyId]
    clock: FakeClock = field(default_factory=FakeClock)
    processes: list[PageServices] = field(default_factory=list)
    _closing: ExitStack = field(default_factory=ExitStack)
    _turns: Iterator[int] = field(default_factory=count)

    @property
    def services(self) -> PageServices:
        """The process whose turn it is."""
        return self.processes[next(self._turns) % len(self.processes)]

    def open(self) -> None:
        """Start the processes."""
        settings = _settings(self.stores, self.folder)
        for _ in range(1 if self.stores.kind == "sqlite" else 2):
            process = self._closing.enter_context(opened(settings, clock=self.clock))
            self.processes.append(process)

    def close(self) -> None:
        """End them all."""
        self._closing.close()
        self.processes.clear()

    def open_again(self, *, crashed: bool) -> None:
        """End and start; who crashes leaves a lease behind, which has to run out first."""
        if not crashed:
            for process in self.processes:
                process.sequencer.stop()
        self.close()
        self.clock.advance(LEASE_MS if crashed else 0)
        self.open()

    def sequence(self) -> None:
        """Bring everything that waits into the log, by the first process: it holds the lease."""
        while self.processes[0].sequencer.run_once():
            pass

    def examined(self) -> World:
        """The same vault in the hands of the whole-state check; its processes have ended."""
        self.close()
        return World.open(self.stores, self.clock, self.folder)


@contextmanager
def fresh_house(mould: Mould, folder: Path) -> Iterator[House]:
    """A copy of the mould with its processes running; nothing of it is left afterwards."""
    folder.mkdir()
    shutil.copy(mould.root_key, folder)
    with fresh(mould.maker) as stores:
        house = House(stores=stores, folder=folder, companies=mould.companies)
        try:
            house.open()
            yield house
        finally:
            house.close()
            shutil.rmtree(folder)


def _settings(stores: Stores, folder: Path) -> Settings:
    return Settings(
        mode="production",
        issuer=ISSUER,
        data_dir=folder,
        database_url=stores.url("main"),
        keys_url=stores.url("keys"),
        lock_url=stores.url("lock"),
        root_key=folder / "root.key",
    )


def _public_key(number: int) -> dict[str, str]:
    return dict(SigningKey(number.to_bytes(32, "big")).verifying.public)


def copying(maker: Maker, stores: Stores) -> Maker:
    """A maker whose templates are these very stores."""
    kept = {name: make_url(stores.url(name)).database or "" for name in _STORES}
    if isinstance(maker, PostgresMaker):
        return PostgresMaker(server=maker.server, templates=kept, numbers=maker.numbers)
    assert isinstance(maker, SqliteMaker)
    files = {name: Path(file) for name, file in kept.items()}
    return SqliteMaker(folder=maker.folder, templates=files, numbers=maker.numbers)
