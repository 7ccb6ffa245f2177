"""The leaves of the log read back for an export: opened where a key still opens them.

Rules kept here:
- Each page is read in a snapshot of its own: leaves never change, so an export may take as long as
  it likes and holds no reader open meanwhile. An entry erased in between is closed as erased.
- An entry is opened only if its row is as it was written and gives the commitment in the log; else
  ``Damaged``. A key that is gone without an erasure is ``Damaged`` too, never "erased".
- No key source is asked while a snapshot is open.

Use::

    for leaf in leaves.page(first=0, end=1_000):
        leaf.index, leaf.body, leaf.opened          # None: no entry, or its person was erased
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Row, func, or_, select
from sqlmodel import col

from consent.ledger.chain_secrets import ChainSecrets
from consent.ledger.entries import commit_b, open_row, row_key_version, slot_tag
from consent.ledger.entry_types import concerned
from consent.ledger.openings import Opening
from consent.ledger.pseudonyms import pseudonym
from consent.ledger.row_hash import row_hash
from consent.statements.rows import EntryToWrite
from consent.tables import EntryRow, HeadLeaf, LogLeaf
from consent.tables import Epoch as EpochRow
from consent.tables import Head as HeadRow
from vault.crypto.versioned_key import VersionedKey
from vault.database import Database, Transaction
from vault.errors import Damaged
from vault.identifiers import ConsumerId
from vault.keyring import Keyring, KeyUse

_ENTRY = (
    EntryRow.leaf_index,
    *(getattr(EntryRow, name) for name in EntryToWrite._fields),
    HeadRow.kind,
    HeadRow.status,
    HeadRow.secrets,
)
_ERASED = ("erasing", "erased")


@dataclass(frozen=True, slots=True)
class OpenedLeaf:
    """What an officer may know of an entry: its opening, its P read, whose it is by pseudonym."""

    c: bytes
    opening: Opening = field(repr=False)
    p: dict[str, Any] = field(repr=False)
    who: bytes | None


@dataclass(slots=True)
class _Chain:
    """What a page needs of one chain: its secrets, and its tags made so far."""

    secrets: ChainSecrets = field(repr=False)
    who: bytes | None
    tags: dict[str, bytes] = field(default_factory=dict, repr=False)

    def tag(self, actor: str) -> bytes:
        """The bearer's tag towards an actor."""
        if actor not in self.tags:
            self.tags[actor] = slot_tag(self.secrets.tag_key, actor)
        return self.tags[actor]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One leaf of the log."""

    index: int
    body: bytes
    opened: OpenedLeaf | None


class LeafSource:
    """Leaves of one log, page by page."""

    def __init__(self, *, main: Database, keyring: Keyring, vault_id: bytes) -> None:
        self._main = main
        self._keyring = keyring
        self._vault_id = vault_id

    def page(self, *, first: int, end: int) -> list[Leaf]:
        """The leaves ``first`` to ``end - 1``. ``Damaged`` when one is missing or does not open."""
        with self._main.reading() as tx:
            bodies = _bodies(tx, first, end)
            rows = _rows(tx, first, end)
        if len(bodies) != end - first:
            raise Damaged("a leaf of the log is missing")
        opened = self._opened(rows)
        return [_leaf(index, body, opened.get(index)) for index, body in bodies]

    def require_accounted(self, size: int) -> None:
        """``Damaged`` when more entries are gone than belong to records that were erased.

        Rows taken out by hand would otherwise be told as erased.
        """
        with self._main.reading() as tx:
            missing = _logged(tx, size) - _kept(tx, size)
            if missing and missing > _closed(tx):
                raise Damaged("entries of the log are gone, and nobody's record was erased")

    def _opened(self, rows: Sequence[Row[Any]]) -> dict[int, OpenedLeaf]:
        owners = {ConsumerId(bytes(row.consumer_id)) for row in rows}
        keys = self._keyring.keys(owners, KeyUse.LOG)
        chains: dict[int, _Chain] = {}
        found: dict[int, OpenedLeaf] = {}
        for row in rows:
            if row.leaf_index in found:
                raise Damaged(f"two entries stand at leaf {row.leaf_index} of the log")
            lk = keys.get(ConsumerId(bytes(row.consumer_id)))
            if lk is not None:
                found[row.leaf_index] = self._open(row, lk, chains)
            elif row.status not in _ERASED:
                raise Damaged("the log key of a record is gone, and it was not erased")
        return found

    def _open(self, row: Row[Any], lk: VersionedKey, chains: dict[int, _Chain]) -> OpenedLeaf:
        entry = EntryToWrite(*row[1 : 1 + len(EntryToWrite._fields)])
        if row_hash(entry) != entry.row_hash:
            raise Damaged(f"the row of leaf {row.leaf_index} was changed")
        chain = chains.get(entry.slot)
        if chain is None:
            chain = chains[entry.slot] = self._chain(row, lk)
        opening, p = self._half(entry, lk, chain)
        if opening.c != entry.commitment:
            raise Damaged(f"the entry of leaf {row.leaf_index} does not open its commitment")
        return OpenedLeaf(entry.commitment, opening, p, chain.who)

    def _chain(self, row: Row[Any], lk: VersionedKey) -> _Chain:
        secrets = ChainSecrets.open(row.secrets, vault_id=self._vault_id, slot=row.slot, lk=lk)
        return _Chain(secrets, pseudonym(secrets.tag_key) if row.kind == "consumer" else None)

    def _half(
        self, entry: EntryToWrite, lk: VersionedKey, chain: _Chain
    ) -> tuple[Opening, dict[str, Any]]:
        """The half of an entry that is not the person's alone, and its P read."""
        slot, i = entry.slot, entry.i
        sealed = open_row(
            entry.row,
            slot=slot,
            i=i,
            c=entry.commitment,
            vault_id=self._vault_id,
            lk=self._key(entry, lk),
        )
        p = orjson.loads(sealed.P)
        opening = Opening(
            r=sealed.r,
            T=chain.tag(concerned(p)),
            P=sealed.P,
            B=commit_b(s=sealed.s, slot=slot, i=i, state=sealed.S, q=sealed.Q),
        )
        return opening, p

    def _key(self, entry: EntryToWrite, newest: VersionedKey) -> VersionedKey:
        version = row_key_version(entry.row)
        if version == newest.version:
            return newest
        key = self._keyring.key(ConsumerId(entry.consumer_id), KeyUse.LOG, version)
        if key is None:
            raise Damaged("an entry names a log key that does not exist")
        return key


