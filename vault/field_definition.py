"""One field of a profile: its name, its type, its words, and what may be done with it.

Rules kept here:
- A value is validated before it is sealed; a refusal is ``BadInput`` with the field as member and
  never with the value.
- What is sealed is canonical JSON (RFC 8785) of at most 64 KiB.
- A field whose type has few possible values cannot be made searchable: defining one is an error.
- A ``schema_id`` belongs to one definition for ever; a field that changes its type gets a new one.

Use::

    field = field_named("contact.email")
    kept = field.validate("Rosa@Example.org")           # 'Rosa@Example.org'
    field.normalise(kept)                               # 'rosa@example.org'
    field.decode(field.encode(kept)) == kept
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

import orjson

from vault.crypto.canonical import canonical
from vault.errors import BadInput
from vault.field_types.field_type import (
    LOW_ENTROPY,
    MASKS,
    NO_LIMITS,
    FieldType,
    FieldValue,
    Limits,
    Mask,
)
from vault.field_types.rules import comparable, validated

MAX_ENCODED = 65_536
_MOST_A_CHARACTER = 6

_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}(\.[a-z][a-z0-9_]{0,31}){1,3}")


class Sensitivity(StrEnum):
    """How much harm a value does in the wrong hands."""

    PLAIN = "plain"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"
    """Money, official numbers, and what tells of health, belief, origin or private life."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One entry of the catalogue.

    ``label`` fits into "your …". ``dpv`` is a term of DPV's personal data (``pd:``), ``schema_org``
    a property of schema.org. ``index_bits`` is the length of the blind index, 0 for none: short,
    so that values collide. ``band_width`` is the width of the bands a number is masked to.
    """

    name: str
    schema_id: int
    type: FieldType
    label: str
    sensitivity: Sensitivity
    dpv: str
    schema_org: str | None = None
    index_bits: int = 0
    band_width: int | None = None
    limits: Limits = NO_LIMITS

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or not 0 < self.schema_id < 2**32:
            raise ValueError(f"{self.name} is no field name, or its schema_id no u32")
        if self.index_bits and self.type in LOW_ENTROPY:
            raise ValueError(f"{self.name} cannot be searchable: {LOW_ENTROPY[self.type]}")

    @property
    def group(self) -> str:
        """The part of the name before the first dot."""
        return self.name.partition(".")[0]

    @property
    def masks(self) -> frozenset[Mask]:
        """The masks a grant may put on this field."""
        unbanded = {Mask.BAND} if self.band_width is None else set()
        return MASKS[self.type] - unbanded

    @property
    def searchable(self) -> bool:
        """Whether people can be found by this field."""
        return self.index_bits > 0

    @property
    def why_not_searchable(self) -> str | None:
        """The reason there is no index, for whoever asks for one; None when there is one."""
        if self.searchable:
            return None
        return LOW_ENTROPY.get(self.type, "nobody is looked up by it")

    def validate(self, value: object) -> FieldValue:
        """``value`` as it is kept; ``BadInput`` naming the field or a part of it."""
        try:
            kept = validated(self.type, value, self.limits)
        except BadInput as error:
            part = f".{error.member}" if error.member else ""
            raise BadInput(error.reason, member=self.name + part) from None
        if not _is_short(kept) and len(canonical(kept)) > MAX_ENCODED:
            raise BadInput(f"is longer than {MAX_ENCODED:,} bytes", member=self.name)
        return kept

    def normalise(self, value: FieldValue, *, country: str | None = None) -> FieldValue:
        """The comparable form of a validated value.

        ``country`` (ISO 3166-1) is where a phone number without a country is taken to be from.
        """
        return comparable(self.type, value, country=country)

    def encode(self, value: FieldValue) -> bytes:
        """The bytes that are sealed: canonical JSON."""
        return canonical(value)

    def decode(self, data: bytes) -> FieldValue:
        """The value in bytes of ``encode`` that came out of their seal."""
        return cast("FieldValue", orjson.loads(data))


def _is_short(value: FieldValue) -> bool:
    """Whether a text fits for certain: JSON never needs more than six bytes for a character."""
    return isinstance(value, str) and len(value) * _MOST_A_CHARACTER < MAX_ENCODED - 2
