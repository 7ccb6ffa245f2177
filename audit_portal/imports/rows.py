"""The named cells of one row to a record, or to all of its errors.

Rules kept here:
- A cell is converted as the mapping says and validated by its field.
- Columns that are parts of one address make one value.
- A row with any error is no record; all its errors are given, so that one pass mends the file.

Use::

    yield from rows_of(7, {"Email": "rosa@example.org", "ID": "A-1"}, mapping)
"""

from collections.abc import Iterator, Mapping

from audit_portal.imports.cells import converted
from audit_portal.imports.mapping import LINE, Column, FileMapping
from audit_portal.imports.records import Record, Row, RowError, checked_external_id, shown
from audit_portal.imports.text_lines import is_broken
from vault.errors import BadInput
from vault.fields import Field, FieldValue


def rows_of(line: int, cells: Mapping[str, object], mapping: FileMapping) -> Iterator[Row]:
    """The record of one row, or its errors. Cells of no mapped column are reported by name."""
    row = _Row(line)
    external_id = row.external_id(cells, mapping.external_id)
    for name, column in mapping.columns.items():
        row.take(name, column, cells.get(name))
    row.join_addresses()
    if row.errors:
        yield from row.errors
        return
    strange = cells.keys() - mapping.columns.keys() - mapping.ignore - {mapping.external_id}
    reported = (shown(name) for name in cells if name in strange and cells[name] not in ("", None))
    yield Record(line=line, external_id=external_id, values=row.values, reported=tuple(reported))


class _Row:
    """One row on its way: what was taken so far, and what went wrong."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.values: dict[str, FieldValue] = {}
        self.errors: list[RowError] = []
        self._addresses: dict[Field, dict[str, object]] = {}

    def external_id(self, cells: Mapping[str, object], column: str) -> str:
        if column == LINE:
            return str(self.line)
        try:
            _refuse_broken(cells.get(column))
            return checked_external_id(cells.get(column))
        except BadInput as error:
            self._wrong(column, error)
            return ""

    def take(self, name: str, column: Column, cell: object) -> None:
        try:
            _refuse_broken(cell)
            value = converted(column, cell)
            if value is None:
                return
            if column.part is not None:
                self._addresses.setdefault(column.to, {})[column.part] = value
            else:
                self.values[column.to.name] = column.to.validate(value)
        except BadInput as error:
            self._wrong(name, error)

    def join_addresses(self) -> None:
        for address, parts in self._addresses.items():
            try:
                self.values[address.name] = address.validate(parts)
            except BadInput as error:
                self._wrong(error.member, error)

    def _wrong(self, member: str, error: BadInput) -> None:
        self.errors.append(RowError(line=self.line, member=shown(member), reason=error.reason))


def _refuse_broken(cell: object) -> None:
    if isinstance(cell, str) and is_broken(cell):
        raise BadInput("holds bytes that are not of the file's encoding")
