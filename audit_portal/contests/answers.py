"""What a company answers and an officer decides, and what it comes to. Pure.

Rules kept here:
- A refusal says why in plain words and names a second person who looked at it; nobody reviews
  themselves.
- A correction says what is right: the answer's own value, or the one the person proposed.
- An officer always says why. Of a contested access there is nothing to correct: what was read is
  deleted, or it stands.

Use::

    answer = Answer(verdict=Verdict.REFUSE, handler="R. Okafor", reviewer="S. Lind", reason="…")
    outcome_of_answer(case, answer)                 # Outcome.REFUSED, or Refused(reason=…)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from audit_portal.contests.rules import Case, Kind, Refusal, Refused
from audit_portal.contests.states import Outcome
from vault.fields import FieldValue

FEWEST_WORDS = 3
"""A reason of fewer words explains nothing."""


class Verdict(StrEnum):
    """How a company answers."""

    ACCEPT = "accept"
    PARTLY = "partly"
    DELETE = "delete"
    REFUSE = "refuse"


class Ruling(StrEnum):
    """How an officer decides."""

    CORRECT = "correct"
    DELETE = "delete"
    SUPPLEMENT = "supplement"
    KEEP = "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a company answers. ``value`` None: what the person proposed, where it accepts."""

    verdict: Verdict
    handler: str
    reviewer: str = ""
    reason: str = field(default="", repr=False)
    value: FieldValue | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What an officer decides, and why; ``value`` as in ``Answer``."""

    ruling: Ruling
    reason: str = field(repr=False)
    value: FieldValue | None = field(default=None, repr=False)


_OUTCOMES: Mapping[Verdict | Ruling, Outcome] = {
    Verdict.ACCEPT: Outcome.CORRECTED,
    Verdict.PARTLY: Outcome.PARTLY_CORRECTED,
    Verdict.DELETE: Outcome.DELETED,
    Verdict.REFUSE: Outcome.REFUSED,
    Ruling.CORRECT: Outcome.CORRECTED,
    Ruling.DELETE: Outcome.DELETED,
    Ruling.SUPPLEMENT: Outcome.SUPPLEMENTED,
    Ruling.KEEP: Outcome.REFUSED,
}


def outcome_of_answer(case: Case, answer: Answer) -> Outcome | Refused:
    """What a company's answer comes to.

    1 somebody answers for it; 2 a refusal explains itself and was looked at by somebody else; 3 a
    correction says what is right.
    """
    if not _name(answer.handler):  # 1
        return Refused(reason=Refusal.NEEDS_HANDLER, member="handler")
    if answer.verdict is Verdict.REFUSE:  # 2
        return _refusing(answer) or Outcome.REFUSED
    wanting = _correcting(case, answer.verdict, answer.value)  # 3
    return wanting or _OUTCOMES[answer.verdict]


def outcome_of_decision(case: Case, decision: Decision) -> Outcome | Refused:
    """What an officer's decision comes to; it always explains itself."""
    if not is_reason(decision.reason):
        return Refused(reason=Refusal.NEEDS_REASON, member="reason")
    return _correcting(case, decision.ruling, decision.value) or _OUTCOMES[decision.ruling]


def flaw_of_extension(reason: str) -> Refused | None:
    """An extension tells the person why."""
    return None if is_reason(reason) else Refused(reason=Refusal.NEEDS_REASON, member="reason")


def flaw_of_rating(rating: int) -> Refused | None:
    """A rating is 1 to 5."""
    return None if 1 <= rating <= 5 else Refused(reason=Refusal.NO_RATING, member="rating")


def is_reason(words: str) -> bool:
    """Whether it is a few words at least."""
    return len(words.split()) >= FEWEST_WORDS


def _refusing(answer: Answer) -> Refused | None:
    if not is_reason(answer.reason):
        return Refused(reason=Refusal.NEEDS_REASON, member="reason")
    if not _name(answer.reviewer):
        return Refused(reason=Refusal.NEEDS_REVIEWER, member="reviewer")
    if _name(answer.reviewer) == _name(answer.handler):
        return Refused(reason=Refusal.REVIEWS_THEMSELVES, member="reviewer")
    return None


def _correcting(case: Case, said: Verdict | Ruling, value: FieldValue | None) -> Refused | None:
    if said in {Verdict.DELETE, Ruling.DELETE, Ruling.KEEP}:
        return None
    if case.kind is Kind.ACCESS:
        return Refused(reason=Refusal.NOTHING_TO_CORRECT, member="verdict")
    given = value is not None or (case.has_proposal and said is not Verdict.PARTLY)
    if said is Ruling.SUPPLEMENT or given:
        return None
    return Refused(reason=Refusal.NEEDS_VALUE, member="value")


def _name(text: str) -> str:
    return " ".join(text.split()).casefold()
