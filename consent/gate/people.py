"""Which person a company means: its own pairwise id, resolved before any transaction.

Rules kept here:
- A pairwise id of another company resolves to nobody, exactly like one that was never given.
- What is kept in memory is only the resolution; whether the record is still open is read under the
  lock, and ``forget`` makes the next look-up fresh (a joined or erased record).
- Who does not look at the record under a lock asks ``now``: another process may have joined it.
- A record that is being erased is nobody's from the moment it began, for every company.

Owner of the mutable state: one ``People`` per process, shared by its threads. What is kept is
replaced or added to, never walked, so that no thread sees it change under its hands.
"""

from collections.abc import Iterable, Sequence

from sqlmodel import col, select

from consent.tables import Head, Pairwise
from vault.database import Database
from vault.identifiers import CompanyId, ConsumerId, Prefix, is_id

_KEPT = 100_000

Known = tuple[CompanyId, str]


class People:
    """Pairwise ids to consumers."""

    def __init__(self, main: Database) -> None:
        self._main = main
        self._kept: dict[Known, ConsumerId] = {}

    def resolve(self, wanted: Sequence[Known]) -> dict[Known, ConsumerId]:
        """The consumers behind (company, pairwise id) pairs; those of nobody are left out."""
        held = ((asked, self._kept.get(asked)) for asked in wanted)
        found = {asked: one for asked, one in held if one is not None}
        missing = {
            asked for asked in wanted if asked not in found and is_id(asked[1], Prefix.PAIRWISE)
        }
        return found | self._fetch(missing) if missing else found

    def now(self, wanted: Sequence[Known]) -> dict[Known, ConsumerId]:
        """The same as the store has it, whatever is kept."""
        return self._fetch({asked for asked in wanted if is_id(asked[1], Prefix.PAIRWISE)})

    def forget(self, consumers: Iterable[ConsumerId]) -> None:
        """Drop what is kept of these people: their record was joined or erased."""
        gone = set(consumers)
        self._kept = {asked: one for asked, one in self._kept.copy().items() if one not in gone}

    def _fetch(self, missing: set[Known]) -> dict[Known, ConsumerId]:
        """Those of ``missing`` that are somebody; kept for the next time."""
        ids = [pairwise for _, pairwise in missing]
        with self._main.reading() as tx:
            rows = tx.exec(
                select(Pairwise.company_id, Pairwise.pairwise_id, Pairwise.consumer_id)
                .join(Head, col(Head.consumer_id) == col(Pairwise.consumer_id))
                .where(col(Pairwise.pairwise_id).in_(ids), col(Head.status) == "open")
            ).all()
        named = {(CompanyId(row[0]), row[1]): ConsumerId(bytes(row[2])) for row in rows}
        found = {asked: one for asked, one in named.items() if asked in missing}
        if len(self._kept) > _KEPT:
            self._kept.clear()
        self._kept.update(found)
        return found
