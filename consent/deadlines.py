"""What happens by itself at a time, unless what it waits for happens before.

Rules kept here:
- A deadline is put and dropped in the caller's open act: one commit with what it is about.
- Due work is found by a query, so a run that was cut short is finished by the next one.
- What is due is looked at again under the person's lock. What was dropped, put off or done by
  another worker meanwhile is left alone.
- The deadline goes in the commit of what its handler does: a crash leaves both or neither.
- Work that fails stops nobody else's. The run goes on with the others and says so at its end.
- A kind nobody here handles stays due, for the program that does.

Use::

    put(act.tx, consumer, "contest_late", contest_id, due_at=due_ms)
    drop(act.tx, consumer, "contest_late", contest_id)

    deadlines = Deadlines(main=main, log=log, handlers={"contest_late": Handler(work=late)})
    deadlines.run(now_ms)       # how many were worked off; 0: nothing was due
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from sqlmodel import col, select

from consent.ledger.log import Act, ChainClosed, KeyUse, Log
from consent.tables import Deadline
from vault.database import Database, Transaction
from vault.errors import Unready
from vault.identifiers import ConsumerId

AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One piece of work: about whom, of what kind, about what (``ref``), since when (ms)."""

    consumer: ConsumerId
    kind: str
    ref: str
    due_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler:
    """What is done about one kind of deadline, in an act that holds the person's lock.

    ``work(act, due, now_ms)`` may put the next deadline, later than now. ``uses`` are the keys it
    needs beside the log's, unwrapped before the transaction.
    """

    work: Callable[[Act, Due, int], object]
    uses: Collection[KeyUse] = ()


# --- inside an act --------------------------------------------------------------------------------


def put(inside: Transaction, consumer: ConsumerId, kind: str, ref: str, *, due_at: int) -> None:
    """Let ``kind`` of ``ref`` happen at ``due_at`` (ms); a deadline that stands is moved there."""
    inside.merge(Deadline(consumer_id=consumer, kind=kind, ref=ref, due_at=due_at))
    inside.flush()


def drop(inside: Transaction, consumer: ConsumerId, kind: str, ref: str) -> bool:
    """Let it not happen; whether it was still to come."""
    row = inside.get(Deadline, (consumer, kind, ref))
    if row is None:
        return False
    inside.delete(row)
    inside.flush()
    return True


def drop_all(inside: Transaction, consumer: ConsumerId, ref: str) -> int:
    """Let nothing more happen about ``ref``, of whatever kind; how much was still to come."""
    about = (col(Deadline.consumer_id) == consumer) & (col(Deadline.ref) == ref)
    rows = inside.exec(select(Deadline).where(about)).all()
    for row in rows:
        inside.delete(row)
    inside.flush()
    return len(rows)


def due(
    inside: Transaction, kinds: Collection[str], *, now_ms: int, limit: int = AT_ONCE
) -> list[Due]:
    """What of these kinds is due, the longest waiting first."""
    rows = inside.exec(
        select(Deadline)
        .where(col(Deadline.due_at) <= now_ms, col(Deadline.kind).in_(kinds))
        .order_by(col(Deadline.due_at), col(Deadline.consumer_id), col(Deadline.ref))
        .limit(limit)
    )
    return [_due(row) for row in rows]


# --- by itself ------------------------------------------------------------------------------------


class Deadlines:
    """Works off what is due."""

    def __init__(self, *, main: Database, log: Log, handlers: Mapping[str, Handler]) -> None:
        self._main = main
        self._log = log
        self._handlers = handlers

    def run(self, now_ms: int) -> int:
        """Work off everything due at ``now_ms``, one piece at a time; how many pieces.

        After all others, the first failure is raised again. ``Unready`` ends the run at once: it
        is about the stores. A crash in between leaves whole pieces done and the rest due.
        """
        worked, passed, failures = 0, set[Due](), list[Exception]()
        while found := self._found(now_ms, passed):
            for one in found:
                try:
                    worked += self._work(one, now_ms)
                except Unready:
                    raise
                except ChainClosed:  # joined meanwhile, or an erasure takes it along
                    passed.add(one)
                except Exception as failure:  # noqa: BLE001 - kept, and raised when all had their turn
                    passed.add(one)
                    failures.append(failure)
        if failures:
            raise failures[0]
        return worked

    def _found(self, now_ms: int, passed: Collection[Due]) -> list[Due]:
        with self._main.reading() as tx:
            found = due(tx, self._handlers, now_ms=now_ms, limit=AT_ONCE + len(passed))
        return [one for one in found if one not in passed]

    def _work(self, one: Due, now_ms: int) -> bool:
        """Whether it was still due. 1 look again under the lock; 2 off the list; 3 the work."""
        handler = self._handlers[one.kind]
        with self._log.acting([one.consumer], uses=handler.uses) as act:
            row = act.tx.get(Deadline, (one.consumer, one.kind, one.ref))
            if row is None or row.due_at > now_ms:  # 1
                return False
            act.tx.delete(row)  # 2
            act.tx.flush()
            handler.work(act, _due(row), now_ms)  # 3
        return True


def _due(row: Deadline) -> Due:
    return Due(
        consumer=ConsumerId(bytes(row.consumer_id)), kind=row.kind, ref=row.ref, due_at=row.due_at
    )
