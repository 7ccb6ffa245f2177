"""Pairwise ids in and out: how one company knows one person. No decisions.

Rules kept here:
- An id is drawn at random and kept as a row; nothing about it can be computed from another.
- Callers hold the lock on the person's head, so that two acts cannot make two ids for one pair.
"""

from collections.abc import Collection

from sqlmodel import col, select, update

from consent.tables import Pairwise
from vault.bulk_insert import insert_many
from vault.database import Transaction
from vault.identifiers import CompanyId, ConsumerId, PairwiseId, new_pairwise_id


def known(
    inside: Transaction, company: CompanyId, consumers: Collection[ConsumerId]
) -> dict[ConsumerId, PairwiseId]:
    """The ids under which ``company`` knows these people; people it does not know are missing."""
    rows = inside.exec(
        select(Pairwise.consumer_id, Pairwise.pairwise_id).where(
            col(Pairwise.consumer_id).in_(consumers), col(Pairwise.company_id) == company
        )
    )
    return {ConsumerId(bytes(consumer)): PairwiseId(pairwise) for consumer, pairwise in rows}


def known_as(inside: Transaction, company: CompanyId, consumer: ConsumerId) -> PairwiseId | None:
    """The id under which ``company`` knows ``consumer``, if it does."""
    row = inside.get(Pairwise, (consumer, company))
    return None if row is None else PairwiseId(row.pairwise_id)


def give(
    inside: Transaction, company: CompanyId, consumer: ConsumerId, *, now_ms: int
) -> PairwiseId:
    """``give_many`` of one."""
    return give_many(inside, company, [consumer], now_ms=now_ms)[consumer]


def give_many(
    inside: Transaction, company: CompanyId, consumers: Collection[ConsumerId], *, now_ms: int
) -> dict[ConsumerId, PairwiseId]:
    """The ids under which ``company`` knows these people, made now where there are none."""
    already = known(inside, company, consumers)
    new = [consumer for consumer in consumers if consumer not in already]
    return already | make_many(inside, company, new, now_ms=now_ms)


def make_many(
    inside: Transaction, company: CompanyId, consumers: Collection[ConsumerId], *, now_ms: int
) -> dict[ConsumerId, PairwiseId]:
    """The first ids of people whom ``company`` does not know yet."""
    made = {consumer: new_pairwise_id() for consumer in consumers}
    rows = [
        {
            "consumer_id": consumer,
            "company_id": company,
            "pairwise_id": pairwise_id,
            "had_grant": False,
            "created_at": now_ms,
        }
        for consumer, pairwise_id in made.items()
    ]
    insert_many(inside, Pairwise, rows)
    return made


def mark_had_grant(
    inside: Transaction, company: CompanyId, consumers: Collection[ConsumerId]
) -> None:
    """From now on this company is told why a read of these people was refused."""
    inside.exec(
        update(Pairwise)
        .where(col(Pairwise.company_id) == company, col(Pairwise.consumer_id).in_(consumers))
        .values(had_grant=True)
    )


def bearer(inside: Transaction, company: CompanyId, pairwise_id: str) -> ConsumerId | None:
    """Whom ``company`` knows under this id; nobody when the id is another company's."""
    found = inside.exec(
        select(Pairwise.consumer_id).where(
            col(Pairwise.pairwise_id) == pairwise_id, col(Pairwise.company_id) == company
        )
    ).one_or_none()
    return None if found is None else ConsumerId(bytes(found))


def companies_of(inside: Transaction, consumer: ConsumerId) -> dict[CompanyId, PairwiseId]:
    """Every company that knows this person, and under which id."""
    rows = inside.exec(
        select(Pairwise.company_id, Pairwise.pairwise_id).where(
            col(Pairwise.consumer_id) == consumer
        )
    )
    return {CompanyId(company): PairwiseId(pairwise) for company, pairwise in rows}
