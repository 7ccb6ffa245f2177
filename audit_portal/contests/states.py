"""Where a contest stands, and which act leads where. Pure.

::

    draft -> submitted -> acknowledged -> under_review <-> awaiting_source, awaiting_consumer
                          any of the last four -> extended, which is a review with more time
    any under way -> withdrawn
    acknowledged or further -> decided            by the company
    decided -> notifying_recipients -> closed     at once, or when a refusal stands
    decided (refused) -> statement_filed -> closed
    decided (refused), or under way and late -> escalated -> decided      by an officer, and binding
    closed (corrected, deleted) -> reinsertion_held -> closed

Rules kept here:
- The table is all there is: an act that is not in it does not happen in that state.
- No state is without a way out but those in ``FINAL``, and each has one that needs no company.
- ``reinsertion_held`` is how a closed contest is seen while a removed value that came again waits
  (``seen_as``); it is never stored, because the value itself is the one thing that tells.

Use::

    after(State.SUBMITTED, Act.ACKNOWLEDGE)         # State.ACKNOWLEDGED
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum


class State(StrEnum):
    """Where a contest stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ACKNOWLEDGED = "acknowledged"
    UNDER_REVIEW = "under_review"
    AWAITING_SOURCE = "awaiting_source"
    """The company asks where it has the value from."""
    AWAITING_CONSUMER = "awaiting_consumer"
    EXTENDED = "extended"
    DECIDED = "decided"
    NOTIFYING_RECIPIENTS = "notifying_recipients"
    STATEMENT_FILED = "statement_filed"
    ESCALATED = "escalated"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    REINSERTION_HELD = "reinsertion_held"


class Outcome(StrEnum):
    """What was decided."""

    CORRECTED = "corrected"
    PARTLY_CORRECTED = "partly_corrected"
    DELETED = "deleted"
    REFUSED = "refused"
    SUPPLEMENTED = "supplemented"
    """The value stays, and the person's statement is served with it."""


class Actor(StrEnum):
    """Who acts."""

    CONSUMER = "consumer"
    COMPANY = "company"
    """Its named handler; a refusal names a second person, who looked at it too."""
    OFFICER = "officer"
    CLOCK = "clock"


class Act(StrEnum):
    """What changes a contest, or adds to it."""

    SEND = "send"
    DISCARD = "discard"
    """Of a draft that was never sent nothing is kept."""
    ACKNOWLEDGE = "acknowledge"
    REVIEW = "review"
    """The company opens the words of the case."""
    ASK_CONSUMER = "ask_consumer"
    GIVE_MORE = "give_more"
    ASK_SOURCE = "ask_source"
    HEAR_SOURCE = "hear_source"
    WRITE = "write"
    EXTEND = "extend"
    ANSWER = "answer"
    FALL_SILENT = "fall_silent"
    """The first or extended due date has passed without an answer."""
    WITHDRAW = "withdraw"
    FILE_STATEMENT = "file_statement"
    ESCALATE = "escalate"
    DECIDE = "decide"
    """The officer's decision."""
    TELL = "tell"
    """Who read what was wrong is told, in the same commit as the decision."""
    LIFT = "lift"
    """The restriction ends, after the person has known for a while that it will."""
    AGREE = "agree"
    """The person lets it end without waiting."""
    CLOSE = "close"
    RATE = "rate"
    HOLD = "hold"
    CERTIFY = "certify"
    DROP = "drop"


BEFORE_REVIEW = frozenset({State.SUBMITTED})
IN_REVIEW = frozenset(
    {
        State.ACKNOWLEDGED,
        State.UNDER_REVIEW,
        State.AWAITING_SOURCE,
        State.AWAITING_CONSUMER,
        State.EXTENDED,
    }
)
UNDER_WAY = BEFORE_REVIEW | IN_REVIEW
"""Sent and not decided: the company's time runs."""
OPEN = UNDER_WAY | {State.ESCALATED}
"""What the person can take back."""
FINAL = frozenset({State.WITHDRAWN, State.CLOSED})

_Moves = Iterator[tuple[tuple[State, Act], State]]


def _each(states: Iterable[State], act: Act, to: State | None = None) -> _Moves:
    """The act leads from each of ``states`` to ``to``; None: it changes no state."""
    for state in states:
        yield (state, act), to or state


