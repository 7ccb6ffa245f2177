"""Dates, whole or in part: a person may give a birthday without the year.

Rules kept here:
- The forms are those of ISO 8601 with the truncations of RFC 6350 section 4.3.1, written with
  hyphens: ``1980-03-22``, ``1980-03``, ``1980``, ``--03-22``, ``--03``, ``---22``. No date has two.
- A day that no calendar has is refused; 29 February without a year is possible.
"""

import calendar
import re

from vault.errors import BadInput
from vault.field_types.field_type import Limits
from vault.field_types.text import some_text

_FORM = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?"
    r"|--(?P<yearless_month>[0-9]{2})(?:-(?P<yearless_day>[0-9]{2}))?"
    r"|---(?P<only_day>[0-9]{2})"
)
_LEAP_YEAR = 2000
_LONG_MONTH = 1


def date(value: object, _: Limits) -> str:
    """A whole or partial date."""
    given = some_text(value)
    match = _FORM.fullmatch(given)
    if match is None:
        raise BadInput("must be a date such as 1980-03-22, 1980-03, 1980 or --03-22")
    year = int(match["year"] or _LEAP_YEAR)
    month = int(match["month"] or match["yearless_month"] or _LONG_MONTH)
    day = int(match["day"] or match["yearless_day"] or match["only_day"] or 1)
    if year < 1 or not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(year, month)[1]:
        raise BadInput("is a day no calendar has")
    return given


def year_of(value: str) -> str | None:
    """The year of a date this module let pass; None when it has none."""
    return None if value.startswith("--") else value[:4]
