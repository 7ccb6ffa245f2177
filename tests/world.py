"""A whole vault for one test, put together as bootstrap does, on stores and a clock of the test's own.

Rules kept here:
- Nothing is faked but time: real keys, real envelopes, a real log, on the database the test is run for.
- Tests act through the rooms; what has no room of its own yet is not offered here.

Use::

    world = World.begin(stores, clock, tmp_path)
    company = world.company("Northbank")
    person = world.person(company, "A-1")
    world.write(person, company, {"contact.email": "rosa@example.org"})
    world.sequence()
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from consent.ledger.checkpoint import CheckpointSigner, log_key
from consent.ledger.health import LogHealth
from consent.ledger.lock_store import LockStore
from consent.ledger.log import Log
from consent.ledger.prover import Prover
from consent.ledger.reader import LogReader
from consent.ledger.sequencer import Sequencer
from consent.ledger.startup import establish
from consent.statements.postgresql import PostgresStatements
from consent.statements.rows import Statements
from consent.statements.sqlite import SqliteStatements
from tests.fakes import FakeClock
from tests.stores import Stores
from vault.identifiers import ConsumerId
from vault.key_sources.file import FileKeySource
from vault.keyring import Keyring
from vault.vault_keys import VaultKeyUse

ORIGIN = "vault.test/log"


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
    root_key: Path
    extras: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def begin(cls, stores: Stores, clock: FakeClock, folder: Path) -> "World":
        """A new vault: identity, root key, generation, vault keys, the vault's own chain."""
        root_key = folder / "root.key"
        source = FileKeySource.create(root_key)
        locks = LockStore(stores.lock)
        vault_id = establish(main=stores.main, locks=locks, origin=ORIGIN, clock=clock)
        keyring = Keyring(stores.keys, source, clock, vault_id)
        keyring.establish()
        keyring.start()
        statements: Statements[Any] = (
            SqliteStatements() if stores.kind == "sqlite" else PostgresStatements()
        )
        log = Log(
            main=stores.main,
            keyring=keyring,
            statements=statements,
            vault_id=vault_id,
            clock=clock,
        )
        reader = LogReader(main=stores.main, keyring=keyring, vault_id=vault_id)
        signing = keyring.signing_key(VaultKeyUse.LOG_SIGNING)
        world = cls(
            stores=stores,
            clock=clock,
            vault_id=vault_id,
            keyring=keyring,
            statements=statements,
            log=log,
            reader=reader,
            locks=locks,
            sequencer=Sequencer(
                main=stores.main,
                locks=locks,
                signer=CheckpointSigner(signing),
                origin=ORIGIN,
                clock=clock,
                holder="test",
            ),
            prover=Prover(
                main=stores.main, reader=reader, log_key_hint=str(log_key(ORIGIN, signing.public))
            ),
            health=LogHealth(main=stores.main, clock=clock),
            root_key=root_key,
        )
        world.open_chain(ConsumerId(vault_id), "vault")
        return world

    def open_chain(self, owner: ConsumerId, kind: Any) -> None:
        """Keys and an empty chain for a new bearer."""
        self.keyring.create(owner)
        with self.log.acting([]) as act:
            act.open_chain(owner, kind=kind)

    def sequence(self) -> int:
        """Run the sequencer until nothing waits; how many epochs it made."""
        epochs = 0
        while self.sequencer.run_once():
            epochs += 1
        return epochs
