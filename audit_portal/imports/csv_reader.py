"""CSV as a stream (RFC 4180, and what programs make of it): one row, one record or its errors.

Rules kept here:
- The first line names the columns. A mapped column that is not there is ``BadInput`` for the file.
- The delimiter is the mapping's, else that of a first line ``sep=;``, else whichever of comma,
  semicolon, tab and bar shows most of the mapped columns.
- Quotes are taken strictly: a quote that is never closed, or has something behind it, is an error
  of its row, and reading goes on with the next line.
- A row has as many cells as the header; empty ones behind them do not count.
- Memory is bounded: lines as in ``text_lines``, a cell at most 131,072 characters.

Use::

    for row in read_csv(stream, mapping):
        ...
"""

import csv
from collections.abc import Iterator
from typing import BinaryIO

from audit_portal.imports.mapping import FileMapping
from audit_portal.imports.records import Row, RowError
from audit_portal.imports.rows import rows_of
from audit_portal.imports.text_lines import TOO_LONG, Line, is_broken, numbered_lines
from vault.errors import BadInput

_DELIMITERS = (",", ";", "\t", "|")
_UNREADABLE = (
    "cannot be read as CSV: a quote is not closed or has something behind it, or a cell is longer "
    "than 131,072 characters"
)


def read_csv(stream: BinaryIO, mapping: FileMapping) -> Iterator[Row]:
    """The rows of a file; ``BadInput`` for the file as a whole, ``RowError`` for a row of it."""
    lines = _Lines(numbered_lines(stream, encoding=mapping.encoding))
    header, delimiter = _header(lines, mapping)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        first = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except _TooLong:
            yield RowError(line=lines.number, member="", reason=TOO_LONG)
            continue
        except csv.Error:
            yield RowError(line=first, member="", reason=_UNREADABLE)
            continue
        if any(cells):
            yield from _row(first, header, cells, mapping)


def _row(line: int, header: list[str], cells: list[str], mapping: FileMapping) -> Iterator[Row]:
    if len(cells) < len(header) or any(cells[len(header) :]):
        reason = f"has {len(cells)} cells where the header has {len(header)}"
        yield RowError(line=line, member="", reason=reason)
        return
    yield from rows_of(line, dict(zip(header, cells, strict=False)), mapping)


# --- the header -------------------------------------------------------------------------------


def _header(lines: "_Lines", mapping: FileMapping) -> tuple[list[str], str]:
    """The names of the columns, and the delimiter between them."""
    text = lines.first_text()
    delimiter = mapping.delimiter
    if text.lower().startswith("sep=") and len(text) == 5:
        delimiter, text = delimiter or text[4], lines.first_text()
    if delimiter is None:
        delimiter = max(_DELIMITERS, key=lambda one: _fit(text, one, mapping))
    names = _names(text, delimiter)
    if any(map(is_broken, names)):
        raise BadInput(f"is not {mapping.encoding}: name its encoding", member="header")
    missing = sorted(mapping.wanted - set(names))
    if missing:
        reason = f"has no column {', '.join(missing)}: the mapping names it"
        raise BadInput(reason, member="header")
    for name in sorted(mapping.wanted):
        if names.count(name) > 1:
            raise BadInput(f"has the column {name} twice", member="header")
    return names, delimiter


def _fit(text: str, delimiter: str, mapping: FileMapping) -> tuple[int, int]:
    try:
        names = _names(text, delimiter)
    except BadInput:
        return 0, 0
    return len(mapping.wanted & set(names)), len(names)


def _names(text: str, delimiter: str) -> list[str]:
    try:
        return [name.strip() for name in next(csv.reader([text], delimiter=delimiter, strict=True))]
    except (csv.Error, StopIteration):
        raise BadInput(_UNREADABLE, member="header") from None


# --- lines for the csv module -----------------------------------------------------------------


class _TooLong(Exception):
    """The line just reached is longer than what is kept."""


class _Lines:
    """Lines as the csv module wants them; it can go on after it raised."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self.number = 0
        """The number of the line last given."""

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        self.number, text = next(self._lines)
        if text is None:
            raise _TooLong
        return text + "\n"

    def first_text(self) -> str:
        """The next line that is not blank; ``BadInput`` when there is none, or it is too long."""
        try:
            return next(line.strip("\n") for line in self if line.strip())
        except StopIteration:
            raise BadInput("is empty", member="header") from None
        except _TooLong:
            raise BadInput(TOO_LONG, member="header") from None
