"""Rows of offers and grants, in and out. No decisions.

Rules kept here:
- A grant's row is a projection of its entries, for the gate; whoever changes one writes the entry.
- Rows are found for a person or for a company: the ids of others find nothing.
- What is returned belongs to the open transaction: changing a row there changes it in the store.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import func
from sqlmodel import col, select

from consent.tables import GrantRow, Head, OfferRow
from vault.database import Transaction
from vault.identifiers import CompanyId, ConsumerId

LIVE = ("active", "paused")
"""States in which a grant has not ended."""

Due = tuple[ConsumerId, str]
"""A person, and the id of their offer or grant."""


# --- offers -------------------------------------------------------------------------------------


def offer(inside: Transaction, consumer: ConsumerId, offer_id: str) -> OfferRow | None:
    """An offer made to this person."""
    return inside.get(OfferRow, (consumer, offer_id))


def offers(
    inside: Transaction, consumer: ConsumerId, *, states: Collection[str] = ()
) -> Sequence[OfferRow]:
    """The offers made to a person, in these states or in all, newest first."""
    question = select(OfferRow).where(col(OfferRow.consumer_id) == consumer)
    if states:
        question = question.where(col(OfferRow.state).in_(states))
    return inside.exec(
        question.order_by(col(OfferRow.made_at).desc(), col(OfferRow.offer_id))
    ).all()


def newest_offers(
    inside: Transaction, consumer: ConsumerId, *, states: Collection[str], limit: int
) -> Sequence[OfferRow]:
    """The offers in these states that changed last, newest first."""
    changed = func.coalesce(OfferRow.decided_at, OfferRow.made_at)
    return inside.exec(
        select(OfferRow)
        .where(col(OfferRow.consumer_id) == consumer, col(OfferRow.state).in_(states))
        .order_by(changed.desc(), col(OfferRow.offer_id))
        .limit(limit)
    ).all()


def offers_between(
    inside: Transaction, consumer: ConsumerId, company: CompanyId, *, purpose: str
) -> Sequence[OfferRow]:
    """What one company asked one person for, for one purpose."""
    return inside.exec(
        select(OfferRow).where(
            col(OfferRow.consumer_id) == consumer,
            col(OfferRow.company_id) == company,
            col(OfferRow.purpose) == purpose,
        )
    ).all()


def company_offer(inside: Transaction, company: CompanyId, offer_id: str) -> OfferRow | None:
    """An offer this company made."""
    return inside.exec(
        select(OfferRow).where(
            col(OfferRow.company_id) == company, col(OfferRow.offer_id) == offer_id
        )
    ).one_or_none()


def unanswered(inside: Transaction, *, made_before: int, limit: int) -> list[Due]:
    """Offers of open records that have waited since before a moment (ms)."""
    rows = inside.exec(
        select(OfferRow.consumer_id, OfferRow.offer_id)
        .join(Head, col(Head.consumer_id) == col(OfferRow.consumer_id))
        .where(OfferRow.state == "waiting", OfferRow.made_at < made_before, Head.status == "open")
        .order_by(col(OfferRow.made_at))
        .limit(limit)
    )
    return [(ConsumerId(bytes(consumer)), offer_id) for consumer, offer_id in rows]


def count_of_offers(inside: Transaction, consumer: ConsumerId, *, states: Collection[str]) -> int:
    """How many offers made to a person are in these states."""
    return inside.exec(
        select(func.count()).where(
            col(OfferRow.consumer_id) == consumer, col(OfferRow.state).in_(states)
        )
    ).one()


# --- grants -------------------------------------------------------------------------------------


def grant(inside: Transaction, consumer: ConsumerId, grant_id: str) -> GrantRow | None:
    """A grant of this person."""
    return inside.get(GrantRow, (consumer, grant_id))


def grants(
    inside: Transaction,
    consumer: ConsumerId,
    *,
    company: CompanyId | None = None,
    states: Collection[str] = (),
) -> Sequence[GrantRow]:
    """A person's grants, of one company or of all, in these states or in all, oldest first."""
    question = select(GrantRow).where(col(GrantRow.consumer_id) == consumer)
    if company is not None:
        question = question.where(col(GrantRow.company_id) == company)
    if states:
        question = question.where(col(GrantRow.state).in_(states))
    return inside.exec(question.order_by(col(GrantRow.made_at), col(GrantRow.grant_id))).all()


