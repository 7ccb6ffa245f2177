"""The hash that ties an entry's row to its place: a bad row is found before the next signature.

It needs no key: the sequencer and ``doctor`` check it over every row, the sealed part included.
"""

from consent.statements.rows import EntryToWrite
from vault.crypto.primitives import length_prefixed, sha256


def row_hash(record: EntryToWrite) -> bytes:
    """SHA-256 over everything the row says.

    Place, time, commitment, previous head, sealed part, index.
    """
    return sha256(
        length_prefixed(
            b"habeas/row-hash/v1",
            record.consumer_id,
            record.slot.to_bytes(8, "big"),
            record.i.to_bytes(8, "big"),
            record.at.to_bytes(8, "big"),
            record.commitment,
            record.previous,
            record.row,
            (record.company_id or "").encode(),
            record.type.encode(),
        )
    )
