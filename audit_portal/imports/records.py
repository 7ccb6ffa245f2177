"""What one row of a file becomes.

Rules kept here:
- A row is a whole record or it is errors; nothing of a row with an error is taken.
- An error names the line and the column or property, and never shows what stood there.
- What a file holds and the vault does not take is reported by name, row by row.

Use::

    for row in read_csv(stream, mapping):
        match row:
            case Record(external_id=external_id, values=values): ...
            case RowError(line=line, member=member, reason=reason): ...
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from vault.errors import BadInput
from vault.fields import FieldValue

MAX_EXTERNAL_ID = 128
_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One person of one file: validated values by field. ``line`` counts from 1."""

    line: int
    external_id: str = field(repr=False)
    values: Mapping[str, FieldValue] = field(repr=False)
    reported: tuple[str, ...] = ()
    """Names of columns or properties that held something and were not taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowError:
    """Why a row is not taken. ``member`` is a column or property, empty for the row itself."""

    line: int
    member: str
    reason: str


Row: TypeAlias = Record | RowError
"""A row with several faults gives several errors, one after the other, with the same line."""


def shown(name: str) -> str:
    """A column's or property's own name, fit for a terminal and a log."""
    readable = "".join(one if one.isprintable() else "?" for one in name)
    return readable if len(readable) <= _LONGEST_NAME else f"{readable[: _LONGEST_NAME - 1]}…"


def checked_external_id(value: object) -> str:
    """The company's own id of a person: one line of 1 to 128 characters; else ``BadInput``.

    As it is compared (NFKC): two ways of writing one id are one person here already.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise BadInput("must be text or a whole number")
    given = unicodedata.normalize("NFKC", value).strip()
    if not 1 <= len(given) <= MAX_EXTERNAL_ID or not given.isprintable():
        raise BadInput(f"must be one line of 1 to {MAX_EXTERNAL_ID} characters")
    return given
