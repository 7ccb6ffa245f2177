"""Points in time and spans of time, as offers and terms write them.

Rules kept here:
- Inside the house a point in time is whole milliseconds since the epoch, UTC; outside it is
  RFC 3339.
- A span is an ISO 8601 duration. Years, months, weeks and days are the calendar's, counted in a
  time zone: one month after 31 January is the last day of February, at the same time of day there.
- A text that is neither, or that leads beyond the year 9999, is ``BadInput`` without the text.

Use::

    instant("2027-01-31T00:00:00Z")
    duration("P6M").after(now_ms, zone)
"""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from vault.errors import BadInput

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_DURATION = re.compile(
    r"P(?=.)(?:(?P<years>[0-9]{1,4})Y)?(?:(?P<months>[0-9]{1,4})M)?(?:(?P<weeks>[0-9]{1,4})W)?"
    r"(?:(?P<days>[0-9]{1,6})D)?"
    r"(?:T(?=.)(?:(?P<hours>[0-9]{1,6})H)?(?:(?P<minutes>[0-9]{1,6})M)?(?:(?P<seconds>[0-9]{1,6})S)?)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """A span of time, in the units it was written in."""

    years: int = 0
    months: int = 0
    weeks: int = 0
    days: int = 0
    hours: int = 0
    minutes: int = 0
    seconds: int = 0

    @property
    def whole_days(self) -> bool:
        """Whether it has no hours, minutes or seconds."""
        return not (self.hours or self.minutes or self.seconds)

    def after(self, at_ms: int, zone: ZoneInfo) -> int:
        """The point in time this long after ``at_ms``, by the calendar of ``zone``."""
        try:
            local = (_EPOCH + at_ms * _MS).astimezone(zone)
            day = self._later_month(local) + timedelta(weeks=self.weeks, days=self.days)
            exact = timedelta(hours=self.hours, minutes=self.minutes, seconds=self.seconds)
            # Calendar units keep the time of day, so they are added before leaving the zone; adding
            # forgets which of two equal hours it was.
            return (day.replace(fold=local.fold).astimezone(UTC) + exact - _EPOCH) // _MS
        except (OverflowError, ValueError):
            raise BadInput("leads beyond the year 9999") from None

    def _later_month(self, local: datetime) -> datetime:
        months = local.month - 1 + self.months + 12 * self.years
        year, month = local.year + months // 12, months % 12 + 1
        last_day = calendar.monthrange(year, month)[1]
        return local.replace(year=year, month=month, day=min(local.day, last_day))


def duration(text: str) -> Duration:
    """The span that an ISO 8601 duration of whole numbers names."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise BadInput("must be an ISO 8601 duration such as P6M")
    return Duration(**{unit: int(count) for unit, count in match.groupdict("0").items()})


def instant(text: str) -> int:
    """The point in time that an RFC 3339 date-time names, in ms; finer fractions are cut off."""
    if not _INSTANT.fullmatch(text):
        raise BadInput("must be an RFC 3339 date-time such as 2027-01-31T00:00:00Z")
    try:
        # Through UTC, where a year beyond the calendar shows itself.
        return (datetime.fromisoformat(text.upper()).astimezone(UTC) - _EPOCH) // _MS
    except (OverflowError, ValueError):
        raise BadInput("is a time no calendar has") from None


def rfc3339(at_ms: int) -> str:
    """``2027-01-31T00:00:00Z``, with a fraction only where there is one."""
    moment = _EPOCH + at_ms * _MS
    precision = "milliseconds" if at_ms % 1_000 else "seconds"
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")
