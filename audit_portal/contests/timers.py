"""What happens to a contest by itself: the kinds of its deadlines, put and dropped with its acts.

Rules kept here:
- A deadline stands in the commit of what it waits for, and goes with what makes it needless.
- A deadline is due the moment after the last one that was in time.
"""

from audit_portal.contests.regimes import Span
from audit_portal.contests.step import Step
from consent import deadlines

ANSWER = "contest_answer"
"""The company's time is over."""
LIFT = "contest_lift"
"""The restriction ends, as announced."""
CLOSE = "contest_close"
"""The case is closed, if nobody is waited for."""
DRAFT = "contest_draft"
"""A draft nobody sent is discarded."""

A_DAY_MS = 86_400_000
DRAFT_KEPT = Span(days=30, source="ours")
WAITS_FOR_RECIPIENTS = Span(days=14, source="ours: then they are shown as silent, and stay so")


def await_answer(step: Step) -> None:
    """The company is awaited until the due date of the row."""
    if step.row.due_at is not None:
        _put(step, ANSWER, step.row.due_at + 1)


def await_lifting(step: Step) -> None:
    """The restriction ends at the announced time; at once where none was announced."""
    announced = step.row.lift_at
    _put(step, LIFT, step.now_ms if announced is None else announced + 1)


def await_closing(step: Step, *, in_ms: int = A_DAY_MS) -> None:
    """The case is looked at again for closing."""
    _put(step, CLOSE, step.now_ms + in_ms)


def await_sending(step: Step, *, until_ms: int) -> None:
    """A draft is kept until then."""
    _put(step, DRAFT, until_ms)


def stop_all(step: Step) -> None:
    """Nothing more happens by itself."""
    deadlines.drop_all(step.act.tx, step.consumer, step.row.contest_id)


def _put(step: Step, kind: str, due_at: int) -> None:
    deadlines.put(step.act.tx, step.consumer, kind, step.row.contest_id, due_at=due_at)
