"""How well a company answers contests, measured: for its officers, for ours, for nobody's profile.

Rules kept here:
- Counted are contests that were sent and not taken back, by what their rows say.
- Under five cases nothing is said about people's ratings: one could be told from another.
- Times are ms; the middle one (median) of all, so that one lost case does not speak for the rest.

Use::

    measures = measure(rows, now_ms=now)
    measures.decided, measures.corrected_share, measures.time_to_decide
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from audit_portal.contests import store
from audit_portal.contests.parts import Parts
from audit_portal.contests.states import UNDER_WAY, Outcome, State
from audit_portal.tables import ContestRow
from vault.identifiers import CompanyId

FEWEST_RATINGS = 5
_CORRECTED = {Outcome.CORRECTED, Outcome.PARTLY_CORRECTED, Outcome.DELETED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """One company's service. ``None``: nothing to measure yet."""

    sent: int
    under_way: int
    overdue: int
    decided: int
    late: int
    """Cases in which silence had its effect, whatever came of them."""
    escalated: int
    time_to_acknowledge: int | None
    time_to_decide: int | None
    corrected_share: float | None
    """Of the decided: corrected, corrected in part, or deleted."""
    rating: float | None
    """The mean of people's own ratings, from five on."""


def measure(rows: Iterable[ContestRow], *, now_ms: int) -> Measures:
    """What the contests of one company come to."""
    sent = [row for row in rows if row.submitted_at is not None and row.state != State.WITHDRAWN]
    open_now = [row for row in sent if row.state in UNDER_WAY]
    decided = [row for row in sent if row.decided_at is not None]
    ratings = [row.rating for row in sent if row.rating is not None]
    corrected = [row for row in decided if row.outcome in _CORRECTED]
    return Measures(
        sent=len(sent),
        under_way=len(open_now),
        overdue=sum(row.due_at is not None and row.due_at < now_ms for row in open_now),
        decided=len(decided),
        late=sum(row.late_at is not None for row in sent),
        escalated=sum(row.escalated_at is not None for row in sent),
        time_to_acknowledge=_middle([_since_sent(row, row.acknowledged_at) for row in sent]),
        time_to_decide=_middle([_since_sent(row, row.decided_at) for row in sent]),
        corrected_share=len(corrected) / len(decided) if decided else None,
        rating=sum(ratings) / len(ratings) if len(ratings) >= FEWEST_RATINGS else None,
    )


def of_company(parts: Parts, company: CompanyId) -> Measures:
    """The measures of one company, now."""
    with parts.main.reading() as tx:
        return measure(store.sent_to(tx, company), now_ms=parts.clock.now_ms())


def _since_sent(row: ContestRow, at: int | None) -> int | None:
    return None if at is None or row.submitted_at is None else at - row.submitted_at


def _middle(times: Sequence[int | None]) -> int | None:
    known = [time for time in times if time is not None]
    return round(median(known)) if known else None
