"""Step 7 of a read.

Unwrap data keys, check commitments, open, mask. After the commit, never before.

Rules kept here:
- A value is opened only for a part whose entry is durable.
- Commitment before decryption, the envelope's own rule; bytes that fail release nothing
  (``Damaged``).
- A value under dispute never leaves bare: with it go why, since which day, and what the person
  says. A statement that does not open releases nothing.
- The key of the ``hash`` mask is the bearer's tag towards this company: two companies' hashes join
  nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from consent.decision import Allowed
from consent.gate import masks
from consent.gate.batch import Part
from consent.gate.disputes import told_of
from consent.gate.text_kinds import TextKind
from consent.ledger.entries import slot_tag
from consent.restrictions import Restricted
from consent.statements.rows import SealedNow
from vault.crypto import envelope
from vault.crypto.versioned_key import VersionedKey
from vault.errors import Damaged
from vault.fields import FieldValue, Mask, field_named
from vault.identifiers import ConsumerId
from vault.keyring import Keyring, KeyUse
from vault.sealed_texts import TextKey, place_of_text

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

    def statements(self, part: Part, key: VersionedKey) -> dict[bytes, str]:
        """What the person says about the part's values, by text id; ``Damaged`` if one is gone."""
        return {
            text_id: self._statement(part.bearer, text_id, rec, key)
            for text_id, rec in part.flagged.statements.items()
        }

    def told(
        self,
        part: Part,
        values: Mapping[str, FieldValue],
        statements: Mapping[bytes, str],
        *,
        company: str,
        tag_key: bytes,
    ) -> dict[str, dict[str, Any]]:
        """Values as a company is told them: masked as its permission says, under its own labels."""
        allowed = part.decision.fields if isinstance(part.decision, Allowed) else {}
        return {
            name: {
                "value": _masked(mask, name, values[name], company=company, tag_key=tag_key),
                "version": part.labels[name],
                "nature": part.chosen[name].nature,
                **({} if mask == FULL else {"mask": mask}),
                **_flags(part.flagged.fields.get(name), statements),
            }
            for name, mask in allowed.items()
        }

    def _statement(
        self, person: ConsumerId, text_id: bytes, rec: bytes | None, key: VersionedKey
    ) -> str:
        if rec is None:
            raise Damaged("a statement that goes with a value is gone")
        text = TextKey(consumer=person, kind=TextKind.STATEMENT, text_id=text_id)
        right = self._right(person, key, rec)
        return envelope.open(right, place_of_text(text, self._vault_id), rec).decode()

    def _value(self, person: ConsumerId, row: SealedNow, key: VersionedKey) -> FieldValue:
        rec = bytes(row.rec)
        right = self._right(person, key, rec)
        place = envelope.Place(
            vault_id=self._vault_id,
            consumer_id=person,
            field=row.field,
            version=row.version,
            schema_id=row.schema_id,
        )
        return field_named(row.field).decode(envelope.open(right, place, rec))

    def _right(self, person: ConsumerId, key: VersionedKey, rec: bytes) -> VersionedKey:
        """``key``, or the older one of the person that the record names."""
        version = envelope.key_version(rec)
        right = key if version == key.version else self._keyring.key(person, KeyUse.DATA, version)
        if right is None:
            raise Damaged("a record names a data key that does not exist")
        return right


def _flags(standing: Restricted | None, statements: Mapping[bytes, str]) -> dict[str, Any]:
    """What goes with a value under dispute; several statements stand one below the other."""
    if standing is None:
        return {}
    said = "\n\n".join(statements[text_id] for text_id in standing.statements)
    flags = {"disputed": True, "restriction": told_of(standing)}
    return {**flags, "statement": said} if said else flags


def _masked(mask: str, name: str, value: FieldValue, *, company: str, tag_key: bytes) -> FieldValue:
    if mask == FULL:
        return value
    key = slot_tag(tag_key, f"mask/{company}")
    return masks.apply(Mask(mask), field_named(name), value, key=key)
