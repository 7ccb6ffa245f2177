"""The worker: what has to happen without anybody asking, in threads beside the service.

Rules kept here:
- Each chore has its own rhythm. One that fails is logged and tried again; it stops no other.
- Chores of one lane take turns in one thread. What waits for other people's machines has a lane of
  its own, so that the log never waits for them.
- ``stop`` waits for the chores at hand, so the process ends between two of them.
- Many processes may each have a worker: a chore that only one may do holds a lease of its own.

Use::

    worker = Worker([Chore(name="sequence", every_s=1.0, run=sequencer.run_once)])
    worker.start()
    worker.stop()
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from threading import Event, Thread
from time import monotonic

from audit_portal.service_log import logger
from vault.clock import Clock, SystemClock

STOP_WITHIN_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """Something done every ``every_s`` seconds; ``run`` says whether there is more right away."""

    name: str
    every_s: float
    run: Callable[[], bool]
    lane: str = "vault"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoreState:
    """How a chore last went. ``last_at`` in ms; None before its first try, which is no fault."""

    name: str
    last_at: int | None = None
    is_well: bool = True


class Board:
    """How the chores of one process stand: written by its worker, read by a page."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._states: dict[str, ChoreState] = {}

    def expect(self, names: Iterable[str]) -> None:
        """Chores that will be tried from now on."""
        self._states = {name: ChoreState(name=name) for name in names}

    def note(self, name: str, *, is_well: bool) -> None:
        """A chore was tried."""
        now = self._clock.now_ms()
        self._states[name] = ChoreState(name=name, last_at=now, is_well=is_well)

    def states(self) -> Sequence[ChoreState]:
        """Every chore, in the order they were made known; none where no worker runs."""
        return tuple(self._states.values())


class Worker:
    """Runs chores, a thread for each lane. Owned by the process that started it."""

    def __init__(self, chores: Sequence[Chore], board: Board | None = None) -> None:
        self._due = dict.fromkeys((chore.name for chore in chores), 0.0)
        self._board = board or Board(SystemClock())
        self._board.expect(self._due)
        self._stopping = Event()
        lanes = {chore.lane: [one for one in chores if one.lane == chore.lane] for chore in chores}
        self._threads = [
            Thread(target=self._loop, args=[line], name=f"habeas-worker-{lane}", daemon=True)
            for lane, line in lanes.items()
        ]

    def start(self) -> None:
        """Begin; every chore is due at once."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish the chores at hand and end."""
        self._stopping.set()
        patience = monotonic() + STOP_WITHIN_S
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, patience - monotonic()))

    def is_well(self) -> bool:
        """Whether every thread runs and the last try of every chore succeeded."""
        alive = all(thread.is_alive() for thread in self._threads)
        return alive and all(one.is_well for one in self._board.states())

    def _loop(self, chores: Sequence[Chore]) -> None:
        while not self._stopping.is_set():
            for chore in chores:
                if monotonic() >= self._due[chore.name] and not self._stopping.is_set():
                    self._do(chore)
            next_due = min(self._due[chore.name] for chore in chores)
            self._stopping.wait(max(0.0, next_due - monotonic()))

    def _do(self, chore: Chore) -> None:
        more = False
        try:
            more = chore.run()
        except Exception as error:  # noqa: BLE001 - logged by kind and place; the next chore goes on
            logger().error("chore_failed", state=chore.name, exc_info=error)
            self._board.note(chore.name, is_well=False)
        else:
            self._board.note(chore.name, is_well=True)
        self._due[chore.name] = monotonic() + (0.0 if more else chore.every_s)
