"""The sequencer: the one writer that puts waiting entries into the log and signs what stands.

The steps of one run, in the order of their durability (numbers repeated in the code):

1. Take or keep the lease in the lock store: a fencing number that only grows.
2. See that main store and lock store agree (``agreement``), and finish what an earlier run left
   staged, before anything new.
3. Read the waiting entries and check them: each chain continues exactly where the head map says it
   ended, and
   each row has its hash. Heads are folded from these rows, never taken from the heads table.
4. Compute the batch: leaves in ascending order, tiles, head map, epoch leaf.
5. COMMIT tree, map and the unsigned epoch in the main store: *staged*.
6. Compare-and-swap size, root and H(epoch leaf) into the lock store.
7. Sign the checkpoint; swap the note into the lock store.
8. COMMIT the note in the main store: *published*.

A crash after 5 leaves a staged epoch that the next run finishes; after 6 likewise, since the lock
store names that
very epoch; after 7 the note is taken from the lock store instead of being signed again. Never two
roots for one
size, because 6 moves only from the size and root before.

A row that fails its check in 3 stops the log (``Damaged``): nothing is signed until it is mended,
and the gate
refuses reads once its lag shows.

Use::

    sequencer = Sequencer(main=main, locks=locks, signer=signer, origin=origin, clock=…, holder=…)
    while sequencer.run_once(): ...
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from consent.ledger import log_store, stored_map, tiles
from consent.ledger.agreement import disagreement
from consent.ledger.checkpoint import CheckpointSigner
from consent.ledger.entries import link
from consent.ledger.epochs import Epoch, batch, encode_epoch
from consent.ledger.lock_store import Fenced, Locked, LockStore
from consent.ledger.log_store import Place
from consent.ledger.merkle import leaf_hash
from consent.ledger.new_chains import FIRST_DEPTH
from consent.ledger.row_hash import row_hash
from consent.ledger.steady_clock import MAX_JUMP_MS
from consent.statements.rows import EntryToWrite
from consent.tables import Epoch as EpochRow
from vault.clock import Clock
from vault.crypto.primitives import sha256
from vault.database import Database, Transaction
from vault.errors import Damaged, OperatorMustAct

LEASE_MS = 10_000
IDLE_MS = 10 * 60_000
"""How long a log without new entries waits before an empty epoch shows that it is alive."""

BATCH = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One computed epoch and every row it writes; nothing of it is durable yet."""

    epoch: Epoch
    root: bytes
    leaves: list[bytes]
    placed: list[tuple[EntryToWrite, int]]
    folded: dict[int, tuple[int, bytes]]
    log_tiles: dict[Place, bytes]
    head_tiles: dict[Place, bytes]


