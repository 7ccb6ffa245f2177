"""JSON Lines as a stream: one object a line, one record or its errors.

Rules kept here:
- Every line is JSON read strictly: no member twice, no NaN, no lone surrogate, no NUL.
- Without a mapping a line is ``{"external_id": "A-1", "fields": {"contact.email": "…"}}``.
- With one, a column is a member, or a path to one: ``address.city``. Members of members that the
  mapping does not name are reported by their path. A member may be absent: it says nothing.

Use::

    for row in read_jsonl(stream):
        ...
"""

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from audit_portal.imports.mapping import Column, FileMapping
from audit_portal.imports.records import Row, RowError
from audit_portal.imports.rows import rows_of
from audit_portal.imports.text_lines import MAX_LINE, TOO_LONG, numbered_lines
from vault.crypto.canonical import member_path, strict_json
from vault.errors import BadInput
from vault.fields import CATALOGUE, field_named

_MAX_DEPTH = 8
_FIELDS = "fields."
_NATIVE = FileMapping(
    external_id="external_id",
    columns={f"{_FIELDS}{name}": Column(to=field) for name, field in CATALOGUE.items()},
)


def read_jsonl(stream: BinaryIO, mapping: FileMapping | None = None) -> Iterator[Row]:
    """The rows of a file; ``BadInput`` for the file as a whole, ``RowError`` for a row of it."""
    encoding = mapping.encoding if mapping else "utf-8"
    for number, text in numbered_lines(stream, encoding=encoding):
        if text is None:
            yield RowError(line=number, member="", reason=TOO_LONG)
        elif text.strip():
            yield from _rows(number, text, mapping)


def _rows(line: int, text: str, mapping: FileMapping | None) -> Iterator[Row]:
    try:
        value = _object(text)
        cells = _native_cells(value) if mapping is None else dict(_cells(value, mapping, ""))
    except BadInput as error:
        yield RowError(line=line, member=error.member, reason=error.reason)
        return
    yield from rows_of(line, cells, mapping or _NATIVE)


def _object(text: str) -> Mapping[str, object]:
    data = text.encode("utf-8", "surrogateescape")  # broken bytes come back as they were
    value = strict_json(data, max_bytes=4 * MAX_LINE, max_depth=_MAX_DEPTH)
    if not isinstance(value, dict):
        raise BadInput("is not an object")
    return value


def _native_cells(value: Mapping[str, object]) -> dict[str, object]:
    """``fields`` opened up; a name in it that is no field is an error, not a report."""
    fields = value.get("fields")
    if not isinstance(fields, dict):
        raise BadInput("must be an object of fields", member="fields")
    for name in fields:
        field_named(name, member=member_path("fields", name))
    rest = {name: member for name, member in value.items() if name != "fields"}
    return {**rest, **{f"{_FIELDS}{name}": member for name, member in fields.items()}}


def _cells(
    value: Mapping[str, object], mapping: FileMapping, path: str
) -> Iterator[tuple[str, object]]:
    """Members by path; an object is opened unless the mapping names it as a whole."""
    for name, member in value.items():
        here = f"{path}.{name}" if path else name
        if isinstance(member, dict) and here not in mapping.wanted | mapping.ignore:
            yield from _cells(member, mapping, here)
        else:
            yield here, member
