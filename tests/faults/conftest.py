"""A vault that outlives its processes, and the processes that die in it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from consent.ledger import log_store
from consent.ledger.bundle import Since
from consent.ledger.checkpoint import log_key, parse_checkpoint, parse_note
from consent.ledger.kept import Kept
from consent.ledger.openings import Opening
from consent.ledger.sequencer import LEASE_MS
from consent.ledger.verdicts import Verified
from consent.ledger.verifier import verify_bundle
from tests import arrange
from tests.fakes import FakeClock
from tests.stores import Maker, Stores, fresh
from tests.world import ORIGIN, World
from vault.identifiers import CompanyId
from vault.vault_keys import VaultKeyUse

HOUSE = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """How a process ended, and what it told before."""

    ended: int
    told: list[dict[str, Any]]

    @property
    def was_killed(self) -> bool:
        """Whether it died by SIGKILL, as it was meant to."""
        return self.ended == -signal.SIGKILL

    def all(self, name: str) -> list[Any]:
        """What it told under a name, in order."""
        return [line[name] for line in self.told if name in line]


class Mortal:
    """Orders for processes that die. One line in, a fork, its end out (see ``child``)."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self._process = process
        self._folder = folder
        self._numbers = count()

    def run(self, order: dict[str, Any]) -> Fate:
        """Let a fork live until it ends."""
        _, fate = self.begin(order), self.end()
        return fate

    def begin(self, order: dict[str, Any]) -> int:
        """Let a fork live; its process id."""
        self._record = self._folder / f"record_{next(self._numbers)}"
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({**order, "record": str(self._record)}) + "\n")
        self._process.stdin.flush()
        return int(self._line()["pid"])

    def await_told(self, name: str) -> None:
        """Wait until the fork has told something under this name."""
        until = time.monotonic() + 20
        while not (self._record.exists() and f'"{name}"' in self._record.read_text()):
            assert time.monotonic() < until, f"the fork never told {name}"
            time.sleep(0.005)

    def end(self) -> Fate:
        """Wait for the fork's end."""
        ended = self._line()["ended"]
        lines = self._record.read_text().splitlines() if self._record.exists() else []
        fate = Fate(ended=ended, told=[json.loads(line) for line in lines])
        assert not fate.all("failed"), fate.all("failed")[0]
        return fate

    def _line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        return told


