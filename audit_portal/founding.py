"""The ground of a vault: one id, its keys, its own chain; made once, and never over a loss.

Rules kept here:
- A vault is made only when that was asked for, and only where there is none.
- It is made once its own chain stands. From then on a missing root key, key store or lock store is
  a refusal that says what to put back.
- Nothing is handed out before the root key opens every generation, and the stores are known to be
  one vault telling one story.
- Whoever was erased and came back with a restored store is erased again first, also where the store
  is then refused for its age: that is the one thing a refused start changes.

The order of the durable steps of making one (numbers repeated at the lines):

1 one vault id in lock store and main store   2 the root key's file, if there is none
3 generation 1 and the vault's own keys   4 the keys of the vault's chain   5 the chain

A crash in between leaves a vault without people; the same call goes on from there.

Use::

    ground = laid(stores, issuer=issuer, root_key=path, clock=clock, making=True)
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from audit_portal.stores import Stores
from consent.gate.erase import apply_tombstones
from consent.ledger.lock_store import LockStore
from consent.ledger.log import Log
from consent.ledger.startup import establish, require_one_story
from consent.ledger.steady_clock import SteadyClock
from consent.statements.postgresql import PostgresStatements
from consent.statements.rows import Statements
from consent.statements.sqlite import SqliteStatements
from vault.clock import Clock
from vault.crypto.primitives import hmac_sha256
from vault.crypto.versioned_key import VersionedKey
from vault.database import Database
from vault.errors import OperatorMustAct
from vault.identifiers import ConsumerId
from vault.key_sources.file import FileKeySource
from vault.keyring import Keyring, KeyUse
from vault.vault_keys import VaultKeyUse

NO_VAULT = (
    "There is no vault here yet, or its making was cut short: run `habeas migrate`. If there was "
    "one, its lock store is missing: put it back (HABEAS_LOCK_URL)."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A checked vault: what every other part stands on."""

    issuer: str
    origin: str
    """The name of its log."""
    vault: ConsumerId
    """Its id, as the owner of its own chain."""
    main: Database
    locks: LockStore
    keyring: Keyring
    statements: Statements[Any]
    log: Log
    clock: Clock
    steady: SteadyClock
    """The same clock, for what is dated or signed: it stops when somebody set it."""

    def secret(self, use: bytes) -> bytes:
        """32 bytes for one use that no store holds in the clear."""
        return _derived(self.keyring.vault_key(VaultKeyUse.SECRETS), use)

    def secrets(self, use: bytes) -> dict[int, bytes]:
        """The same by the version of the key behind it, for what outlives a renewal of the key."""
        keys = self.keyring.vault_key_versions(VaultKeyUse.SECRETS)
        return {key.version: _derived(key, use) for key in keys}


def _derived(key: VersionedKey, use: bytes) -> bytes:
    return hmac_sha256(key.key, use + b"\0")


def origin_of(issuer: str) -> str:
    """The name of a vault's log: its address without the scheme (C2SP tlog-checkpoint)."""
    return f"{urlsplit(issuer).netloc}/log"


def laid(stores: Stores, *, issuer: str, root_key: Path, clock: Clock, making: bool) -> Ground:
    """The ground of the vault in these stores, made if ``making`` and there is none."""
    main, locks, origin = stores.main, LockStore(stores.lock), origin_of(issuer)
    if not making and locks.standing() is None:
        raise OperatorMustAct(NO_VAULT)
    vault = ConsumerId(establish(main=main, locks=locks, origin=origin, clock=clock))  # 1
    keyring = Keyring(stores.keys, FileKeySource(root_key), clock, vault)
    statements: Statements[Any] = (
        SqliteStatements() if main.kind == "sqlite" else PostgresStatements()
    )
    steady = SteadyClock(clock)
    log = Log(main=main, keyring=keyring, statements=statements, vault_id=vault, clock=steady)
    _complete(vault, keyring, log, root_key, making=making)
    apply_tombstones(main=main, locks=locks, keyring=keyring)
    require_one_story(main=main, locks=locks, clock=clock)
    return Ground(
        issuer=issuer,
        origin=origin,
        vault=vault,
        main=main,
        locks=locks,
        keyring=keyring,
        statements=statements,
        log=log,
        clock=clock,
        steady=steady,
    )


def _complete(
    vault: ConsumerId, keyring: Keyring, log: Log, root_key: Path, *, making: bool
) -> None:
    """Prove that the root key opens the vault's keys; make what a new vault still lacks."""
    if _has_chain(log, vault):
        keyring.start()
        return
    if not making:
        raise OperatorMustAct(NO_VAULT)
    if not root_key.exists():
        FileKeySource.create(root_key)  # 2
    keyring.establish()  # 3
    keyring.start()
    if vault not in keyring.keys([vault], KeyUse.LOG):
        keyring.create(vault)  # 4
    with log.acting([]) as act:
        act.open_chain(vault, kind="vault")  # 5


def _has_chain(log: Log, vault: ConsumerId) -> bool:
    try:
        log.slots([vault])
    except KeyError:
        return False
    return True