def newest_grants(
    inside: Transaction, consumer: ConsumerId, *, not_in: Collection[str], limit: int
) -> Sequence[GrantRow]:
    """The grants in other states than these that changed last, newest first."""
    return inside.exec(
        select(GrantRow)
        .where(col(GrantRow.consumer_id) == consumer, col(GrantRow.state).not_in(not_in))
        .order_by(col(GrantRow.changed_at).desc(), col(GrantRow.grant_id))
        .limit(limit)
    ).all()


def count_of_grants(inside: Transaction, consumer: ConsumerId, *, not_in: Collection[str]) -> int:
    """How many grants of a person are in other states than these."""
    return inside.exec(
        select(func.count()).where(
            col(GrantRow.consumer_id) == consumer, col(GrantRow.state).not_in(not_in)
        )
    ).one()


def grants_named(
    inside: Transaction, consumer: ConsumerId, grant_ids: Collection[str]
) -> Sequence[GrantRow]:
    """Those of these grants that are this person's."""
    return inside.exec(
        select(GrantRow).where(
            col(GrantRow.consumer_id) == consumer, col(GrantRow.grant_id).in_(grant_ids)
        )
    ).all()


def company_grant(inside: Transaction, company: CompanyId, grant_id: str) -> GrantRow | None:
    """A grant this company has or had."""
    return inside.exec(
        select(GrantRow).where(
            col(GrantRow.grant_id) == grant_id, col(GrantRow.company_id) == company
        )
    ).one_or_none()


def company_grants(
    inside: Transaction, company: CompanyId, *, after: str = "", limit: int
) -> Sequence[GrantRow]:
    """The grants a company has or had, by id, after the one named ``after``."""
    return inside.exec(
        select(GrantRow)
        .where(col(GrantRow.company_id) == company, col(GrantRow.grant_id) > after)
        .order_by(col(GrantRow.grant_id))
        .limit(limit)
    ).all()


def declared(
    inside: Transaction,
    consumers: Collection[ConsumerId],
    company: CompanyId,
    purpose: str,
    *,
    now_ms: int,
) -> dict[ConsumerId, GrantRow]:
    """The grant each person has with a company and a purpose on another basis than consent."""
    rows = inside.exec(
        select(GrantRow).where(
            col(GrantRow.consumer_id).in_(consumers),
            col(GrantRow.company_id) == company,
            col(GrantRow.purpose) == purpose,
            col(GrantRow.basis) != "consent",
            col(GrantRow.state).in_(LIVE),
            col(GrantRow.until_ms) > now_ms,
        )
    )
    return {ConsumerId(bytes(row.consumer_id)): row for row in rows}


def over(inside: Transaction, *, now_ms: int, limit: int) -> list[Due]:
    """Grants of open records that live although their time is over."""
    rows = inside.exec(
        select(GrantRow.consumer_id, GrantRow.grant_id)
        .join(Head, col(Head.consumer_id) == col(GrantRow.consumer_id))
        .where(
            col(GrantRow.state).in_(LIVE), col(GrantRow.until_ms) <= now_ms, Head.status == "open"
        )
        .order_by(col(GrantRow.until_ms))
        .limit(limit)
    )
    return [(ConsumerId(bytes(consumer)), grant_id) for consumer, grant_id in rows]


def consented(inside: Transaction, company: CompanyId, purpose: str) -> Sequence[GrantRow]:
    """The cohort of a company and a purpose: every grant that is active."""
    return inside.exec(
        select(GrantRow).where(
            col(GrantRow.company_id) == company,
            col(GrantRow.purpose) == purpose,
            GrantRow.state == "active",
        )
    ).all()
