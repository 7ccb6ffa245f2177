"""A person takes a copy of their record: each of their chains by itself, with its proofs.

Rules kept here:
- A copy is an ``export`` entry, durable before it is handed out. It stands in the chain that goes
  on, for a joined one takes no entry any more, and says in ``Q`` which of them was copied.
- A copy holds what the log has sealed: its own entry, and what happened in the last seconds, is in
  the next one. No entry is made of a copy that could not be made.

The steps, numbered at the lines:

1 which chain   2 what the head map says of it   3 the entry, durable   4 handed out, page by page

A crash between 3 and 4, or in 4, leaves the entry of a copy that nobody received whole; what was
received does not parse. The record itself is read in 4: a long one is never in memory.

Use::

    copies.records(consumer)                        # [Record(company=…, entries=412, …), …]
    copies.take(consumer, 0).chunks()               # the chain that goes on
"""

from consent.access_log import AccessLog
from consent.access_rows import Record
from consent.ledger.bundle import Since
from consent.ledger.drafts import Draft
from consent.ledger.entry_types import BY_CONSUMER, EntryType
from consent.ledger.log import Log, NewEntry
from consent.ledger.prover import Prover
from vault.identifiers import ConsumerId


class Copies:
    """What people take away, on the record."""

    def __init__(self, *, log: Log, access_log: AccessLog, prover: Prover) -> None:
        self._log = log
        self._access_log = access_log
        self._prover = prover

    def records(self, consumer: ConsumerId) -> list[Record]:
        """The chain that goes on, and those joined into it: the number of each is its place."""
        return self._access_log.records(consumer)

    def take(self, consumer: ConsumerId, number: int, *, since: int = 0) -> Draft | None:
        """A copy of the chain of this number, recorded; None when there is none.

        ``since``: the log's size at the check they kept, 0 for none. ``BadInput`` when the log
        never had it, ``Unready`` while nothing of the chain is in the log yet.
        """
        records = self.records(consumer)
        if not 0 <= number < len(records):
            return None
        record = records[number]  # 1
        draft = self._prover.draft(record.chain, since=Since(size=since, n=0))  # 2
        with self._log.acting([consumer]) as act:  # 3
            act.append(_exported(consumer, record, slot=draft.standing.place.slot))
        return draft  # 4


def _exported(consumer: ConsumerId, record: Record, *, slot: int) -> NewEntry:
    whose = {} if record.joined_at is None else {"company": record.company}
    return NewEntry(
        owner=consumer,
        type=EntryType.EXPORT,
        actor=BY_CONSUMER,
        P={"fields": []},
        Q={"slot": str(slot), **whose},
    )
