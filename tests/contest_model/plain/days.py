"""Days, counted plainly: when an answer is late, when a restriction ends. Times in ms.

Use::

    answer_by(["gdpr"], sent_at, home, extended=False)
    end_of_day_after(decided_at, home, days=3)
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from holidays import country_holidays

MONTHS_AND_DAYS = {
    ("gdpr", False): (1, 0),
    ("gdpr", True): (3, 0),
    ("fcra", False): (0, 30),
    ("fcra", True): (0, 45),
    ("ccpa", False): (0, 45),
    ("ccpa", True): (0, 90),
}
"""From the day of sending; the second of each where the time was extended."""


@dataclass(frozen=True, slots=True)
class Home:
    """Where somebody lives."""

    zone: str
    country: str


def answer_by(regimes: Sequence[str], sent_at: int, home: Home, *, extended: bool) -> int:
    """The last moment of an answer in time: the earliest of what the laws say."""
    return min(_end(_last_day(law, sent_at, home, extended=extended), home) for law in regimes)


def end_of_day_after(at: int, home: Home, *, days: int) -> int:
    """The last moment of the day so many days later."""
    return _end(_day(at, home) + timedelta(days=days), home)


def two_years_before(now: int, home: Home) -> int:
    """The first moment of the day two years ago."""
    return _end(_later(_day(now, home), -24) - timedelta(days=1), home) + 1


def _last_day(law: str, sent_at: int, home: Home, *, extended: bool) -> date:
    months, days = MONTHS_AND_DAYS[law, extended]
    day = _later(_day(sent_at, home), months) + timedelta(days=days)
    while law == "gdpr" and (day.weekday() >= 5 or day in _free(home.country, day.year)):
        day += timedelta(days=1)
    return day


def _later(day: date, months: int) -> date:
    at = day.year * 12 + day.month - 1 + months
    year, month = at // 12, at % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _day(at: int, home: Home) -> date:
    return datetime.fromtimestamp(at // 1000, UTC).astimezone(ZoneInfo(home.zone)).date()


def _end(day: date, home: Home) -> int:
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(home.zone))
    return int(midnight.timestamp()) * 1000 - 1


@cache
def _free(country: str, year: int) -> frozenset[date]:
    return frozenset(country_holidays(country, years=year))
