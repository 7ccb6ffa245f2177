"""Who may do what about a contest, and when. Pure: the next state or a refusal with a reason.

Rules kept here:
- What companies supplied is contested; what the person supplied they change at once, and are told.
- One contest at a time about one version or one access.
- The company extends once, before the first due date, and says why; where a regime asks for it,
  only after the person sent something new.
- What is late can still be answered (``answers``).
- After a refusal the person files a statement or goes to the officer, also when the contest is
  closed; to the officer too when the company stays silent. They go there once: the officer's
  decision binds.
- A restriction ends by the clock only after the person has known for a while that it will; at once
  when they say so themselves.

Use::

    match may(case, Act.EXTEND, by=Actor.COMPANY, now_ms=now):
        case State() as state: ...
        case Refused(reason=reason): ...
    acts_of(case, Actor.CONSUMER, now_ms=now)       # what a page offers
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from audit_portal.contests.states import (
    IN_REVIEW,
    UNDER_WAY,
    Act,
    Actor,
    Outcome,
    State,
    after,
    who_may,
)

_DECIDED = frozenset({State.DECIDED, State.NOTIFYING_RECIPIENTS, State.ESCALATED})


class Kind(StrEnum):
    """What the person says is wrong."""

    INACCURATE = "inaccurate"
    OUTDATED = "outdated"
    NOT_MINE = "not_mine"
    NOT_TO_BE_HELD = "not_to_be_held"
    INFERENCE = "inference"
    ACCESS = "access"
    """Not the value: that it was read."""


class Refusal(StrEnum):
    """Why an act on a contest does not happen."""

    NOT_YOURS_TO_DO = "not_yours_to_do"
    NOT_NOW = "not_now"
    CHANGE_INSTEAD = "change_instead"
    NOTHING_THERE = "nothing_there"
    CONTESTED_ALREADY = "contested_already"
    EXTENDED_ALREADY = "extended_already"
    TOO_LATE = "too_late"
    NOT_YET = "not_yet"
    NEEDS_NEW_MATERIAL = "needs_new_material"
    NEEDS_HANDLER = "needs_handler"
    NEEDS_REASON = "needs_reason"
    NEEDS_REVIEWER = "needs_reviewer"
    REVIEWS_THEMSELVES = "reviews_themselves"
    NEEDS_VALUE = "needs_value"
    NOTHING_TO_CORRECT = "nothing_to_correct"
    NOT_REFUSED = "not_refused"
    STATED_ALREADY = "stated_already"
    ESCALATED_ALREADY = "escalated_already"
    RATED_ALREADY = "rated_already"
    NO_RATING = "no_rating"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """It does not happen. ``member``: what was said that is at fault, if anything was."""

    reason: Refusal
    member: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One contest as the rules see it. Times in ms."""

    state: State
    kind: Kind
    outcome: Outcome | None = None
    needs_new_material: bool = False
    """Whether a regime extends only on new material."""
    due_at: int | None = None
    lift_at: int | None = None
    """When its restriction ends; None: not announced, or over."""
    has_proposal: bool = False
    has_new_material: bool = False
    has_statement: bool = False
    was_extended: bool = False
    was_late: bool = False
    was_escalated: bool = False
    was_rated: bool = False


# --- beginning --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Contested:
    """What somebody wants to contest, as it stands."""

    by_themselves: bool
    """Whether the person supplied it, or made the access."""
    is_gone: bool = False
    is_contested: bool = False


def may_contest(what: Contested | None) -> Refused | None:
    """Whether this can be contested; None: it can. ``what`` None: there is no such thing."""
    if what is None or what.is_gone:
        return Refused(reason=Refusal.NOTHING_THERE)
    if what.by_themselves:
        return Refused(reason=Refusal.CHANGE_INSTEAD)
    if what.is_contested:
        return Refused(reason=Refusal.CONTESTED_ALREADY)
    return None


# --- going on ---------------------------------------------------------------------------------


