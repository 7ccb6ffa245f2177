"""What one company supplied about a person is erased, and its bytes with it.

Rules kept here:
- The records go in one commit with the entry and the notices to who read them.
- On SQLite the deleted bytes may stand in the write-ahead log as long as a reader holds it: a row
  remembers that, and the worker tries again.
- A legal hold on the person stops it.

Use::

    lines.erase(consumer, company, actor=company)       # True, False, or None: nothing was there
    lines.run()                                         # at start, and the worker's chore
"""

from sqlmodel import col, select

from audit_portal.erasure.rows import PERSON, Step, row_of
from audit_portal.tables import ErasureRow
from consent import legal_holds
from consent.gate.erase import Eraser
from consent.gate.lines import Lines
from consent.ledger.log import Log
from vault.clock import Clock
from vault.database import Database
from vault.errors import Conflict
from vault.identifiers import CompanyId, ConsumerId


class LineErasures:
    """The erasures of single companies' lines in one vault."""

    def __init__(
        self, *, main: Database, log: Log, eraser: Eraser, lines: Lines, clock: Clock
    ) -> None:
        self._main = main
        self._log = log
        self._eraser = eraser
        self._lines = lines
        self._clock = clock

    def erase(self, consumer: ConsumerId, company: CompanyId, *, actor: str) -> bool | None:
        """Erase what ``company`` supplied; None: there was nothing of it.

        Whether no byte is left in the store's own log either; else the worker sees to it.
        ``Conflict`` while a legal hold stands, ``ChainClosed`` for a record that is closed.
        """
        with self._log.acting([consumer]) as act:
            now = self._clock.now_ms()
            chains = self._eraser.chains(act.tx, consumer)
            if holds := legal_holds.standing(act.tx, chains, now_ms=now):
                raise Conflict(f"a legal hold forbids it: {holds[-1].law}")
            appended = self._lines.erase(act, consumer, company, actor=actor, now_ms=now)
            if appended is None:
                return None
            row = ErasureRow(
                consumer_id=consumer,
                scope=company,
                step=Step.ROWS_GONE,
                begun_at=appended.entry.at,
                entry_i=appended.entry.i,
            )
            act.tx.merge(row)
        # A crash here leaves the records gone, and their bytes perhaps in the log: ``run``.
        return self._clean(consumer, company)

    def run(self) -> int:
        """See to what is left in the store's log; how many erasures came to their end."""
        with self._main.reading() as tx:
            left = tx.exec(
                select(ErasureRow.consumer_id, ErasureRow.scope).where(
                    col(ErasureRow.scope) != PERSON
                )
            ).all()
        return sum(self._clean(ConsumerId(bytes(owner)), scope) for owner, scope in left)

    def _clean(self, consumer: ConsumerId, scope: str) -> bool:
        if not self._eraser.rows_are_gone():
            return False
        with self._main.transaction() as tx:
            if (row := row_of(tx, consumer, scope)) is not None:
                tx.delete(row)
        return True
