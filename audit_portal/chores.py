"""The worker's chores: what this vault needs done without anybody asking.

Rules kept here:
- Entries reach the log within seconds; what is over ends within ten; what was used once and is too
  old to be used again is forgotten within a minute.

Use::

    worker = worker_of(services)
"""

from audit_portal.company_api.idempotency import Once
from audit_portal.services import Services
from audit_portal.worker import Chore, Worker

SEQUENCE_EVERY_S = 1.0
EXPIRE_EVERY_S = 10.0
SWEEP_EVERY_S = 60.0


def worker_of(services: Services) -> Worker:
    """A worker for one process; it is not started yet."""
    once = Once(services.main, services.clock)

    def expire() -> bool:
        return services.expiry.run(services.clock.now_ms()) > 0

    def sweep() -> bool:
        services.seen.sweep(now_ms=services.clock.now_ms())
        services.enrolment.sweep_orphans()
        once.forget_old()
        return False

    return Worker(
        [
            Chore(name="sequence", every_s=SEQUENCE_EVERY_S, run=services.sequencer.run_once),
            Chore(name="expire", every_s=EXPIRE_EVERY_S, run=expire),
            Chore(name="sweep", every_s=SWEEP_EVERY_S, run=sweep),
        ]
    )
