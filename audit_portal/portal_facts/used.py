"""Who used it: entries of a person's record as events, with what a sentence counts.

Rules kept here:
- Lists and counts walk the same record with the same filter, so they cannot differ.
- An entry's members are told as they stand; what it does not name is empty, never guessed.

Use::

    page = used_page(log, who, consumer, filters, covered=covered, cursor=None, limit=50)
"""

from collections.abc import Iterator, Mapping

from audit_portal.consumer_portal.facts import (
    Counts,
    Event,
    EventPage,
    Filters,
)
from audit_portal.consumer_portal.kinds import TYPES_OF_KIND, Kind
from audit_portal.portal_facts.who import Who
from consent.access_log import AccessLog, Wanted, fields_of
from consent.access_log import Event as Entered
from consent.ledger.entry_types import BY_CONSUMER, EntryType
from consent.ledger.reader import OpenedEntry
from vault.identifiers import CompanyId, ConsumerId

_AT_ONCE = 200

Covered = Mapping[str, tuple[str, ...]]
"""Grant -> the fields it covers, or covered until it ended: an act on it names only the grant."""

_TYPES = {kind.value: kind for kind in EntryType}


def used_page(
    access_log: AccessLog,
    who: Who,
    consumer: ConsumerId,
    filters: Filters,
    *,
    covered: Covered,
    cursor: str | None,
    limit: int,
) -> EventPage:
    """One page of events, newest first, and the counts of all that the filters let through."""
    wanted = _wanted(filters)
    page = access_log.history(consumer, wanted, cursor=cursor, limit=limit)
    return EventPage(
        events=tuple(event_of(one, who, covered) for one in page.events),
        counts=_counts(one.entry for one in _all(access_log, consumer, wanted)),
        older=page.next,
    )


def event_of(event: Entered, who: Who, covered: Covered) -> Event:
    """One entry as a page tells it."""
    entry, told = event.entry, event.entry.P
    company = entry.company or told.get("company")
    return Event(
        name=event.name,
        at=entry.at,
        type=entry.type,
        by_you=told.get("actor") == BY_CONSUMER,
        company=who.company(str(company)) if company else None,
        fields=tuple(fields_of(entry)) or covered.get(str(told.get("grant_id")), ()),
        withheld=tuple(told.get("withheld", ())),
        why=who.why(str(told.get("purpose", ""))),
        reason=str(told.get("reason", "")),
        until_ms=_ms(told, "until"),
        channel=str(told.get("channel", "")),
    )


def reads_by_grant(access_log: AccessLog, consumer: ConsumerId) -> dict[str, tuple[int, int]]:
    """Grant -> how often it was used, and when last (ms)."""
    found: dict[str, tuple[int, int]] = {}
    for one in _all(access_log, consumer, Wanted(types=(EntryType.READ,))):
        grant_id = str(one.entry.P.get("grant_id", ""))
        reads, last = found.get(grant_id, (0, 0))
        found[grant_id] = reads + 1, max(last, one.entry.at)
    return found


def companies_in(access_log: AccessLog, consumer: ConsumerId) -> set[str]:
    """The ids of every company in a person's record."""
    found = {one.entry.company for one in _all(access_log, consumer, Wanted())}
    return {company for company in found if company}


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


def _all(access_log: AccessLog, consumer: ConsumerId, wanted: Wanted) -> Iterator[Entered]:
    cursor: str | None = None
    while True:
        page = access_log.history(consumer, wanted, cursor=cursor, limit=_AT_ONCE)
        yield from page.events
        if page.next is None:
            return
        cursor = page.next


def _counts(entries: Iterator[OpenedEntry]) -> Counts:
    looked, blocked = TYPES_OF_KIND[Kind.LOOKED], TYPES_OF_KIND[Kind.BLOCKED]
    events, looks, refusals = 0, 0, 0
    companies: set[str] = set()
    for entry in entries:
        events += 1
        looks += entry.type in looked
        refusals += entry.type in blocked
        if entry.company and entry.type in looked:
            companies.add(entry.company)
    return Counts(events=events, looks=looks, blocked=refusals, companies=len(companies))


def _ms(told: Mapping[str, object], name: str) -> int | None:
    value = told.get(name)
    return value if isinstance(value, int) else None
