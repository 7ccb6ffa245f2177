"""A cell to the value its field wants, before the field itself has its say.

Rules kept here:
- An empty cell is no value. So is a cell whose meaning in the mapping is the empty text.
- Text becomes a number, a yes or no, a date or a list only where the field's type asks for it.
- A number of a JSON file keeps the digits it was written with, as far as a reader of JSON can know.
- What cannot be converted is ``BadInput`` without the cell.

Use::

    converted(Column(to=field_named("identity.age")), "58")         # 58
    converted(Column(to=field_named("identity.age")), "")           # None
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from audit_portal.imports.mapping import Column
from vault.errors import BadInput
from vault.fields import FieldType

_MARKED: Mapping[str, re.Pattern[str]] = {
    ",": re.compile(r"[+-]?([0-9]{1,3}(\.[0-9]{3})+|[0-9]+)(,[0-9]+)?"),
    ".": re.compile(r"[+-]?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\.[0-9]+)?"),
}
"""A number with this decimal mark, and perhaps the other mark between groups of three digits."""

_WHOLE = re.compile(r"[+-]?[0-9]{1,16}")
_YES_OR_NO: Mapping[str, bool] = {
    **dict.fromkeys(("yes", "y", "true", "1"), True),
    **dict.fromkeys(("no", "n", "false", "0"), False),
}
_NUMBERS = frozenset({FieldType.NUMBER, FieldType.MONEY})


def converted(column: Column, cell: object) -> object | None:
    """What the cell says, still to be validated by the field; None where it says nothing."""
    if isinstance(cell, str):
        given = cell.strip()
        cell = column.values.get(given, given)
    if cell is None or cell == "":
        return None
    if isinstance(cell, str) and column.to.type in _FROM_TEXT:
        return _FROM_TEXT[column.to.type](column, cell)
    if isinstance(cell, float) and column.to.type in _NUMBERS:
        cell = repr(cell)
    if column.to.type is FieldType.MONEY and not isinstance(cell, dict):
        return {"amount": cell, "currency": column.currency}
    return cell


def _whole(_: Column, cell: str) -> int:
    if not _WHOLE.fullmatch(cell):
        raise BadInput("must be a whole number")
    return int(cell)


def _decimal(column: Column, cell: str) -> str:
    """Digits with a decimal point.

    Other marks only as the mapping names them: ``22,35`` read as thousands is another number.
    """
    if column.decimal is None:
        return cell.removeprefix("+")
    if not _MARKED[column.decimal].fullmatch(cell):
        raise BadInput("is no number with the decimal mark of the mapping")
    thousands = {",": ".", ".": ","}[column.decimal]
    return cell.replace(thousands, "").replace(column.decimal, ".").removeprefix("+")


def _money(column: Column, cell: str) -> dict[str, object]:
    return {"amount": _decimal(column, cell), "currency": column.currency}


def _yes_or_no(_: Column, cell: str) -> bool:
    if cell.lower() not in _YES_OR_NO:
        raise BadInput("must be yes or no")
    return _YES_OR_NO[cell.lower()]


def _date(column: Column, cell: str) -> str:
    if column.format is None:
        return cell
    try:
        day = datetime.strptime(cell, column.format)  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise BadInput("is not written in the format of the mapping") from None
    return day.date().isoformat()


def _list(column: Column, cell: str) -> list[str]:
    items = cell.split(column.separator) if column.separator else [cell]
    return [item.strip() for item in items if item.strip()]


_FROM_TEXT: Mapping[FieldType, Callable[[Column, str], object]] = {
    FieldType.INTEGER: _whole,
    FieldType.NUMBER: _decimal,
    FieldType.MONEY: _money,
    FieldType.BOOLEAN: _yes_or_no,
    FieldType.DATE: _date,
    FieldType.LIST: _list,
}
