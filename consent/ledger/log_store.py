"""Rows of the log in and out: waiting entries, leaves, tiles, head map, epochs. No decisions.

Rules kept here:
- Commitments, leaves and notes are stored and returned byte for byte.
- What comes by the thousand comes as columns, and goes by the driver's own way: making an object of
  each row would cost more than hashing it.
- Writing an epoch is one transaction of the caller; its number is the key, so two writers cannot
  both stage it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import TextClause, func, insert, text, update
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from consent.ledger.epochs import Epoch
from consent.statements.rows import EntryToWrite
from consent.tables import EntryRow, HeadLeaf, HeadTile, LogLeaf, LogTile
from consent.tables import Epoch as EpochRow
from consent.tables import Head as HeadRow
from vault.bulk_insert import insert_many
from vault.database import Transaction

Place = tuple[int, int]
_CHUNK = 500
_SAMPLE = 1_000

_RECORD = tuple(col(getattr(EntryRow, name)) for name in EntryToWrite._fields)
_HEAD_LEAF = (col(HeadLeaf.slot), col(HeadLeaf.n), col(HeadLeaf.head))

_PUT_LOG_TILE = text(
    "INSERT INTO log_tiles (level, position, hashes) VALUES (:level, :position, :hashes)"
    " ON CONFLICT (level, position) DO UPDATE SET hashes = excluded.hashes"
)
_PUT_HEAD_TILE = text(
    "INSERT INTO head_tiles (height, position, hashes) VALUES (:height, :position, :hashes)"
    " ON CONFLICT (height, position) DO UPDATE SET hashes = excluded.hashes"
)
_PUT_HEAD_LEAF = text(
    "INSERT INTO head_leaves (slot, n, head) VALUES (:slot, :n, :head)"
    " ON CONFLICT (slot) DO UPDATE SET n = excluded.n, head = excluded.head"
)
_SEQUENCED = text(
    "UPDATE entries SET leaf_index = :leaf_index"
    " WHERE consumer_id = :consumer_id AND i = :i AND leaf_index IS NULL"
)


def waiting(tx: Transaction, *, limit: int) -> list[EntryToWrite]:
    """Entries that are not in the log yet, by slot and i: of each chain an unbroken run."""
    rows = tx.execute(
        select_columns(*_RECORD)
        .where(col(EntryRow.leaf_index).is_(None))
        .order_by(col(EntryRow.slot), col(EntryRow.i))
        .limit(limit)
    )
    return [EntryToWrite(*row) for row in rows]


def oldest_waiting(tx: Transaction) -> int | None:
    """``at`` of the oldest of the first thousand entries waiting; ``None`` when none waits.

    The first ones of many chains, so close to the oldest of all; and never a walk over all that
    waits while no sequencer runs, because every process asks once a second.
    """
    sample = (
        select(EntryRow.at)
        .where(col(EntryRow.leaf_index).is_(None))
        .order_by(col(EntryRow.slot), col(EntryRow.i))
        .limit(_SAMPLE)
        .subquery()
    )
    oldest: int | None = tx.exec(select(func.min(sample.c.at))).one()
    return oldest


def record(row: EntryRow) -> EntryToWrite:
    """A stored row as the log hashed it."""
    return EntryToWrite(
        consumer_id=bytes(row.consumer_id),
        i=row.i,
        slot=row.slot,
        at=row.at,
        commitment=bytes(row.commitment),
        previous=bytes(row.previous),
        row=bytes(row.row),
        row_hash=bytes(row.row_hash),
        company_id=row.company_id,
        type=row.type,
    )


def newest_epoch(tx: Transaction) -> EpochRow | None:
    """The newest epoch, staged or published."""
    return tx.exec(select(EpochRow).order_by(col(EpochRow.k).desc()).limit(1)).one_or_none()


def newest_note(tx: Transaction) -> str | None:
    """The newest published checkpoint, as it was signed; ``None`` before the first."""
    return tx.exec(
        select(EpochRow.note)
        .where(col(EpochRow.note).is_not(None))
        .order_by(col(EpochRow.k).desc())
        .limit(1)
    ).one_or_none()


def epochs_over(tx: Transaction, consumer_id: bytes, *, after: int, upto: int) -> list[EpochRow]:
    """The epochs whose batches hold a chain's entries with ``after < i <= upto``, in order."""
    covering = (
        select(func.min(EpochRow.size))
        .where(col(EpochRow.size) > EntryRow.leaf_index)
        .correlate(EntryRow)
        .scalar_subquery()
    )
    sizes = select(covering).where(
        col(EntryRow.consumer_id) == consumer_id, col(EntryRow.i) > after, col(EntryRow.i) <= upto
    )
    rows = tx.exec(select(EpochRow).where(col(EpochRow.size).in_(sizes)).order_by(col(EpochRow.k)))
    return list(rows)


