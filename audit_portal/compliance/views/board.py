"""The board of disputes: what waits for an officer, what is overdue, what is under way.

Rules kept here:
- What waits for an officer comes first; then what is overdue, the longest first; then what is due.
- A line says what field and which company, and who must do what by when. It names no person and
  holds no value.

Use::

    board(cases, names, now=now).overdue
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from audit_portal.compliance.dispute_words import KINDS, STATES
from audit_portal.contests.states import UNDER_WAY, State
from audit_portal.contests.views import CaseView
from audit_portal.look.words import case_name
from vault.fields import CATALOGUE

DAY_MS = 24 * 60 * 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One dispute in words. Times in ms."""

    ref: str
    name: str
    about: str
    company: str
    says: str
    stands: str
    laws: str
    handler: str
    sent_at: int | None
    due_at: int | None
    days_left: int | None
    """Whole days until it is due; negative when overdue."""
    is_escalated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The three lists."""

    escalated: tuple[Case, ...]
    overdue: tuple[Case, ...]
    under_way: tuple[Case, ...]


def board(cases: Iterable[CaseView], names: Mapping[str, str], *, now: int) -> Board:
    """Cases sorted into the lists; ``names`` maps a company's id to its name."""
    shown = [(one, case(one, names, now=now)) for one in cases]
    going = [(view, told) for view, told in shown if view.state in UNDER_WAY]
    going.sort(key=lambda both: (both[0].due_at or now, both[0].contest_id))
    return Board(
        escalated=tuple(told for _, told in shown if told.is_escalated),
        overdue=tuple(told for view, told in going if (view.due_at or now) < now),
        under_way=tuple(told for view, told in going if (view.due_at or now) >= now),
    )


def case(view: CaseView, names: Mapping[str, str], *, now: int) -> Case:
    """One of them."""
    left = None if view.due_at is None else (view.due_at - now) // DAY_MS
    return Case(
        ref=view.contest_id,
        name=case_name(view.contest_id),
        about=_about(view),
        company=names.get(view.company, view.company),
        says=KINDS[view.kind],
        stands=STATES.get(view.state, view.state),
        laws=", ".join(view.regimes).upper(),
        handler=view.handler or "",
        sent_at=view.sent_at,
        due_at=view.due_at,
        days_left=left,
        is_escalated=view.state is State.ESCALATED,
    )


def _about(view: CaseView) -> str:
    if view.field is None:
        return "a look at data"
    return CATALOGUE[view.field].label if view.field in CATALOGUE else view.field
