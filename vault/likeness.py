"""Whether a value is one that was taken away: keyed hashes, so that the value need not be kept.

Rules kept here:
- Two hashes of one value, both under the person's own key: ``alike`` for every spelling of it,
  ``same`` for what a write compares by. A guard is one of the two.
- They tell nothing without the key and nothing across people: whoever holds a copy of the store
  cannot try values against them.

Use::

    likeness(key, field_named("contact.email"), "Rosa@Example.org", country="DE").alike
"""

from dataclasses import dataclass

from vault.crypto.primitives import hmac_sha256, length_prefixed
from vault.crypto.versioned_key import VersionedKey
from vault.field_definition import Field
from vault.field_types.field_type import FieldValue
from vault.field_types.loose import loose
from vault.versions import equality_tag

_LABEL = b"habeas/likeness/v1"
LIKENESS_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """16 bytes each: what every spelling of a value has, and what only this one has."""

    alike: bytes
    same: bytes

    @property
    def both(self) -> frozenset[bytes]:
        """What a guard of this value may be."""
        return frozenset({self.alike, self.same})


def likeness(
    key: VersionedKey, field: Field, value: FieldValue, *, country: str | None
) -> Likeness:
    """The likeness of a validated ``value`` of ``field`` under a person's reinsertion key.

    ``alike`` is the first 16 bytes of HMAC-SHA-256(RK, LP(label, field, canonical loose form));
    ``country`` (ISO 3166-1) is where a phone number without a country is taken to be from.
    """
    loosened = field.encode(loose(field.type, value, country=country))
    message = length_prefixed(_LABEL, field.name.encode(), loosened)
    normalised = field.encode(field.normalise(value, country=country))
    return Likeness(
        alike=hmac_sha256(key.key, message)[:LIKENESS_BYTES],
        same=equality_tag(key, field.name, normalised),
    )
