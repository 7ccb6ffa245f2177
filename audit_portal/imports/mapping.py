"""A mapping: which column of a company's file is which field, as the company writes it down.

::

    external_id = "ID"                              # a column, or "line": the number of the line
    ignore = ["Internal code"]                      # known, and not taken
    encoding = "cp1252"                             # utf-8 where nothing is said
    delimiter = ";"                                 # found out where nothing is said

    [columns]
    Email = "contact.email"
    Born = { field = "identity.birth_date", format = "%d/%m/%Y" }
    Income = { field = "money.income", currency = "EUR", decimal = "," }
    Hobbies = { field = "preferences.interests", separator = "|" }
    City = { field = "address.home", part = "locality" }
    Loan = { field = "money.housing_loan", values = { J = true, N = false, "?" = "" } }

Rules kept here:
- Every column of a file is mapped, ignored by name, or reported by name.
- One field has one column; an address may be put together from a column for each part.
- ``values`` says what single cells mean; an empty text means that nothing is known.
- An unknown setting, field or part is ``BadInput`` with its member, before any row is read.

Use::

    mapping = parse_mapping(Path("crm.toml").read_bytes(), kind="toml")
"""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias, cast

from audit_portal.imports.text_lines import ENCODINGS
from vault.crypto.canonical import member_path, strict_json
from vault.errors import BadInput
from vault.field_types.places import ADDRESS_PARTS
from vault.fields import Field, FieldType, field_named

LINE = "line"
MAX_MAPPING = 1024 * 1024

Meaning: TypeAlias = "str | int | bool"

_SETTINGS = frozenset({"external_id", "columns", "ignore", "encoding", "delimiter"})
_HINTS: Mapping[str, frozenset[FieldType]] = {
    "field": frozenset(FieldType),
    "values": frozenset(FieldType),
    "part": frozenset({FieldType.ADDRESS}),
    "currency": frozenset({FieldType.MONEY}),
    "format": frozenset({FieldType.DATE}),
    "separator": frozenset({FieldType.LIST}),
    "decimal": frozenset({FieldType.NUMBER, FieldType.MONEY}),
}
"""What a column may say beside its field, and for which types."""
_A_DAY = datetime(1999, 12, 31)  # noqa: DTZ001 - a sample to try a format on, no point in time


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """How one column is read."""

    to: Field
    part: str | None = None
    values: Mapping[str, Meaning] = field(default_factory=dict)
    currency: str | None = None
    format: str | None = None
    separator: str | None = None
    decimal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMapping:
    """How one kind of file is read."""

    external_id: str
    columns: Mapping[str, Column]
    ignore: frozenset[str] = frozenset()
    encoding: str = "utf-8"
    delimiter: str | None = None

    @property
    def wanted(self) -> frozenset[str]:
        """The columns a file must have."""
        return frozenset(self.columns) | {self.external_id} - {LINE}


def parse_mapping(data: bytes, *, kind: Literal["toml", "json"]) -> FileMapping:
    """The mapping in a TOML or JSON file; ``BadInput`` names the member at fault."""
    settings = _table(_read(data, kind), "")
    for name in settings.keys() - _SETTINGS:
        raise BadInput("is no setting of a mapping", member=member_path("", name))
    columns = _table(settings.get("columns", {}), "columns")
    mapping = FileMapping(
        external_id=_text(settings.get("external_id"), "external_id"),
        columns={
            name: _column(said, member_path("columns", name)) for name, said in columns.items()
        },
        ignore=_ignored(settings.get("ignore", [])),
        encoding=_one_of(settings.get("encoding", "utf-8"), ENCODINGS, "encoding"),
        delimiter=_delimiter(settings.get("delimiter")),
    )
    _refuse_two_columns_for_one_place(mapping)
    return mapping


