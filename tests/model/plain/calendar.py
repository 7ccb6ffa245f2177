"""Spans of time by a person's calendar, written down again. Plain."""

import calendar
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

WAIT_AFTER_REFUSAL = "P6M"
_SPAN = re.compile(r"PT(?P<hours>\d+)H|P(?P<days>\d+)D|P(?P<months>\d+)M|P(?P<years>\d+)Y")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def point_in_time(until: str, now: int, zone: str) -> int:
    """When something ends, in ms: after a span from now, or at an RFC 3339 point in time."""
    return later(until, now, zone) if until.startswith("P") else _ms(datetime.fromisoformat(until))


def later(span: str, start: int, zone: str) -> int:
    """``span`` after ``start``: days and months by the wall clock of ``zone``."""
    match = _SPAN.fullmatch(span)
    assert match, span
    count = {unit: int(number or 0) for unit, number in match.groupdict().items()}
    here = (_EPOCH + timedelta(milliseconds=start)).astimezone(ZoneInfo(zone))
    month = here.month - 1 + count["months"] + 12 * count["years"]
    year, month = here.year + month // 12, month % 12 + 1
    day = min(here.day, calendar.monthrange(year, month)[1])
    there = here.replace(year=year, month=month, day=day) + timedelta(days=count["days"])
    return _ms(there.astimezone(UTC) + timedelta(hours=count["hours"]))


def rfc3339(ms: int) -> str:
    """A point in time as an offer writes it."""
    return (_EPOCH + timedelta(milliseconds=ms)).isoformat()


def _ms(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)
