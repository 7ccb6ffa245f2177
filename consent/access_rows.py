"""What the rows of a person's chains say unopened: which chains there are, how many events of what.

Rules kept here:
- Only the columns that stand in the clear are read. They are covered by each row's hash, which is
  checked whenever a row is opened and whenever it goes into the log.
- A record that was joined into another keeps its chain; the person has both.

Use::

    chains_of(tx, consumer)                         # their own first, then in the order joined
    tally(tx, chains, types=[EntryType.READ])       # {('read', 'cmp_…'): 412, …}
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func
from sqlmodel import col, select

from consent.tables import EntryRow, Head
from vault.database import Transaction
from vault.identifiers import CompanyId, ConsumerId

Tally = Counter[tuple[str, str | None]]
"""(type, company) -> how many events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One chain of a person. Times in ms; ``joined_at`` is None for the one that goes on."""

    chain: ConsumerId
    company: CompanyId | None
    """Who made the record; None where its first entry names nobody."""
    entries: int
    begun_at: int
    joined_at: int | None


def chains_of(tx: Transaction, consumer: ConsumerId) -> list[ConsumerId]:
    """A person's own chain and those joined into it, in the order they were joined."""
    return [consumer, *(ConsumerId(bytes(row.consumer_id)) for row in _joined(tx, consumer))]


def joined_slots(tx: Transaction, consumer: ConsumerId) -> list[tuple[ConsumerId, int]]:
    """The chains joined into a person's own, each with its slot, in the order they were joined."""
    return [(ConsumerId(bytes(row.consumer_id)), row.slot) for row in _joined(tx, consumer)]


def records_of(tx: Transaction, consumer: ConsumerId) -> list[Record]:
    """The same, with who made each and how long it is. ``KeyError`` for a person without one."""
    own = tx.exec(select(Head).where(col(Head.consumer_id) == consumer)).one_or_none()
    if own is None:
        raise KeyError("no chain")
    heads = [own, *_joined(tx, consumer)]
    makers = _makers(tx, [bytes(head.consumer_id) for head in heads])
    return [
        Record(
            chain=ConsumerId(bytes(head.consumer_id)),
            company=makers.get(bytes(head.consumer_id)),
            entries=head.n,
            begun_at=head.created_at,
            joined_at=None if head is own else head.last_at,
        )
        for head in heads
    ]


def tally(
    tx: Transaction,
    chains: Collection[ConsumerId],
    *,
    types: Collection[str] = (),
    company: CompanyId | None = None,
    since: int | None = None,
    until: int | None = None,
) -> Tally:
    """How many events of each type and company, ``since <= at < until``; nothing is opened."""
    found = select(EntryRow.type, EntryRow.company_id, func.count()).where(
        col(EntryRow.consumer_id).in_(chains)
    )
    if types:
        found = found.where(col(EntryRow.type).in_(types))
    if company is not None:
        found = found.where(col(EntryRow.company_id) == company)
    if since is not None:
        found = found.where(col(EntryRow.at) >= since)
    if until is not None:
        found = found.where(col(EntryRow.at) < until)
    rows = tx.exec(found.group_by(col(EntryRow.type), col(EntryRow.company_id)))
    return Counter({(kind, by): count for kind, by, count in rows})


def under(company: str | None) -> ColumnElement[bool]:
    """Entries that concern this company, or none; either goes along the index."""
    named = col(EntryRow.company_id)
    return named.is_(None) if company is None else named == company


def _joined(tx: Transaction, consumer: ConsumerId) -> Sequence[Head]:
    """The heads of joined chains. Such a chain takes no entry any more: its last is the joining."""
    joined = select(Head).where(col(Head.joined_into) == consumer)
    return tx.exec(joined.order_by(col(Head.last_at), col(Head.slot))).all()


def _makers(tx: Transaction, chains: Collection[bytes]) -> dict[bytes, CompanyId]:
    """Chain -> the company its first entry names."""
    rows = tx.exec(
        select(EntryRow.consumer_id, EntryRow.company_id).where(
            col(EntryRow.consumer_id).in_(chains), col(EntryRow.i) == 1
        )
    )
    return {bytes(chain): CompanyId(company) for chain, company in rows if company}
