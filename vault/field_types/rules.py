"""For each type: how a value is validated, and the form in which two values are compared.

Rules kept here:
- ``validated`` gives what is kept and shown; ``comparable`` gives what is hashed to tell whether a
  write changes anything, and what a blind index is made of. The second never reaches a page.
- ``NORM_VERSION`` rises whenever ``comparable`` gives another form for any value: a blind index
  made with the older rules lives on beside it until it is rebuilt.

Use::

    validated(FieldType.PHONE, "(905) 555-1234", Limits())             # '(905) 555-1234'
    comparable(FieldType.PHONE, "(905) 555-1234", country="CA")        # '+19055551234'
"""

from collections.abc import Callable, Mapping

from vault.field_types import dates, numbers, places, reach, text
from vault.field_types.field_type import FieldType, FieldValue, Limits

NORM_VERSION = 1

_VALIDATED: Mapping[FieldType, Callable[[object, Limits], FieldValue]] = {
    FieldType.TEXT: text.text,
    FieldType.NAME: text.line,
    FieldType.IDENTIFIER: text.identifier,
    FieldType.EMAIL: reach.email,
    FieldType.PHONE: reach.phone,
    FieldType.URL: reach.url,
    FieldType.DATE: dates.date,
    FieldType.COUNTRY: places.country,
    FieldType.LANGUAGE: places.language,
    FieldType.INTEGER: numbers.integer,
    FieldType.NUMBER: numbers.number,
    FieldType.MONEY: numbers.money,
    FieldType.BOOLEAN: numbers.boolean,
    FieldType.CHOICE: text.choice,
    FieldType.SIZE: text.size,
    FieldType.ADDRESS: places.address,
    FieldType.LIST: text.list_of_lines,
}

_COMPARABLE_TEXT: Mapping[FieldType, Callable[[str], str]] = {
    FieldType.TEXT: text.compatible,
    FieldType.NAME: text.compatible,
    FieldType.IDENTIFIER: text.bare_identifier,
    FieldType.EMAIL: reach.bare_email,
    FieldType.URL: reach.bare_url,
    FieldType.NUMBER: numbers.bare_number,
    FieldType.SIZE: text.bare_size,
}
"""Types whose values are texts and have more than one spelling."""


def validated(kind: FieldType, value: object, limits: Limits) -> FieldValue:
    """``value`` as it is kept; ``BadInput`` without a member, or naming a part of the value."""
    return _VALIDATED[kind](value, limits)


def comparable(kind: FieldType, value: FieldValue, *, country: str | None) -> FieldValue:
    """The one spelling of a validated ``value``; ``country`` completes a phone number."""
    match value:
        case str() if kind is FieldType.PHONE:
            return reach.bare_phone(value, country)
        case str() if kind in _COMPARABLE_TEXT:
            return _COMPARABLE_TEXT[kind](value)
        case dict() if kind is FieldType.ADDRESS:
            return places.bare_address(value)
        case dict():
            return numbers.bare_money(value)
        case list():
            return text.sorted_lines(value)
        case _:
            return value
