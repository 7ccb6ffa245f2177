"""What a search found, in days and words; what it was narrowed by, and its addresses.

Rules kept here:
- A day is a day in the operator's zone; ``to`` is the last day that counts.
- An address (URL) holds company ids, types and days: nothing of a person.
- What a query names and nobody knows does not narrow.

Use::

    wanted = wanted_of(request.query_params, companies)
    wanted.sought(zone), wanted.address(after=cursor)
    days(found.lines, companies, zone)
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Self
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.datastructures import QueryParams

from audit_portal.compliance import words
from audit_portal.look.moments import weekday
from consent.companies import Company
from consent.ledger.entry_types import EntryType
from consent.searching import Bearer, Line, Sought

PATH = "/officer/search"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A filter that is on, and the address of the list without it."""

    label: str
    without: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the form says. Days are ISO 8601, empty when open."""

    company: Company | None = None
    types: tuple[EntryType, ...] = ()
    since: str = ""
    until: str = ""
    is_asked: bool = False
    """Whether a search was asked for at all; opening the page is none."""

    @classmethod
    def of(cls, query: QueryParams, companies: Sequence[Company]) -> Self:
        """What a query says."""
        named = {one.company_id: one for one in companies}
        return cls(
            company=named.get(query.get("company", "")),  # type: ignore[call-overload] # a NewType
            types=tuple(EntryType(one) for one in query.getlist("type") if one in words.TYPES),
            since=_day(query.get("from", "")),
            until=_day(query.get("to", "")),
            is_asked=query.get("search") == "1",
        )

    def sought(self, zone: ZoneInfo) -> Sought:
        """The same for the search; days begin and end in ``zone``."""
        return Sought(
            company=self.company.company_id if self.company else None,
            types=self.types,
            since=_begin(self.since, zone) if self.since else None,
            until=_begin(self.until, zone, later=1) if self.until else None,
        )

    def address(self, after: str = "") -> str:
        """Where the list of this search is."""
        told = [
            ("search", "1"),
            ("company", self.company.company_id if self.company else ""),
            *(("type", one.value) for one in self.types),
            ("from", self.since),
            ("to", self.until),
            ("after", after),
        ]
        return f"{PATH}?{urlencode([(name, value) for name, value in told if value])}"

    def chips(self) -> list[Chip]:
        """The filters that are on."""
        on = []
        if self.company:
            on.append(Chip(label=self.company.name, without=replace(self, company=None).address()))
        for one in self.types:
            rest = tuple(other for other in self.types if other is not one)
            on.append(Chip(label=words.TYPES[one], without=replace(self, types=rest).address()))
        if self.since:
            on.append(Chip(label=f"From {self.since}", without=replace(self, since="").address()))
        if self.until:
            on.append(Chip(label=f"To {self.until}", without=replace(self, until="").address()))
        return on


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One entry in words. ``shape`` is its icon's; ``company`` is empty when it concerns none."""

    at: int
    what: str
    shape: str
    company: str
    bearer: str
    i: int
    is_logged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The entries of one day, newest first."""

    label: str
    lines: tuple[Shown, ...]


def days(lines: Sequence[Line], companies: Sequence[Company], zone: ZoneInfo) -> list[Day]:
    """Entries by day, in the order they came."""
    names: Mapping[str, str] = {one.company_id: one.name for one in companies}
    grouped: dict[str, list[Shown]] = {}
    for line in lines:
        shown = Shown(
            at=line.at,
            what=words.said(words.TYPES, line.type),
            shape=words.SHAPES.get(line.type, ""),
            company=names.get(line.company or "", line.company or ""),
            bearer=_bearer(line),
            i=line.i,
            is_logged=line.is_logged,
        )
        grouped.setdefault(weekday(line.at, zone), []).append(shown)
    return [Day(label=label, lines=tuple(of_it)) for label, of_it in grouped.items()]


def _bearer(line: Line) -> str:
    match line.bearer:
        case Bearer.PERSON:
            return f"person {line.pseudonym}" if line.pseudonym else "an erased person"
        case Bearer.COMPANY:
            return "the company's own record"
        case Bearer.VAULT:
            return "the vault's own record"


def _day(typed: str) -> str:
    """The day, if it is one."""
    if not _DAY.fullmatch(typed):
        return ""
    try:
        return date.fromisoformat(typed).isoformat()
    except ValueError:
        return ""


def _begin(day: str, zone: ZoneInfo, *, later: int = 0) -> int:
    """When a day begins in ``zone``, in ms; ``later`` days after it."""
    began = datetime.combine(date.fromisoformat(day), datetime.min.time(), zone)
    return int((began + timedelta(days=later)).astimezone(UTC).timestamp() * 1000)
