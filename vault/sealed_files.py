"""Files of people's cases: sealed chunk by chunk, each file under a key of its own.

Rules kept here:
- Written and read in pieces: no more than a chunk or two of a file is in memory.
- A file is its header and exactly the chunks the header says. A header whose chunks were taken away
  or added to does not open, nor one moved to another person, case or id.
- The caller has warmed the keys, so that no key source is asked inside the transaction.
- A file never changes. So it is read chunk by chunk, each in a snapshot of its own: no reader stays
  open while somebody downloads.

Use::

    key = FileKey(consumer=consumer, case_id=raw(contest_id), file_id=new_file_id)
    header_hash = files.put(inside, key, pieces, length=204_800)
    stored = files.fetch(inside, key)
    for piece in files.open(stored): ...            # after the transaction
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, func
from sqlmodel import col, delete, insert, select

from vault.crypto import sealed_file
from vault.database import Database, Transaction
from vault.errors import Damaged, KeyDestroyed
from vault.identifiers import ConsumerId
from vault.keyring import Keyring, KeyUse
from vault.tables import SealedChunk, SealedFile


@dataclass(frozen=True, slots=True, kw_only=True)
class FileKey:
    """Which file: ``case_id`` and ``file_id`` are 16 bytes each, the latter unique for a person."""

    consumer: ConsumerId
    case_id: bytes
    file_id: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file, still sealed."""

    key: FileKey
    header: bytes = field(repr=False)

    @property
    def length(self) -> int:
        """How many bytes it has, as its header says; opening it proves it."""
        return sealed_file.length_of(self.header)


class SealedFiles:
    """The sealed files of one vault, under people's data keys."""

    def __init__(self, *, main: Database, keyring: Keyring, vault_id: bytes) -> None:
        self._main = main
        self._keyring = keyring
        self._vault_id = vault_id

    def put(
        self, inside: Transaction, key: FileKey, pieces: Iterable[bytes], *, length: int
    ) -> bytes:
        """Seal and write a file of ``length`` bytes, read as it is written; H(header), 32 bytes.

        ``KeyDestroyed`` for a person without a key, ``BadInput`` when the pieces are more or fewer
        bytes than ``length``: the transaction is to be rolled back then.
        """
        held = self._keyring.keys([key.consumer], KeyUse.DATA)
        if key.consumer not in held:
            raise KeyDestroyed("a person was erased: there is no key to write with")
        header, chunks = sealed_file.seal(
            held[key.consumer], self._place(key), pieces, length=length
        )
        connection = inside.connection()
        connection.execute(insert(SealedFile), [_header_row(key, header)])
        for number, data in enumerate(chunks):
            connection.execute(insert(SealedChunk), [_chunk_row(key, number, data)])
        return sealed_file.header_hash(header)

    def fetch(self, inside: Transaction, key: FileKey) -> StoredFile | None:
        """One file, still sealed."""
        row = inside.get(SealedFile, (key.consumer, key.case_id, key.file_id))
        return None if row is None else StoredFile(key=key, header=bytes(row.header))

    def of_case(
        self, inside: Transaction, consumer: ConsumerId, case_id: bytes
    ) -> list[StoredFile]:
        """A case's files, still sealed, by id."""
        rows = inside.exec(
            select(SealedFile)
            .where(col(SealedFile.consumer_id) == consumer, col(SealedFile.case_id) == case_id)
            .order_by(col(SealedFile.file_id))
        )
        return [_stored(row) for row in rows]

    def of_person(self, consumer: ConsumerId) -> list[StoredFile]:
        """All of a person's files, still sealed, by case and id."""
        with self._main.reading() as tx:
            rows = tx.exec(
                select(SealedFile)
                .where(col(SealedFile.consumer_id) == consumer)
                .order_by(col(SealedFile.case_id), col(SealedFile.file_id))
            )
            return [_stored(row) for row in rows]

    def open(self, stored: StoredFile) -> Iterator[bytes]:
        """The file in pieces of up to 64 KiB; ``Damaged`` if it fails its check, also half-way.

        After the transaction, never inside it: the keyring may ask the key source.
        """
        key = stored.key
        version = sealed_file.key_version(stored.header)
        [data_key] = self._keyring.keys_named([(key.consumer, version)], KeyUse.DATA)
        with self._main.reading() as tx:
            count = tx.exec(
                select(func.count()).select_from(SealedChunk).where(*_chunks_of(key))
            ).one()
        if count != sealed_file.chunks_of(stored.header):
            raise Damaged("a file has not the chunks it was sealed with")
        return sealed_file.open(data_key, self._place(key), stored.header, self._chunks(key, count))

    def delete(self, inside: Transaction, keys: Collection[FileKey]) -> None:
        """Destroy files; those that are not there are nothing to do."""
        for key in keys:
            row = inside.get(SealedFile, (key.consumer, key.case_id, key.file_id))
            if row is not None:
                inside.delete(row)
                inside.exec(delete(SealedChunk).where(*_chunks_of(key)))

    def _chunks(self, key: FileKey, count: int) -> Iterator[bytes]:
        for number in range(count):
            with self._main.reading() as tx:
                row = tx.get(SealedChunk, (key.consumer, key.file_id, number))
            if row is None:
                return  # taken away meanwhile: too few
            yield bytes(row.data)

    def _place(self, key: FileKey) -> sealed_file.FilePlace:
        return sealed_file.FilePlace(
            vault_id=self._vault_id,
            consumer_id=key.consumer,
            case_id=key.case_id,
            file_id=key.file_id,
        )


def _chunks_of(key: FileKey) -> tuple[ColumnElement[bool], ...]:
    return col(SealedChunk.consumer_id) == key.consumer, col(SealedChunk.file_id) == key.file_id


def _stored(row: SealedFile) -> StoredFile:
    key = FileKey(
        consumer=ConsumerId(bytes(row.consumer_id)),
        case_id=bytes(row.case_id),
        file_id=bytes(row.file_id),
    )
    return StoredFile(key=key, header=bytes(row.header))


def _header_row(key: FileKey, header: bytes) -> dict[str, object]:
    return {
        "consumer_id": key.consumer,
        "case_id": key.case_id,
        "file_id": key.file_id,
        "header": header,
    }


def _chunk_row(key: FileKey, number: int, data: bytes) -> dict[str, object]:
    return {
        "consumer_id": key.consumer,
        "file_id": key.file_id,
        "number": number,
        "data": data,
    }
