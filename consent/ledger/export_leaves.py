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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Row

from consent.ledger import export_rows
from consent.ledger.chain_secrets import ChainSecrets
from consent.ledger.entries import commit_b, open_row, row_key_version, slot_tag
from consent.ledger.entry_types import concerned
from consent.ledger.openings import Opening
from consent.ledger.reader import LogReader
from consent.ledger.row_hash import row_hash
from consent.statements.rows import EntryToWrite
from vault.crypto.versioned_key import VersionedKey
from vault.database import Database
from vault.errors import Damaged
from vault.identifiers import ConsumerId
from vault.keyring import Keyring, KeyUse

_ERASED = ("erasing", "erased")


@dataclass(frozen=True, slots=True)
class OpenedLeaf:
    """What an officer may know of an entry: its opening, its P read, whose it is by pseudonym."""

    c: bytes
    opening: Opening = field(repr=False)
    p: dict[str, Any] = field(repr=False)
    who: str | None


@dataclass(slots=True)
class _Chain:
    """What a page needs of one chain: its secrets, and its tags made so far."""

    secrets: ChainSecrets = field(repr=False)
    who: str | None
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

    def __init__(
        self, *, main: Database, keyring: Keyring, reader: LogReader, vault_id: bytes
    ) -> None:
        self._main = main
        self._keyring = keyring
        self._reader = reader
        self._vault_id = vault_id

    def page(self, *, first: int, end: int) -> list[Leaf]:
        """The leaves ``first`` to ``end - 1``. ``Damaged`` when one is missing or does not open."""
        with self._main.reading() as tx:
            bodies = export_rows.bodies(tx, first, end)
            rows = export_rows.entries(tx, first, end)
            homes = export_rows.homes(tx, rows)
        if len(bodies) != end - first:
            raise Damaged("a leaf of the log is missing")
        names = self._reader.pseudonyms(set(homes.values()))
        opened = self._opened(rows, {owner: names.get(home) for owner, home in homes.items()})
        return [_leaf(index, body, opened.get(index)) for index, body in bodies]

    def require_accounted(self, size: int) -> None:
        """``Damaged`` when more entries are gone than belong to records that were erased.

        Rows taken out by hand would otherwise be told as erased.
        """
        with self._main.reading() as tx:
            missing = export_rows.logged(tx, size) - export_rows.kept(tx, size)
            if missing and missing > export_rows.closed(tx):
                raise Damaged("entries of the log are gone, and nobody's record was erased")

    def _opened(
        self, rows: Sequence[Row[Any]], names: Mapping[ConsumerId, str | None]
    ) -> dict[int, OpenedLeaf]:
        owners = {ConsumerId(bytes(row.consumer_id)) for row in rows}
        keys = self._keyring.keys(owners, KeyUse.LOG)
        chains: dict[int, _Chain] = {}
        found: dict[int, OpenedLeaf] = {}
        for row in rows:
            if row.leaf_index in found:
                raise Damaged(f"two entries stand at leaf {row.leaf_index} of the log")
            owner = ConsumerId(bytes(row.consumer_id))
            lk = keys.get(owner)
            if lk is not None:
                chain = chains.get(row.slot) or self._chain(row, lk, names.get(owner))
                chains[row.slot] = chain
                found[row.leaf_index] = self._open(row, lk, chain)
            elif row.status not in _ERASED:
                raise Damaged("the log key of a record is gone, and it was not erased")
        return found

    def _open(self, row: Row[Any], lk: VersionedKey, chain: _Chain) -> OpenedLeaf:
        entry = EntryToWrite(*row[1 : 1 + len(EntryToWrite._fields)])
        if row_hash(entry) != entry.row_hash:
            raise Damaged(f"the row of leaf {row.leaf_index} was changed")
        opening, p = self._half(entry, lk, chain)
        if opening.c != entry.commitment:
            raise Damaged(f"the entry of leaf {row.leaf_index} does not open its commitment")
        return OpenedLeaf(entry.commitment, opening, p, chain.who)

    def _chain(self, row: Row[Any], lk: VersionedKey, who: str | None) -> _Chain:
        return _Chain(
            ChainSecrets.open(row.secrets, vault_id=self._vault_id, slot=row.slot, lk=lk), who
        )

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