class Sequencer:
    """Moves waiting entries into the log.

    Any process may hold one; the lease lets one of them work.
    """

    def __init__(
        self,
        *,
        main: Database,
        locks: LockStore,
        signer: CheckpointSigner,
        origin: str,
        clock: Clock,
        holder: str,
    ) -> None:
        self._main = main
        self._locks = locks
        self._signer = signer
        self._origin = origin
        self._clock = clock
        self._holder = holder
        self._behind = False

    @property
    def is_behind(self) -> bool:
        """Whether the last run left entries waiting: it took as many as one epoch takes."""
        return self._behind

    def run_once(self) -> bool:
        """One batch. ``False`` when there was nothing to do or another process holds the lease.

        Raises ``Damaged`` when a waiting row fails its check, ``Fenced`` when another writer took
        over.
        """
        self._behind = False
        fence = self._locks.take_lease(  # 1
            holder=self._holder, now_ms=self._clock.now_ms(), for_ms=LEASE_MS
        )
        if fence is None:
            return False
        locked = self._locked()
        newest = self._agreed(locked, fence)
        if newest is not None and newest.note is None:
            self._finish(newest, locked, fence)  # 2
            return True
        computed = self._next_batch(newest)  # 3, 4
        if computed is None:
            return False
        self._behind = computed.epoch.count == BATCH
        self._stage(computed)  # 5
        self._finish(self._newest(), locked, fence)  # 6, 7, 8
        return True

    def stop(self) -> None:
        """Give the lease back, so that another process need not wait for its end."""
        self._locks.give_back_lease(holder=self._holder)

    # --- 3 and 4: read, check, compute ----------------------------------------------------------

    def _next_batch(self, newest: EpochRow | None) -> Batch | None:
        with self._main.reading() as tx:
            waiting = log_store.waiting(tx, limit=BATCH)
            if not waiting and not self._idle_too_long(newest):
                return None
            folded = _fold(tx, waiting)
            return self._compute(tx, newest, waiting, folded)

    def _idle_too_long(self, newest: EpochRow | None) -> bool:
        return newest is None or self._clock.now_ms() - newest.ts >= IDLE_MS

    def _compute(
        self,
        tx: Transaction,
        newest: EpochRow | None,
        waiting: Sequence[EntryToWrite],
        folded: dict[int, tuple[int, bytes]],
    ) -> Batch:
        size = newest.size if newest else 0
        depth = _depth(tx, newest, waiting)
        head_tiles, map_root = stored_map.update(tx, newest, depth=depth, folded=folded)
        epoch = Epoch(
            k=newest.k + 1 if newest else 1,
            ts=self._timestamp(newest, waiting),
            first_index=size,
            count=len(waiting),
            d=depth,
            map_root=map_root,
        )
        leaves = batch([entry.commitment for entry in waiting], epoch)
        changed = tiles.append(
            [leaf_hash(leaf) for leaf in leaves], size=size, read=_tile_reader(tx)
        )
        stored = _tile_reader(tx)
        root = tiles.StoredTree(
            epoch.size, lambda level, at: changed.get((level, at)) or stored(level, at)
        ).root()
        ordered = sorted(waiting, key=lambda entry: entry.commitment)
        return Batch(
            epoch=epoch,
            root=root,
            leaves=leaves,
            placed=[(entry, size + n) for n, entry in enumerate(ordered)],
            folded=folded,
            log_tiles=dict(changed),
            head_tiles=head_tiles,
        )

    def _timestamp(self, newest: EpochRow | None, waiting: Sequence[EntryToWrite]) -> int:
        """Not before any entry of the batch and not before the epoch before it.

        ``OperatorMustAct`` rather than a time that no verifier believes and nobody can take back.
        """
        now, latest = self._clock.now_ms(), max((entry.at for entry in waiting), default=0)
        if latest - now > MAX_JUMP_MS:
            raise OperatorMustAct(_AHEAD)
        return max(now, latest, newest.ts if newest else 0)

    # --- 5 to 8: stage, swap, sign, publish -----------------------------------------------------

    def _stage(self, computed: Batch) -> None:
        """Step 5.

        A crash after the commit leaves the staged epoch; one before it leaves nothing.
        """
        try:
            with self._main.transaction() as tx:
                log_store.put_epoch(tx, computed.epoch, root=computed.root)
                first = computed.epoch.first_index
                log_store.put_leaves(tx, first_index=first, leaves=computed.leaves)
                log_store.put_tiles(tx, log=computed.log_tiles, heads=computed.head_tiles)
                log_store.put_head_leaves(tx, computed.folded)
                log_store.mark_sequenced(tx, computed.placed)
        except IntegrityError:
            raise Fenced("another writer staged this epoch") from None

    def _finish(self, staged: EpochRow, locked: Locked, fence: int) -> None:
        """Steps 6 to 8 of one staged epoch, from wherever an earlier run left them."""
        epoch = log_store.as_epoch(staged)
        root, leaf_hash_ = bytes(staged.root), sha256(encode_epoch(epoch))
        note = locked.note if locked.size == epoch.size else None
        if locked.size != epoch.size:
            self._swap(epoch, root, leaf_hash_, locked, fence)  # 6
        if note is None:
            note = self._signer.sign(origin=self._origin, size=epoch.size, root=root)  # 7
            self._locks.sign(size=epoch.size, root=root, note=note, fence=fence)
        with self._main.transaction() as tx:  # 8
            log_store.publish(tx, k=epoch.k, note=note)

    def _swap(
        self, epoch: Epoch, root: bytes, epoch_hash: bytes, locked: Locked, fence: int
    ) -> None:
        """Step 6. The lock store stands where this epoch begins, or ``Fenced``."""
        self._locks.swap(
            old_size=epoch.first_index,
            old_root=locked.root,
            size=epoch.size,
            root=root,
            epoch_hash=epoch_hash,
            fence=fence,
        )

    def _agreed(self, locked: Locked, fence: int) -> EpochRow | None:
        """The newest epoch, of which main store and lock store tell one story."""
        with self._main.reading() as tx:
            newest = log_store.newest_epoch(tx)
            sentence = disagreement(tx, newest, locked)
        if sentence is not None:
            self._locks.require(fence)  # a writer that came between the two looks is no damage
            raise OperatorMustAct(sentence)
        return newest

    def _locked(self) -> Locked:
        locked = self._locks.standing()
        if locked is None:
            raise OperatorMustAct("The lock store is missing; the log does not move without it.")
        if locked.origin != self._origin:
            raise OperatorMustAct(
                "The lock store belongs to a log of another name (HABEAS_ISSUER)."
            )
        return locked

    def _newest(self) -> EpochRow:
        with self._main.reading() as tx:
            newest = log_store.newest_epoch(tx)
        if newest is None:
            raise Damaged("the epoch just staged is not there")
        return newest


_AHEAD = (
    "An entry is dated more than five minutes ahead of the clock: the clock was set back, or the"
    " main store is damaged. Nothing was signed: set the clock, or run `habeas doctor`."
)


def _fold(tx: Transaction, waiting: Sequence[EntryToWrite]) -> dict[int, tuple[int, bytes]]:
    """Step 3.

    The head of each chain after its waiting entries; ``Damaged`` names slot-free what fails.
    """
    known = log_store.head_leaves(tx, [entry.slot for entry in waiting])
    folded: dict[int, tuple[int, bytes]] = {}
    for entry in waiting:
        n, head = folded.get(entry.slot) or known.get(entry.slot) or (0, entry.previous)
        if entry.i != n + 1 or entry.previous != head:
            raise Damaged(f"entry {entry.i} of a chain does not continue its head; the log stops")
        if row_hash(entry) != entry.row_hash:
            raise Damaged(f"the row of entry {entry.i} of a chain was changed; the log stops")
        folded[entry.slot] = (entry.i, link(entry.previous, i=entry.i, c=entry.commitment))
    return folded


def _depth(tx: Transaction, newest: EpochRow | None, waiting: Sequence[EntryToWrite]) -> int:
    """The head map doubles once half of its places are taken.

    Places are counted only when a chain begins: counting walks all of them, a million in time.
    """
    depth = newest.depth if newest else FIRST_DEPTH
    if all(entry.i > 1 for entry in waiting):
        return depth
    return depth + 1 if log_store.chain_count(tx) * 2 > 1 << depth else depth


def _tile_reader(tx: Transaction) -> tiles.TileReader:
    return lambda level, position: log_store.log_tile(tx, level, position)
