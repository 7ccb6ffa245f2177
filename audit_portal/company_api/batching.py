"""Batching of reads: whatever waits when the event loop gets to it goes through the gate together.

Rules kept here:
- The window is 0: no timer holds a lone request back. While one batch is in the gate the next one
  gathers, so batches grow with load and latency does not.
- A batch holds at most 100 people; whole requests only.
- The gate runs on the event loop's own thread. It is short, and handing it to a worker thread costs
  more than it hides.
- What one request spoils is the gate's to put right (``TurnedAway``). What the gate raises, such as
  a store that does not answer, concerns the whole batch and reaches every asker.
- What waits is bounded. Beyond that a request is turned away at once, before anything is written.

Use::

    batcher = Batcher(gate.read)
    answer = await batcher.read(request)        # Overloaded, or what the gate raised for it
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from consent.gate.asks import ReadAnswer, ReadRequest

MAX_PEOPLE = 100
MAX_WAITING = 5_000
"""People waiting at once: at the slowest rate we promise, less than two seconds of work."""

Read = Callable[[Sequence[ReadRequest]], list[ReadAnswer]]


class Overloaded(Exception):
    """Too many reads wait already. Nothing was written."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    request: ReadRequest
    answered: asyncio.Future[ReadAnswer]

    @property
    def people(self) -> int:
        return len(self.request.asks)


class Batcher:
    """Gathers reads of one event loop. Owned by that loop: no lock, no other thread."""

    def __init__(self, read: Read, *, max_people: int = MAX_PEOPLE) -> None:
        self._read = read
        self._max_people = max_people
        self._queue: deque[_Waiting] = deque()
        self._people = 0
        self._scheduled = False

    async def read(self, request: ReadRequest) -> ReadAnswer:
        """The gate's answer to ``request``, which may have shared its transaction with others."""
        if self._people + len(request.asks) > MAX_WAITING:
            raise Overloaded
        loop = asyncio.get_running_loop()
        waiting = _Waiting(request, loop.create_future())
        self._queue.append(waiting)
        self._people += waiting.people
        self._schedule(loop)
        return await waiting.answered

    def _schedule(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._scheduled and self._queue:
            self._scheduled = True
            loop.call_soon(self._run_next, loop)

    def _run_next(self, loop: asyncio.AbstractEventLoop) -> None:
        self._scheduled = False
        batch = self._take()
        if batch:
            self._run(batch)
        self._schedule(loop)  # not a loop here: sockets get their turn between two batches

    def _take(self) -> list[_Waiting]:
        """As many whole requests as fit; those whose asker has gone are dropped unrecorded."""
        batch: list[_Waiting] = []
        room = self._max_people
        while self._queue and self._queue[0].people <= room:
            waiting = self._queue.popleft()
            self._people -= waiting.people
            if not waiting.answered.done():
                batch.append(waiting)
                room -= waiting.people
        return batch

    def _run(self, batch: Sequence[_Waiting]) -> None:
        try:
            answers = self._read([waiting.request for waiting in batch])
        except Exception as error:  # noqa: BLE001 - handed on to each asker
            for waiting in batch:
                waiting.answered.set_exception(error)
        else:
            for waiting, answer in zip(batch, answers, strict=True):
                waiting.answered.set_result(answer)