def chain_count(tx: Transaction) -> int:
    """How many slots are taken."""
    return tx.exec(select(func.count()).select_from(HeadRow)).one()


def head_leaves(tx: Transaction, slots: Sequence[int]) -> dict[int, tuple[int, bytes]]:
    """What the head map says of these slots: length and head of the chain as last sequenced."""
    found: dict[int, tuple[int, bytes]] = {}
    for part in _parts(slots):
        rows = tx.execute(select_columns(*_HEAD_LEAF).where(col(HeadLeaf.slot).in_(part)))
        found |= {slot: (n, head) for slot, n, head in rows}
    return found


def log_tile(tx: Transaction, level: int, position: int) -> bytes:
    """One tile of the log; empty when there is none."""
    row = tx.get(LogTile, (level, position))
    return b"" if row is None else bytes(row.hashes)


def head_tile(tx: Transaction, height: int, position: int) -> bytes:
    """One tile of the head map; empty when all its nodes are."""
    row = tx.get(HeadTile, (height, position))
    return b"" if row is None else bytes(row.hashes)


def head_tiles(tx: Transaction, height: int, positions: Sequence[int]) -> dict[Place, bytes]:
    """Many tiles of one height of the head map."""
    found: dict[Place, bytes] = {}
    for part in _parts(positions):
        rows = tx.execute(
            select_columns(col(HeadTile.position), col(HeadTile.hashes)).where(
                col(HeadTile.height) == height, col(HeadTile.position).in_(part)
            )
        )
        found |= {(height, position): hashes for position, hashes in rows}
    return found


def put_leaves(tx: Transaction, *, first_index: int, leaves: Sequence[bytes]) -> None:
    """Add leaves at the end of the log."""
    rows = [{"leaf_index": first_index + n, "body": body} for n, body in enumerate(leaves)]
    insert_many(tx, LogLeaf, rows)


def put_tiles(tx: Transaction, *, log: Mapping[Place, bytes], heads: Mapping[Place, bytes]) -> None:
    """Write the changed tiles of the log and of the head map."""
    _many(
        tx,
        _PUT_LOG_TILE,
        [{"level": lv, "position": at, "hashes": tile} for (lv, at), tile in log.items()],
    )
    _many(
        tx,
        _PUT_HEAD_TILE,
        [{"height": ht, "position": at, "hashes": tile} for (ht, at), tile in heads.items()],
    )


def put_head_leaves(tx: Transaction, folded: Mapping[int, tuple[int, bytes]]) -> None:
    """Write what the head map now says of each changed slot."""
    _many(
        tx,
        _PUT_HEAD_LEAF,
        [{"slot": slot, "n": n, "head": head} for slot, (n, head) in folded.items()],
    )


def mark_sequenced(tx: Transaction, placed: Sequence[tuple[EntryToWrite, int]]) -> None:
    """Write the leaf index of each entry that is now in the log."""
    _many(
        tx,
        _SEQUENCED,
        [
            {"leaf_index": index, "consumer_id": entry.consumer_id, "i": entry.i}
            for entry, index in placed
        ],
    )


def put_epoch(tx: Transaction, epoch: Epoch, *, root: bytes) -> None:
    """Stage an epoch: its key is its number, so a second writer's insert fails whole."""
    tx.execute(
        insert(EpochRow),
        [
            {
                "k": epoch.k,
                "ts": epoch.ts,
                "first_index": epoch.first_index,
                "count": epoch.count,
                "depth": epoch.d,
                "map_root": epoch.map_root,
                "size": epoch.size,
                "root": root,
            }
        ],
    )


def publish(tx: Transaction, *, k: int, note: str) -> None:
    """Put the signed note beside a staged epoch."""
    tx.execute(update(EpochRow).where(col(EpochRow.k) == k).values(note=note))


def as_epoch(row: EpochRow) -> Epoch:
    """A stored epoch as its leaf says it."""
    return Epoch(
        k=row.k,
        ts=row.ts,
        first_index=row.first_index,
        count=row.count,
        d=row.depth,
        map_root=bytes(row.map_root),
    )


def _many(tx: Transaction, statement: TextClause, rows: list[dict[str, Any]]) -> None:
    if rows:
        tx.execute(statement, rows)


def _parts(keys: Sequence[int]) -> Iterable[list[int]]:
    ordered = sorted(set(keys))
    return (ordered[at : at + _CHUNK] for at in range(0, len(ordered), _CHUNK))
