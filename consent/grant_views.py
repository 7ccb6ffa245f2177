"""Offers and grants of one person, to be shown: rows read back as terms, never as rows.

Rules kept here:
- Terms are read by the rules of an offer: a row that was tampered with is ``BadInput``, never a
  permission that looks like one.
- What is another's is None, exactly as what does not exist.

Use::

    views.grants(consumer)                      # newest first
    views.offer(consumer, "ofr_…")
"""

from dataclasses import dataclass

from consent import grant_store
from consent.grant_rows import asked_of, terms_of
from consent.grant_states import GrantState, OfferState
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
        return self.state in grant_store.LIVE


class GrantViews:
    """Offers and grants as they stand."""

    def __init__(self, *, main: Database) -> None:
        self._main = main

    def offers(self, consumer: ConsumerId) -> list[OfferView]:
        """Every offer made to a person, newest first."""
        with self._main.reading() as tx:
            return [_offer(row) for row in grant_store.offers(tx, consumer)]

    def grants(self, consumer: ConsumerId) -> list[GrantView]:
        """Every grant of a person, newest first."""
        with self._main.reading() as tx:
            return [_grant(row) for row in reversed(grant_store.grants(tx, consumer))]

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
