"""The closed list of field types, and what each of them allows.

Rules kept here:
- A value is text, a whole number, yes or no, an object of texts (address, money) or a list of
  texts. Decimals are text, so that no reader rounds them.
- A type with few possible values (``LOW_ENTROPY``) is never indexed and never handed out as a hash:
  whoever holds the index or the hash would try all values and know.
- A mask is allowed by type. ``full`` is allowed everywhere.

Use::

    FieldType.PHONE in LOW_ENTROPY                # False: a phone number may be looked up
    Mask.LAST_FOUR in MASKS[FieldType.PHONE]      # True
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

FieldValue: TypeAlias = str | int | bool | dict[str, str] | list[str]
"""What a field holds, as JSON says it."""


class FieldType(StrEnum):
    """How a field's value is written, checked and compared."""

    TEXT = "text"
    """Free text of many lines."""
    NAME = "name"
    """One line of text: what somebody or something is called."""
    IDENTIFIER = "identifier"
    """A number or code somebody is known by; spaces and hyphens do not count."""
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    DATE = "date"
    """``1980-03-22``, or in part: ``1980-03``, ``1980``, ``--03-22``, ``--03``, ``---22``."""
    COUNTRY = "country"
    """ISO 3166-1 alpha-2, such as ``CA``."""
    LANGUAGE = "language"
    """A BCP 47 tag, such as ``de-AT``."""
    INTEGER = "integer"
    NUMBER = "number"
    """A decimal, written as text."""
    MONEY = "money"
    """``{"amount": decimal as text, "currency": ISO 4217}``."""
    BOOLEAN = "boolean"
    CHOICE = "choice"
    """One word of a closed list."""
    SIZE = "size"
    """A size as it is printed in clothes and shoes: ``EU 42``, ``9½``, ``XL``."""
    ADDRESS = "address"
    """Parts of a postal address, each a text; see ``ADDRESS_PARTS``."""
    LIST = "list"
    """Up to 64 one-line texts."""


class Mask(StrEnum):
    """How much of a value a company gets to see."""

    FULL = "full"
    LAST_FOUR = "last_four"
    YEAR = "year"
    REGION = "region"
    BAND = "band"
    HASH = "hash"


LOW_ENTROPY: Mapping[FieldType, str] = {
    FieldType.BOOLEAN: "yes or no is guessed at once",
    FieldType.CHOICE: "the list of possible values is short and public",
    FieldType.COUNTRY: "there are some 250 countries",
    FieldType.LANGUAGE: "a few hundred languages cover everybody",
    FieldType.DATE: "a century has 36,525 days",
    FieldType.INTEGER: "counts and ages are small numbers",
    FieldType.NUMBER: "measurements repeat",
    FieldType.MONEY: "amounts are round",
    FieldType.SIZE: "there are a few dozen sizes",
}
"""Types never looked up through an index nor handed out as a hash, each with the reason."""

_ONLY_FULL = frozenset({Mask.FULL})
_HASHED = frozenset({Mask.FULL, Mask.HASH})
_BANDED = frozenset({Mask.FULL, Mask.BAND})

MASKS: Mapping[FieldType, frozenset[Mask]] = {
    FieldType.TEXT: _HASHED,
    FieldType.NAME: _HASHED,
    FieldType.IDENTIFIER: _HASHED | {Mask.LAST_FOUR},
    FieldType.EMAIL: _HASHED,
    FieldType.PHONE: _HASHED | {Mask.LAST_FOUR, Mask.REGION},
    FieldType.URL: _HASHED,
    FieldType.DATE: _ONLY_FULL | {Mask.YEAR},
    FieldType.COUNTRY: _ONLY_FULL,
    FieldType.LANGUAGE: _ONLY_FULL,
    FieldType.INTEGER: _BANDED,
    FieldType.NUMBER: _BANDED,
    FieldType.MONEY: _BANDED,
    FieldType.BOOLEAN: _ONLY_FULL,
    FieldType.CHOICE: _ONLY_FULL,
    FieldType.SIZE: _ONLY_FULL,
    FieldType.ADDRESS: _HASHED | {Mask.REGION},
    FieldType.LIST: _HASHED,
}
"""Which masks make sense for which type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one field asks of its values beyond their type; only what its type reads is set."""

    least: int = -(2**53 - 1)
    most: int = 2**53 - 1
    choices: tuple[str, ...] = ()


NO_LIMITS = Limits()
