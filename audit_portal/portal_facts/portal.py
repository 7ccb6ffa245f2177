"""The pages' ``Portal`` over a real vault: each method is one call below and a change of shape.

Rules kept here:
- Nothing is decided here, and nothing is kept between two calls.
- The consumer always comes from the caller, who took it from the session.

Use::

    portal = VaultPortal(companies=companies, purposes=purposes, ...)
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from audit_portal.consumer_portal.facts import (
    Account,
    Company,
    Event,
    EventPage,
    Filters,
    Grant,
    HeldField,
    HeldVersion,
    Invitation,
    Offer,
    Permissions,
    Record,
)
from audit_portal.consumer_portal.outcomes import Done, NotDone, Why
from audit_portal.consumer_portal.past_facts import CameAgain, PastVersion
from audit_portal.portal_facts.acts import outcome, outcome_of_all
from audit_portal.portal_facts.held import held_fields, held_versions
from audit_portal.portal_facts.past import came_again, past_versions
from audit_portal.portal_facts.permissions import ENDED_SHOWN, Cards
from audit_portal.portal_facts.used import Telling
from audit_portal.portal_facts.who import Who
from consent import reinsertion
from consent.access_log import AccessLog
from consent.access_log import Event as Entered
from consent.access_looks import Looks
from consent.accounts import Accounts
from consent.claiming import Claiming, Home, NotClaimed, Unclaimed
from consent.companies import Companies
from consent.copies import Copies
from consent.decision import Reason
from consent.gate.origins import Origins
from consent.gate.own_view import OwnView
from consent.gate.writes import WRITING_KEYS, Write, WriteGate
from consent.grant_actions import GrantActions
from consent.grant_rules import Choice
from consent.grant_states import OfferState
from consent.grant_store import LIVE
from consent.grant_views import GrantViews
from consent.ledger.log import Log
from consent.purpose_actions import Purposes
from vault.clock import Clock
from vault.database import Database
from vault.fields import FieldValue
from vault.identifiers import ConsumerId

_UNCLAIMED = {
    Unclaimed.ADDRESS_TAKEN: Why.ADDRESS_TAKEN,
    Unclaimed.UNUSABLE_CODE: Why.INVITATION_UNUSABLE,
    Unclaimed.SAME_COMPANY: Why.INVITATION_UNUSABLE,
}
_LONGEST_ACT = 1_000
"""Entries one act of a person may have made: stopping everything makes one for each permission."""
NO_LOOKS = Looks(entries=(), since=None)
"""For cards of offers, which nobody has used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultPortal:
    """What the pages may see and do. ``home``: for people who chose no zone or language."""

    register: Companies
    purposes: Purposes
    accounts: Accounts
    claiming: Claiming
    main: Database
    own_view: OwnView
    origins: Origins
    writes: WriteGate
    log: Log
    access_log: AccessLog
    copies: Copies
    grants: GrantActions
    views: GrantViews
    clock: Clock
    home: Home

    # --- who somebody is ------------------------------------------------------------------------

    def account(self, consumer: ConsumerId) -> Account:
        """The settings of a claimed consumer."""
        home = self.accounts.home_of(consumer)
        return Account(time_zone=home.time_zone, country=home.country, language=home.language)

    def invitation(self, code: str) -> Invitation | None:
        """The invitation a code stands for."""
        company = self.claiming.invitation(code)
        return None if company is None else Invitation(company=self.who().company(company).name)

    def claim(self, code: str, address: str) -> ConsumerId | NotDone:
        """Make the account."""
        claimed = self.claiming.claim(code, address, home=self.home)
        if isinstance(claimed, NotClaimed):
            return NotDone(why=_UNCLAIMED[claimed.reason])
        return claimed

    def join(self, consumer: ConsumerId, code: str) -> Done | NotDone:
        """Bring the record behind ``code`` into this consumer's."""
        joined = self.claiming.join(consumer, code)
        if isinstance(joined, NotClaimed):
            return NotDone(why=_UNCLAIMED[joined.reason])
        return outcome(joined)

    # --- what is held ---------------------------------------------------------------------------

    def my_data(self, consumer: ConsumerId) -> tuple[HeldField, ...]:
        """Every field that has a current version."""
        looks = self.access_log.looks(consumer)
        return held_fields(
            self.own_view.overview(consumer),
            self.own_view.current(consumer),
            self.who(),
            grants=self._cards(consumer, looks).grants(self.views.grants(consumer, states=LIVE)),
            looks=looks,
            disputed=self.own_view.disputed(consumer),
        )

    def history(self, consumer: ConsumerId, field: str) -> tuple[HeldVersion, ...]:
        """The versions of a field, newest first."""
        versions = [one for one in self.own_view.overview(consumer) if one.field == field]
        return held_versions(versions, self.own_view.current(consumer), self.who())

    def show(self, consumer: ConsumerId, fields: Sequence[str]) -> Mapping[str, FieldValue]:
        """The current values, after the entry that records this view is durable."""
        return self.own_view.show(consumer, fields)

    def past(self, consumer: ConsumerId, field: str) -> tuple[PastVersion, ...]:
        """Every version with its value, after the entry that records this view is durable."""
        return past_versions(self.origins.show(consumer, field), self.who())

    def came_again(self, consumer: ConsumerId, field: str) -> tuple[CameAgain, ...]:
        """What a dispute took away, came again and waits."""
        with self.main.reading() as tx:
            held = reinsertion.of_person(tx, consumer)
        return came_again(held, field, self.who())

    def change(self, consumer: ConsumerId, field: str, value: FieldValue) -> Done | NotDone:
        """A new version from the person."""
        write = Write(consumer=consumer, source=None, values={field: value})
        with self.log.acting([consumer], uses=WRITING_KEYS) as act:
            [written] = self.writes.write([write], inside=act)
        if written.refused.get(field) is Reason.DISPUTE_INSTEAD:
            return NotDone(why=Why.NOT_YOURS_TO_CHANGE)
        if written.entry_i is None:
            return NotDone(why=Why.NOTHING_TO_DO)
        return Done(first=written.entry_i, last=written.entry_i, at=self.clock.now_ms())

    # --- who used it ----------------------------------------------------------------------------

    def who_used_it(
        self, consumer: ConsumerId, filters: Filters, *, cursor: str | None, limit: int
    ) -> EventPage:
        """Events, newest first."""
        return self._telling(consumer).page(filters, cursor=cursor, limit=limit)

    def all_events(self, consumer: ConsumerId, filters: Filters) -> Iterator[Event]:
        """Every event the filters let through, newest first."""
        return self._telling(consumer).all(filters)

    def companies(self, consumer: ConsumerId) -> tuple[Company, ...]:
        """Every company in the person's record, by name."""
        who = self.who()
        named = {company for _, company in self.access_log.tally(consumer) if company}
        return tuple(sorted(map(who.company, named), key=lambda company: company.name))

    def events(self, consumer: ConsumerId, first: int, last: int) -> tuple[Event, ...]:
        """Entries ``first`` to ``last``, oldest first."""
        last = min(last, first + _LONGEST_ACT)
        return self._telling(consumer).told(self.access_log.span(consumer, first, last))

    def event(self, consumer: ConsumerId, name: str) -> Event | None:
        """One event by its name."""
        found = self.access_log.event(consumer, name)
        return None if found is None else self._telling(consumer).told([found])[0]

    def records(self, consumer: ConsumerId) -> tuple[Record, ...]:
        """The person's records, each of which can be copied; the one that goes on first."""
        who = self.who()
        return tuple(
            Record(
                number=number,
                company=who.company(one.company) if one.company else None,
                entries=one.entries,
                begun_at=one.begun_at,
                joined_at=one.joined_at,
            )
            for number, one in enumerate(self.copies.records(consumer))
        )

    def bundle(
        self, consumer: ConsumerId, number: int = 0, *, since: int = 0
    ) -> Iterator[bytes] | None:
        """One of the person's records with its proofs, after the entry of this copy is durable."""
        taken = self.copies.take(consumer, number, since=since)
        return None if taken is None else taken.chunks()

    # --- what they allow ------------------------------------------------------------------------

    def permissions(self, consumer: ConsumerId) -> Permissions:
        """Waiting, active and the newest of what ended."""
        return self._cards(consumer, self.access_log.looks(consumer)).all(
            self.views.offers(consumer, states=[OfferState.WAITING]),
            self.views.grants(consumer, states=LIVE),
            self.views.over(consumer, limit=ENDED_SHOWN),
        )

    def offer(self, consumer: ConsumerId, offer_id: str) -> Offer | None:
        """An offer that waits for an answer."""
        found = self.views.offer(consumer, offer_id)
        cards = self._cards(consumer, NO_LOOKS)
        return cards.offer(found) if found and found.is_waiting else None

    def grant(self, consumer: ConsumerId, grant_id: str) -> Grant | None:
        """A permission that is active or paused."""
        found = self.views.grant(consumer, grant_id)
        if found is None or not found.is_live:
            return None
        [grant] = self._cards(consumer, self.access_log.looks(consumer)).grants([found])
        return grant

    def decide(
        self, consumer: ConsumerId, offer_id: str, *, fields: Sequence[str], until_ms: int
    ) -> Done | NotDone:
        """Give access to some fields of an offer until then."""
        choice = Choice(fields=frozenset(fields), until_ms=until_ms)
        return outcome(self.grants.decide(consumer, offer_id, choice))

    def refuse_offer(self, consumer: ConsumerId, offer_id: str) -> Done | NotDone:
        """Refuse."""
        return outcome(self.grants.refuse_offer(consumer, offer_id))

    def narrow(
        self, consumer: ConsumerId, grant_id: str, *, fields: Sequence[str], until_ms: int
    ) -> Done | NotDone:
        """Keep only these fields, until then."""
        choice = Choice(fields=frozenset(fields), until_ms=until_ms)
        return outcome(self.grants.narrow(consumer, grant_id, choice))

    def pause(self, consumer: ConsumerId, grant_id: str) -> Done | NotDone:
        """Refuse reads until resumed."""
        return outcome(self.grants.pause(consumer, grant_id))

    def resume(self, consumer: ConsumerId, grant_id: str) -> Done | NotDone:
        """End a pause."""
        return outcome(self.grants.resume(consumer, grant_id))

    def revoke(self, consumer: ConsumerId, grant_id: str) -> Done | NotDone:
        """Stop access, at once and for good."""
        return outcome(self.grants.revoke(consumer, grant_id))

    def pause_all(self, consumer: ConsumerId) -> Done | NotDone:
        """Pause every permission that can be paused."""
        return outcome_of_all(self.grants.pause_all(consumer))

    def stop_all(self, consumer: ConsumerId) -> Done | NotDone:
        """Stop every permission that can be stopped."""
        return outcome_of_all(self.grants.stop_all(consumer))

    # --- for the other facts of this room -------------------------------------------------------

    def who(self) -> Who:
        """Names, looked up once for each page."""
        return Who(self.register, self.purposes)

    def tell(self, consumer: ConsumerId, entered: Sequence[Entered]) -> tuple[Event, ...]:
        """Entries of a person's record as the pages tell them."""
        return self._telling(consumer).told(entered)

    # --- parts ----------------------------------------------------------------------------------

    def _cards(self, consumer: ConsumerId, looks: Looks) -> Cards:
        return Cards(
            who=self.who(),
            looks=looks,
            now_ms=self.clock.now_ms(),
            zone=ZoneInfo(self.accounts.home_of(consumer).time_zone),
        )

    def _telling(self, consumer: ConsumerId) -> Telling:
        return Telling(
            access_log=self.access_log,
            consumer=consumer,
            who=self.who(),
            covered_by=partial(self.views.fields_of, consumer),
        )
