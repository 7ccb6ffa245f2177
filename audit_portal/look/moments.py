"""Time in a person's words: absolute, in their zone, never "soon" or "yesterday".

Rules kept here:
- Everything is pure: milliseconds since the epoch (UTC) and a zone come in, words go out.
- A time of day always carries its zone, because a record may be read far from home.
- Months are calendar months in the person's zone: 31 January and one month is the end of February.

Use::

    moment(1_767_225_600_000, ZoneInfo("Europe/Berlin"))    # '1 January 2026, 01:00 CET'
    duration("P1Y6M")                                       # '1 year and 6 months'
"""

import calendar
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from audit_portal.look.words import counted, listed

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_DURATION = re.compile(r"P(?!$)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?")
_UNITS = ("year", "month", "week", "day")


def moment(ms: int, zone: ZoneInfo) -> str:
    """``21 November 2026, 14:02 CET``."""
    return f"{day(ms, zone)}, {time_of_day(ms, zone)}"


def day(ms: int, zone: ZoneInfo) -> str:
    """``21 November 2026``."""
    local = _local(ms, zone)
    return f"{local.day} {MONTHS[local.month - 1]} {local.year}"


def weekday(ms: int, zone: ZoneInfo) -> str:
    """``Saturday, 21 November 2026``."""
    return f"{WEEKDAYS[_local(ms, zone).weekday()]}, {day(ms, zone)}"


def time_of_day(ms: int, zone: ZoneInfo) -> str:
    """``14:02 CET``; a zone without a name of its own is written ``UTC+03``."""
    local = _local(ms, zone)
    name = local.strftime("%Z")
    return f"{local:%H:%M} {'UTC' if name[:1] in '+-' else ''}{name}"


def machine(ms: int) -> str:
    """RFC 3339 in UTC, for ``<time datetime>``."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="seconds")


def after_months(ms: int, months: int, zone: ZoneInfo) -> int:
    """The same time of day ``months`` calendar months later, or the last day of a shorter month."""
    local = _local(ms, zone)
    years, month = divmod(local.month - 1 + months, 12)
    year = local.year + years
    last = calendar.monthrange(year, month + 1)[1]
    moved = local.replace(year=year, month=month + 1, day=min(local.day, last))
    return int(moved.timestamp() * 1000)


def duration(iso: str) -> str:
    """An ISO 8601 duration of whole days or longer in words; ``ValueError`` if it is not one."""
    found = _DURATION.fullmatch(iso)
    if found is None:
        raise ValueError("not a duration of days, weeks, months or years")
    amounts = zip(found.groups(), _UNITS, strict=True)
    return listed([counted(int(amount), unit) for amount, unit in amounts if amount])


def _local(ms: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(ms / 1000, zone)
