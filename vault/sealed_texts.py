"""Texts that are no fields: an external id, a proposed value, a statement, a message.

Rules kept here:
- Sealed like a value, under a name of its own, ``text/<kind>/<id in hex>``, version 1, schema 0: a
  text moved to another person, kind or id does not open.
- Putting a text again under its id replaces it.
- The caller has warmed the keys, so that no key source is asked inside the transaction.

Use::

    key = TextKey(consumer=consumer, kind="statement", text_id=new_text_id)
    [record_hash] = texts.put(inside, [NewText(key=key, plain=b"…")])
    texts.open(texts.fetch(inside, [consumer], "statement"))        # after the transaction
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlmodel import col, delete, insert, select, tuple_

from vault.crypto import envelope
from vault.database import Transaction
from vault.errors import KeyDestroyed
from vault.identifiers import ConsumerId
from vault.keyring import Keyring, KeyUse
from vault.tables import SealedText


@dataclass(frozen=True, slots=True, kw_only=True)
class TextKey:
    """Which text: ``text_id`` is 16 bytes, unique for the person and kind."""

    consumer: ConsumerId
    kind: str
    text_id: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class NewText:
    """A text about to be sealed, at most 64 KiB."""

    key: TextKey
    plain: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredText:
    """A text, still sealed."""

    key: TextKey
    rec: bytes = field(repr=False)


class SealedTexts:
    """The sealed texts of one vault.

    ``use`` is the key they are under: the data key, or the evidence key for what a duty keeps after
    the data key is destroyed.
    """

    def __init__(self, *, keyring: Keyring, vault_id: bytes, use: KeyUse = KeyUse.DATA) -> None:
        self._keyring = keyring
        self._vault_id = vault_id
        self._use = use

    def put(self, inside: Transaction, texts: Sequence[NewText]) -> list[bytes]:
        """Seal and write texts; the hashes of their records, in their order.

        ``BadInput`` for a text above 64 KiB, ``KeyDestroyed`` for a person without a key;
        nothing of the batch was written then.
        """
        people = {text.key.consumer for text in texts}
        keys = self._keyring.keys(people, self._use)
        if len(keys) < len(people):
            raise KeyDestroyed("a person was erased: there is no key to write with")
        recs = [
            envelope.seal(
                keys[text.key.consumer], place_of_text(text.key, self._vault_id), text.plain
            )
            for text in texts
        ]
        if texts:
            self.delete(inside, [text.key for text in texts])
            rows = [_row(text.key, rec) for text, rec in zip(texts, recs, strict=True)]
            inside.connection().execute(insert(SealedText), rows)
        return [envelope.record_hash(rec) for rec in recs]

    def fetch(
        self,
        inside: Transaction,
        consumers: Collection[ConsumerId],
        kind: str,
        text_ids: Collection[bytes] | None = None,
    ) -> list[StoredText]:
        """These people's texts of one kind, by person and id; all of them by default."""
        statement = (
            select(SealedText)
            .where(col(SealedText.consumer_id).in_(consumers), SealedText.kind == kind)
            .order_by(col(SealedText.consumer_id), col(SealedText.text_id))
        )
        if text_ids is not None:
            statement = statement.where(col(SealedText.text_id).in_(text_ids))
        return [_stored(row) for row in inside.exec(statement)]

    def open(self, sealed: Sequence[StoredText]) -> list[bytes]:
        """The texts, in their order; ``Damaged`` if any fails its check.

        After the transaction, never inside it: the keyring may ask the key source.
        """
        named = [(text.key.consumer, envelope.key_version(text.rec)) for text in sealed]
        keys = self._keyring.keys_named(named, self._use)
        return [
            envelope.open(key, place_of_text(text.key, self._vault_id), text.rec)
            for key, text in zip(keys, sealed, strict=True)
        ]

    def delete(self, inside: Transaction, keys: Collection[TextKey]) -> None:
        """Destroy texts."""
        columns = (SealedText.consumer_id, SealedText.kind, SealedText.text_id)
        named = [(key.consumer, key.kind, key.text_id) for key in keys]
        inside.exec(delete(SealedText).where(tuple_(*map(col, columns)).in_(named)))

    def erase(self, inside: Transaction, consumers: Collection[ConsumerId]) -> None:
        """Destroy every text of these people."""
        inside.exec(delete(SealedText).where(col(SealedText.consumer_id).in_(consumers)))


def place_of_text(key: TextKey, vault_id: bytes) -> envelope.Place:
    """Where a text belongs: what its record must have been sealed for."""
    return envelope.Place(
        vault_id=vault_id,
        consumer_id=key.consumer,
        field=f"text/{key.kind}/{key.text_id.hex()}",
        version=1,
        schema_id=0,
    )


def _row(key: TextKey, rec: bytes) -> dict[str, object]:
    return {
        "consumer_id": key.consumer,
        "kind": key.kind,
        "text_id": key.text_id,
        "rec": rec,
    }


def _stored(row: SealedText) -> StoredText:
    consumer = ConsumerId(row.consumer_id)
    key = TextKey(consumer=consumer, kind=row.kind, text_id=row.text_id)
    return StoredText(key=key, rec=row.rec)
