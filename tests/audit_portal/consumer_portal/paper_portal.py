"""A vault on paper: a working double of what the consumer's pages need from below.

It keeps the contract of ``audit_portal.consumer_portal.portal``: every act makes its entry first,
a value comes only from ``show``, what is not the person's is None, nothing is ever widened.

Use::

    portal = PaperPortal(clock)
    rosa = portal.person("rosa@example.org")
    portal.supply(rosa, NORTHBANK, {"money.income": {"amount": "1.00", "currency": "EUR"}})
    portal.ask(rosa, NORTHBANK, ["contact.email"])
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count

from audit_portal.consumer_portal.facts import (
    Account,
    Act,
    AskedField,
    Company,
    Counts,
    Ended,
    Event,
    EventPage,
    Grant,
    GrantedField,
    HeldField,
    HeldVersion,
    Invitation,
    Look,
    Offer,
    Permissions,
    Reader,
    Record,
    Source,
    Terms,
)
from audit_portal.consumer_portal.kinds import TYPES_OF_KIND, Kind
from audit_portal.consumer_portal.outcomes import Done, NotDone, Why
from audit_portal.consumer_portal.past_facts import CameAgain, PastVersion
from tests.fakes import FakeClock
from vault.errors import BadInput
from vault.fields import field_named
from vault.identifiers import ConsumerId, Prefix, encode

DAY_MS = 24 * 60 * 60 * 1000
NORTHBANK = Company(id=encode(Prefix.COMPANY, b"northbank\0\0\0\0\0\0\0"), name="Northbank")
LUMEN = Company(id=encode(Prefix.COMPANY, b"lumen\0\0\0\0\0\0\0\0\0\0\0"), name="Lumen Energy")
PARCELO = Company(id=encode(Prefix.COMPANY, b"parcelo\0\0\0\0\0\0\0\0\0"), name="Parcelo")
TERMS = Terms(why="To run the account you have with us and to reach you about it.")
CONSENTED = frozenset({Act.REDUCE, Act.PAUSE, Act.STOP})


@dataclass(slots=True)
class Sheet:
    """What is kept about one person."""

    address: str = ""
    values: dict[str, list[tuple[object, Source]]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    offers: dict[str, Offer] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    ended: list[Ended] = field(default_factory=list)
    joined: list[tuple[int, list[Event]]] = field(default_factory=list)
    """When a record was joined into this one, and its events."""
    behind: dict[tuple[str, int], dict[str, object]] = field(default_factory=dict)
    """What more is told of a version: ``derived_from``, ``dispute``."""
    came_again: dict[str, list[CameAgain]] = field(default_factory=dict)


@dataclass(slots=True)
class PaperPortal:
    """Everything in memory, under a clock wound by hand."""

    clock: FakeClock
    zone: str = "Europe/Berlin"
    sheets: dict[ConsumerId, Sheet] = field(default_factory=dict)
    invitations: dict[str, tuple[Company, ConsumerId]] = field(default_factory=dict)
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    # --- what a test arranges -------------------------------------------------------------------

    def person(self, address: str = "") -> ConsumerId:
        """Somebody, with an account if an address is given."""
        consumer = ConsumerId(next(self.numbers).to_bytes(16, "big"))
        self.sheets[consumer] = Sheet(address=address)
        return consumer

    def invite(self, company: Company, code: str) -> ConsumerId:
        """A record of a company that waits to be claimed with ``code``."""
        consumer = self.person()
        self.enter(consumer, "enrolled", company=company)
        self.invitations[code] = company, consumer
        return consumer

    def supply(
        self, consumer: ConsumerId, company: Company | None, values: dict[str, object], **how: str
    ) -> None:
        """A company, or the person (None), gives values."""
        source = Source(company=company, at=self.clock.now_ms(), **how)
        for name, value in values.items():
            self.sheets[consumer].values.setdefault(name, []).append((value, source))
        by_you = company is None
        self.enter(consumer, "write", company=company, by_you=by_you, fields=(*values,))

    def ask(self, consumer: ConsumerId, company: Company, names: list[str], **more: object) -> str:
        """A company makes an offer; its id."""
        now = self.clock.now_ms()
        offer = Offer(
            offer_id=encode(Prefix.OFFER, next(self.numbers).to_bytes(16, "big")),
            company=company,
            terms=TERMS,
            fields=tuple(AskedField(name=name, why="To reach you.") for name in names),
            ends=tuple(now + days * DAY_MS for days in (31, 90, 181)),
            made_at=now,
        )
        offer = replace(offer, **more)
        self.sheets[consumer].offers[offer.offer_id] = offer
        asked = tuple(one.name for one in offer.fields)
        self.enter(consumer, "offer", company=company, fields=asked, why=offer.terms.why)
        return offer.offer_id

    def give(self, consumer: ConsumerId, company: Company, names: list[str], **more: object) -> str:
        """A permission that stands; its id."""
        now = self.clock.now_ms()
        grant = Grant(
            grant_id=encode(Prefix.GRANT, next(self.numbers).to_bytes(16, "big")),
            company=company,
            terms=TERMS,
            basis="consent",
            is_paused=False,
            fields=tuple(GrantedField(name=name) for name in names),
            until_ms=now + 181 * DAY_MS,
            made_at=now,
            changed_at=now,
            last_used_at=None,
            reads_used=0,
            acts=CONSENTED,
        )
        grant = replace(grant, **more)
        self.sheets[consumer].grants[grant.grant_id] = grant
        self._enter_about(consumer, "grant", grant, until_ms=grant.until_ms)
        return grant.grant_id

    def read(self, consumer: ConsumerId, grant_id: str, *names: str) -> None:
        """The company behind a permission looks."""
        grant = self.sheets[consumer].grants[grant_id]
        used = replace(grant, last_used_at=self.clock.now_ms(), reads_used=grant.reads_used + 1)
        self.sheets[consumer].grants[grant_id] = used
        fields = names or tuple(one.name for one in grant.fields)
        self.enter(consumer, "read", company=grant.company, fields=fields, why=grant.terms.why)

    def enter(self, consumer: ConsumerId, kind: str, **more: object) -> Done:
        """One more entry in somebody's record."""
        events, now = self.sheets[consumer].events, self.clock.now_ms()
        events.append(Event(name=str(len(events) + 1), at=now, type=kind, **more))
        return Done(first=len(events), last=len(events), at=now)

    # --- who somebody is ------------------------------------------------------------------------

    def find_account(self, address: str) -> ConsumerId | None:
        known = ((one.address, consumer) for consumer, one in self.sheets.items() if one.address)
        return dict(known).get(address.lower())

    def address_of(self, consumer: ConsumerId) -> str:
        return self.sheets[consumer].address

    def account(self, consumer: ConsumerId) -> Account:
        assert self.sheets[consumer].address, "only a claimed consumer has an account"
        return Account(time_zone=self.zone, country="DE", language="en")

    def invitation(self, code: str) -> Invitation | None:
        if code not in self.invitations:
            return None
        return Invitation(company=self.invitations[code][0].name)

    def claim(self, code: str, address: str) -> ConsumerId | NotDone:
        if code not in self.invitations:
            return NotDone(why=Why.INVITATION_UNUSABLE)
        if self.find_account(address):
            return NotDone(why=Why.ADDRESS_TAKEN)
        _, consumer = self.invitations.pop(code)
        self.sheets[consumer].address = address.lower()
        self.enter(consumer, "claimed", by_you=True)
        return consumer

    def join(self, consumer: ConsumerId, code: str) -> Done | NotDone:
        if code not in self.invitations:
            return NotDone(why=Why.INVITATION_UNUSABLE)
        company, joined = self.invitations.pop(code)
        came = self.sheets.pop(joined)
        self.sheets[consumer].values |= came.values
        self.sheets[consumer].joined.append((self.clock.now_ms(), came.events))
        return self.enter(consumer, "joined", company=company, by_you=True)

    # --- what is held ---------------------------------------------------------------------------

    def my_data(self, consumer: ConsumerId) -> tuple[HeldField, ...]:
        return tuple(self._held(consumer, name) for name in self.sheets[consumer].values)

    def history(self, consumer: ConsumerId, name: str) -> tuple[HeldVersion, ...]:
        versions = self.sheets[consumer].values.get(name, [])
        current = self._current(consumer, name)
        return tuple(
            HeldVersion(version=at, source=one[1], is_current=one is current)
            for at, one in reversed(list(enumerate(versions, start=1)))
        )

    def show(self, consumer: ConsumerId, names: list[str]) -> dict[str, object]:
        self.enter(consumer, "own_view", by_you=True, fields=(*names,))
        return {name: self._current(consumer, name)[0] for name in names}

    def past(self, consumer: ConsumerId, name: str) -> tuple[PastVersion, ...]:
        self.enter(consumer, "own_view", by_you=True, fields=(name,))
        sheet, versions = self.sheets[consumer], self.history(consumer, name)
        return tuple(
            PastVersion(
                version=one.version,
                source=one.source,
                is_current=one.is_current,
                value=sheet.values[name][one.version - 1][0],
                **sheet.behind.get((name, one.version), {}),
            )
            for one in versions
        )

    def came_again(self, consumer: ConsumerId, name: str) -> tuple[CameAgain, ...]:
        return tuple(self.sheets[consumer].came_again.get(name, ()))

    def change(self, consumer: ConsumerId, name: str, value: object) -> Done | NotDone:
        kept = field_named(name).validate(value)
        versions = self.sheets[consumer].values.get(name, [])
        if versions and self._current(consumer, name)[1].company:
            return NotDone(why=Why.NOT_YOURS_TO_CHANGE)
        if versions and versions[-1][0] == kept:
            return NotDone(why=Why.NOTHING_TO_DO)
        self.supply(consumer, None, {name: kept}, channel="portal")
        entries = len(self.sheets[consumer].events)
        return Done(first=entries, last=entries, at=self.clock.now_ms())

    # --- who used it ----------------------------------------------------------------------------

    def companies(self, consumer: ConsumerId) -> tuple[Company, ...]:
        met = {event.company for event in self.sheets[consumer].events if event.company}
        return tuple(sorted(met, key=lambda company: company.name))

    def who_used_it(self, consumer, filters, *, cursor, limit) -> EventPage:
        if cursor is not None and not cursor.isdecimal():
            raise BadInput("is no cursor of this list", member="after")
        fitting = [one for one in self.sheets[consumer].events if _fits(one, filters)]
        before = int(cursor) if cursor else len(self.sheets[consumer].events) + 1
        left = [one for one in reversed(fitting) if int(one.name) < before]
        page = tuple(left[:limit])
        older = page[-1].name if len(left) > limit else None
        return EventPage(events=page, counts=_counts(fitting), older=older)

    def all_events(self, consumer: ConsumerId, filters) -> Iterator[Event]:
        events = self.sheets[consumer].events
        return (one for one in reversed(events) if _fits(one, filters))

    def events(self, consumer: ConsumerId, first: int, last: int) -> tuple[Event, ...]:
        return tuple(self.sheets[consumer].events[max(0, first - 1) : last])

    def event(self, consumer: ConsumerId, name: str) -> Event | None:
        return next((one for one in self.sheets[consumer].events if one.name == name), None)

    def records(self, consumer: ConsumerId) -> tuple[Record, ...]:
        sheet = self.sheets[consumer]
        chains = [sheet.events, *(events for _, events in sheet.joined)]
        return tuple(
            Record(
                number=number,
                company=events[0].company,
                entries=len(events),
                begun_at=events[0].at,
                joined_at=sheet.joined[number - 1][0] if number else None,
            )
            for number, events in enumerate(chains)
        )

    def bundle(
        self, consumer: ConsumerId, number: int = 0, *, since: int = 0
    ) -> Iterator[bytes] | None:
        if number > len(self.sheets[consumer].joined):
            return None
        if since > len(self.sheets[consumer].events):
            raise BadInput("is more than the log holds", member="since.size")
        self.enter(consumer, "export", by_you=True)
        names = [event.name for event in self.sheets[consumer].events]
        told = {"entries": names, "since": since, "record": number}
        return iter([json.dumps(told).encode()])

    # --- what they may --------------------------------------------------------------------------

    def permissions(self, consumer: ConsumerId) -> Permissions:
        sheet = self.sheets[consumer]
        return Permissions(
            waiting=tuple(sheet.offers.values()),
            active=tuple(sheet.grants.values()),
            ended=tuple(reversed(sheet.ended)),
        )

    def offer(self, consumer: ConsumerId, offer_id: str) -> Offer | None:
        return self.sheets[consumer].offers.get(offer_id)

    def grant(self, consumer: ConsumerId, grant_id: str) -> Grant | None:
        return self.sheets[consumer].grants.get(grant_id)

    def decide(self, consumer, offer_id, *, fields, until_ms) -> Done | NotDone:
        offer = self.sheets[consumer].offers.pop(offer_id, None)
        if offer is None:
            return NotDone(why=Why.GONE)
        asked = {one.name: one.mask for one in offer.fields}
        assert set(fields) <= set(asked), "the page let something through that was not asked"
        assert self.clock.now_ms() < until_ms <= offer.ends[-1], "the page let a later end through"
        kept = tuple(GrantedField(name=name, mask=asked[name]) for name in fields)
        self.give(consumer, offer.company, [], terms=offer.terms, fields=kept, until_ms=until_ms)
        return self._newest(consumer)

    def refuse_offer(self, consumer: ConsumerId, offer_id: str) -> Done | NotDone:
        offer = self.sheets[consumer].offers.pop(offer_id, None)
        if offer is None:
            return NotDone(why=Why.GONE)
        fields = tuple(one.name for one in offer.fields)
        self._end(consumer, offer.company, offer.terms, fields, "refused")
        return self.enter(
            consumer, "refuse_offer", company=offer.company, by_you=True, why=offer.terms.why
        )

    def narrow(self, consumer, grant_id, *, fields, until_ms) -> Done | NotDone:
        grant = self.grant(consumer, grant_id)
        if grant is None:
            return NotDone(why=Why.GONE)
        kept = tuple(one for one in grant.fields if one.name in fields)
        assert kept, "the page reduced to nothing"
        assert until_ms <= grant.until_ms, "the page widened"
        return self._change(consumer, "narrow", replace(grant, fields=kept, until_ms=until_ms))

    def pause(self, consumer: ConsumerId, grant_id: str) -> Done | NotDone:
        grant = self.grant(consumer, grant_id)
        if grant is None or grant.is_paused:
            return NotDone(why=Why.NOTHING_TO_DO if grant else Why.GONE)
        acts = grant.acts - {Act.PAUSE} | {Act.RESUME}
        return self._change(consumer, "pause", replace(grant, is_paused=True, acts=acts))

    def resume(self, consumer: ConsumerId, grant_id: str) -> Done | NotDone:
        grant = self.grant(consumer, grant_id)
        if grant is None or not grant.is_paused:
            return NotDone(why=Why.NOTHING_TO_DO if grant else Why.GONE)
        acts = grant.acts - {Act.RESUME} | {Act.PAUSE}
        return self._change(consumer, "resume", replace(grant, is_paused=False, acts=acts))

    def revoke(self, consumer: ConsumerId, grant_id: str) -> Done | NotDone:
        grant = self.sheets[consumer].grants.pop(grant_id, None)
        if grant is None:
            return NotDone(why=Why.GONE)
        names = tuple(one.name for one in grant.fields)
        self._end(consumer, grant.company, grant.terms, names, "revoked")
        return self._enter_about(consumer, "revoke", grant)

    def pause_all(self, consumer: ConsumerId) -> Done | NotDone:
        return self._all(consumer, Act.PAUSE, self.pause)

    def stop_all(self, consumer: ConsumerId) -> Done | NotDone:
        """What cannot be stopped is paused."""
        grants = self.sheets[consumer].grants.values()
        only_paused = [one for one in grants if Act.PAUSE in one.acts and Act.STOP not in one.acts]
        stopped = self._all(consumer, Act.STOP, self.revoke)
        paused = [self.pause(consumer, one.grant_id) for one in only_paused]
        return paused[-1] if paused else stopped

    # --- within ---------------------------------------------------------------------------------

    def _held(self, consumer: ConsumerId, name: str) -> HeldField:
        sheet = self.sheets[consumer]
        looks = [one for one in sheet.events if one.type == "read" and name in one.fields]
        return HeldField(
            name=name,
            source=self._current(consumer, name)[1],
            versions=len(sheet.values[name]),
            readers=tuple(
                Reader(company=grant.company, until_ms=grant.until_ms)
                for grant in sheet.grants.values()
                if not grant.is_paused and name in {one.name for one in grant.fields}
            ),
            last_look=Look(company=looks[-1].company, at=looks[-1].at) if looks else None,
        )

    def _current(self, consumer: ConsumerId, name: str) -> tuple[object, Source]:
        versions = self.sheets[consumer].values[name]
        own = [one for one in versions if one[1].company is None]
        return (own or versions)[-1]

    def _change(self, consumer: ConsumerId, kind: str, grant: Grant) -> Done:
        self.sheets[consumer].grants[grant.grant_id] = grant
        until = grant.until_ms if kind == "narrow" else None
        return self._enter_about(consumer, kind, grant, until_ms=until)

    def _enter_about(self, consumer, kind: str, grant: Grant, **more: object) -> Done:
        names = tuple(one.name for one in grant.fields)
        said = {"company": grant.company, "by_you": True, "why": grant.terms.why, **more}
        return self.enter(consumer, kind, fields=names, **said)

    def _end(self, consumer, company: Company, terms: Terms, fields, how: str) -> None:
        now = self.clock.now_ms()
        one = Ended(company=company, why=terms.why, fields=fields, how=how, at=now)
        self.sheets[consumer].ended.append(one)

    def _all(self, consumer, act: Act, do) -> Done | NotDone:
        able = [one for one in self.sheets[consumer].grants.values() if act in one.acts]
        if not able:
            return NotDone(why=Why.NOTHING_TO_DO)
        done = [do(consumer, grant.grant_id) for grant in able]
        return Done(first=done[0].first, last=done[-1].last, at=done[-1].at)

    def _newest(self, consumer: ConsumerId) -> Done:
        entries = len(self.sheets[consumer].events)
        return Done(first=entries, last=entries, at=self.clock.now_ms())


def _fits(event: Event, filters) -> bool:
    return (
        (filters.company is None or (event.company and event.company.id == filters.company))
        and (filters.kind is None or event.type in TYPES_OF_KIND[filters.kind])
        and (filters.field is None or filters.field in event.fields)
        and (filters.since_ms is None or event.at >= filters.since_ms)
    )


def _counts(events: list[Event]) -> Counts:
    looks = [one for one in events if one.type in TYPES_OF_KIND[Kind.LOOKED]]
    blocked = [one for one in events if one.type in TYPES_OF_KIND[Kind.BLOCKED]]
    companies = {one.company for one in looks}
    return Counts(
        events=len(events), looks=len(looks), blocked=len(blocked), companies=len(companies)
    )
