"""Who used it: entries of a person's record as events, with what a sentence counts.

Rules kept here:
- Lists and counts go through the same record with the same filter, so they cannot differ; a count
  that stopped before the beginning says where.
- An entry's members are told as they stand; what it does not name is empty, never guessed.

Use::

    telling = Telling(access_log=log, consumer=consumer, who=who, covered_by=covered_by)
    telling.page(filters, cursor=None, limit=50)
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from audit_portal.consumer_portal.facts import (
    Counts,
    Event,
    EventPage,
    Filters,
)
from audit_portal.consumer_portal.kinds import TYPES_OF_KIND, Kind
from audit_portal.portal_facts.who import Who
from consent.access_log import AccessLog, Wanted
from consent.access_log import Event as Entered
from consent.access_looks import fields_of
from consent.ledger.entry_types import BY_CONSUMER, EntryType
from consent.ledger.reader import OpenedEntry
from vault.identifiers import CompanyId, ConsumerId

_AT_ONCE = 200
_TYPES = {kind.value: kind for kind in EntryType}

CoveredBy = Callable[[Collection[str]], Mapping[str, tuple[str, ...]]]
"""Grants -> the fields each covers, or covered until it ended: an act names only the grant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Tells the entries of one person as events. ``covered_by`` looks up their permissions."""

    access_log: AccessLog
    consumer: ConsumerId
    who: Who
    covered_by: CoveredBy

    def page(self, filters: Filters, *, cursor: str | None, limit: int) -> EventPage:
        """One page of events, newest first, and the counts of what the filters let through."""
        wanted = _wanted(filters)
        if wanted.field is not None:
            return self._page_of_a_field(wanted, cursor=cursor, limit=limit)
        page = self.access_log.history(self.consumer, wanted, cursor=cursor, limit=limit)
        counts = _counted(self.access_log.tally(self.consumer, wanted), since_ms=None)
        return EventPage(events=self.told(page.events), counts=counts, older=page.next)

    def _page_of_a_field(self, wanted: Wanted, *, cursor: str | None, limit: int) -> EventPage:
        """Only opened entries name fields: what the first page was looked for in is counted."""
        newest = self.access_log.newest(self.consumer, wanted, limit=limit)
        page = newest.first_page
        if cursor is not None:
            page = self.access_log.history(self.consumer, wanted, cursor=cursor, limit=limit)
        met = Counter((event.entry.type, event.entry.company) for event in newest.events)
        counts = _counted(met, since_ms=newest.since)
        return EventPage(events=self.told(page.events), counts=counts, older=page.next)

    def all(self, filters: Filters) -> Iterator[Event]:
        """Every event the filters let through, newest first; read some at a time."""
        wanted, cursor, more = _wanted(filters), None, True
        while more:
            page = self.access_log.history(self.consumer, wanted, cursor=cursor, limit=_AT_ONCE)
            yield from self.told(page.events)
            cursor, more = page.next, page.next is not None

    def told(self, entered: Sequence[Entered]) -> tuple[Event, ...]:
        """Some entries as a page tells them."""
        named = {str(one.entry.P["grant_id"]) for one in entered if "grant_id" in one.entry.P}
        covered = self.covered_by(named) if named else {}
        return tuple(self._event(one, covered) for one in entered)

    def _event(self, event: Entered, covered: Mapping[str, tuple[str, ...]]) -> Event:
        entry, told = event.entry, event.entry.P
        # Of a join and of a copy the company stands in the part that only the person may know.
        company = entry.company or told.get("company") or entry.Q.get("company")
        return Event(
            name=event.name,
            at=entry.at,
            type=entry.type,
            by_you=told.get("actor") == BY_CONSUMER,
            company=self.who.company(str(company)) if company else None,
            fields=_fields(entry) or covered.get(str(told.get("grant_id")), ()),
            withheld=tuple(told.get("withheld", ())),
            why=self.who.why(str(told.get("purpose", ""))),
            reason=str(told.get("reason", "")),
            until_ms=_ms(told, "until"),
            channel=str(told.get("channel", "")),
            what=str(told.get("act") or told.get("kind") or ""),
            outcome=str(told.get("outcome", "")),
            ends_record=entry.type == EntryType.JOINED and "into" in entry.Q,
        )


def _wanted(filters: Filters) -> Wanted:
    return Wanted(
        types=_types(filters.kind),
        company=CompanyId(filters.company) if filters.company else None,
        field=filters.field,
        since=filters.since_ms,
    )


def _types(kind: Kind | None) -> tuple[EntryType, ...]:
    if kind is None:
        return ()
    return tuple(_TYPES[name] for name in sorted(TYPES_OF_KIND[kind]) if name in _TYPES)


def _counted(met: Counter[tuple[str, str | None]], *, since_ms: int | None) -> Counts:
    looked, blocked = TYPES_OF_KIND[Kind.LOOKED], TYPES_OF_KIND[Kind.BLOCKED]
    return Counts(
        events=met.total(),
        looks=sum(count for (kind, _), count in met.items() if kind in looked),
        blocked=sum(count for (kind, _), count in met.items() if kind in blocked),
        companies=len({company for kind, company in met if kind in looked and company}),
        since_ms=since_ms,
    )


def _fields(entry: OpenedEntry) -> tuple[str, ...]:
    """The fields an entry names; of a join, those that came along."""
    if entry.type == EntryType.JOINED:
        return tuple(sorted(entry.Q.get("versions", ())))
    return tuple(fields_of(entry))


def _ms(told: Mapping[str, object], name: str) -> int | None:
    value = told.get(name)
    return value if isinstance(value, int) else None
