"""Which notices are to be sent now, and what became of each try. Sending itself is not here.

Rules kept here:
- A notice is taken by moving its next try away, under the condition that nobody else did: several
  workers at once never send the same one at the same time.
- Taking counts the try. A process that dies in between leaves a notice that is due again after the
  lease, under the same id: the company may get it twice, and knows it by that id.
- A try that failed is repeated ever later, for three days and more; then it is given up, which the
  person sees. A new address is tried with everything that was not delivered.
- A company that does not answer at all is left alone as a whole: its notices wait for one another,
  not for a time limit each, and nobody else's wait for them.

Use::

    for taken in deliveries.take(now_ms):
        deliveries.delivered(taken, now_ms=now)     # or failed, unreachable, without_address
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, update
from sqlmodel import col, select

from consent.tables import Notice
from vault.database import Database, Transaction
from vault.identifiers import CompanyId, ConsumerId, NoticeId

_SECOND, _HOUR = 1_000, 3_600_000
WAITS_MS = (
    5 * _SECOND,
    300 * _SECOND,
    1_800 * _SECOND,
    2 * _HOUR,
    5 * _HOUR,
    10 * _HOUR,
    14 * _HOUR,
    20 * _HOUR,
    24 * _HOUR,
)
"""How long to wait after the first try, the second and so on; after the last one comes one more."""

LEASE_MS = 300 * _SECOND
"""Longer than a round of tries can take; how long a notice taken by a dead process waits."""

AT_ONCE = 20
_PUT_OFF_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A notice this process alone may send now; ``tries`` counts this one. ``made_at`` in ms."""

    consumer: ConsumerId
    notice_id: NoticeId
    company: CompanyId
    body: bytes = field(repr=False)
    made_at: int
    tries: int


class Deliveries:
    """The queue of one vault's notices."""

    def __init__(self, main: Database) -> None:
        self._main = main

    def take(self, now_ms: int, *, limit: int = AT_ONCE) -> list[Taken]:
        """Notices that are due, taken for this process; what was tried least comes first."""
        with self._main.reading() as tx:
            due = tx.exec(
                select(Notice)
                .where(col(Notice.next_try_at) <= now_ms)
                .order_by(col(Notice.next_try_at), col(Notice.tries), col(Notice.notice_id))
                .limit(limit)
            ).all()
        if not due:
            return []
        # In one order in every process, so that none waits for one that waits for it.
        due = sorted(due, key=lambda row: (bytes(row.consumer_id), row.notice_id))
        with self._main.transaction() as tx:
            return [_taken(row) for row in due if _take(tx, row, now_ms)]

    def delivered(self, taken: Taken, *, now_ms: int) -> None:
        """The company's server took it."""
        self._set(taken, delivered_at=now_ms, next_try_at=None)

    def failed(self, taken: Taken, *, now_ms: int) -> int | None:
        """The company's server answered badly; when it is asked again (ms), None: given up."""
        again = _again(taken, now_ms)
        self._set(taken, next_try_at=again)
        return again

    def unreachable(self, taken: Taken, left: Sequence[Taken], *, now_ms: int) -> int | None:
        """The company's server did not answer; when this one is tried again (ms), None: given up.

        The company's others wait as well: those taken and ``left`` untried, and those in the queue.
        """
        again = self.failed(taken, now_ms=now_ms)
        until = now_ms + WAITS_MS[0] if again is None else again
        for one in left:
            self._set(one, next_try_at=until, tries=one.tries - 1)
        self._put_off(taken.company, until)
        return again

    def without_address(self, taken: Taken) -> None:
        """There is nowhere to send it: it waits to be fetched, or for an address."""
        self._set(taken, next_try_at=None, tries=0)

    def try_again(self, inside: Transaction, company: CompanyId, *, now_ms: int) -> int:
        """A company has a new address: whatever it has not got is due; how many notices."""
        waiting = (
            (col(Notice.company_id) == company)
            & col(Notice.delivered_at).is_(None)
            & col(Notice.acknowledged_at).is_(None)
        )
        renewed = update(Notice).where(waiting).values(next_try_at=now_ms, tries=0)
        return inside.connection().execute(renewed).rowcount

    def _set(self, taken: Taken, **values: int | None) -> None:
        """What became of a try, unless it was acknowledged or taken by another meanwhile."""
        ours = _is(taken.consumer, taken.notice_id) & (col(Notice.tries) == taken.tries)
        still = ours & col(Notice.acknowledged_at).is_(None)
        with self._main.transaction() as tx:
            tx.exec(update(Notice).where(still).values(**values))

    def _put_off(self, company: CompanyId, until_ms: int) -> None:
        waiting = (col(Notice.company_id) == company) & (col(Notice.next_try_at) < until_ms)
        with self._main.transaction() as tx:
            rows: Sequence[tuple[bytes, str]] = tx.exec(
                select(Notice.consumer_id, Notice.notice_id)
                .where(waiting)
                .order_by(col(Notice.consumer_id), col(Notice.notice_id))
                .limit(_PUT_OFF_AT_ONCE)
            ).all()
            for consumer, notice_id in rows:
                one = _is(ConsumerId(bytes(consumer)), notice_id)
                tx.exec(update(Notice).where(one, waiting).values(next_try_at=until_ms))


def _take(inside: Transaction, row: Notice, now_ms: int) -> bool:
    seen = (col(Notice.next_try_at) == row.next_try_at) & (col(Notice.tries) == row.tries)
    ours = (
        update(Notice)
        .where(_is(ConsumerId(bytes(row.consumer_id)), row.notice_id), seen)
        .values(next_try_at=now_ms + LEASE_MS, tries=row.tries + 1)
    )
    return inside.connection().execute(ours).rowcount == 1


def _is(consumer: ConsumerId, notice_id: str) -> ColumnElement[bool]:
    return (col(Notice.consumer_id) == consumer) & (col(Notice.notice_id) == notice_id)


def _taken(row: Notice) -> Taken:
    return Taken(
        consumer=ConsumerId(bytes(row.consumer_id)),
        notice_id=NoticeId(row.notice_id),
        company=CompanyId(row.company_id),
        body=row.body.encode(),
        made_at=row.made_at,
        tries=row.tries + 1,
    )


def _again(taken: Taken, now_ms: int) -> int | None:
    if taken.tries > len(WAITS_MS):
        return None
    return now_ms + WAITS_MS[taken.tries - 1]