_MOVES: Mapping[tuple[State, Act], State] = {
    (State.DRAFT, Act.SEND): State.SUBMITTED,
    (State.DRAFT, Act.DISCARD): State.WITHDRAWN,
    # the company takes it up
    (State.SUBMITTED, Act.ACKNOWLEDGE): State.ACKNOWLEDGED,
    (State.ACKNOWLEDGED, Act.REVIEW): State.UNDER_REVIEW,
    **dict(_each(IN_REVIEW - {State.AWAITING_SOURCE}, Act.ASK_SOURCE, State.AWAITING_SOURCE)),
    **dict(_each(IN_REVIEW - {State.AWAITING_CONSUMER}, Act.ASK_CONSUMER, State.AWAITING_CONSUMER)),
    (State.AWAITING_SOURCE, Act.HEAR_SOURCE): State.UNDER_REVIEW,
    **dict(_each(UNDER_WAY - {State.AWAITING_CONSUMER}, Act.GIVE_MORE)),
    (State.AWAITING_CONSUMER, Act.GIVE_MORE): State.UNDER_REVIEW,
    **dict(_each(OPEN | {State.DECIDED, State.NOTIFYING_RECIPIENTS}, Act.WRITE)),
    **dict(_each(IN_REVIEW, Act.EXTEND, State.EXTENDED)),
    **dict(_each(IN_REVIEW, Act.ANSWER, State.DECIDED)),
    # nobody answered
    **dict(_each(UNDER_WAY, Act.FALL_SILENT)),
    **dict(_each(OPEN, Act.WITHDRAW, State.WITHDRAWN)),
    # it was decided
    (State.DECIDED, Act.TELL): State.NOTIFYING_RECIPIENTS,
    (State.DECIDED, Act.LIFT): State.NOTIFYING_RECIPIENTS,
    (State.NOTIFYING_RECIPIENTS, Act.LIFT): State.NOTIFYING_RECIPIENTS,
    (State.DECIDED, Act.AGREE): State.NOTIFYING_RECIPIENTS,
    (State.NOTIFYING_RECIPIENTS, Act.AGREE): State.NOTIFYING_RECIPIENTS,
    (State.NOTIFYING_RECIPIENTS, Act.CLOSE): State.CLOSED,
    (State.STATEMENT_FILED, Act.CLOSE): State.CLOSED,
    (State.CLOSED, Act.RATE): State.CLOSED,
    # and the person does not agree
    **dict(
        _each(
            (State.DECIDED, State.NOTIFYING_RECIPIENTS, State.CLOSED),
            Act.FILE_STATEMENT,
            State.STATEMENT_FILED,
        )
    ),
    **dict(
        _each(
            UNDER_WAY
            | {
                State.DECIDED,
                State.NOTIFYING_RECIPIENTS,
                State.STATEMENT_FILED,
                State.CLOSED,
            },
            Act.ESCALATE,
            State.ESCALATED,
        )
    ),
    (State.ESCALATED, Act.DECIDE): State.DECIDED,
    # a removed value came again
    (State.CLOSED, Act.HOLD): State.REINSERTION_HELD,
    (State.REINSERTION_HELD, Act.CERTIFY): State.CLOSED,
    (State.REINSERTION_HELD, Act.DROP): State.CLOSED,
}

_ACTORS: Mapping[Act, frozenset[Actor]] = {
    **dict.fromkeys(
        (
            Act.SEND,
            Act.GIVE_MORE,
            Act.WITHDRAW,
            Act.FILE_STATEMENT,
            Act.ESCALATE,
            Act.AGREE,
            Act.RATE,
        ),
        frozenset({Actor.CONSUMER}),
    ),
    **dict.fromkeys(
        (
            Act.ACKNOWLEDGE,
            Act.REVIEW,
            Act.ASK_CONSUMER,
            Act.ASK_SOURCE,
            Act.HEAR_SOURCE,
            Act.EXTEND,
            Act.ANSWER,
            Act.CERTIFY,
            Act.DROP,
        ),
        frozenset({Actor.COMPANY}),
    ),
    **dict.fromkeys(
        (Act.FALL_SILENT, Act.TELL, Act.LIFT, Act.CLOSE, Act.HOLD),
        frozenset({Actor.CLOCK}),
    ),
    Act.DISCARD: frozenset({Actor.CONSUMER, Actor.CLOCK}),
    Act.WRITE: frozenset({Actor.CONSUMER, Actor.COMPANY, Actor.OFFICER}),
    Act.DECIDE: frozenset({Actor.OFFICER}),
}


def after(state: State, act: Act) -> State | None:
    """Where a contest stands after ``act``; None when it cannot happen in this state."""
    return _MOVES.get((state, act))


def who_may(act: Act) -> frozenset[Actor]:
    """Whose act it is."""
    return _ACTORS[act]


def acts_in(state: State) -> frozenset[Act]:
    """The acts a state knows, whoever does them."""
    return frozenset(act for at, act in _MOVES if at is state)


def seen_as(state: State, *, held: bool) -> State:
    """How a contest is shown: ``held`` says that a removed value came again and waits."""
    return after(state, Act.HOLD) or state if held else state
