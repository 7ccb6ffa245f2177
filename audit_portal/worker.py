"""The worker: what has to happen without anybody asking, in one thread beside the service.

Rules kept here:
- Each chore has its own rhythm. One that fails is logged and tried again; it stops no other.
- ``stop`` waits for the chore at hand, so the process ends between two of them.
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


class Worker:
    """Runs chores in a thread of its own. Owned by the process that started it."""

    def __init__(self, chores: Sequence[Chore]) -> None:
        self._chores = chores
        self._due = dict.fromkeys((chore.name for chore in chores), 0.0)
        self._healthy = dict.fromkeys(self._due, True)
        self._stopping = Event()
        self._thread = Thread(target=self._loop, name="habeas-worker", daemon=True)

    def start(self) -> None:
        """Begin; every chore is due at once."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the chore at hand and end."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(STOP_WITHIN_S)

    def is_well(self) -> bool:
        """Whether the thread runs and the last try of every chore succeeded."""
        return self._thread.is_alive() and all(self._healthy.values())

    def _loop(self) -> None:
        while not self._stopping.is_set():
            for chore in self._chores:
                if monotonic() >= self._due[chore.name] and not self._stopping.is_set():
                    self._do(chore)
            self._stopping.wait(max(0.0, min(self._due.values()) - monotonic()))

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
