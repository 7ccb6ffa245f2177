"""The lock store: the last checkpoint that may be signed, kept where no restore can turn it back.

Rules kept here:
- The log's size and root move only by compare-and-swap, so two writers can never sign two roots
  for one size.
- A row is made once, by ``establish``, and never silently again: a missing lock store is a refusal
  to start.
- One writer holds the lease. Each new holder gets a higher fencing number; a swap under an old one
  is refused,
  so that a writer that slept through the end of its lease cannot move anything.

Use::

    locks = LockStore(database)
    held = locks.standing()                                  # None: never established
    locks.swap(old=held, size=18, root=root, epoch_hash=h, fence=fence)
    locks.sign(size=18, root=root, note=note, fence=fence)
"""

from dataclasses import dataclass

from sqlalchemy import update
from sqlmodel import col, select

from consent.ledger.lock_tables import Lease, Lock, Tombstone
from vault.database import Database, Transaction
from vault.errors import OperatorMustAct

EMPTY_EPOCH = bytes(32)
"""What stands as the epoch's hash before the first epoch."""


class Fenced(Exception):
    """Another writer has taken over, or the swap's old value no longer stands.

    Nothing was moved.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """What the lock store says.

    This size and root, this epoch leaf, and the note once it is signed.
    """

    vault_id: bytes
    origin: str
    size: int
    root: bytes
    epoch_hash: bytes
    note: str | None


class LockStore:
    """Compare-and-swap over one row, the sequencer's lease, and the tombstones of erased chains."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def establish(self, *, vault_id: bytes, origin: str, empty_root: bytes) -> None:
        """Make the one row of a new vault. ``OperatorMustAct`` when one stands already."""
        with self._database.transaction() as tx:
            if tx.get(Lock, 1) is not None:
                raise OperatorMustAct(
                    "The lock store already belongs to a vault; nothing was changed."
                )
            tx.add(
                Lock(
                    vault_id=vault_id,
                    origin=origin,
                    size=0,
                    root=empty_root,
                    epoch_hash=EMPTY_EPOCH,
                )
            )
            tx.add(Lease(holder="", fence=0, until=0))

    def standing(self) -> Locked | None:
        """The row as it stands, or ``None`` when the store was never established."""
        with self._database.reading() as tx:
            row = tx.get(Lock, 1)
            if row is None:
                return None
            return Locked(
                vault_id=bytes(row.vault_id),
                origin=row.origin,
                size=row.size,
                root=bytes(row.root),
                epoch_hash=bytes(row.epoch_hash),
                note=row.note,
            )

    def take_lease(self, *, holder: str, now_ms: int, for_ms: int) -> int | None:
        """Take or keep the writer's lease.

        Its fencing number, or ``None`` while another holds it.
        """
        with self._database.transaction() as tx:
            lease = tx.exec(select(Lease).where(Lease.id == 1).with_for_update()).one()
            if lease.holder == holder:
                lease.until = now_ms + for_ms
                return lease.fence
            if lease.until > now_ms:
                return None
            lease.holder, lease.until = holder, now_ms + for_ms
            lease.fence += 1
            return lease.fence

    def give_back_lease(self, *, holder: str) -> None:
        """Let the next writer start at once. Not holding it is fine."""
        with self._database.transaction() as tx:
            tx.execute(
                update(Lease).where(col(Lease.id) == 1, col(Lease.holder) == holder).values(until=0)
            )

    def swap(
        self,
        *,
        old_size: int,
        old_root: bytes,
        size: int,
        root: bytes,
        epoch_hash: bytes,
        fence: int,
    ) -> None:
        """Move from the old size and root to the next, unsigned. ``Fenced`` if they do not stand.

        A crash after this leaves the lock store at a size whose note is missing: the next start
        finds the same staged epoch in the main store and signs exactly that.
        """
        with self._database.transaction() as tx:
            self._require_fence(tx, fence)
            moved = tx.connection().execute(
                update(Lock)
                .where(col(Lock.id) == 1, col(Lock.size) == old_size, col(Lock.root) == old_root)
                .values(size=size, root=root, epoch_hash=epoch_hash, note=None)
            )
            if moved.rowcount != 1:
                raise Fenced("the lock store holds another size or root")

    def sign(self, *, size: int, root: bytes, note: str, fence: int) -> None:
        """Put the signed note beside the size it signs. ``Fenced`` if that size does not stand."""
        with self._database.transaction() as tx:
            self._require_fence(tx, fence)
            moved = tx.connection().execute(
                update(Lock)
                .where(col(Lock.id) == 1, col(Lock.size) == size, col(Lock.root) == root)
                .values(note=note)
            )
            if moved.rowcount != 1:
                raise Fenced("the lock store holds another size or root")

    def require(self, fence: int) -> None:
        """``Fenced`` unless the lease is still held under this fencing number."""
        with self._database.transaction() as tx:
            self._require_fence(tx, fence)

    def bury(self, *, slot: int, i: int) -> None:
        """Add the tombstone of an erased chain. Twice is once."""
        with self._database.transaction() as tx:
            if tx.get(Tombstone, slot) is None:
                tx.add(Tombstone(slot=slot, i=i))

    def tombstones(self) -> list[tuple[int, int]]:
        """Every erased chain as (slot, last i)."""
        with self._database.reading() as tx:
            return [(row.slot, row.i) for row in tx.exec(select(Tombstone))]

    @staticmethod
    def _require_fence(tx: Transaction, fence: int) -> None:
        lease = tx.exec(select(Lease).where(Lease.id == 1).with_for_update()).one()
        if lease.fence != fence:
            raise Fenced("another writer has taken the lease")
