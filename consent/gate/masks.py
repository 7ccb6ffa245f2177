"""What a permission shows of a value. Pure.

Rules kept here:
- Which mask goes with which field is the catalogue's word (``Field.masks``); another is
  ``BadInput``.
- A mask may leave nothing (a birthday without its year has no year): then it gives an empty text
  or an empty object, never more than it should.
- ``last_four`` never shows more than half of what there is.
- ``hash`` is keyed for one company at one person, and covers the field's name: equal values of two
  people, two fields or two companies have unequal hashes. What it is good for: seeing a change.

Use::

    apply(Mask.LAST_FOUR, field_named("money.account_number"), "DE02 1203 0000 2051", key=key)
    # '2051'
    apply(Mask.BAND, field_named("identity.age"), 58, key=key)
    # {'from': '50', 'below': '60'}
"""

from collections.abc import Callable, Mapping
from decimal import ROUND_FLOOR, Decimal

from vault.base64url import encode
from vault.crypto.primitives import hmac_sha256, length_prefixed
from vault.errors import BadInput
from vault.field_types.dates import year_of
from vault.field_types.reach import phone_country
from vault.fields import Field, FieldValue, Mask

_HASH = b"habeas/mask-hash/v1"
_HASH_BYTES = 16
_SHOWN = 4
_REGION_PARTS = ("region", "country")


def apply(mask: Mask, field: Field, value: FieldValue, *, key: bytes) -> FieldValue:
    """``value`` of ``field`` as ``mask`` shows it; ``BadInput`` where the field does not allow it.

    ``key`` is 32 bytes of one company at one person; only ``hash`` uses it.
    """
    if mask not in field.masks:
        raise BadInput(f"cannot be masked as {mask}", member=field.name)
    if mask is Mask.FULL:
        return value
    if mask is Mask.HASH:
        return _hash(field, value, key)
    return _SHAPES[mask](field, value)


def _hash(field: Field, value: FieldValue, key: bytes) -> str:
    comparable = field.encode(field.normalise(value))
    message = length_prefixed(_HASH, field.name.encode(), comparable)
    return encode(hmac_sha256(key, message)[:_HASH_BYTES])


def _last_four(field: Field, value: FieldValue) -> str:
    bare, _, _ = str(field.normalise(value)).partition(";ext=")  # of a phone number
    characters = [one for one in bare if one.isalnum()]
    return "".join(characters[-_SHOWN:]) if len(characters) >= 2 * _SHOWN else ""


def _year(_: Field, value: FieldValue) -> str:
    return year_of(str(value)) or ""


def _region(_: Field, value: FieldValue) -> dict[str, str]:
    if isinstance(value, dict):
        return {part: value[part] for part in _REGION_PARTS if part in value}
    country = phone_country(str(value))
    return {"country": country} if country else {}


def _band(field: Field, value: FieldValue) -> dict[str, str]:
    """Half open: ``from`` is inside, ``below`` is not."""
    if isinstance(value, dict):
        return {**_band(field, value["amount"]), "currency": value["currency"]}
    width = field.band_width or 1
    whole = int(Decimal(str(value)).to_integral_value(ROUND_FLOOR))
    start = whole // width * width
    return {"from": str(start), "below": str(start + width)}


_SHAPES: Mapping[Mask, Callable[[Field, FieldValue], FieldValue]] = {
    Mask.LAST_FOUR: _last_four,
    Mask.YEAR: _year,
    Mask.REGION: _region,
    Mask.BAND: _band,
}
