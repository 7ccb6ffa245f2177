"""The worker's chores: what this vault needs done without anybody asking.

Rules kept here:
- Entries reach the log within seconds. An epoch costs ten commits and two signatures, for one entry
  or for a thousand: so one is made a second, and more only while entries are left behind.
- What is over ends within ten seconds, and what is due is worked off.
- What was used once and is too old to be used again is forgotten within a minute: keys of proofs,
  request ids, answers to repeated requests, sign-in codes, ended sessions and visits, late
  invitations, keys of nobody.
- Companies are told within seconds, in a lane of their own: nothing of ours waits for theirs.
- Each kind is forgotten by a chore of its own: one that fails stops no other.

Use::

    worker = worker_of(services)
"""

from collections.abc import Callable, Iterator, Mapping

from audit_portal.company_api.idempotency import Once
from audit_portal.page_services import PageServices
from audit_portal.worker import Chore, Worker

SEQUENCE_EVERY_S = 1.0
EXPIRE_EVERY_S = 10.0
WORK_OFF_EVERY_S = 10.0
TELL_EVERY_S = 2.0
SWEEP_EVERY_S = 60.0
ERASE_EVERY_S = 10.0


def worker_of(services: PageServices) -> Worker:
    """A worker for one process; it is not started yet."""

    def sequence() -> bool:
        services.sequencer.run_once()
        return services.sequencer.is_behind

    def expire() -> bool:
        return services.expiry.run(services.clock.now_ms()) > 0

    def work_off() -> bool:
        return services.deadlines.run(services.clock.now_ms()) > 0

    def tell() -> bool:
        return services.rounds.run() > 0

    def erase() -> bool:
        services.erasing.lines.run()
        services.erasing.people.run()
        return False

    return Worker(
        [
            Chore(name="sequence", every_s=SEQUENCE_EVERY_S, run=sequence),
            Chore(name="expire", every_s=EXPIRE_EVERY_S, run=expire),
            Chore(name="work off deadlines", every_s=WORK_OFF_EVERY_S, run=work_off),
            Chore(name="tell companies", every_s=TELL_EVERY_S, run=tell, lane="companies"),
            Chore(name="erase", every_s=ERASE_EVERY_S, run=erase),
            *_sweeping(sweeps_of(services)),
        ],
        services.chores,
    )


def sweeps_of(services: PageServices) -> Mapping[str, Callable[[], int]]:
    """What forgets what is too old to be of use, by name; each says how much it forgot."""
    return {
        "replay keys": lambda: services.seen.sweep(now_ms=services.clock.now_ms()),
        "repeated requests": Once(services.main, services.clock).forget_old,
        "sessions and codes": services.sessions.sweep,
        "visits of staff": services.office.sessions.sweep,
        "invitations": services.enrolment.sweep_invitations,
        "orphan keys": services.enrolment.sweep_orphans,
        "destroyed keys": services.claiming.scrub,
    }


def _sweeping(sweeps: Mapping[str, Callable[[], int]]) -> Iterator[Chore]:
    for name, sweep in sweeps.items():
        yield Chore(name=f"sweep {name}", every_s=SWEEP_EVERY_S, run=_once_a_minute(sweep))


def _once_a_minute(sweep: Callable[[], int]) -> Callable[[], bool]:
    """A sweep forgets all there is: it never asks to be called again at once."""

    def run() -> bool:
        sweep()
        return False

    return run
