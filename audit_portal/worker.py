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

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event, Thread
from time import monotonic

from audit_portal.service_log import logger

STOP_WITHIN_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """Something done every ``every_s`` seconds; ``run`` says whether there is more right away."""

    name: str
    every_s: float
    run: Callable[[], bool]
    lane: str = "vault"


class Worker:
    """Runs chores, a thread for each lane. Owned by the process that started it."""

    def __init__(self, chores: Sequence[Chore]) -> None:
        self._due = dict.fromkeys((chore.name for chore in chores), 0.0)
        self._healthy = dict.fromkeys(self._due, True)
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
        return alive and all(self._healthy.values())

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
            self._healthy[chore.name] = False
        else:
            self._healthy[chore.name] = True
        self._due[chore.name] = monotonic() + (0.0 if more else chore.every_s)
