"""Where the properties of a card land: fixed places, and what finds none is reported by name.

Rules kept here:
- These land: N FN TEL EMAIL ADR ORG TITLE BDAY URL NOTE. Every other property is reported.
- What may come several times has fixed places, filled in the order of preference the card states,
  then in the order of the card. A further one is reported: ``EMAIL (further)``.
- A number that reaches no person's ear (fax, pager, modem) is reported by its kind: ``TEL (fax)``.
- A number or an address whose kind the card does not say lands in ``…_other``; it is not guessed.
- A value its field refuses, such as a web address of a phone's own kind, is reported as well:
  ``URL (refused)``. A card holds too much beside it to be turned away for that.
- An empty property says nothing.

Use::

    landed = land(properties, version="3.0")
    landed.values, landed.reported, landed.errors
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from audit_portal.imports.records import RowError
from audit_portal.imports.text_lines import is_broken
from audit_portal.imports.vcard_lines import Property
from audit_portal.imports.vcard_values import components, date, one_line, plain
from vault.errors import BadInput
from vault.field_types.places import ADDRESS_PARTS
from vault.fields import FieldType, FieldValue, field_named

_NAME_PARTS = ("family_name", "given_name", "additional_names", "name_prefix", "name_suffix")
_NO_EAR = frozenset({"fax", "pager", "modem", "bbs", "isdn", "textphone", "tlx"})
_EAR = frozenset({"voice", "cell"})
_PHONES = {
    "cell": "contact.phone_mobile",
    "home": "contact.phone_home",
    "work": "contact.phone_work",
}
_ADDRESSES = {"home": "address.home", "work": "address.work"}
_STRUCTURE = frozenset({"BEGIN", "END", "VERSION"})


@dataclass(slots=True)
class Landed:
    """What one card came to. Owned by ``land``."""

    values: dict[str, FieldValue] = field(default_factory=dict, repr=False)
    reported: set[str] = field(default_factory=set)
    errors: list[RowError] = field(default_factory=list)

    def put(self, found: Property, places: Iterable[str], value: object) -> None:
        """Put a value into the first free place; report it when there is none."""
        name = next((place for place in places if place not in self.values), None)
        if name is None:
            self.reported.add(f"{found.name} (further)")
            return
        try:
            self.values[name] = field_named(name).validate(value)
        except BadInput:
            self.reported.add(f"{found.name} (refused)")


def land(found: Sequence[Property], *, version: str) -> Landed:
    """The values of a card's properties by field."""
    landed = Landed()
    for one in sorted(found, key=_preference):
        if one.name not in _LANDS:
            landed.reported.update({one.name} - _STRUCTURE)
        elif one.params.get("ENCODING"):  # base64; quoted-printable is read by now
            landed.reported.add(f"{one.name} (encoded)")
        elif is_broken(one.value):
            reason = "holds bytes that are not of the file's encoding"
            landed.errors.append(RowError(line=one.line, member=one.name, reason=reason))
        elif one.value.strip():
            _LANDS[one.name](landed, one, version)
    return landed


def _preference(one: Property) -> int:
    """1 for the most preferred; the order of the card stays for equals (RFC 6350 section 5.3)."""
    stated = one.params.get("PREF", [""])[0]
    if stated.isascii() and stated.isdigit():
        return int(stated[:3])
    return 1 if "pref" in one.kinds else 101


# --- the ten ----------------------------------------------------------------------------------


def _text(*places: str) -> Callable[[Landed, Property, str], None]:
    """A property that is one text for one of ``places``."""
    lines = field_named(places[0]).type is FieldType.TEXT

    def put(landed: Landed, one: Property, version: str) -> None:
        text = plain(one.value, version)
        landed.put(one, places, text if lines else one_line(text))

    return put


def _name(landed: Landed, one: Property, version: str) -> None:
    places = [f"identity.{part}" for part in _NAME_PARTS]
    _structured(landed, one, places, components(one.value, version))


def _organisation(landed: Landed, one: Property, version: str) -> None:
    company, *units = components(one.value, version)
    department = ", ".join(unit for unit in units if unit)
    _structured(landed, one, ["work.organisation", "work.department"], [company, department])


def _structured(
    landed: Landed, one: Property, places: Sequence[str], pieces: Sequence[str]
) -> None:
    """Several places at once: a second property of the name finds them taken."""
    if any(place in landed.values for place in places) or any(pieces[len(places) :]):
        landed.reported.add(f"{one.name} (further)")
    if not any(place in landed.values for place in places):
        for place, piece in zip(places, pieces, strict=False):
            if piece:
                landed.put(one, [place], one_line(piece))


def _address(landed: Landed, one: Property, version: str) -> None:
    pieces = zip(ADDRESS_PARTS, components(one.value, version), strict=False)
    parts = {part: piece for part, piece in pieces if piece}
    if parts:
        landed.put(one, _places(one, _ADDRESSES, "address.other"), parts)


def _phone(landed: Landed, one: Property, version: str) -> None:
    silent = one.kinds & _NO_EAR
    if silent and not one.kinds & _EAR:
        landed.reported.add(f"TEL ({min(silent)})")
        return
    number = plain(one.value, version).strip()
    places = _places(one, _PHONES, "contact.phone_other")
    landed.put(one, places, number.removeprefix("tel:"))  # RFC 3966, as 4.0 writes it


def _email(landed: Landed, one: Property, version: str) -> None:
    address = plain(one.value, version).strip().removeprefix("mailto:")
    landed.put(one, ["contact.email", "contact.email_other"], address)


def _birthday(landed: Landed, one: Property, version: str) -> None:
    if "text" in map(str.lower, one.params.get("VALUE", ())):
        landed.reported.add("BDAY (text)")
        return
    no_year = one.params.get("X-APPLE-OMIT-YEAR", [None])[0]
    day = date(plain(one.value, version), no_year=no_year)
    landed.put(one, ["identity.birth_date"], day)


def _places(one: Property, by_kind: Mapping[str, str], otherwise: str) -> list[str]:
    """The places of the kinds a property states; ``otherwise`` when it states none."""
    return [place for kind, place in by_kind.items() if kind in one.kinds] or [otherwise]


_LANDS: Mapping[str, Callable[[Landed, Property, str], None]] = {
    "N": _name,
    "FN": _text("identity.full_name"),
    "TEL": _phone,
    "EMAIL": _email,
    "ADR": _address,
    "ORG": _organisation,
    "TITLE": _text("work.title"),
    "BDAY": _birthday,
    "URL": _text("contact.website"),
    "NOTE": _text("contact.note"),
}
