"""The days of a contest: until when what must have happened. Pure.

Rules kept here:
- The day something was sent is not counted, and a span ends with the last millisecond of its last
  day, both in the time zone of the person. Kept as milliseconds UTC, shown as a date.
- Months are the calendar's: one month after 31 January is the last day of February.
- A working day is no Saturday, no Sunday and no public holiday of the person's country. A country
  the ``holidays`` package does not know has weekends only; holidays of a part of a country are not
  counted.
- Where a regime says so, a last day that is no working day moves to the next one.
- Of several regimes the earliest day counts. An extended span is counted from the same first day,
  so that no extension ends before what it extends.

Use::

    home = Calendar(zone=ZoneInfo("Europe/Berlin"), country="DE")
    due_at = answer_by((GDPR,), sent_at, home)
    day_of(due_at, home)                            # date(2026, 12, 21)
    extended_to((GDPR,), sent_at, home)
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from holidays import country_holidays

from audit_portal.contests.regimes import LIFT_NOTICE, Regime, Span

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """By which days a person counts: a time zone, and a country (ISO 3166-1) for its holidays."""

    zone: ZoneInfo
    country: str


# --- the dates of a contest ---------------------------------------------------------------------


def answer_by(regimes: Sequence[Regime], sent_at: int, home: Calendar) -> int:
    """The last moment of an answer in time."""
    return min(_ends(regime, regime.answer, sent_at, home) for regime in regimes)


def extended_to(regimes: Sequence[Regime], sent_at: int, home: Calendar) -> int:
    """The last moment of an answer in time, once the time was extended."""
    return min(
        _ends(regime, _sum(regime.answer, regime.extension), sent_at, home) for regime in regimes
    )


def acknowledge_by(regimes: Sequence[Regime], sent_at: int, home: Calendar) -> int | None:
    """Until when the company must say that it has the case; None: no regime says."""
    return _earliest([(one, one.acknowledge) for one in regimes], sent_at, home)


def forward_by(regimes: Sequence[Regime], sent_at: int, home: Calendar) -> int | None:
    """Until when the furnisher must have the case; None: no regime says."""
    return _earliest([(one, one.forward) for one in regimes], sent_at, home)


def result_by(regimes: Sequence[Regime], decided_at: int, home: Calendar) -> int | None:
    """Until when the person must know the result; None: no regime says."""
    return _earliest([(one, one.result) for one in regimes], decided_at, home)


def lift_at(decided_at: int, home: Calendar) -> int:
    """When a restriction ends of which the person is told at ``decided_at``."""
    return end_of(LIFT_NOTICE, decided_at, home)


def end_of(span: Span, from_ms: int, home: Calendar) -> int:
    """The last moment of a span that no regime moves."""
    return _end_of(_counted(from_ms, span, home), home.zone)


def look_back_to(span: Span | None, now_ms: int, home: Calendar) -> int | None:
    """The first moment of those whose readers are told; None: all of them are."""
    if span is None:
        return None
    day = _months_from(day_of(now_ms, home), -span.months) - timedelta(days=span.days)
    return _start_of(day, home.zone)


def day_of(at_ms: int, home: Calendar) -> date:
    """The day a moment falls on where the person lives: how a due date is shown."""
    return (_EPOCH + at_ms * _MS).astimezone(home.zone).date()


# --- counting -----------------------------------------------------------------------------------


def _earliest(
    spans: Sequence[tuple[Regime, Span | None]], from_ms: int, home: Calendar
) -> int | None:
    ends = [_ends(regime, span, from_ms, home) for regime, span in spans if span is not None]
    return min(ends, default=None)


def _ends(regime: Regime, span: Span, from_ms: int, home: Calendar) -> int:
    day = _counted(from_ms, span, home)
    while regime.moves_last_day and not is_working_day(day, home.country):
        day += _A_DAY
    return _end_of(day, home.zone)


def _sum(span: Span, more: Span) -> Span:
    return replace(
        span,
        months=span.months + more.months,
        days=span.days + more.days,
        working_days=span.working_days + more.working_days,
    )


def _counted(from_ms: int, span: Span, home: Calendar) -> date:
    """The last day of a span that begins after the day of ``from_ms``."""
    day = _months_from(day_of(from_ms, home), span.months) + timedelta(days=span.days)
    for _ in range(span.working_days):
        day = _next_working_day(day, home.country)
    return day


def _months_from(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    last_day = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last_day))


def _end_of(day: date, zone: ZoneInfo) -> int:
    """The last millisecond before the next day begins."""
    return _start_of(day + _A_DAY, zone) - 1


def _start_of(day: date, zone: ZoneInfo) -> int:
    # Where clocks are put forward over midnight, fold=0 reads it by the offset before, which is the
    # moment the day begins; where they are put back over it, fold=0 is the first of the two.
    return (datetime.combine(day, time(), zone).astimezone(UTC) - _EPOCH) // _MS


# --- working days -------------------------------------------------------------------------------


def is_working_day(day: date, country: str) -> bool:
    """Whether it is no Saturday, no Sunday and no public holiday of the whole country."""
    return day.weekday() < calendar.SATURDAY and day not in _public_holidays(country, day.year)


def _next_working_day(day: date, country: str) -> date:
    day += _A_DAY
    while not is_working_day(day, country):
        day += _A_DAY
    return day


@lru_cache(maxsize=256)
def _public_holidays(country: str, year: int) -> frozenset[date]:
    try:
        return frozenset(country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()
