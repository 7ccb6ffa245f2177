"""Rows of the log as an export reads them: a page of leaves, and how many are accounted for.

Rules kept here:
- Only questions; nothing is decided and nothing is opened.
- A chain that was joined goes under the record it was joined into, as everywhere else.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, func, or_, select
from sqlmodel import col

from consent.statements.rows import EntryToWrite
from consent.tables import EntryRow, HeadLeaf, LogLeaf
from consent.tables import Epoch as EpochRow
from consent.tables import Head as HeadRow
from vault.database import Transaction
from vault.identifiers import ConsumerId

PERSON = "consumer"
_ENTRY = (
    EntryRow.leaf_index,
    *(getattr(EntryRow, name) for name in EntryToWrite._fields),
    HeadRow.kind,
    HeadRow.status,
    HeadRow.secrets,
    HeadRow.joined_into,
)


def bodies(tx: Transaction, first: int, end: int) -> list[tuple[int, bytes]]:
    """The leaves ``first`` to ``end - 1`` as their bytes, by index."""
    at = col(LogLeaf.leaf_index)
    found = select(at, col(LogLeaf.body)).where(at >= first, at < end).order_by(at)
    return [(index, bytes(body)) for index, body in tx.execute(found)]


def entries(tx: Transaction, first: int, end: int) -> Sequence[Row[Any]]:
    """The entries at those leaves: the leaf, ``EntryToWrite``, and what is needed of the head."""
    at = col(EntryRow.leaf_index)
    return tx.execute(
        select(*_ENTRY)
        .join(HeadRow, col(HeadRow.slot) == col(EntryRow.slot))
        .where(at >= first, at < end)
    ).all()


def homes(tx: Transaction, rows: Iterable[Row[Any]]) -> dict[ConsumerId, ConsumerId]:
    """Of each person among these entries the record that goes on: not one that was joined."""
    into = {ConsumerId(bytes(row.consumer_id)): row.joined_into for row in rows if _is_person(row)}
    known = {owner: ConsumerId(bytes(other)) for owner, other in into.items() if other}
    looked_for = set(known.values())
    while looked_for:
        owner, other = col(HeadRow.consumer_id), col(HeadRow.joined_into)
        found = tx.execute(select(owner, other).where(owner.in_(looked_for), other.is_not(None)))
        further = {ConsumerId(bytes(one)): ConsumerId(bytes(to)) for one, to in found}
        looked_for = set(further.values()) - known.keys()
        known |= further
    return {owner: _last(owner, known) for owner in into}


def logged(tx: Transaction, size: int) -> int:
    """How many entries a log of this size took in."""
    counted = select(func.coalesce(func.sum(EpochRow.count), 0)).where(col(EpochRow.size) <= size)
    return int(tx.execute(counted).scalar_one())


def kept(tx: Transaction, size: int) -> int:
    """How many leaves of a log of this size have an entry, not counting epochs said to have one."""
    at = col(EntryRow.leaf_index)
    places = select(func.count(func.distinct(at))).where(at >= 0, at < size)
    epochs = select(func.count()).select_from(EpochRow).join(EntryRow, at == col(EpochRow.size) - 1)
    return int(tx.execute(places).scalar_one()) - int(tx.execute(epochs).scalar_one())


def closed(tx: Transaction) -> int:
    """How many entries the chains hold that take no more, those of erased people among them."""
    status = col(HeadRow.status)
    counted = (
        select(func.coalesce(func.sum(HeadLeaf.n), 0))
        .outerjoin(HeadRow, col(HeadRow.slot) == col(HeadLeaf.slot))
        .where(or_(status.is_(None), status != "open"))
    )
    return int(tx.execute(counted).scalar_one())


def _is_person(row: Row[Any]) -> bool:
    return bool(row.kind == PERSON)


def _last(owner: ConsumerId, into: dict[ConsumerId, ConsumerId]) -> ConsumerId:
    for _ in into:  # not "while": rows put in by hand may go round in a circle
        owner = into.get(owner, owner)
    return owner
