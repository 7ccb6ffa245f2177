"""Offers: what a company asks for, and what a person gives of it. Plain.

Rules kept here:
- An offer is granted field by field and never wider. Widening is a new offer.
- The same offer twice is one; what was refused is not asked again for half a year.
- For one purpose one offer of a company waits: a newer one takes its place.
- Whoever is not here, or may not be known of, leaves the same trace as somebody who is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.model.names import Name
from tests.model.plain.calendar import WAIT_AFTER_REFUSAL, later, point_in_time
from tests.model.plain.people import People
from tests.model.plain.state import Grant, Offer, Person
from tests.model.words import DAY

OFFERS_WAIT = 90 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a company asks for. ``fields``: name -> mask; ``until``: a span or a point in time."""

    fields: Mapping[str, str]
    purpose: str
    until: str
    max_reads: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What a person lets stand of an offer or a permission; None: as it is."""

    fields: frozenset[str] | None
    until: int | None = None
    max_reads: int | None = None
    masks: Mapping[str, str] = field(default_factory=dict)


class Offers(People):
    """Acts on offers."""

    # --- a company asks -------------------------------------------------------------------------

    def offer(self, company: str, kind: str, to: Any, asked: Asked) -> Any:
        """Ask somebody: by the company's own id, its external id, or a sign-in address."""
        if point_in_time(asked.until, self.now, "UTC") <= self.now:
            return "over already"
        person = self._meant(company, kind, to)
        if self.companies[company].suspended:
            return ("refused", "suspended", "", None)
        if person is None:
            self._tell_blocked(self.companies[company], company, asked, "not_available", None)
            return None
        return (self._to_an_address if kind == "email" else self._to_somebody)(
            person, company, asked
        )

    def _to_somebody(self, person: Person, company: str, asked: Asked) -> Any:
        """A company is told what became of an offer to somebody it knows."""
        known = person.known.get(company)
        waiting = self._same_offer(person, company, asked)
        if waiting is not None:
            return waiting.name
        until = self._refused_until(person, company, asked)
        if until is None:
            return self._lay(person, company, asked, known)
        self._tell_blocked(person, company, asked, "repeated", known)
        return ("refused", "repeated", "fields", until)

    def _to_an_address(self, person: Person, company: str, asked: Asked) -> Any:
        """Each try leaves one event, as it does with a stranger; nothing names an id."""
        waiting = self._same_offer(person, company, asked)
        too_soon = self._refused_until(person, company, asked) is not None
        if waiting is None and not too_soon:
            return self._lay(person, company, asked, None)
        reason = "waiting" if waiting else "repeated"
        self._tell_blocked(person, company, asked, reason, None)
        return waiting.name if waiting else None

    def _meant(self, company: str, kind: str, to: Any) -> Person | None:
        if kind == "consumer":
            return next((one for one in self.living if one.known.get(company) == to), None)
        if kind == "external_id":
            return self.person_called(company, to)
        return self.account_of(to)

    def _same_offer(self, person: Person, company: str, asked: Asked) -> Offer | None:
        """The very same one, if it waits for an answer."""
        return next(
            (
                one
                for one in person.offers
                if one.state == "waiting"
                and (one.company, one.purpose) == (company, asked.purpose)
                and (list(one.fields.items()), one.until, one.max_reads)
                == (list(asked.fields.items()), asked.until, asked.max_reads)
            ),
            None,
        )

    def _refused_until(self, person: Person, company: str, asked: Asked) -> int | None:
        """Until when a refusal of any of these fields stands."""
        waits = [
            later(WAIT_AFTER_REFUSAL, one.ended, "UTC")
            for one in person.offers
            if one.state == "refused"
            and one.ended is not None
            and (one.company, one.purpose) == (company, asked.purpose)
            and one.fields.keys() & asked.fields.keys()
        ]
        return max((wait for wait in waits if wait > self.now), default=None)

    def _lay(self, person: Person, company: str, asked: Asked, known: Name | None) -> Name:
        offer = Offer(
            name=self.fresh("offer"),
            company=company,
            purpose=asked.purpose,
            fields=dict(asked.fields),
            until=asked.until,
            max_reads=asked.max_reads,
            made=self.now,
        )
        replaced = [
            one
            for one in person.offers
            if one.state == "waiting" and (one.company, one.purpose) == (company, asked.purpose)
        ]
        for one in replaced:
            one.state, one.ended = "withdrawn", self.now
        person.offers.append(offer)
        self.tell(
            person,
            "offer",
            company,
            consumer=known,
            offer_id=offer.name,
            fields=offer.fields,
            purpose=offer.purpose,
            until=offer.until,
            replaces=len(replaced) or None,
        )
        return offer.name

    def _tell_blocked(
        self, bearer: Any, company: str, asked: Asked, reason: str, known: Name | None
    ) -> None:
        self.tell(
            bearer,
            "offer_blocked",
            company,
            consumer=known,
            fields=dict(asked.fields),
            purpose=asked.purpose,
            reason=reason,
        )

    # --- an offer ends --------------------------------------------------------------------------

    def decide(self, person: Person, name: Name, chosen: Chosen) -> Any:
        """Give what was chosen of an offer."""
        offer = named(name, person.offers)
        if offer is None:
            return "not found"
        if offer.state != "waiting":
            return ("nothing changed", offer.name, offer.state)
        latest = point_in_time(offer.until, self.now, person.zone)
        if latest <= self.now:
            return ("refused", "over", "until", None)
        whole = Grant(
            name=self.fresh("grant"),
            company=offer.company,
            purpose=offer.purpose,
            basis="consent",
            fields=offer.fields,
            start=self.now,
            until=latest,
            max_reads=offer.max_reads,
            offer=offer.name,
        )
        refused = self.beyond(whole, chosen, fields=chosen.fields or frozenset())
        if refused is not None:
            return refused
        offer.state, offer.ended = "granted", self.now
        cut(whole, chosen)
        return ("confirmed", whole.name, self.give(person, whole, "grant"))

    def give(self, person: Person, grant: Grant, kind: str) -> int:
        """Let a permission stand, or tell the whole of it again."""
        if grant not in person.grants:
            person.grants.append(grant)
        known = person.known.setdefault(grant.company, self.fresh("pairwise"))
        return self.tell(
            person,
            kind,
            grant.company,
            consumer=known,
            grant_id=grant.name,
            fields=grant.fields,
            purpose=grant.purpose,
            basis=grant.basis,
            until=grant.until,
            max_reads=grant.max_reads,
            offer_id=grant.offer,
            **{"from": grant.start},
        )

    def refuse(self, person: Person, name: Name) -> Any:
        """Give nothing."""
        return self.end_offer(person, named(name, person.offers), "refused", "refuse_offer")

    def withdraw(self, company: str, name: Name) -> Any:
        """The company takes an offer back."""
        for person, offer in self.offers:
            if (offer.name, offer.company) == (name, company):
                return self.end_offer(person, offer, "withdrawn", "withdraw_offer")
        return "not found"

    def end_offer(self, person: Person, offer: Offer | None, state: str, kind: str) -> Any:
        """Let an offer that waits end without a permission."""
        if offer is None:
            return "not found"
        if offer.state != "waiting":
            return ("nothing changed", offer.name, offer.state)
        offer.state, offer.ended = state, self.now
        known = person.known.get(offer.company)
        entry = self.tell(person, kind, offer.company, consumer=known, offer_id=offer.name)
        return ("confirmed", offer.name, entry)

    def beyond(
        self, whole: Grant, chosen: Chosen, *, fields: frozenset[str] | None
    ) -> tuple[Any, ...] | None:
        """How a choice reaches beyond what there is, if it does."""
        if fields is not None and not fields:
            return ("refused", "nothing_chosen", "fields", None)
        for name in sorted({*(fields or ()), *chosen.masks}):
            mask = chosen.masks.get(name)
            there = whole.fields.get(name)
            if there is None or (mask not in (None, there) and there != "full"):
                return ("refused", "wider", name, None)
        if chosen.until is not None and chosen.until <= self.now:
            return ("refused", "over", "until", None)
        if chosen.until is not None and chosen.until > whole.until:
            return ("refused", "wider", "until", None)
        limit = whole.max_reads
        if chosen.max_reads is not None and limit is not None and chosen.max_reads > limit:
            return ("refused", "wider", "max_reads", None)
        return None


def cut(grant: Grant, chosen: Chosen) -> None:
    """Leave of a permission what was chosen."""
    grant.fields = {
        name: chosen.masks.get(name, mask)
        for name, mask in grant.fields.items()
        if chosen.fields is None or name in chosen.fields
    }
    grant.until = grant.until if chosen.until is None else chosen.until
    grant.max_reads = grant.max_reads if chosen.max_reads is None else chosen.max_reads


def named(name: Name, things: Iterable[Any]) -> Any:
    """The thing of this name, if it is among these."""
    return next((one for one in things if one.name == name), None)
