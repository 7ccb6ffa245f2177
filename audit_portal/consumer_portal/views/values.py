"""A value in words a person reads: text, whatever the type.

Rules kept here:
- A value is never marked up: what comes out is text, and the template escapes it.
- What a type does not say otherwise is shown as it is stored.

Use::

    value_words(field_named("money.income"), {"amount": "1200.00", "currency": "EUR"})
    # '1200.00 EUR'
"""

from audit_portal.consumer_portal.words import CHOICES, said
from audit_portal.look.moments import MONTHS
from vault.fields import Field, FieldType, FieldValue

ADDRESS_LINES = (
    ("po_box",),
    ("extended",),
    ("street",),
    ("postal_code", "locality"),
    ("region",),
    ("country",),
)


def value_words(field: Field, value: FieldValue) -> str:
    """``value`` as text; an address and a list have a line for each part."""
    match value:
        case bool():
            return "Yes" if value else "No"
        case list():
            return "\n".join(value)
        case dict():
            return _money(value) if field.type is FieldType.MONEY else _address(value)
        case str() if field.type in _WORDED:
            return _WORDED[field.type](value)
        case _:
            return str(value)


def date_words(date: str) -> str:
    """``1980-03-22`` as ``22 March 1980``; of a partial date what it has (RFC 6350 4.3.1)."""
    if date.startswith("---"):
        return f"day {int(date[3:])} of a month"
    year, month, day = _parts_of(date)
    words = [str(int(day)) if day else "", MONTHS[int(month) - 1] if month else "", year]
    return " ".join(word for word in words if word)


def choice_words(word: str) -> str:
    """A member of a closed list."""
    return said(CHOICES, word)


def _parts_of(date: str) -> tuple[str, str, str]:
    year, _, rest = ("", "", date[2:]) if date.startswith("--") else date.partition("-")
    month, _, day = rest.partition("-")
    return year, month, day


def _address(parts: dict[str, str]) -> str:
    lines = (" ".join(parts[part] for part in line if part in parts) for line in ADDRESS_LINES)
    return "\n".join(line for line in lines if line)


def _money(parts: dict[str, str]) -> str:
    return f"{parts['amount']} {parts['currency']}"


_WORDED = {FieldType.DATE: date_words, FieldType.CHOICE: choice_words}
