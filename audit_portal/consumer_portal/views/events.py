"""Who used it: the events of a person in days, what the filters say, and a count in a sentence.

Rules kept here:
- A day is a day in the person's zone.
- The sentence counts everything the filters let through, so it equals the list to its last page.
- An address (URL) of the list holds ids and catalogue names, never a person's or a company's name.

Use::

    filters = filters_of({"kind": "looked", "company": "cmp_…"}, companies)
    headline(page.counts, filters, companies, zone)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from audit_portal.consumer_portal.facts import (
    Company,
    Counts,
    Event,
    Filters,
)
from audit_portal.consumer_portal.kinds import TYPES_OF_KIND, Kind
from audit_portal.consumer_portal.views.sentences import Sentence, field_names, sentence
from audit_portal.consumer_portal.words import KINDS, titled
from audit_portal.look.moments import moment, weekday
from audit_portal.look.words import counted
from vault.fields import CATALOGUE

PATH = "/used"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    """One event. ``kind`` gives it its shape and colour; empty for a type of no kind."""

    name: str
    at: int
    kind: str
    sentence: Sentence
    why: str
    withheld: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The events of one day, newest first."""

    label: str
    lines: tuple[EventLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A filter that is on, and the address of the list without it."""

    label: str
    without: str


def filters_of(asked: Mapping[str, str], companies: Sequence[Company]) -> Filters:
    """The filters in a query; what names nothing we know does not narrow."""
    company, kind, field = (asked.get(name, "") for name in ("company", "kind", "field"))
    return Filters(
        company=company if company in {one.id for one in companies} else None,
        kind=Kind(kind) if kind in set(Kind) else None,
        field=field if field in CATALOGUE else None,
    )


def address(filters: Filters, *, path: str = PATH, cursor: str | None = None) -> str:
    """Where the list with these filters is."""
    told = {
        "company": filters.company,
        "kind": filters.kind,
        "field": filters.field,
        "after": cursor,
    }
    query = urlencode({name: value for name, value in told.items() if value})
    return f"{path}?{query}" if query else path


def chips(filters: Filters, companies: Sequence[Company]) -> list[Chip]:
    """The filters that are on."""
    company, kind, field = filters.company, filters.kind, filters.field
    on = []
    if company:
        rest = Filters(kind=kind, field=field)
        on.append(Chip(label=_company_name(company, companies), without=address(rest)))
    if kind:
        rest = Filters(company=company, field=field)
        on.append(Chip(label=KINDS[kind], without=address(rest)))
    if field:
        rest = Filters(company=company, kind=kind)
        on.append(Chip(label=titled(field_names([field])), without=address(rest)))
    return on


def headline(counts: Counts, filters: Filters, companies: Sequence[Company], zone: ZoneInfo) -> str:
    """What the list holds, in a sentence or two; since when, if that is not all of it."""
    data = field_names([filters.field]) if filters.field else "data"
    since = "" if counts.since_ms is None else f" since {moment(counts.since_ms, zone)}"
    if filters.kind not in {None, Kind.LOOKED, Kind.BLOCKED}:
        events = counted(counts.events, "event") if counts.events else "No events"
        return f"{events} in this list{since}."
    looks = _looks(counts, data, _company_name(filters.company, companies)) + f"{since}."
    verb = "was" if counts.blocked == 1 else "were"
    blocked = f"{counted(counts.blocked, 'attempt')} {verb} blocked"
    if filters.kind is Kind.LOOKED:
        return looks
    if filters.kind is Kind.BLOCKED:
        return f"{blocked}{since}."
    return f"{looks} {blocked}{' in that time' if since else ''}." if counts.blocked else looks


def days(events: Sequence[Event], zone: ZoneInfo) -> list[Day]:
    """Events grouped by day, in the order they came."""
    grouped: dict[str, list[EventLine]] = {}
    for event in events:
        grouped.setdefault(weekday(event.at, zone), []).append(line(event, zone))
    return [Day(label=label, lines=tuple(lines)) for label, lines in grouped.items()]


def line(event: Event, zone: ZoneInfo) -> EventLine:
    """One event in words."""
    kind = next((kind for kind, types in TYPES_OF_KIND.items() if event.type in types), "")
    partly = event.withheld if event.fields else ()
    return EventLine(
        name=event.name,
        at=event.at,
        kind=kind,
        sentence=sentence(event, zone),
        why=event.why,
        withheld=field_names(partly),
    )


def _looks(counts: Counts, data: str, company: str) -> str:
    if not counts.looks:
        return f"{company or 'Nobody'} has {'not ' if company else ''}looked at your {data}"
    who = company or counted(counts.companies, "company", "companies")
    return f"{who} looked at your {data} {counted(counts.looks, 'time')}"


def _company_name(company_id: str | None, companies: Sequence[Company]) -> str:
    return next((one.name for one in companies if one.id == company_id), "")
