"""The list of who used it as a file for a spreadsheet.

Rules kept here:
- UTF-8, commas, CRLF (RFC 4180), a heading; one event a row, newest first, times RFC 3339 in UTC.
- A cell that a spreadsheet would take for a formula gets an apostrophe before it.
- No value is in it: who, what and why, as on the page.

Use::

    "".join(rows(page.events, zone))
"""

import csv
import io
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from audit_portal.consumer_portal.facts import Event
from audit_portal.consumer_portal.views.sentences import field_names, plain, sentence
from audit_portal.look.moments import machine

HEADING = ("entry", "time", "type", "company", "fields", "why", "in words")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def heading() -> str:
    """The first row."""
    return _row(HEADING)


def rows(events: Iterable[Event], zone: ZoneInfo) -> Iterator[str]:
    """One row for each event."""
    for event in events:
        yield _row(
            (
                event.name,
                machine(event.at),
                event.type,
                event.company.name if event.company else "",
                field_names(event.fields),
                event.why,
                plain(sentence(event, zone)),
            )
        )


def _row(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([_harmless(cell) for cell in cells])
    return line.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell
