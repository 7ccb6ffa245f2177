"""The steps of a person's erasure after the first, resumed wherever a crash cut them short.

The steps (docs: encryption, Erasure), in the order of their durability. The number of the last one
that is done stands in ``ErasureRow.step``; numbers are repeated at the lines:

1 (``person``) one commit: the ``erase`` entry, the gate closed, notices to exactly who read
2 the data key destroyed: no value opens any more
3 wait until the entry stands under a checkpoint in the lock store, and the person has their last
  copy and says that they are done, or a day has passed
4 what a listed duty requires re-sealed under the evidence key; then the log key destroyed
5 every row of the person deleted, and none of it left in the store's own log
6 a tombstone in the lock store, which is never restored; the head says ``erased``

Rules kept here:
- Every step may be done twice. Two workers at the same erasure do no harm.
- On SQLite a reader that holds the write-ahead log stops 2, 4 and 5: they stay undone, the person
  stays ``erasing``, and the next call tries again.
- Without its entry in the log nothing of a chain is deleted, however long that takes: the log would
  never get over the hole.

Use::

    steps.go_on(consumer)       # True: nothing is left but what stays
"""

from collections.abc import Callable, Sequence

from audit_portal.erasure.rows import PERSON, WAIT_MS, Step, advance, row_of
from audit_portal.tables import ErasureRow
from consent.gate.erase import Eraser, is_logged
from consent.gate.evidence import Evidence
from consent.ledger.lock_store import LockStore
from vault.clock import Clock
from vault.database import Database
from vault.identifiers import ConsumerId

Do = Callable[[ErasureRow, list[ConsumerId]], bool]


class Steps:
    """Goes on with what was begun."""

    def __init__(
        self, *, main: Database, locks: LockStore, eraser: Eraser, evidence: Evidence, clock: Clock
    ) -> None:
        self._main = main
        self._locks = locks
        self._eraser = eraser
        self._evidence = evidence
        self._clock = clock

    def go_on(self, consumer: ConsumerId) -> bool:
        """Do every step that can be done now; whether the erasure is at its end."""
        with self._main.reading() as tx:
            row = row_of(tx, consumer, PERSON)
            if row is None:
                return True
            chains = self._eraser.chains(tx, consumer)
        self._eraser.forget(chains)
        behind: Sequence[tuple[Step, Do]] = (
            (Step.CLOSED, self._destroy_values),
            (Step.VALUES_GONE, self._release),
            (Step.RELEASED, self._keep),
            (Step.KEPT, self._destroy_rest),
            (Step.ROWS_GONE, self._bury),
        )
        return all(do(row, chains) for done, do in behind if row.step <= done)

    def is_logged(self, row: ErasureRow) -> bool:
        """Whether the ``erase`` entry stands under a signed checkpoint in the lock store."""
        locked = self._locks.standing()
        if locked is None or locked.note is None:
            return False
        with self._main.reading() as tx:
            consumer = ConsumerId(bytes(row.consumer_id))
            return is_logged(tx, consumer, row.entry_i, size=locked.size)

    def _destroy_values(self, _: ErasureRow, chains: list[ConsumerId]) -> bool:
        if not self._eraser.destroy_values(chains):  # 2
            return False
        # A crash here leaves step 1 noted: the keys are destroyed once more, to no effect.
        self._note(chains[0], Step.VALUES_GONE, destroyed_at=self._clock.now_ms())
        return True

    def _release(self, row: ErasureRow, chains: list[ConsumerId]) -> bool:
        is_over = self._clock.now_ms() - row.begun_at >= WAIT_MS
        if not (is_over and self.is_logged(row)):  # 3
            return False
        self._note(chains[0], Step.RELEASED)
        return True

    def _keep(self, row: ErasureRow, chains: list[ConsumerId]) -> bool:
        """With the evidence in one commit: from here on the log key is not needed any more."""
        gathered = self._evidence.gather(chains[0], chains)
        self._eraser.warm_evidence(chains[0])
        with self._main.transaction() as tx:  # 4
            self._evidence.keep(tx, chains[0], gathered, at_ms=row.begun_at)
            advance(tx, chains[0], step=Step.KEPT)
        return True

    def _destroy_rest(self, _: ErasureRow, chains: list[ConsumerId]) -> bool:
        if not self._eraser.destroy_rest(chains[0], chains):  # 4
            return False
        # A crash here leaves rows that open no more.
        with self._main.transaction() as tx:  # 5
            self._eraser.delete_rows(tx, chains)
            advance(tx, chains[0], step=Step.ROWS_GONE)
        return True

    def _bury(self, _: ErasureRow, chains: list[ConsumerId]) -> bool:
        if not self._eraser.rows_are_gone():  # 5
            return False
        self._eraser.bury(chains)  # 6
        # A crash here leaves tombstones over rows that are gone: the heads are all that is left.
        with self._main.transaction() as tx:
            self._eraser.mark_erased(tx, chains)
            if (row := row_of(tx, chains[0], PERSON)) is not None:
                tx.delete(row)
        self._eraser.forget(chains)
        return True

    def _note(self, consumer: ConsumerId, step: Step, *, destroyed_at: int | None = None) -> None:
        with self._main.transaction() as tx:
            advance(tx, consumer, step=step, destroyed_at=destroyed_at)
