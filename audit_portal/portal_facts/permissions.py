"""Offers and grants as the pages show them: what is asked, what stands, what is over.

Rules kept here:
- What a person can do about a grant comes from its state and its legal basis, which the floor below
  decides; here it only gets its name on the page.

Use::

    Cards(who=who, used=used, now_ms=now, zone=zone).all(views, consumer)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from audit_portal.consumer_portal.facts import (
    Act,
    AskedField,
    Benefit,
    Ended,
    Grant,
    GrantedField,
    Offer,
    Permissions,
    Terms,
)
from audit_portal.portal_facts.who import Who
from consent.grant_rules import ends_to_choose_from
from consent.grant_states import GrantAct, GrantState, OfferState, acts_of_the_person
from consent.grant_terms import Terms as Agreed
from consent.grant_views import GrantView, OfferView

_ACTS = {
    GrantAct.NARROW: Act.REDUCE,
    GrantAct.PAUSE: Act.PAUSE,
    GrantAct.RESUME: Act.RESUME,
    GrantAct.REVOKE: Act.STOP,
}
_OVER = (OfferState.REFUSED, OfferState.WITHDRAWN, OfferState.EXPIRED)

Used = Mapping[str, tuple[int, int]]
"""Grant -> (reads, ms of the last one)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cards:
    """Makes cards for one person at one moment."""

    who: Who
    used: Used
    now_ms: int
    zone: ZoneInfo

    def all(self, offers: Sequence[OfferView], grants: Sequence[GrantView]) -> Permissions:
        """Waiting, active and ended, each newest first."""
        ended = [self.over(one) for one in grants if not one.is_live]
        ended += [self.unanswered(one) for one in offers if one.state in _OVER]
        return Permissions(
            waiting=tuple(self.offer(one) for one in offers if one.is_waiting),
            active=tuple(self.grant(one) for one in grants if one.is_live),
            ended=tuple(sorted(ended, key=lambda one: -one.at)),
        )

    def offer(self, view: OfferView) -> Offer:
        """What a company asks for."""
        terms = view.asked.terms
        return Offer(
            offer_id=view.offer_id,
            company=self.who.company(view.company),
            terms=self._terms(terms),
            fields=tuple(
                AskedField(name=one.name, why=one.why, optional=one.optional, mask=one.mask.value)
                for one in terms.fields
            ),
            ends=ends_to_choose_from(view.asked, now_ms=self.now_ms, zone=self.zone),
            made_at=view.made_at,
        )

    def grant(self, view: GrantView) -> Grant:
        """A permission that is active or paused."""
        agreed = view.agreed
        reads, last = self.used.get(view.grant_id, (0, 0))
        acts = acts_of_the_person(view.state, agreed.basis)
        return Grant(
            grant_id=view.grant_id,
            company=self.who.company(view.company),
            terms=self._terms(agreed.terms),
            basis=agreed.basis.value,
            is_paused=view.state is GrantState.PAUSED,
            fields=tuple(
                GrantedField(name=one.name, mask=one.mask.value) for one in agreed.terms.fields
            ),
            until_ms=agreed.until_ms,
            made_at=view.made_at,
            changed_at=view.changed_at,
            last_used_at=last or None,
            reads_used=reads,
            acts=frozenset(_ACTS[act] for act in acts if act in _ACTS),
        )

    def over(self, view: GrantView) -> Ended:
        """A permission that has ended."""
        return self._ended(
            view.company, view.agreed.terms, how=view.state.value, at=view.changed_at
        )

    def unanswered(self, view: OfferView) -> Ended:
        """An offer that ended without a permission."""
        at = view.decided_at or view.made_at
        return self._ended(view.company, view.asked.terms, how=view.state.value, at=at)

    def _ended(self, company: str, terms: Agreed, *, how: str, at: int) -> Ended:
        return Ended(
            company=self.who.company(company),
            why=self.who.why(terms.purpose),
            fields=tuple(one.name for one in terms.fields),
            how=how,
            at=at,
        )

    def _terms(self, terms: Agreed) -> Terms:
        benefit, kept = terms.benefit, terms.retention
        return Terms(
            why=self.who.why(terms.purpose),
            retention=kept.max if kept else "",
            on_withdrawal=kept.on_withdrawal if kept else "delete",
            recipients=terms.recipients,
            benefit=Benefit(
                kind=benefit.kind,
                amount=benefit.amount or "",
                currency=benefit.currency or "",
                period=benefit.period or "",
                description=benefit.description or "",
                terms_uri=benefit.terms_uri or "",
            ),
            max_reads=terms.max_reads,
            automated_decision=terms.automated_decision,
            notice_uri=terms.notice.uri if terms.notice else "",
        )
