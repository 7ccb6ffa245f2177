"""Appending to chains and reading them back.

One entry, its row and the head it moves, in one transaction.

Rules kept here:
- Log keys are unwrapped before the transaction (``unlock``): no key-source call while locks are
  held.
- Locking the heads is the first statement of every transaction that touches a person (``acting``),
  in slot order.
- ``compose`` only computes; the rows of a whole batch go in with one statement each for entries
  and heads.
- ``at`` never goes back within a chain: it is the later of the clock and the entry before.
- A chain that was joined or erased takes no entry any more.

Use::

    with log.acting([consumer]) as act:
        act.tx.add(row)
        act.append(NewEntry(owner=consumer, type=EntryType.PAUSE, actor="consumer", P={…}))
    # leaving the block commits: row and entry together, or neither
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from sqlalchemy import text
from sqlmodel import col, select

from consent.ledger.chain_secrets import ChainSecrets
from consent.ledger.composing import (
    Appended,
    Chain,
    ChainClosed,
    Chains,
    Composed,
    NewEntry,
    compose,
    require_open,
)
from consent.ledger.entries import Head
from consent.ledger.new_chains import Kind, open_chains
from consent.statements.rows import HeadNow, Statements
from consent.tables import Head as HeadRow
from vault.clock import Clock
from vault.crypto.versioned_key import VersionedKey
from vault.database import Database, Transaction, wire_of
from vault.identifiers import ConsumerId
from vault.keyring import Keyring, KeyUse

__all__ = [
    "Act",
    "Appended",
    "Chain",
    "ChainClosed",
    "ChainKey",
    "Chains",
    "Composed",
    "KeyUse",
    "Log",
    "NewEntry",
]


@dataclass(frozen=True, slots=True)
class ChainKey:
    """What is known of a chain before its head is locked: where it stands and its log key."""

    slot: int
    lk: VersionedKey = field(repr=False)


class Log:
    """All chains of one vault."""

    def __init__(
        self,
        *,
        main: Database,
        keyring: Keyring,
        statements: Statements[Any],
        vault_id: bytes,
        clock: Clock,
    ) -> None:
        self._main = main
        self._keyring = keyring
        self._statements = statements
        self._vault_id = vault_id
        self._clock = clock
        self._slots: dict[ConsumerId, int] = {}
        self._secrets: dict[ConsumerId, ChainSecrets] = {}

    # --- the pattern of every act ---------------------------------------------------------------

    @contextmanager
    def acting(
        self, owners: Iterable[ConsumerId], *, uses: Collection[KeyUse] = ()
    ) -> Iterator["Act"]:
        """One transaction over the chains of ``owners``, their heads locked first.

        ``uses`` are the other keys the act will need, unwrapped before the transaction as well.

        Commits at the end of the block, rolls back on any exception. ``ChainClosed`` when one of
        them was joined
        or erased; ``KeyError`` when one has no chain.
        """
        bearers = list(dict.fromkeys(owners))
        if uses:
            self._keyring.warm(bearers, (KeyUse.LOG, *uses))
        keys = self.unlock(bearers)
        with self._main.transaction() as tx:
            chains = self.lock(wire_of(tx), keys)
            for chain in chains.values():
                require_open(chain)
            yield Act(self, tx, chains)

    def unlock(self, owners: Iterable[ConsumerId]) -> dict[ConsumerId, ChainKey]:
        """Slots and unwrapped log keys of chains, before any transaction.

        ``KeyError`` if one has none, ``ChainClosed`` if one's log key was destroyed.
        """
        wanted = list(dict.fromkeys(owners))
        slots = self.slots(wanted)
        log_keys = self._keyring.keys(wanted, KeyUse.LOG)
        if not log_keys.keys() >= set(wanted):
            raise ChainClosed("a record was erased; nothing was changed")
        return {owner: ChainKey(slots[owner], log_keys[owner]) for owner in wanted}

    def lock(self, connection: object, keys: Mapping[ConsumerId, ChainKey]) -> Chains:
        """Lock the heads of these chains through an open driver connection, in slot order."""
        if not keys:
            return {}
        heads = self._statements.lock_heads(connection, [key.slot for key in keys.values()])
        return self.chains(heads, keys)

    def chains(self, heads: Iterable[HeadNow], keys: Mapping[ConsumerId, ChainKey]) -> Chains:
        """The locked rows as chains, their secrets opened under the log key."""
        return {
            ConsumerId(bytes(row.consumer_id)): self._chain(row, keys[ConsumerId(row.consumer_id)])
            for row in heads
        }

    def slots(self, owners: Sequence[ConsumerId]) -> dict[ConsumerId, int]:
        """Where these chains stand.

        A slot never changes and is never given again, so it may be kept.
        """
        held = ((owner, self._slots.get(owner)) for owner in owners)
        known = {owner: slot for owner, slot in held if slot is not None}
        unknown = [owner for owner in owners if owner not in known]
        if unknown:
            with self._main.reading() as tx:
                found = tx.exec(
                    select(HeadRow.consumer_id, HeadRow.slot).where(
                        col(HeadRow.consumer_id).in_(unknown)
                    )
                )
                fetched = {ConsumerId(bytes(owner)): slot for owner, slot in found}
            _bounded(self._slots).update(fetched)
            known |= fetched
        return {owner: known[owner] for owner in owners}

    # --- writing --------------------------------------------------------------------------------

    def compose(self, chains: Chains, entries: Sequence[NewEntry], *, now_ms: int) -> Composed:
        """Compute the rows of ``entries`` in the order given; heads move in memory."""
        return compose(chains, entries, vault_id=self._vault_id, now_ms=now_ms)

    def append(
        self, tx: Transaction, chains: Chains, entries: Sequence[NewEntry]
    ) -> list[Appended]:
        """Write entries inside a transaction that holds the locks; the caller commits."""
        tx.flush()  # rows the act added stand before the entry that tells of them
        composed = self.compose(chains, entries, now_ms=self._clock.now_ms())
        self._statements.append(wire_of(tx), composed.records, composed.moves)
        return composed.appended

    def open_chains(self, tx: Transaction, owners: Collection[ConsumerId], *, kind: Kind) -> Chains:
        """Give new bearers chains. Their keys must exist already, warm: no key source is asked."""
        log_keys = self._keyring.keys(owners, KeyUse.LOG)
        now = self._clock.now_ms()
        return open_chains(tx, log_keys, kind=kind, vault_id=self._vault_id, now_ms=now)

    # --- reading a locked row -------------------------------------------------------------------

    def _chain(self, row: HeadNow, key: ChainKey) -> Chain:
        owner = ConsumerId(bytes(row.consumer_id))
        return Chain(
            owner=owner,
            head=Head(slot=row.slot, n=row.n, h=bytes(row.head)),
            last_at=row.last_at,
            status=row.status,
            secrets=self._open_secrets(owner, row, key.lk),
            lk=key.lk,
        )

    def _open_secrets(self, owner: ConsumerId, row: HeadNow, lk: VersionedKey) -> ChainSecrets:
        known = self._secrets.get(owner)
        if known is None:
            known = ChainSecrets.open(
                bytes(row.secrets), vault_id=self._vault_id, slot=row.slot, lk=lk
            )
            _bounded(self._secrets)[owner] = known
        return known

    def forget(self, owner: ConsumerId) -> None:
        """Drop what is kept in memory of a chain: after an erasure nothing of it stays here."""
        self._secrets.pop(owner, None)
        self._slots.pop(owner, None)


class Act:
    """One open transaction over locked chains."""

    def __init__(self, log: Log, tx: Transaction, chains: Chains) -> None:
        self.tx = tx
        self.chains = chains
        self._log = log

    def append(self, *entries: NewEntry) -> list[Appended]:
        """Write entries; they stand when the block ends."""
        return self._log.append(self.tx, self.chains, entries)

    def open_chain(self, owner: ConsumerId, *, kind: Kind) -> None:
        """Give a new bearer a chain in this transaction."""
        self.open_chains([owner], kind=kind)

    def open_chains(self, owners: Collection[ConsumerId], *, kind: Kind) -> None:
        """Give new bearers chains in this transaction."""
        self.chains |= self._log.open_chains(self.tx, owners, kind=kind)

    def close_chain(self, owner: ConsumerId, *, joined_into: ConsumerId) -> None:
        """Close a chain whose record was joined into another; it takes no further entry."""
        self.tx.execute(_CLOSE, {"slot": self.chains[owner].head.slot, "into": joined_into})
        self.chains[owner] = replace(self.chains[owner], status="joined")


_CLOSE = text("UPDATE heads SET status = 'joined', joined_into = :into WHERE slot = :slot")
_KEPT = 50_000
_K = TypeVar("_K")
_V = TypeVar("_V")


def _bounded(kept: dict[_K, _V]) -> dict[_K, _V]:
    """The same dictionary, emptied when full.

    What it holds can be had again at the price of one look-up.
    """
    if len(kept) >= _KEPT:
        kept.clear()
    return kept
