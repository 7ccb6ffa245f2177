"""Disputes in words: what each is about, how it stands, what the person can do next.

Rules kept here:
- A deadline is a date, and says who must do what by then.
- What waits for the person comes first.

Use::

    line(dispute, now=now, zone=zone).standing      # 'Northbank must answer by 21 December 2026 …'
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from audit_portal.consumer_portal.dispute_facts import Dispute
from audit_portal.consumer_portal.views.sentences import field_names
from audit_portal.contests.rules import Kind
from audit_portal.contests.states import FINAL, OPEN, Act, Outcome, State
from audit_portal.look.moments import day
from audit_portal.look.words import case_name, counted

DAY_MS = 86_400_000

KINDS: Mapping[Kind, str] = {
    Kind.INACCURATE: "It is wrong",
    Kind.OUTDATED: "It is out of date",
    Kind.NOT_MINE: "It is not about me",
    Kind.NOT_TO_BE_HELD: "They should not hold it",
    Kind.INFERENCE: "They suppose it, and I reject that",
    Kind.ACCESS: "They should not have looked",
}

ACTS: Mapping[Act, str] = {
    Act.WRITE: "Write to them",
    Act.WITHDRAW: "Take it back",
    Act.FILE_STATEMENT: "Add my statement",
    Act.ESCALATE: "Ask an officer to decide",
    Act.AGREE: "Let companies see it again now",
    Act.RATE: "Say how it went",
}

OUTCOMES: Mapping[Outcome, str] = {
    Outcome.CORRECTED: "It was corrected",
    Outcome.PARTLY_CORRECTED: "It was corrected in part",
    Outcome.DELETED: "It was deleted",
    Outcome.REFUSED: "The company keeps it",
    Outcome.SUPPLEMENTED: "It stays, with your statement",
}

TELLINGS: Mapping[str, str] = {
    "contest": "that you dispute something it supplied",
    "restricted": "that the value is under dispute",
    "lifted": "that the dispute is over",
    "corrected": "that the value was corrected",
    "deleted": "that the value was deleted",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeLine:
    """One dispute as a list and its own page begin it. ``look`` is a badge's: wait, on or none."""

    ref: str
    name: str
    about: str
    company: str
    says: str
    standing: str
    badge: str
    look: str
    sent_at: int
    is_open: bool


def line(dispute: Dispute, *, now: int, zone: ZoneInfo) -> DisputeLine:
    """One dispute in words."""
    badge, look = _badge(dispute)
    return DisputeLine(
        ref=dispute.ref,
        name=case_name(dispute.ref),
        about=about(dispute),
        company=dispute.company.name,
        says=KINDS[dispute.kind],
        standing=standing(dispute, now=now, zone=zone),
        badge=badge,
        look=look,
        sent_at=dispute.sent_at,
        is_open=dispute.state not in FINAL,
    )


def lines(disputes: Sequence[Dispute], *, now: int, zone: ZoneInfo) -> list[DisputeLine]:
    """All of them: what is open first, and of that what waits for the person."""

    def rank(one: Dispute) -> tuple[bool, bool, int]:
        return one.state in FINAL, one.state is not State.AWAITING_CONSUMER, -one.sent_at

    return [line(one, now=now, zone=zone) for one in sorted(disputes, key=rank)]


def about(dispute: Dispute) -> str:
    """``your job title``, or the look it is about."""
    if dispute.field is not None:
        return f"your {field_names([dispute.field])}"
    return f"a look at your data, entry {dispute.event}"


def standing(dispute: Dispute, *, now: int, zone: ZoneInfo) -> str:
    """Who must do what, by when; or what came of it and since when."""
    tell = _STANDINGS.get(dispute.state, _under_way)
    return tell(dispute, now, zone)


def _badge(dispute: Dispute) -> tuple[str, str]:
    if dispute.state is State.WITHDRAWN:
        return "Taken back", ""
    if dispute.state is State.AWAITING_CONSUMER:
        return "Waits for you", "wait"
    if dispute.state in OPEN:
        return ("Overdue" if dispute.is_late else "Under dispute"), "wait"
    return OUTCOMES.get(dispute.outcome, "Closed") if dispute.outcome else "Closed", "on"


def _under_way(dispute: Dispute, now: int, zone: ZoneInfo) -> str:
    who, due = dispute.company.name, dispute.due_at
    if due is None:
        return f"{who} has to answer."
    if dispute.is_late or now > due:
        return f"{who} had to answer by {day(due, zone)} and did not. You can ask an officer."
    left = counted(max(1, (due - now) // DAY_MS), "day")
    return f"{who} must answer by {day(due, zone)} ({left} left)."


def _awaiting_consumer(dispute: Dispute, now: int, zone: ZoneInfo) -> str:
    who = dispute.company.name
    return f"{who} asks you something. Answer below. {_under_way(dispute, now, zone)}"


def _escalated(dispute: Dispute, now: int, zone: ZoneInfo) -> str:  # noqa: ARG001 - one shape
    return "A compliance officer decides. What they decide binds the company."


def _withdrawn(dispute: Dispute, now: int, zone: ZoneInfo) -> str:  # noqa: ARG001
    return f"You took it back on {day(dispute.closed_at or dispute.sent_at, zone)}."


def _decided(dispute: Dispute, now: int, zone: ZoneInfo) -> str:  # noqa: ARG001
    what = OUTCOMES.get(dispute.outcome, "It was decided") if dispute.outcome else "It was decided"
    told = f"{what}, {day(dispute.decided_at or dispute.sent_at, zone)}."
    if dispute.lift_at is not None:
        told += f" Companies get the value again from {day(dispute.lift_at, zone)} on."
    return told


_STANDINGS: Mapping[State, Callable[[Dispute, int, ZoneInfo], str]] = {
    State.AWAITING_CONSUMER: _awaiting_consumer,
    State.ESCALATED: _escalated,
    State.WITHDRAWN: _withdrawn,
    **dict.fromkeys(
        (State.DECIDED, State.NOTIFYING_RECIPIENTS, State.STATEMENT_FILED, State.CLOSED), _decided
    ),
    State.REINSERTION_HELD: _decided,
}
