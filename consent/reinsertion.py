"""Values that were corrected or removed: guards against their return, and what returned and waits.

Rules kept here:
- A guard is a keyed hash of a value of one field of one person (vault.likeness), put by the contest
  that took the value away. A later contest about the same value takes the guard over.
- A guarded value that comes again from a company is held: it is no version and nobody reads it. The
  same company sending it again while it waits changes nothing.
- A company that certified a value may send it, until another contest takes the value away again:
  its word counts for the contest whose guard it met.
- Rows only. What is sealed, opened and entered is the gate's (``holding``, ``corrections``).

Use::

    of_person(tx, consumer)                 # what waits, for the person's page
    of_company(tx, company)                 # what waits, for who has to certify or drop it
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete
from sqlmodel import col, select, tuple_

from consent.tables import Guard, HeldValue
from vault.database import Transaction
from vault.identifiers import CompanyId, ConsumerId, raw


class HeldState(StrEnum):
    """What became of a held value."""

    WAITING = "waiting"
    CERTIFIED = "certified"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A guarded value that came again. Times in ms; the value itself is a sealed text."""

    consumer: ConsumerId
    held_id: str
    company: CompanyId
    field: str
    contest_id: str
    """The contest that took the value away."""
    nature: str
    channel: str
    state: HeldState
    held_at: int
    decided_at: int | None

    @property
    def text_id(self) -> bytes:
        """Under which id the value is sealed, as a text of the kind ``held``."""
        return raw(self.held_id)


# --- guards -------------------------------------------------------------------------------------


def guard(
    inside: Transaction,
    consumer: ConsumerId,
    field: str,
    hashes: Collection[bytes],
    *,
    contest_id: str,
    now_ms: int,
) -> None:
    """Let none of these values of a field come back unnoticed."""
    for one in hashes:
        inside.merge(
            Guard(
                consumer_id=consumer,
                field=field,
                likeness=one,
                contest_id=contest_id,
                since=now_ms,
            )
        )


def release(
    inside: Transaction, consumer: ConsumerId, field: str, hashes: Collection[bytes]
) -> list[bytes]:
    """Let these values of a field come back; the guards that stood, in order."""
    mine = (
        col(Guard.consumer_id) == consumer,
        col(Guard.field) == field,
        col(Guard.likeness).in_(hashes),
    )
    stood = sorted(bytes(row) for row in inside.exec(select(Guard.likeness).where(*mine)))
    inside.execute(delete(Guard).where(*mine))
    return stood


@dataclass(frozen=True, slots=True, kw_only=True)
class Guards:
    """The guards of some people and what companies said about them, as they stand."""

    contests: Mapping[tuple[ConsumerId, str, bytes], str]
    """(person, field, hash) -> the contest that guards it."""
    certified: Collection[tuple[ConsumerId, CompanyId, str, bytes, str]]
    """(person, company, field, hash, contest) of values a company stands by."""
    waiting: Collection[tuple[ConsumerId, CompanyId, str, bytes]]

    @property
    def fields(self) -> frozenset[tuple[ConsumerId, str]]:
        """Whose fields have a guard."""
        return frozenset((consumer, field) for consumer, field, _ in self.contests)

    def met(
        self, consumer: ConsumerId, company: CompanyId, field: str, hashes: Iterable[bytes]
    ) -> tuple[bytes, str] | None:
        """The guard that a value of ``company`` meets, and its contest; None: it may come in."""
        for one in hashes:
            contest_id = self.contests.get((consumer, field, one))
            stands_by = (consumer, company, field, one, contest_id)
            if contest_id is not None and stands_by not in self.certified:
                return one, contest_id
        return None


NO_GUARDS = Guards(contests={}, certified=(), waiting=())


