"""Offers and grants as the pages show them: what is asked, what stands, what is over.

Rules kept here:
- What a person can do about a grant comes from its state and its legal basis, which the floor below
  decides; here it only gets its name on the page.

Use::

    cards = Cards(who=who, looks=access_log.looks(consumer), now_ms=now, zone=zone)
    cards.all(waiting, live, over)
"""

from collections.abc import Sequence
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
from consent.access_looks import Looks, Use
from consent.grant_rules import ends_to_choose_from
from consent.grant_states import GrantAct, GrantState, acts_of_the_person
from consent.grant_terms import Terms as Agreed
from consent.grant_views import GrantView, OfferView, Over

_ACTS = {
    GrantAct.NARROW: Act.REDUCE,
    GrantAct.PAUSE: Act.PAUSE,
    GrantAct.RESUME: Act.RESUME,
    GrantAct.REVOKE: Act.STOP,
}
ENDED_SHOWN = 20
"""How many of what is over stand on a page; all of it is in the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cards:
    """Makes cards for one person at one moment."""

    who: Who
    looks: Looks
    now_ms: int
    zone: ZoneInfo

    def all(
        self, waiting: Sequence[OfferView], live: Sequence[GrantView], over: Over
    ) -> Permissions:
        """Waiting, active and the newest of what ended, each newest first."""
        ended = [*map(self.over, over.grants), *map(self.unanswered, over.offers)]
        newest = sorted(ended, key=lambda one: -one.at)[:ENDED_SHOWN]
        return Permissions(
            waiting=tuple(self.offer(one) for one in waiting),
            active=self.grants(live),
            ended=tuple(newest),
            more_ended=over.count - len(newest),
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

    def grants(self, views: Sequence[GrantView]) -> tuple[Grant, ...]:
        """Permissions that are active or paused."""
        uses = self.looks.by_grant()
        return tuple(self._grant(view, uses.get(view.grant_id)) for view in views)

    def _grant(self, view: GrantView, use: Use | None) -> Grant:
        agreed = view.agreed
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
            last_used_at=use.last_at if use else None,
            reads_used=use.reads if use else 0,
            used_since=self.looks.since,
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
