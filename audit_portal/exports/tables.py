"""The lines of an export as a table (CSV, RFC 4180), for whoever wants to count and sort.

Rules kept here:
- The table proves nothing; the file beside it does. One row for each leaf, in the same order.
- A cell that a spreadsheet would take for a formula (``=``, ``+``, ``-``, ``@``, a tab or a
  carriage return first) gets an apostrophe in front, whoever wrote it.
- Columns are only ever added, at the end.

Use::

    for part in rows_of(lines):         # the lines behind the first, as bytes
        table.write(part)
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

import orjson

from consent.ledger.epochs import EPOCH_LENGTH, decode_epoch
from consent.ledger.export_lines import BodyLine, ClosedLine, LeafLine, OpenLine, parse_line
from consent.times import rfc3339
from vault import base64url

COLUMNS = (
    "leaf",
    "state",
    "at",
    "type",
    "company",
    "actor",
    "person",
    "consumer",
    "fields",
    "purpose",
    "decision",
    "reason",
    "request_id",
    "grant_id",
    "contest_id",
    "commitment",
)
_OF_P = (
    "type",
    "actor",
    "consumer",
    "purpose",
    "decision",
    "reason",
    "request_id",
    "grant_id",
    "contest_id",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_AT_ONCE = 1_000


def rows_of(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The table of these lines of leaves, its head first; parts of whole rows."""
    yield _told([COLUMNS])
    leaves = (line for line in map(parse_line, lines) if isinstance(line, LeafLine))
    while page := [_row(line) for line in islice(leaves, _AT_ONCE)]:
        yield _told(page)


def safe(cell: str) -> str:
    """A cell no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _told(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([safe(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def _row(line: LeafLine) -> list[str]:
    told = {"leaf": str(line.leaf), **_cells(line)}
    return [told.get(name, "") for name in COLUMNS]


def _cells(line: LeafLine) -> dict[str, str]:
    match line:
        case OpenLine():
            return _opened(line)
        case ClosedLine():
            return {"state": line.why.value, "commitment": base64url.encode(line.c)}
        case BodyLine():
            is_whole = line.is_epoch and len(line.body) == EPOCH_LENGTH
            at = {"at": rfc3339(decode_epoch(line.body).ts)} if is_whole else {}
            return {"state": "epoch" if line.is_epoch else "origin", **at}


def _opened(line: OpenLine) -> dict[str, str]:
    p = orjson.loads(line.opening.P)
    actor = str(p.get("actor", ""))
    return {
        "state": "open",
        "at": rfc3339(p["at"]),
        "company": str(p.get("company") or (actor if actor.startswith("cmp_") else "")),
        "person": line.who or "",
        "fields": " ".join(_field_names(p)),
        "commitment": base64url.encode(line.c),
        **{name: str(p[name]) for name in _OF_P if name in p},
    }


def _field_names(p: Mapping[str, object]) -> Iterator[str]:
    """The fields an entry names, however its type writes them."""
    fields = p.get("fields")
    for one in fields if isinstance(fields, list) else []:
        yield str(one.get("name", "")) if isinstance(one, Mapping) else str(one)
