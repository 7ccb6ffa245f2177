"""Typing a value in: which control a field gets, and the value that was typed.

Rules kept here:
- A control belongs to a type, not to a field; nothing is chosen or filled in beforehand.
- ``typed`` only turns a form's texts into the type's shape. Whether the value fits is for the
  catalogue to say (``Field.validate``), here and again below.
- People add what they know of themselves. What companies observe or suppose is theirs to supply.

Use::

    control = control_for(field_named("address.home"))
    field.validate(typed(field, form))          # BadInput names the part that does not fit
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from audit_portal.consumer_portal.words import CHOICES, GROUPS, said, titled
from audit_portal.look.forms import Form
from vault.field_types.places import ADDRESS_PARTS
from vault.fields import CATALOGUE, Field, FieldType

ADDED_BY_PEOPLE = frozenset(
    {"identity", "contact", "address", "household", "work", "money", "preferences"}
)

_WHOLE = re.compile(r"-?[0-9]{1,15}")


class Look(StrEnum):
    """How a control looks."""

    LINE = "line"
    LINES = "lines"
    PICKS = "picks"
    PARTS = "parts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One line of a control: the form's member, its label, and how a browser may help."""

    name: str
    label: str
    type: str = "text"
    inputmode: str = "text"
    autocomplete: str = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """What the change page shows for a field. ``picks`` are pairs of value and label."""

    look: Look
    hint: str = ""
    parts: tuple[Part, ...] = ()
    picks: tuple[tuple[str, str], ...] = ()


_HINTS = {
    FieldType.PHONE: "With the country's number, such as +49 30 1234567.",
    FieldType.DATE: "Year, month, day: 1980-03-22. A part is enough: 1980-03, 1980 or --03-22.",
    FieldType.COUNTRY: "The two letters of the country, such as CA.",
    FieldType.LANGUAGE: "A language's letters, such as de or de-AT.",
    FieldType.NUMBER: "With a point before the decimals, such as 22.50.",
    FieldType.LIST: "One on each line.",
    FieldType.URL: "Beginning with https://",
}

_ADDRESS_LABELS = {
    "po_box": "Post box",
    "extended": "Flat, floor or building",
    "street": "Street and number",
    "locality": "Town",
    "region": "Region or state",
    "postal_code": "Postal code",
    "country": "Country",
}

_MONEY = (
    Part(name="amount", label="Amount", inputmode="decimal"),
    Part(name="currency", label="Currency, in three letters such as EUR"),
)

_LINES = {
    FieldType.EMAIL: Part(name="value", label="", type="email", inputmode="email"),
    FieldType.PHONE: Part(name="value", label="", type="tel", inputmode="tel"),
    FieldType.URL: Part(name="value", label="", type="url", inputmode="url"),
    FieldType.INTEGER: Part(name="value", label="", inputmode="numeric"),
    FieldType.NUMBER: Part(name="value", label="", inputmode="decimal"),
}


def control_for(field: Field) -> Control:
    """The control of a field's type."""
    hint = _HINTS.get(field.type, "")
    match field.type:
        case FieldType.TEXT | FieldType.LIST:
            return Control(look=Look.LINES, hint=hint)
        case FieldType.BOOLEAN:
            return Control(look=Look.PICKS, picks=(("yes", "Yes"), ("no", "No")))
        case FieldType.CHOICE:
            picks = tuple((word, titled(said(CHOICES, word))) for word in field.limits.choices)
            return Control(look=Look.PICKS, picks=picks)
        case FieldType.ADDRESS:
            parts = (Part(name=part, label=_ADDRESS_LABELS[part]) for part in ADDRESS_PARTS)
            return Control(
                look=Look.PARTS, hint="Leave empty what does not apply.", parts=(*parts,)
            )
        case FieldType.MONEY:
            return Control(look=Look.PARTS, parts=_MONEY)
        case kind:
            return Control(look=Look.LINE, hint=hint, parts=(_LINES.get(kind, _PLAIN_LINE),))


_PLAIN_LINE = Part(name="value", label="")

MEMBERS = ("value", *ADDRESS_PARTS, *(part.name for part in _MONEY))
"""Every member a control may send, so that a check page can carry them on."""


def typed(field: Field, form: Form) -> object:
    """What was typed, in the shape of the field's type; not yet checked."""
    text = form.one("value").strip()
    match field.type:
        case FieldType.BOOLEAN:
            return {"yes": True, "no": False}.get(text)
        case FieldType.INTEGER:
            return int(text) if _WHOLE.fullmatch(text) else text
        case FieldType.LIST:
            return [line.strip() for line in text.split("\n") if line.strip()]
        case FieldType.ADDRESS:
            return {part: said for part in ADDRESS_PARTS if (said := form.one(part).strip())}
        case FieldType.MONEY:
            return {part.name: form.one(part.name).strip().upper() for part in _MONEY}
        case _:
            return text


def addable(held: frozenset[str]) -> list[tuple[str, list[Field]]]:
    """What a person may add, by group, without what is held already."""
    groups: dict[str, list[Field]] = {}
    for field in CATALOGUE.values():
        if field.group in ADDED_BY_PEOPLE and field.name not in held:
            groups.setdefault(said(GROUPS, field.group), []).append(field)
    return list(groups.items())
