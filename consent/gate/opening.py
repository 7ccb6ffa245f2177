"""Step 7 of a read.

Unwrap data keys, check commitments, open, mask. After the commit, never before.

Rules kept here:
- A value is opened only for a part whose entry is durable.
- Commitment before decryption, the envelope's own rule; bytes that fail release nothing
  (``Damaged``).
- The key of the ``hash`` mask is the bearer's tag towards this company: two companies' hashes join
  nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from consent.decision import Allowed
from consent.gate import masks
from consent.gate.batch import Part
from consent.ledger.entries import slot_tag
from consent.statements.rows import SealedNow
from vault.crypto import envelope
from vault.crypto.versioned_key import VersionedKey
from vault.errors import Damaged
from vault.fields import FieldValue, Mask, field_named
from vault.identifiers import ConsumerId
from vault.keyring import Keyring, KeyUse

FULL = "full"


class Opener:
    """Opens sealed versions of many people."""

    def __init__(self, *, keyring: Keyring, vault_id: bytes) -> None:
        self._keyring = keyring
        self._vault_id = vault_id

    def data_keys(self, people: Sequence[ConsumerId]) -> dict[ConsumerId, VersionedKey]:
        """The data keys of these people, one call for all of them."""
        return self._keyring.keys(people, KeyUse.DATA)

    def values(
        self, person: ConsumerId, sealed: Mapping[str, SealedNow], key: VersionedKey
    ) -> dict[str, FieldValue]:
        """The values of one person's versions by field; ``Damaged`` if any fails its check."""
        return {name: self._value(person, row, key) for name, row in sealed.items()}

    def told(
        self, part: Part, values: Mapping[str, FieldValue], *, company: str, tag_key: bytes
    ) -> dict[str, dict[str, Any]]:
        """Values as a company is told them: masked as its permission says, under its own labels."""
        allowed = part.decision.fields if isinstance(part.decision, Allowed) else {}
        return {
            name: {
                "value": _masked(mask, name, values[name], company=company, tag_key=tag_key),
                "version": part.labels[name],
                "nature": part.chosen[name].nature,
                **({} if mask == FULL else {"mask": mask}),
            }
            for name, mask in allowed.items()
        }

    def _value(self, person: ConsumerId, row: SealedNow, key: VersionedKey) -> FieldValue:
        rec = bytes(row.rec)
        version = envelope.key_version(rec)
        right = key if version == key.version else self._older(person, version)
        place = envelope.Place(
            vault_id=self._vault_id,
            consumer_id=person,
            field=row.field,
            version=row.version,
            schema_id=row.schema_id,
        )
        return field_named(row.field).decode(envelope.open(right, place, rec))

    def _older(self, person: ConsumerId, version: int) -> VersionedKey:
        key = self._keyring.key(person, KeyUse.DATA, version)
        if key is None:
            raise Damaged("a record names a data key that does not exist")
        return key


def _masked(mask: str, name: str, value: FieldValue, *, company: str, tag_key: bytes) -> FieldValue:
    if mask == FULL:
        return value
    key = slot_tag(tag_key, f"mask/{company}")
    return masks.apply(Mask(mask), field_named(name), value, key=key)
