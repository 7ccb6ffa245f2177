"""Offers and grants of one person, to be shown: rows read back as terms, never as rows.

Rules kept here:
- Terms are read by the rules of an offer: a row that was tampered with is ``BadInput``, never a
  permission that looks like one.
- What is another's is None, exactly as what does not exist.
- What is over grows without end: of it only the newest are read, and how many there are.

Use::

    views.grants(consumer, states=LIVE)         # newest first
    views.over(consumer, limit=20).count
    views.offer(consumer, "ofr_…")
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from consent import grant_store
from consent.grant_rows import asked_of, terms_of
from consent.grant_states import GrantState, OfferState
from consent.grant_store import LIVE
from consent.grant_terms import GrantTerms, OfferTerms
from consent.tables import GrantRow, OfferRow
from vault.database import Database
from vault.identifiers import CompanyId, ConsumerId


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferView:
    """What a company asked for, and what became of it. Times in ms."""

    offer_id: str
    company: CompanyId
    state: OfferState
    asked: OfferTerms
    made_at: int
    decided_at: int | None

    @property
    def is_waiting(self) -> bool:
        """Whether nobody has answered it yet."""
        return self.state is OfferState.WAITING


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantView:
    """What a person allows or allowed. Times in ms."""

    grant_id: str
    company: CompanyId
    state: GrantState
    agreed: GrantTerms
    made_at: int
    changed_at: int

    @property
    def is_live(self) -> bool:
        """Whether it has not ended."""
        return self.state in LIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """What is over: the newest of it, and how many there are in all."""

    grants: Sequence[GrantView]
    offers: Sequence[OfferView]
    count: int


_UNGIVEN = (OfferState.REFUSED, OfferState.WITHDRAWN, OfferState.EXPIRED)
"""States of offers that ended without a permission."""


class GrantViews:
    """Offers and grants as they stand."""

    def __init__(self, *, main: Database) -> None:
        self._main = main

    def offers(self, consumer: ConsumerId, *, states: Collection[str] = ()) -> list[OfferView]:
        """The offers made to a person, in these states or in all, newest first."""
        with self._main.reading() as tx:
            return [_offer(row) for row in grant_store.offers(tx, consumer, states=states)]

    def grants(self, consumer: ConsumerId, *, states: Collection[str] = ()) -> list[GrantView]:
        """The grants of a person, in these states or in all, newest first."""
        with self._main.reading() as tx:
            rows = grant_store.grants(tx, consumer, states=states)
            return [_grant(row) for row in reversed(rows)]

    def over(self, consumer: ConsumerId, *, limit: int) -> Over:
        """What has ended, and offers that came to nothing: at most ``limit`` of each."""
        with self._main.reading() as tx:
            grants = grant_store.newest_grants(tx, consumer, not_in=LIVE, limit=limit)
            offers = grant_store.newest_offers(tx, consumer, states=_UNGIVEN, limit=limit)
            return Over(
                grants=[_grant(row) for row in grants],
                offers=[_offer(row) for row in offers],
                count=grant_store.count_of_grants(tx, consumer, not_in=LIVE)
                + grant_store.count_of_offers(tx, consumer, states=_UNGIVEN),
            )

    def fields_of(
        self, consumer: ConsumerId, grant_ids: Collection[str]
    ) -> Mapping[str, tuple[str, ...]]:
        """The fields that some grants of a person cover, or covered until they ended."""
        with self._main.reading() as tx:
            rows = grant_store.grants_named(tx, consumer, grant_ids)
            return {row.grant_id: tuple(terms_of(row).terms.masks) for row in rows}

    def offer(self, consumer: ConsumerId, offer_id: str) -> OfferView | None:
        """One offer of this person."""
        with self._main.reading() as tx:
            row = grant_store.offer(tx, consumer, offer_id)
            return None if row is None else _offer(row)

    def grant(self, consumer: ConsumerId, grant_id: str) -> GrantView | None:
        """One grant of this person."""
        with self._main.reading() as tx:
            row = grant_store.grant(tx, consumer, grant_id)
            return None if row is None else _grant(row)


def _offer(row: OfferRow) -> OfferView:
    return OfferView(
        offer_id=row.offer_id,
        company=CompanyId(row.company_id),
        state=OfferState(row.state),
        asked=asked_of(row),
        made_at=row.made_at,
        decided_at=row.decided_at,
    )


def _grant(row: GrantRow) -> GrantView:
    return GrantView(
        grant_id=row.grant_id,
        company=CompanyId(row.company_id),
        state=GrantState(row.state),
        agreed=terms_of(row),
        made_at=row.made_at,
        changed_at=row.changed_at,
    )
