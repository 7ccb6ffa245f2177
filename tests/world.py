"""A whole vault for one test, put together as bootstrap does, on stores and a clock of its own.

Rules kept here:
- Nothing is faked but time: real keys, real envelopes, a real log, on the database the test is
  run for.
- ``open`` refuses what a start of the product refuses; ``begin`` makes a new vault and opens it.
- Tests act through the rooms; what most of them need is in ``tests.arrange``.

Use::

    world = World.begin(stores, clock, tmp_path)
    world.sequence()
    again = World.open(stores, clock, tmp_path)         # after a restart
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from consent.companies import Companies
from consent.gate.corrections import Corrections
from consent.gate.derivations import Derivations
from consent.gate.erase import apply_tombstones
from consent.gate.files import CaseFiles
from consent.gate.holding import Holding
from consent.gate.joining import Joins
from consent.gate.likenesses import Likenesses
from consent.gate.names import Names
from consent.gate.opening import Opener
from consent.gate.origins import Origins
from consent.gate.own_view import OwnView
from consent.gate.people import People
from consent.gate.reads import ReadGate
from consent.gate.texts import CaseTexts
from consent.gate.writes import WRITING_KEYS, Write, WriteGate, Written
from consent.ledger.checkpoint import CheckpointSigner, log_key
from consent.ledger.health import LogHealth
from consent.ledger.lock_store import LockStore
from consent.ledger.log import Log
from consent.ledger.promises import PromiseSigner
from consent.ledger.prover import Prover
from consent.ledger.reader import LogReader
from consent.ledger.sequencer import Sequencer
from consent.ledger.startup import establish, require_one_story
from consent.ledger.steady_clock import SteadyClock
from consent.statements.postgresql import PostgresStatements
from consent.statements.rows import Statements
from consent.statements.sqlite import SqliteStatements
from tests.fakes import FakeClock
from tests.stores import Stores
from vault.identifiers import CompanyId, ConsumerId
from vault.key_sources.file import FileKeySource
from vault.keyring import Keyring
from vault.lookup import Lookup
from vault.profiles import Profiles
from vault.sealed_files import SealedFiles
from vault.sealed_texts import SealedTexts
from vault.vault_keys import VaultKeyUse

ORIGIN = "vault.test/log"
COUNTRY = "DE"


@dataclass(kw_only=True)
class World:
    """The parts of one vault."""

    stores: Stores
    clock: FakeClock
    vault_id: bytes
    keyring: Keyring
    statements: Statements[Any]
    log: Log
    reader: LogReader
    locks: LockStore
    sequencer: Sequencer
    prover: Prover
    health: LogHealth
    gate: ReadGate
    root_key: Path
    profiles: Profiles
    names: Names
    writes: WriteGate
    own_view: OwnView
    derivations: Derivations
    origins: Origins
    joins: Joins
    texts: CaseTexts
    files: CaseFiles
    corrections: Corrections
    holding: Holding
    companies: Companies
    is_broken: bool = False
    """Said by a test that broke something on purpose: nobody checks the whole state behind it."""

    @classmethod
    def begin(cls, stores: Stores, clock: FakeClock, folder: Path) -> "World":
        """A new vault: identity, root key, generation, vault keys, the vault's own chain."""
        source = FileKeySource.create(_root_key(folder))
        vault_id = establish(
            main=stores.main, locks=LockStore(stores.lock), origin=ORIGIN, clock=clock
        )
        Keyring(stores.keys, source, clock, vault_id).establish()
        world = cls.open(stores, clock, folder)
        world.open_chain(ConsumerId(vault_id), "vault")
        return world

    @classmethod
    def open(
        cls, stores: Stores, clock: FakeClock, folder: Path, *, holder: str = "test"
    ) -> "World":
        """A vault that exists; ``OperatorMustAct`` unless its stores, keys and clock agree."""
        main, locks = stores.main, LockStore(stores.lock)
        vault_id = establish(main=main, locks=locks, origin=ORIGIN, clock=clock)
        keyring = Keyring(stores.keys, FileKeySource(_root_key(folder)), clock, vault_id)
        keyring.start()
        apply_tombstones(main=main, locks=locks, keyring=keyring)
        require_one_story(main=main, locks=locks, clock=clock)
        statements: Statements[Any] = (
            SqliteStatements() if stores.kind == "sqlite" else PostgresStatements()
        )
        steady = SteadyClock(clock)
        log = Log(
            main=main, keyring=keyring, statements=statements, vault_id=vault_id, clock=steady
        )
        reader = LogReader(main=main, keyring=keyring, vault_id=vault_id)
        health = LogHealth(main=main, clock=steady)
        profiles = Profiles(keyring=keyring, clock=clock, vault_id=vault_id)
        texts = SealedTexts(keyring=keyring, vault_id=vault_id)
        likenesses = Likenesses(keyring=keyring, country=COUNTRY)
        derivations = Derivations(texts=texts)
        holding = Holding(
            profiles=profiles, texts=texts, likenesses=likenesses, clock=clock, country=COUNTRY
        )
        lookup = Lookup(keyring=keyring, vault_id=vault_id)
        names = Names(main=main, lookup=lookup, texts=texts)
        signing = keyring.signing_key(VaultKeyUse.LOG_SIGNING)
        return cls(
            stores=stores,
            clock=clock,
            vault_id=vault_id,
            keyring=keyring,
            statements=statements,
            log=log,
            reader=reader,
            locks=locks,
            sequencer=Sequencer(
                main=main,
                locks=locks,
                signer=CheckpointSigner(signing),
                origin=ORIGIN,
                clock=steady,
                holder=holder,
            ),
            prover=Prover(
                main=main, reader=reader, log_key_hint=str(log_key(ORIGIN, signing.public))
            ),
            health=health,
            gate=ReadGate(
                main=main,
                statements=statements,
                log=log,
                keyring=keyring,
                people=People(main),
                opener=Opener(keyring=keyring, vault_id=vault_id),
                promises=PromiseSigner(
                    keyring.signing_key(VaultKeyUse.PROMISE_SIGNING), origin=ORIGIN
                ),
                health=health,
                clock=steady,
                vault_id=vault_id,
            ),
            root_key=_root_key(folder),
            profiles=profiles,
            names=names,
            writes=WriteGate(
                profiles=profiles,
                holding=holding,
                derivations=derivations,
                country=COUNTRY,
            ),
            holding=holding,
            own_view=OwnView(main=main, log=log, profiles=profiles),
            derivations=derivations,
            origins=Origins(
                log=log,
                reader=reader,
                profiles=profiles,
                derivations=derivations,
            ),
            joins=Joins(main=main, profiles=profiles, names=names, texts=texts, country=COUNTRY),
            texts=CaseTexts(log=log, texts=texts),
            files=CaseFiles(
                main=main,
                log=log,
                files=SealedFiles(main=main, keyring=keyring, vault_id=vault_id),
                texts=texts,
            ),
            corrections=Corrections(
                profiles=profiles,
                texts=texts,
                likenesses=likenesses,
                clock=clock,
                country=COUNTRY,
            ),
            companies=Companies(main=main, keyring=keyring, log=log, clock=clock),
        )

    def open_chain(self, owner: ConsumerId, kind: Any) -> None:
        """Keys and an empty chain for a new bearer."""
        self.keyring.create(owner)
        with self.log.acting([]) as act:
            act.open_chain(owner, kind=kind)

    def write(
        self,
        consumer: ConsumerId,
        source: CompanyId | None,
        values: Mapping[str, object],
        **told: str,
    ) -> Written:
        """One write through the gate."""
        with self.log.acting([consumer], uses=WRITING_KEYS) as act:
            write = Write(consumer=consumer, source=source, values=values, **told)
            return self.writes.write([write], inside=act)[0]

    def sequence(self) -> int:
        """Run the sequencer until nothing waits; how many epochs it made."""
        epochs = 0
        while self.sequencer.run_once():
            epochs += 1
        return epochs


def _root_key(folder: Path) -> Path:
    return folder / "root.key"