def _leaf(index: int, body: bytes, opened: OpenedLeaf | None) -> Leaf:
    if opened is not None and opened.c != body[1:]:
        raise Damaged(f"leaf {index} of the log is not the entry written for it")
    return Leaf(index, body, opened)


def _bodies(tx: Transaction, first: int, end: int) -> list[tuple[int, bytes]]:
    at = col(LogLeaf.leaf_index)
    found = select(at, col(LogLeaf.body)).where(at >= first, at < end).order_by(at)
    return [(index, bytes(body)) for index, body in tx.execute(found)]


def _rows(tx: Transaction, first: int, end: int) -> Sequence[Row[Any]]:
    at = col(EntryRow.leaf_index)
    return tx.execute(
        select(*_ENTRY)
        .join(HeadRow, col(HeadRow.slot) == col(EntryRow.slot))
        .where(at >= first, at < end)
    ).all()


def _logged(tx: Transaction, size: int) -> int:
    """How many entries a log of this size took in."""
    counted = select(func.coalesce(func.sum(EpochRow.count), 0)).where(col(EpochRow.size) <= size)
    return int(tx.execute(counted).scalar_one())


def _kept(tx: Transaction, size: int) -> int:
    """How many leaves of a log of this size have an entry, not counting epochs said to have one."""
    at = col(EntryRow.leaf_index)
    places = select(func.count(func.distinct(at))).where(at >= 0, at < size)
    epochs = select(func.count()).select_from(EpochRow).join(EntryRow, at == col(EpochRow.size) - 1)
    return int(tx.execute(places).scalar_one()) - int(tx.execute(epochs).scalar_one())


def _closed(tx: Transaction) -> int:
    """How many entries the chains hold that take no more, those of erased people among them."""
    status = col(HeadRow.status)
    counted = (
        select(func.coalesce(func.sum(HeadLeaf.n), 0))
        .outerjoin(HeadRow, col(HeadRow.slot) == col(HeadLeaf.slot))
        .where(or_(status.is_(None), status != "open"))
    )
    return int(tx.execute(counted).scalar_one())