def may(case: Case, act: Act, *, by: Actor, now_ms: int) -> State | Refused:
    """The state ``act`` leads to.

    1 it is the actor's act; 2 the state knows it; 3 what the act itself asks for holds.
    """
    if by not in who_may(act):  # 1
        return Refused(reason=Refusal.NOT_YOURS_TO_DO)
    target = after(case.state, act)
    if target is None:  # 2
        return Refused(reason=Refusal.NOT_NOW)
    hindered = _HINDRANCES.get(act, _nothing)(_Now(case, by, now_ms))  # 3
    return target if hindered is None else Refused(reason=hindered)


def acts_of(case: Case, by: Actor, *, now_ms: int) -> frozenset[Act]:
    """Everything this actor can do now."""
    return frozenset(act for act in Act if isinstance(may(case, act, by=by, now_ms=now_ms), State))


@dataclass(frozen=True, slots=True)
class _Now:
    """What an act meets: the case, who acts, and when (ms)."""

    case: Case
    by: Actor
    at: int


def _nothing(_: _Now) -> Refusal | None:
    return None


def _writing(now: _Now) -> Refusal | None:
    """A company writes by name, once it has acknowledged; an officer in what they decide."""
    states = {Actor.COMPANY: IN_REVIEW | _DECIDED, Actor.OFFICER: {State.ESCALATED}}
    fits = now.case.state in states.get(now.by, State)
    return None if fits else Refusal.NOT_NOW


def _extending(now: _Now) -> Refusal | None:
    if now.case.was_extended:
        return Refusal.EXTENDED_ALREADY
    if now.case.due_at is None or now.at > now.case.due_at:
        return Refusal.TOO_LATE
    if now.case.needs_new_material and not now.case.has_new_material:
        return Refusal.NEEDS_NEW_MATERIAL
    return None


def _falling_silent(now: _Now) -> Refusal | None:
    if now.case.was_late:
        return Refusal.NOT_NOW
    due_at = now.case.due_at
    return None if due_at is not None and now.at > due_at else Refusal.NOT_YET


def _stating(now: _Now) -> Refusal | None:
    if now.case.outcome not in {Outcome.REFUSED, Outcome.SUPPLEMENTED}:
        return Refusal.NOT_REFUSED
    if now.case.kind is Kind.ACCESS:
        return Refusal.NOTHING_THERE  # no value it could be served with
    return Refusal.STATED_ALREADY if now.case.has_statement else None


def _escalating(now: _Now) -> Refusal | None:
    if now.case.was_escalated:
        return Refusal.ESCALATED_ALREADY
    if now.case.state in UNDER_WAY:
        return None if now.case.was_late else Refusal.NOT_YET
    return None if now.case.outcome is Outcome.REFUSED else Refusal.NOT_REFUSED


def _telling(now: _Now) -> Refusal | None:
    return Refusal.NOT_NOW if now.case.outcome is Outcome.REFUSED else None


def _lifting(now: _Now) -> Refusal | None:
    lift_at = now.case.lift_at
    return Refusal.NOT_YET if lift_at is not None and now.at <= lift_at else None


def _agreeing(now: _Now) -> Refusal | None:
    return Refusal.NOT_NOW if now.case.lift_at is None else None


def _closing(now: _Now) -> Refusal | None:
    return Refusal.NOT_YET if now.case.lift_at is not None else None


def _rating(now: _Now) -> Refusal | None:
    return Refusal.RATED_ALREADY if now.case.was_rated else None


def _holding(now: _Now) -> Refusal | None:
    removed = {Outcome.CORRECTED, Outcome.PARTLY_CORRECTED, Outcome.DELETED}
    # What silence deleted stays removed whatever was said later.
    is_removed = now.case.outcome in removed or now.case.was_late
    return None if is_removed else Refusal.NOT_NOW


_HINDRANCES: Mapping[Act, Callable[[_Now], Refusal | None]] = {
    Act.WRITE: _writing,
    Act.EXTEND: _extending,
    Act.FALL_SILENT: _falling_silent,
    Act.FILE_STATEMENT: _stating,
    Act.ESCALATE: _escalating,
    Act.TELL: _telling,
    Act.LIFT: _lifting,
    Act.AGREE: _agreeing,
    Act.CLOSE: _closing,
    Act.RATE: _rating,
    Act.HOLD: _holding,
}
