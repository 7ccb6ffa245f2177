"""A fresh proof: a second code, just before giving, resuming or taking out. Never for stopping.

Rules kept here:
- A signed-in browser left open must not be enough to give access, to see what is sensitive or to
  take the record away. The proof is a code sent at that moment; it lasts five minutes.
- The page that asks carries along what was chosen, so that the code is one step more, not a detour.

Use::

    if proof := fresh_proof.missing(visit, form):
        return visit.page("give", proof=proof, ...)     # ask, with what was chosen kept
"""

from dataclasses import dataclass

from audit_portal.attempts import TooMany
from audit_portal.consumer_portal.desk import Visit
from audit_portal.look.forms import Form
from audit_portal.look.moments import time_of_day
from audit_portal.look.words import counted
from audit_portal.one_time_codes import Wrong

MEMBERS = ("code", "again")
"""The form members that belong to the proof and are not carried along."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A code is to be entered; ``wrong`` says what was wrong with the one before."""

    wrong: str = ""


def missing(visit: Visit, form: Form) -> Proof | None:
    """The proof still to be given; None when the session is fresh, or its code was right."""
    if visit.session.is_fresh(visit.now):
        return None
    if form.one("code") and not form.one("again"):
        return _checked(visit, form.one("code"))
    again = bool(form.one("again"))
    match visit.desk.sessions.ask_for_proof(visit.session, again=again):
        case TooMany(again_at=at):
            words = f"Codes were asked for too often. Come back at {time_of_day(at, visit.zone)}."
            return Proof(wrong=words)
        case _:
            return Proof()


def _checked(visit: Visit, code: str) -> Proof | None:
    match visit.desk.sessions.prove(visit.session, code):
        case Wrong() as wrong:
            return Proof(wrong=wrong_words(wrong))
        case _:
            return None


def wrong_words(wrong: Wrong) -> str:
    """What to say of a wrong code."""
    if wrong.tries_left:
        left = counted(wrong.tries_left, "try", "tries")
        return f"That is not the code. You have {left} left."
    return "That code does not work, or not any more. Ask for a new one."
