"""Contests as rows: in and out, found by whose they are. No decisions.

Rules kept here:
- A person's contest is found by person and id; a company's by company and id, and never while it is
  a draft. Another's and an unknown one are both ``None``.
- Callers that change a row hold the lock on the person's head.

Use::

    row = store.of_person(tx, consumer, contest_id)
    page = store.page_of_company(tx, company, after=None, limit=50)
"""

from collections.abc import Collection, Sequence

from sqlmodel import col, delete, func, select, tuple_

from audit_portal.contests.regimes import Duties, parse
from audit_portal.contests.rules import Case, Kind
from audit_portal.contests.states import OPEN, UNDER_WAY, Outcome, State
from audit_portal.tables import ContestRow, ContestText
from vault.database import Transaction
from vault.errors import BadInput
from vault.identifiers import CompanyId, ConsumerId

_OPEN = [state.value for state in OPEN]
_UNDER_WAY = [state.value for state in UNDER_WAY]


def of_person(inside: Transaction, consumer: ConsumerId, contest_id: str) -> ContestRow | None:
    """One contest of a person, a draft too."""
    return inside.get(ContestRow, (consumer, contest_id))


def of_company(inside: Transaction, company: CompanyId, contest_id: str) -> ContestRow | None:
    """One contest this company answers."""
    return inside.exec(
        select(ContestRow).where(
            ContestRow.contest_id == contest_id,
            ContestRow.company_id == company,
            col(ContestRow.submitted_at).is_not(None),
        )
    ).one_or_none()


def named(inside: Transaction, contest_id: str) -> ContestRow | None:
    """One contest that was sent, for an officer."""
    return inside.exec(
        select(ContestRow).where(
            ContestRow.contest_id == contest_id, col(ContestRow.submitted_at).is_not(None)
        )
    ).one_or_none()


def all_of_person(inside: Transaction, consumer: ConsumerId) -> Sequence[ContestRow]:
    """Every contest of a person, the newest first."""
    mine = select(ContestRow).where(col(ContestRow.consumer_id) == consumer)
    return inside.exec(
        mine.order_by(col(ContestRow.made_at).desc(), col(ContestRow.contest_id))
    ).all()


def page_of_company(
    inside: Transaction,
    company: CompanyId,
    *,
    after: str | None = None,
    only_open: bool = False,
    limit: int = 50,
) -> Sequence[ContestRow]:
    """Contests this company answers, oldest first, from behind the contest ``after``.

    ``BadInput`` when ``after`` is none of this company's.
    """
    wanted = select(ContestRow).where(
        ContestRow.company_id == company, col(ContestRow.submitted_at).is_not(None)
    )
    if only_open:
        wanted = wanted.where(col(ContestRow.state).in_(_UNDER_WAY))
    if after is not None:
        last = of_company(inside, company, after)
        if last is None:
            raise BadInput("is no contest of this list", member="after")
        place = tuple_(col(ContestRow.submitted_at), col(ContestRow.contest_id))
        wanted = wanted.where(place > (last.submitted_at, last.contest_id))
    in_order = wanted.order_by(col(ContestRow.submitted_at), col(ContestRow.contest_id))
    return inside.exec(in_order.limit(limit)).all()


def in_states(
    inside: Transaction, states: Collection[State], *, only_late: bool = False, limit: int = 200
) -> Sequence[ContestRow]:
    """Contests of everybody in these states, the first due first: what an officer watches."""
    wanted = select(ContestRow).where(col(ContestRow.state).in_([one.value for one in states]))
    if only_late:
        wanted = wanted.where(col(ContestRow.late_at).is_not(None))
    in_order = wanted.order_by(col(ContestRow.due_at), col(ContestRow.contest_id))
    return inside.exec(in_order.limit(limit)).all()


def sent_to(inside: Transaction, company: CompanyId) -> Sequence[ContestRow]:
    """Every contest this company was ever sent, for its measures."""
    return inside.exec(
        select(ContestRow).where(
            ContestRow.company_id == company, col(ContestRow.submitted_at).is_not(None)
        )
    ).all()


def is_contested(
    inside: Transaction,
    consumer: ConsumerId,
    *,
    field: str | None,
    version: int | None,
    event: str | None,
) -> bool:
    """Whether a contest about this version or this access is open."""
    same = select(func.count()).where(
        col(ContestRow.consumer_id) == consumer, col(ContestRow.state).in_(_OPEN)
    )
    if event is not None:
        return inside.exec(same.where(col(ContestRow.event) == event)).one() > 0
    about = same.where(col(ContestRow.field) == field, col(ContestRow.version) == version)
    return inside.exec(about).one() > 0


def case_of(row: ContestRow) -> Case:
    """A row as the rules see it."""
    duties = Duties.of(parse(row.regimes))
    return Case(
        state=State(row.state),
        kind=Kind(row.kind),
        outcome=None if row.outcome is None else Outcome(row.outcome),
        needs_new_material=duties.needs_new_material,
        due_at=row.due_at,
        lift_at=row.lift_at,
        has_proposal=row.proposes,
        has_new_material=row.given_at is not None,
        has_statement=row.stated_at is not None,
        was_extended=row.extended_at is not None,
        was_late=row.late_at is not None,
        was_escalated=row.escalated_at is not None,
        was_rated=row.rating is not None,
    )


# --- words --------------------------------------------------------------------------------------


def texts_of(inside: Transaction, consumer: ConsumerId, contest_id: str) -> Sequence[ContestText]:
    """Which words a contest has, in their order."""
    of_case = select(ContestText).where(
        col(ContestText.consumer_id) == consumer, ContestText.contest_id == contest_id
    )
    return inside.exec(of_case.order_by(col(ContestText.number))).all()


def next_number(inside: Transaction, consumer: ConsumerId, contest_id: str) -> int:
    """The number of the next words of a contest."""
    last = select(func.max(ContestText.number)).where(
        col(ContestText.consumer_id) == consumer, ContestText.contest_id == contest_id
    )
    return (inside.exec(last).one() or 0) + 1


def forget(inside: Transaction, row: ContestRow) -> None:
    """Delete a contest and the list of its words: a draft that was not sent."""
    inside.exec(
        delete(ContestText).where(
            col(ContestText.consumer_id) == row.consumer_id,
            col(ContestText.contest_id) == row.contest_id,
        )
    )
    inside.delete(row)
    inside.flush()
