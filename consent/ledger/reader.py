"""Reading a chain back.

Rows opened under the bearer's log key and checked against their commitments.

Rules kept here:
- An entry is shown only if its row is as it was written and its opened parts give the commitment
  that the log holds; otherwise ``Damaged``.
- Reading changes nothing and makes no entry. Who may read whose chain is decided above.

Use::

    for event in reader.entries(consumer, newest_first=True, limit=50):
        event.P["type"], event.Q.get("versions")
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import func
from sqlmodel import col, select

from consent.ledger.chain_secrets import ChainSecrets
from consent.ledger.entries import Opened, open_row, recompute, row_key_version, slot_tag
from consent.ledger.entry_types import concerned
from consent.ledger.log_store import record
from consent.ledger.row_hash import row_hash
from consent.tables import EntryRow
from consent.tables import Head as HeadRow
from vault.crypto.primitives import expand, length_prefixed
from vault.crypto.versioned_key import VersionedKey
from vault.database import Database, Transaction
from vault.errors import Damaged
from vault.identifiers import ConsumerId, Prefix, encode
from vault.keyring import Keyring, KeyUse


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedEntry:
    """One entry of a chain, opened. ``leaf_index`` is ``None`` until it is in the log."""

    i: int
    at: int
    type: str
    company: str | None
    leaf_index: int | None
    commitment: bytes
    opened: Opened = field(repr=False)
    P: Mapping[str, Any] = field(repr=False)
    Q: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainView:
    """A chain as its bearer may see it: where it stands, its head and its secrets."""

    slot: int
    n: int
    head: bytes
    secrets: ChainSecrets = field(repr=False)


class LogReader:
    """Opened entries of one chain at a time."""

    def __init__(self, *, main: Database, keyring: Keyring, vault_id: bytes) -> None:
        self._main = main
        self._keyring = keyring
        self._vault_id = vault_id

    def entries(
        self,
        consumer: ConsumerId,
        *,
        after: int = 0,
        before: int | None = None,
        types: Sequence[str] = (),
        company: str | None = None,
        newest_first: bool = False,
        limit: int = 200,
        inside: Transaction | None = None,
    ) -> list[OpenedEntry]:
        """Entries of one chain with ``after < i < before``, of the given types and company.

        ``inside``: as they stand in an act that has warmed the chain's log key; else as committed.
        """
        question = select(EntryRow).where(
            col(EntryRow.consumer_id) == consumer, col(EntryRow.i) > after
        )
        if before is not None:
            question = question.where(col(EntryRow.i) < before)
        if types:
            question = question.where(col(EntryRow.type).in_(types))
        if company is not None:
            question = question.where(col(EntryRow.company_id) == company)
        order = col(EntryRow.i).desc() if newest_first else col(EntryRow.i).asc()
        with nullcontext(inside) if inside is not None else self._main.reading() as tx:
            view = self.view(tx, consumer)
            rows = tx.exec(question.order_by(order).limit(limit)).all()
        return self.open(consumer, view, rows)

    def owners(self) -> list[ConsumerId]:
        """The bearers of all chains, people, companies and the vault, by slot.

        Not those that are erased or being erased: there is nothing to read any more, or soon.
        """
        with self._main.reading() as tx:
            live = select(HeadRow.consumer_id).where(col(HeadRow.status).in_(("open", "joined")))
            rows = tx.exec(live.order_by(col(HeadRow.slot)))
            return [ConsumerId(bytes(row)) for row in rows]

    def pseudonyms(self, people: Collection[ConsumerId]) -> dict[ConsumerId, str]:
        """What stands for people before an officer, such as ``7F3K-22QM-9XTD``: 60 bits.

        From each person's own log key: who does not hold it cannot tell whom one stands for, and
        when the key is destroyed nobody can. Of such a person there is none.
        """
        keys = self._keyring.keys(people, KeyUse.LOG)
        info = length_prefixed(b"habeas/pseudonym/v1", self._vault_id)
        return {one: _spelled(expand(key.key, info, 16)) for one, key in keys.items()}

    def count(self, consumer: ConsumerId, *, types: Sequence[str] = ()) -> int:
        """How many entries a chain has, of the given types or of all."""
        question = select(func.count()).where(col(EntryRow.consumer_id) == consumer)
        if types:
            question = question.where(col(EntryRow.type).in_(types))
        with self._main.reading() as tx:
            return tx.exec(question).one()

    def view(self, tx: Transaction, consumer: ConsumerId) -> ChainView:
        """Where a chain stands, with its secrets opened. ``KeyError`` if there is none."""
        row = tx.exec(select(HeadRow).where(col(HeadRow.consumer_id) == consumer)).one_or_none()
        if row is None:
            raise KeyError("no chain")
        lk = self._keyring.keys([consumer], KeyUse.LOG)[consumer]
        secrets = ChainSecrets.open(
            bytes(row.secrets), vault_id=self._vault_id, slot=row.slot, lk=lk
        )
        return ChainView(slot=row.slot, n=row.n, head=bytes(row.head), secrets=secrets)

    def open(
        self, consumer: ConsumerId, view: ChainView, rows: Iterable[EntryRow]
    ) -> list[OpenedEntry]:
        """Open rows of one chain.

        ``Damaged`` names the entry whose row does not give its commitment.
        """
        lk = self._keyring.keys([consumer], KeyUse.LOG)[consumer]
        return [self._open_one(consumer, view, row, lk) for row in rows]

    def _open_one(
        self, consumer: ConsumerId, view: ChainView, row: EntryRow, lk: VersionedKey
    ) -> OpenedEntry:
        if row_hash(record(row)) != bytes(row.row_hash):
            raise Damaged(f"the row of entry {row.i} was changed")
        commitment, sealed = bytes(row.commitment), bytes(row.row)
        version = row_key_version(sealed)
        key = lk if version == lk.version else self._older(consumer, version)
        opened = open_row(
            sealed, slot=view.slot, i=row.i, c=commitment, vault_id=self._vault_id, lk=key
        )
        p = orjson.loads(opened.P)
        tag = slot_tag(view.secrets.tag_key, concerned(p))
        if recompute(opened, slot=view.slot, i=row.i, tag=tag) != commitment:
            raise Damaged(f"entry {row.i} does not open its commitment")
        return OpenedEntry(
            i=row.i,
            at=row.at,
            type=row.type,
            company=row.company_id,
            leaf_index=row.leaf_index,
            commitment=commitment,
            opened=opened,
            P=p,
            Q=orjson.loads(opened.Q),
        )

    def _older(self, consumer: ConsumerId, version: int) -> VersionedKey:
        key = self._keyring.key(consumer, KeyUse.LOG, version)
        if key is None:
            raise Damaged("an entry names a log key that does not exist")
        return key


def _spelled(sixteen: bytes) -> str:
    """The last 60 bits in Crockford base32, in fours."""
    digits = encode(Prefix.CONSUMER, sixteen)[-12:]
    return "-".join((digits[:4], digits[4:8], digits[8:]))
