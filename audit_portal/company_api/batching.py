"""Batching of reads: whatever waits when the event loop gets to it goes through the gate together.

Rules kept here:
- The window is 0: no timer holds a lone request back. While one batch is in the gate the next one
  gathers, so batches grow with load and latency does not.
- A batch holds at most 100 people and 1,000 values asked for; whole requests only. A request beyond
  that goes alone.
- Companies take turns, a request each: one that asks without pause makes nobody else wait for more
  than a batch.
- The gate runs on the event loop's own thread. It is short, and handing it to a worker thread costs
  more than it hides.
- What one request spoils is the gate's to put right (``TurnedAway``). What the gate raises, such as
  a store that does not answer, concerns the whole batch and reaches every asker.
- What waits is bounded, for each company and for all together. Beyond that a request is turned away
  at once, before anything is written; a company of which nothing waits always gets in.

Use::

    batcher = Batcher(gate.read)
    answer = await batcher.read(request)        # Overloaded, or what the gate raised for it
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from consent.gate.asks import ReadAnswer, ReadRequest
from vault.identifiers import CompanyId

MAX_PEOPLE = 100
MAX_VALUES = 1_000
"""People times their fields: what is opened, and what is held open, for one batch."""
MAX_WAITING = 5_000
"""People waiting at once: at the slowest rate we promise, less than two seconds of work."""
MAX_WAITING_OF_ONE = 2_000
"""Of these, people one company waits for."""

Read = Callable[[Sequence[ReadRequest]], list[ReadAnswer]]


class Overloaded(Exception):
    """Too many reads wait already. Nothing was written."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    request: ReadRequest
    answered: asyncio.Future[ReadAnswer]
    people: int
    values: int


class Batcher:
    """Gathers reads of one event loop. Owned by that loop: no lock, no other thread."""

    def __init__(
        self, read: Read, *, max_people: int = MAX_PEOPLE, max_values: int = MAX_VALUES
    ) -> None:
        self._read = read
        self._max_people = max_people
        self._max_values = max_values
        self._turns: dict[CompanyId, deque[_Waiting]] = {}
        """What each company waits for, whose turn is next first. No company waits for nothing."""
        self._people: Counter[CompanyId] = Counter()
        self._all_people = 0
        self._scheduled = False

    async def read(self, request: ReadRequest) -> ReadAnswer:
        """The gate's answer to ``request``, which may have shared its transaction with others."""
        people = len(request.asks)
        if self._is_full(request.company, people):
            raise Overloaded
        loop = asyncio.get_running_loop()
        values = sum(len(ask.fields) for ask in request.asks)
        waiting = _Waiting(request, loop.create_future(), people, values)
        self._turns.setdefault(request.company, deque()).append(waiting)
        self._count(waiting, 1)
        self._schedule(loop)
        return await waiting.answered

    def _is_full(self, company: CompanyId, people: int) -> bool:
        own = self._people[company]
        beyond_all = own > 0 and self._all_people + people > MAX_WAITING
        return beyond_all or own + people > MAX_WAITING_OF_ONE

    def _count(self, waiting: _Waiting, sign: int) -> None:
        self._people[waiting.request.company] += sign * waiting.people
        self._all_people += sign * waiting.people

    def _schedule(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._scheduled and self._turns:
            self._scheduled = True
            loop.call_soon(self._run_next, loop)

    def _run_next(self, loop: asyncio.AbstractEventLoop) -> None:
        self._scheduled = False
        batch = self._take()
        if batch:
            self._run(batch)
        self._schedule(loop)  # not a loop here: sockets get their turn between two batches

    def _take(self) -> list[_Waiting]:
        """As many whole requests as fit, one of each company in turn.

        Whose next request does not fit keeps its turn, so that it is first in the next batch.
        Those whose asker has gone are dropped unrecorded.
        """
        batch: list[_Waiting] = []
        people, values = self._max_people, self._max_values
        turns = deque(self._turns)
        while turns:
            company = turns.popleft()
            waiting = self._turns[company][0]
            if batch and (waiting.people > people or waiting.values > values):
                continue
            if self._served(company):
                turns.append(company)
            if not waiting.answered.done():
                batch.append(waiting)
                people, values = people - waiting.people, values - waiting.values
        return batch

    def _served(self, company: CompanyId) -> bool:
        """Take a company's next request out and put the company last; whether it has more."""
        queue = self._turns.pop(company)
        self._count(queue.popleft(), -1)
        if queue:
            self._turns[company] = queue
        else:
            del self._people[company]
        return bool(queue)

    def _run(self, batch: Sequence[_Waiting]) -> None:
        try:
            answers = self._read([waiting.request for waiting in batch])
        except Exception as error:  # noqa: BLE001 - handed on to each asker
            for waiting in batch:
                waiting.answered.set_exception(error)
        else:
            for waiting, answer in zip(batch, answers, strict=True):
                waiting.answered.set_result(answer)