@pytest.fixture(scope="session")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mortal]:
    """Processes to be killed, forked from one that has everything imported."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.child"],
        cwd=HOUSE,
        env={**os.environ, "PYTHONPATH": str(HOUSE)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Mortal(process, tmp_path_factory.mktemp("records"))
        assert process.stdin is not None
        process.stdin.close()


@dataclass(kw_only=True)
class Survivor:
    """One vault that is opened, left and opened again; everything it ever signed is remembered."""

    stores: Stores
    folder: Path
    clock: FakeClock
    company: CompanyId
    person: arrange.Person
    world: World | None = None
    notes: set[str] = field(default_factory=set)
    kept: Kept | None = None
    asked: Iterator[int] = field(default_factory=lambda: count(1))

    @classmethod
    def begin(cls, stores: Stores, folder: Path) -> "Survivor":
        """A vault with one company and one person who lets it read their address."""
        clock = FakeClock()
        world = World.begin(stores, clock, folder)
        company = arrange.company(world)
        person = arrange.person(world, company)
        arrange.permit(world, person, company, [arrange.EMAIL])
        world.sequence()
        survivor = cls(stores=stores, folder=folder, clock=clock, company=company, person=person)
        survivor.leave()
        return survivor

    def leave(self) -> None:
        """Close everything, as the end of a process would."""
        self.world = None
        for name in ("main", "keys", "lock"):
            self.stores.close(name)

    def open(self, *, holder: str = "test") -> World:
        """Start again: the checks of a start, then a world with its parts."""
        self.clock.advance(LEASE_MS * 2)  # nobody's lease is left
        self.world = self._listening(
            World.open(self.stores, self.clock, self.folder, holder=holder)
        )
        return self.world

    def _listening(self, world: World) -> World:
        """Every note this world signs is remembered, also one that never gets anywhere."""
        signer = world.sequencer._signer
        sign = signer.sign

        def signing(**told: Any) -> str:
            note = sign(**told)
            self.notes.add(note)
            return note

        signer.sign = signing  # type: ignore[method-assign] # a recording double around the signer
        return world

    def here(self) -> World:
        """The open vault, a second later; opened again when it was left."""
        self.clock.advance(1_000)
        return self.world or self.open()

    @contextmanager
    def elsewhere(self) -> Iterator[World]:
        """The vault in another process, as far as PostgreSQL is concerned: its own connections,
        its own memory. SQLite serves one process; there it is another holder in the same one.
        """
        if self.stores.kind == "sqlite":
            yield self._listening(
                World.open(self.stores, self.clock, self.folder, holder="elsewhere")
            )
            return
        urls = {name: self.stores.url(name) for name in ("main", "keys", "lock")}
        with ExitStack() as closing:
            stores = Stores(maker=self.stores.maker, closing=closing, urls=urls)
            yield self._listening(World.open(stores, self.clock, self.folder, holder="elsewhere"))

    def order(self, scenario: str, **more: object) -> dict[str, Any]:
        """An order to a process that uses this vault; ours is closed first where two cannot be."""
        self.leave()
        self.clock.advance(LEASE_MS * 2)
        number = next(self.asked)
        return {
            "scenario": scenario,
            "kind": self.stores.kind,
            "urls": {name: self.stores.url(name) for name in ("main", "keys", "lock")},
            "folder": str(self.folder),
            "now": self.clock.now_ms(),
            "company": self.company,
            "consumer": self.person.consumer.hex(),
            "pairwise": self.person.pairwise,
            "acknowledged": f"acknowledged_{number}",
            "struck": f"struck_{number}",
            **more,
        }

    def remember(self, world: World, fate: Fate | None = None) -> None:
        """Keep every note seen, and insist that no size was ever signed with two roots."""
        with world.stores.main.reading() as tx:
            rows = tx.connection().exec_driver_sql("SELECT note FROM epochs WHERE note IS NOT NULL")
            self.notes |= {note for (note,) in rows}
        locked = world.locks.standing()
        assert locked is not None
        self.notes |= {locked.note} if locked.note else set()
        self.notes |= set(fate.all("note")) if fate else set()
        signed = [parse_checkpoint(parse_note(note).text) for note in self.notes]
        roots = {checkpoint.size: checkpoint.root for checkpoint in signed}
        assert {(one.size, one.root) for one in signed} == set(roots.items())
        self._visit(world)

    def _visit(self, world: World) -> None:
        """The person checks their record against what they kept from the visit before."""
        with world.stores.main.reading() as tx:
            newest = log_store.newest_epoch(tx)
        if newest is None or newest.note is None:
            return  # signed in a moment: the page would wait
        key = world.keyring.signing_key(VaultKeyUse.LOG_SIGNING).public
        old = self.kept.checkpoint(ORIGIN) if self.kept else None
        since = Since(size=old.size if old else 0, n=self.kept.n if self.kept else 0)
        answer = verify_bundle(
            world.prover.bundle(self.person.consumer, since=since).to_json(),
            log_key=log_key(ORIGIN, key),
            kept=self.kept,
            now=max(newest.ts, self.clock.now_ms()),
        )
        assert isinstance(answer, Verified), answer
        self.kept = answer.kept

    def require_acknowledged(self, world: World, fate: Fate) -> None:
        """Everything anybody was told of stands in the chains, by commitment or by number."""
        with world.stores.main.reading() as tx:
            found = tx.connection().exec_driver_sql(
                "SELECT consumer_id, i, commitment FROM entries"
            )
            rows = [(bytes(consumer), i, bytes(c)) for consumer, i, c in found]
        commitments = {c for _, _, c in rows}
        assert {Opening.from_json(one).c for one in fate.all("opening") if one} <= commitments
        told = {(bytes.fromhex(consumer), i) for consumer, i in fate.all("entry")}
        assert told <= {(consumer, i) for consumer, i, _ in rows}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def survivor(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Survivor]:
    """One vault for all tests of a module, once on each engine: it survives them one by one."""
    yield from surviving(request, tmp_path_factory)


def surviving(
    request: pytest.FixtureRequest, folders: pytest.TempPathFactory
) -> Iterator[Survivor]:
    """A vault on the engine a fixture is run for."""
    maker: Maker = request.getfixturevalue(f"{request.param}_maker")
    with fresh(maker) as stores:
        yield Survivor.begin(stores, folders.mktemp("survivor"))