def guards_of(inside: Transaction, consumers: Collection[ConsumerId]) -> Guards:
    """The guards of these people, one query; two where there are any."""
    if not consumers:
        return NO_GUARDS
    found = inside.exec(
        select(Guard.consumer_id, Guard.field, Guard.likeness, Guard.contest_id).where(
            col(Guard.consumer_id).in_(consumers)
        )
    ).all()
    contests = {(ConsumerId(bytes(c)), name, bytes(h)): by for c, name, h, by in found}
    rows = _held(inside, {consumer for consumer, _, _ in contests})
    return Guards(
        contests=contests,
        certified={(*_name(r), r.contest_id) for r in rows if r.state == HeldState.CERTIFIED},
        waiting={_name(row) for row in rows if row.state == HeldState.WAITING},
    )


def _held(inside: Transaction, consumers: Collection[ConsumerId]) -> Sequence[HeldValue]:
    if not consumers:
        return []
    undecided = col(HeldValue.state) != HeldState.DROPPED
    question = select(HeldValue).where(col(HeldValue.consumer_id).in_(consumers), undecided)
    return inside.exec(question).all()


def _name(row: HeldValue) -> tuple[ConsumerId, CompanyId, str, bytes]:
    who = ConsumerId(bytes(row.consumer_id))
    return who, CompanyId(row.company_id), row.field, bytes(row.likeness)


# --- what is held -------------------------------------------------------------------------------


def hold(inside: Transaction, held: Held, likeness: bytes) -> None:
    """Write down that a value met the guard ``likeness``."""
    inside.add(
        HeldValue(
            consumer_id=held.consumer,
            held_id=held.held_id,
            company_id=held.company,
            field=held.field,
            likeness=likeness,
            contest_id=held.contest_id,
            nature=held.nature,
            channel=held.channel,
            state=held.state.value,
            held_at=held.held_at,
        )
    )


def decide(
    inside: Transaction, consumer: ConsumerId, held_id: str, state: HeldState, *, now_ms: int
) -> None:
    """Certify or drop what waits. The caller has looked that it does, under the head's lock."""
    row = inside.get_one(HeldValue, (consumer, held_id))
    row.state, row.decided_at = state.value, now_ms


def waiting(
    inside: Transaction, company: CompanyId, consumer: ConsumerId, held_ids: Collection[str]
) -> dict[str, Held]:
    """Of these values of one person, those that wait for this company's word."""
    named = [(consumer, held_id) for held_id in held_ids]
    found = inside.exec(
        select(HeldValue).where(
            tuple_(col(HeldValue.consumer_id), col(HeldValue.held_id)).in_(named),
            col(HeldValue.company_id) == company,
            col(HeldValue.state) == HeldState.WAITING,
        )
    )
    return {row.held_id: _view(row) for row in found}


def named(inside: Transaction, company: CompanyId, held_id: str) -> Held | None:
    """One value that waits for this company's word; another company's is none."""
    row = inside.exec(
        select(HeldValue).where(
            HeldValue.held_id == held_id,
            HeldValue.company_id == company,
            HeldValue.state == HeldState.WAITING,
        )
    ).one_or_none()
    return None if row is None else _view(row)


def of_person(inside: Transaction, consumer: ConsumerId) -> list[Held]:
    """Everything that was ever held of a person's values, the newest first."""
    mine = select(HeldValue).where(col(HeldValue.consumer_id) == consumer)
    newest = mine.order_by(col(HeldValue.held_at).desc(), col(HeldValue.held_id))
    return [_view(row) for row in inside.exec(newest)]


def of_company(inside: Transaction, company: CompanyId, *, limit: int = 100) -> list[Held]:
    """What waits for a company's word, the oldest first."""
    mine = select(HeldValue).where(
        col(HeldValue.company_id) == company, col(HeldValue.state) == HeldState.WAITING
    )
    oldest = mine.order_by(col(HeldValue.held_at), col(HeldValue.held_id)).limit(limit)
    return [_view(row) for row in inside.exec(oldest)]


def _view(row: HeldValue) -> Held:
    return Held(
        consumer=ConsumerId(bytes(row.consumer_id)),
        held_id=row.held_id,
        company=CompanyId(row.company_id),
        field=row.field,
        contest_id=row.contest_id,
        nature=row.nature,
        channel=row.channel,
        state=HeldState(row.state),
        held_at=row.held_at,
        decided_at=row.decided_at,
    )
