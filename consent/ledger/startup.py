"""Before the gate opens: its stores must belong to one vault and tell one story.

Rules kept here:
- A vault gets its id once, and main store, lock store and settings must agree on it. A lock store
  is made only
  together with a new, empty vault; a missing one is a refusal, never made again in silence.
- Lock store equal to the main store: go. Main store staged one epoch ahead: the sequencer finishes
  it. Lock store ahead: the main store was rolled back, refuse. Unequal roots, or stored trees that
  are not what the last epoch says: refuse (``agreement``).
- A clock more than two seconds behind the last recorded time refuses: entries must not go back.
- A refusal changes nothing and says what to do.

Use::

    vault_id = establish(main=main, locks=locks, origin=origin, clock=clock)
    require_one_story(main=main, locks=locks, clock=clock)
"""

from sqlmodel import col, func, select

from consent.ledger import log_store
from consent.ledger.agreement import disagreement
from consent.ledger.lock_store import Locked, LockStore
from consent.ledger.merkle import EMPTY_ROOT
from consent.tables import EntryRow, Epoch
from vault.clock import Clock
from vault.crypto.primitives import random_bytes
from vault.database import Database, Transaction
from vault.errors import OperatorMustAct
from vault.identity import name_vault, vault_id_of

MAX_BEHIND_MS = 2_000


def establish(*, main: Database, locks: LockStore, origin: str, clock: Clock) -> bytes:
    """The vault's id, made at the very first start. ``OperatorMustAct`` when the stores disagree.

    The lock store is written first: a crash between the two leaves an empty lock store without a
    main store's
    identity, which the next start completes with the same id.
    """
    locked = locks.standing()
    with main.reading() as tx:
        named = vault_id_of(tx)
        begun = log_store.newest_epoch(tx) is not None
    if named is not None:
        return _same_vault(named, locked, origin)
    if begun or (locked is not None and locked.size):
        raise OperatorMustAct(_NO_IDENTITY)
    vault_id = locked.vault_id if locked is not None else random_bytes(16)
    if locked is None:
        locks.establish(vault_id=vault_id, origin=origin, empty_root=EMPTY_ROOT)
    with main.transaction() as tx:
        name_vault(tx, vault_id, at=clock.now_ms())
    return vault_id


def require_one_story(*, main: Database, locks: LockStore, clock: Clock) -> None:
    """``OperatorMustAct`` unless main store, lock store and clock agree."""
    locked = locks.standing()
    if locked is None:
        raise OperatorMustAct(_NO_LOCK)
    with main.reading() as tx:
        newest = log_store.newest_epoch(tx)
        sentence = disagreement(tx, newest, locked)
        if sentence is not None:
            raise OperatorMustAct(sentence)
        _require_time(tx, newest, clock)


def _same_vault(vault_id: bytes, locked: Locked | None, origin: str) -> bytes:
    if locked is None:
        raise OperatorMustAct(_NO_LOCK)
    if locked.vault_id != vault_id:
        raise OperatorMustAct(_OTHER_VAULT)
    if locked.origin != origin:
        raise OperatorMustAct(_OTHER_ORIGIN)
    return vault_id


def _require_time(tx: Transaction, newest: Epoch | None, clock: Clock) -> None:
    waiting = tx.exec(select(func.max(EntryRow.at)).where(col(EntryRow.leaf_index).is_(None))).one()
    last = max(waiting or 0, newest.ts if newest else 0)
    behind = last - clock.now_ms()
    if behind > MAX_BEHIND_MS:
        raise OperatorMustAct(
            f"The clock is {behind // 1000} seconds behind the last recorded entry. Nothing was"
            f" changed: set the"
            " clock, then start again."
        )


_NO_LOCK = (
    "The lock store is missing or empty. It is never made anew for a vault that exists, because"
    " it alone can tell"
    " a restored vault from the true one. Nothing was changed: put the lock store back"
    " (HABEAS_LOCK_URL)."
)
_NO_IDENTITY = (
    "The main store is empty but the lock store belongs to a vault with history, or the main"
    " store has lost its"
    " identity. Nothing was changed: restore the main store, or point HABEAS_DATABASE_URL to the"
    " right one."
)
_OTHER_VAULT = (
    "Main store and lock store belong to different vaults. Nothing was changed: check"
    " HABEAS_DATABASE_URL and"
    " HABEAS_LOCK_URL."
)
_OTHER_ORIGIN = (
    "The log was begun under another name. Nothing was changed: set HABEAS_ISSUER to the address"
    " the vault was"
    " first started with."
)
