"""What happens to contests by itself: silence, the end of a restriction, closing, old drafts.

Rules kept here:
- Everything here runs as the handler of a deadline: under the person's lock, in the commit in which
  the deadline goes. What the rules do not allow any more is left alone.
- Silence hides the value or deletes it, as the regime says, once. Officers see what is late; the
  company can still answer, and the person can go to the officer.

Use::

    Deadlines(main=main, log=log, handlers=ContestClock(parts).handlers())
"""

from collections.abc import Callable, Mapping

from audit_portal.contests import rules, store, timers
from audit_portal.contests.ending import close_or_wait, end_restriction
from audit_portal.contests.opening import discard
from audit_portal.contests.parts import Parts
from audit_portal.contests.regimes import Silence
from audit_portal.contests.rules import Refused
from audit_portal.contests.states import Act as What
from audit_portal.contests.states import Actor
from audit_portal.contests.step import Step
from consent.deadlines import Due, Handler
from consent.gate.corrections import CORRECTING_KEYS
from consent.ledger.entry_types import BY_VAULT
from consent.ledger.log import Act
from consent.notices import NoticeKind


class ContestClock:
    """The handlers of a contest's deadlines."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def handlers(self) -> Mapping[str, Handler]:
        """By the kind of deadline."""
        return {
            timers.ANSWER: self._handler(What.FALL_SILENT, self._silence),
            timers.LIFT: self._handler(What.LIFT, self._lift),
            timers.CLOSE: self._handler(What.CLOSE, self._close),
            timers.DRAFT: self._handler(What.DISCARD, self._discard),
        }

    def _handler(self, what: What, do: Callable[[Step], object]) -> Handler:
        def work(act: Act, due: Due, now_ms: int) -> None:
            row = store.of_person(act.tx, due.consumer, due.ref)
            if row is None:
                return
            state = rules.may(store.case_of(row), what, by=Actor.CLOCK, now_ms=now_ms)
            if isinstance(state, Refused):
                return
            home = self._parts.home_of(due.consumer)
            do(self._parts.step(act, row, what, state, home=home, now_ms=now_ms))

        return Handler(work=work, uses=CORRECTING_KEYS)

    def _silence(self, step: Step) -> None:
        step.row.late_at = step.now_ms
        if step.row.field is None:
            effect = "none"
        elif step.duties.silence is Silence.DELETE:
            effect = "deleted"
            self._parts.remedies.delete(step, actor=BY_VAULT)
            self._parts.remedies.tell_readers(step, NoticeKind.DELETED)
        else:
            effect = "hidden"
            self._parts.remedies.hide(step)
        step.move(actor=BY_VAULT, late=True, effect=effect)

    def _lift(self, step: Step) -> None:
        end_restriction(self._parts, step, actor=BY_VAULT)

    def _close(self, step: Step) -> None:
        close_or_wait(self._parts, step)

    def _discard(self, step: Step) -> None:
        discard(self._parts, step)
