"""Disputes in the staff's words: what is wrong, how a case stands, how it can be decided.

Use::

    KINDS[Kind.OUTDATED], STATES[State.ESCALATED]
"""

from collections.abc import Mapping

from audit_portal.contests.answers import Ruling
from audit_portal.contests.rules import Kind, Refusal
from audit_portal.contests.states import State

KINDS: Mapping[Kind, str] = {
    Kind.INACCURATE: "It is wrong",
    Kind.OUTDATED: "It is out of date",
    Kind.NOT_MINE: "It is about somebody else",
    Kind.NOT_TO_BE_HELD: "It should not be held",
    Kind.INFERENCE: "It is supposed, and rejected",
    Kind.ACCESS: "It should not have been looked at",
}

STATES: Mapping[State, str] = {
    State.SUBMITTED: "Sent, not taken up yet",
    State.ACKNOWLEDGED: "Taken up",
    State.UNDER_REVIEW: "Under review",
    State.AWAITING_SOURCE: "The company asks its source",
    State.AWAITING_CONSUMER: "The company asked the person something",
    State.EXTENDED: "Given more time",
    State.DECIDED: "Decided",
    State.NOTIFYING_RECIPIENTS: "Decided, companies are being told",
    State.STATEMENT_FILED: "Refused, with the person's statement",
    State.ESCALATED: "Waits for an officer",
    State.WITHDRAWN: "Taken back",
    State.CLOSED: "Closed",
}

RULINGS: Mapping[Ruling, tuple[str, str]] = {
    Ruling.CORRECT: (
        "Correct it",
        "It becomes what the person said is right. Whoever read the old value is told.",
    ),
    Ruling.DELETE: (
        "Delete it",
        "It is deleted, and held if it is sent again. Whoever read it is told.",
    ),
    Ruling.SUPPLEMENT: (
        "Let it stand, with a statement",
        "It stays; the person may add a statement that goes out with every look.",
    ),
    Ruling.KEEP: ("Let it stand", "It stays as it is, and companies get it again as before."),
}
"""Each ruling and what it does."""

REFUSALS: Mapping[Refusal, str] = {
    Refusal.NEEDS_REASON: "Say why, in a few words at least. The person reads it.",
    Refusal.NEEDS_VALUE: "The person did not say what would be right, so it cannot be corrected "
    "here. Delete it, or let it stand.",
    Refusal.NOTHING_TO_CORRECT: "An access cannot be corrected. Have what was read deleted, or let "
    "it stand.",
}
CHOOSE = "Choose how to decide."