def _read(data: bytes, kind: Literal["toml", "json"]) -> object:
    if kind == "json":
        return strict_json(data, max_bytes=MAX_MAPPING, max_depth=6)
    if len(data) > MAX_MAPPING:
        raise BadInput(f"is longer than {MAX_MAPPING} bytes")
    try:
        return tomllib.loads(data.decode())
    except UnicodeDecodeError:
        raise BadInput("is not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"at line \d+, column \d+|at end of document", str(error))
        raise BadInput(f"is not TOML {where[0] if where else ''}".rstrip()) from None


def _column(said: object, path: str) -> Column:
    hints = {"field": said} if isinstance(said, str) else _table(said, path)
    known = field_named(hints.get("field"), member=member_path(path, "field"))
    for name in hints:
        if known.type not in _HINTS.get(name, ()):
            raise BadInput(
                f"says nothing about a field of type {known.type}", member=member_path(path, name)
            )
    if known.type is FieldType.MONEY and "currency" not in hints:
        raise BadInput("is needed for an amount of money", member=member_path(path, "currency"))
    return Column(
        to=known,
        part=_optional(hints, "part", path, among=ADDRESS_PARTS),
        values=_meanings(hints.get("values", {}), member_path(path, "values")),
        currency=_optional(hints, "currency", path),
        format=_format(_optional(hints, "format", path), member_path(path, "format")),
        separator=_optional(hints, "separator", path),
        decimal=_optional(hints, "decimal", path, among=(".", ",")),
    )


def _meanings(said: object, path: str) -> dict[str, Meaning]:
    meanings = _table(said, path)
    for cell, meaning in meanings.items():
        if not isinstance(meaning, str | int | bool):
            raise BadInput(
                "must be a text, a whole number, true or false", member=member_path(path, cell)
            )
    return cast("dict[str, Meaning]", meanings)


def _format(said: str | None, path: str) -> str | None:
    """A format that reads back the day it wrote."""
    if said is None:
        return None
    try:
        same = datetime.strptime(_A_DAY.strftime(said), said) == _A_DAY  # noqa: DTZ007 - a day
    except ValueError:
        same = False
    if not same:
        raise BadInput("must name year, month and day, such as %d/%m/%Y", member=path)
    return said


def _ignored(said: object) -> frozenset[str]:
    if not isinstance(said, list):
        raise BadInput("must be a list of columns", member="ignore")
    return frozenset(_text(name, f"ignore[{at}]") for at, name in enumerate(said))


def _delimiter(said: object) -> str | None:
    if said is None:
        return None
    if not isinstance(said, str) or len(said) != 1 or said in '"\r\n':
        raise BadInput("must be one character, no quote and no line break", member="delimiter")
    return said


def _refuse_two_columns_for_one_place(mapping: FileMapping) -> None:
    places = Counter((column.to.name, column.part) for column in mapping.columns.values())
    for name, column in mapping.columns.items():
        member = member_path("columns", name)
        whole_too = column.part is not None and (column.to.name, None) in places
        if places[column.to.name, column.part] > 1 or whole_too:
            raise BadInput("goes where another column goes", member=member)
        if name in mapping.ignore:
            raise BadInput("is mapped and ignored", member=member)


def _optional(
    hints: Mapping[str, object], name: str, path: str, *, among: tuple[str, ...] = ()
) -> str | None:
    if name not in hints:
        return None
    member = member_path(path, name)
    return _one_of(hints[name], among, member) if among else _text(hints[name], member)


def _one_of(said: object, words: tuple[str, ...], path: str) -> str:
    if said not in words:
        raise BadInput(f"must be one of {' '.join(words)}", member=path)
    return str(said)


def _text(said: object, path: str) -> str:
    if not isinstance(said, str) or not said:
        raise BadInput("must be a text", member=path)
    return said


def _table(said: object, path: str) -> dict[str, object]:
    if not isinstance(said, dict) or not all(isinstance(name, str) for name in said):
        raise BadInput("must be a table", member=path)
    return said
