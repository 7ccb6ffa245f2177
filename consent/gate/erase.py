"""A person is erased: the gate closes, keys go, then rows. What stays is a table of data here.

The steps (docs: encryption, Erasure), numbered as in ``audit_portal.erasure.steps``, which walks
through them and resumes what a crash cut short:

1 ``close``: the ``erase`` entry, the gate closed, who read is told; one commit
2 ``destroy_values``: the data and the reinsertion key
3 (the caller) the entry stands under a checkpoint, the last copy was handed out or a day passed
4 ``keep`` what a duty requires, then ``destroy_rest``: the log key
5 ``delete_rows``: everything of the person in every table
6 ``bury``: the tombstone in the store that is never restored, then the head says ``erased``

Rules kept here:
- Records that were joined into the person's own go with it, each with a tombstone of its own.
- Rows are found by their ``consumer_id``, in whatever table: a new table is covered unless it is
  named in ``STAYS``.
- From 1 on the person is nobody: not found by a name or an address, unknown to every company.
- ``apply_tombstones`` repeats 2 to 6 on stores that were restored, before anything is served.

Use::

    with log.acting([consumer]) as act:
        eraser.close(act, consumer, actor=BY_CONSUMER, now_ms=now)
"""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, Table, Update, delete, func, true, update
from sqlmodel import SQLModel, col, select

from consent import access_rows, outbox
from consent.access_looks import READS
from consent.gate import evidence
from consent.gate.people import People
from consent.ledger.entry_types import EntryType
from consent.ledger.lock_store import LockStore
from consent.ledger.log import Act, Appended, Log, NewEntry
from consent.notices import NewNotice, NoticeKind
from consent.tables import EntryRow, Head, Notice
from vault.database import Database, Transaction
from vault.identifiers import CompanyId, ConsumerId, Prefix, new_consumer_id, new_id
from vault.keyring import Keyring, KeyUse

OWNER = "consumer_id"

STAYS: Mapping[str, str] = {
    "heads": "slot, count and head of the chain, without its secrets: the log is built on them",
    "erasures": "what is under way; the last step takes it away",
}
"""Tables that keep a row of an erased person, and why."""

STAYS_IN_PART: Mapping[str, tuple[str, Collection[str], str]] = {
    "sealed_texts": ("kind", evidence.KINDS, "what a duty keeps, under the evidence key"),
    "deadlines": ("kind", {evidence.ENDS}, "when that ends"),
}
"""Tables of which some rows stay: the column, the values that stay, and why."""

_FOUND_BY = ("lookup",)
"""Tables that lead to a person from outside: they go with the first step."""

_GONE_FIRST = (KeyUse.DATA, KeyUse.REINSERTION)
_LOOKS = (*READS, EntryType.CASE_READ)
_AT_ONCE = 500


class Eraser:
    """The steps of an erasure. Each may be repeated: what is done already is done again."""

    def __init__(
        self, *, main: Database, locks: LockStore, keyring: Keyring, log: Log, people: People
    ) -> None:
        self._main = main
        self._locks = locks
        self._keyring = keyring
        self._log = log
        self._people = people

    def chains(self, inside: Transaction, consumer: ConsumerId) -> list[ConsumerId]:
        """The person's own chain and those joined into it."""
        return access_rows.chains_of(inside, consumer)

    # --- 1 --------------------------------------------------------------------------------------

    def close(self, act: Act, consumer: ConsumerId, *, actor: str, now_ms: int) -> Appended:
        """Step 1: who read is told, the last entry, the gate closed. The caller commits.

        A crash before the commit leaves nothing, after it an erasure that is gone on with.
        """
        chains = self.chains(act.tx, consumer)
        told = readers(act.tx, chains)
        for company in told:
            notice = NewNotice(
                consumer=consumer,
                company=company,
                kind=NoticeKind.ERASED,
                about=new_id(Prefix.EVENT),
            )
            outbox.enqueue(act, notice, now_ms=now_ms)
        entry = NewEntry(
            owner=consumer,
            type=EntryType.ERASE,
            actor=actor,
            P={"scope": "person"},
            Q={"told": list(told)},
        )
        [appended] = act.append(entry)
        act.tx.execute(_heads(chains).values(status="erasing"))
        for name in _FOUND_BY:
            _delete(act.tx, SQLModel.metadata.tables[name], chains)
        return appended

    def forget(self, chains: Collection[ConsumerId]) -> None:
        """Drop what this process remembers of these chains."""
        self._people.forget(chains)
        for chain in chains:
            self._log.forget(chain)

    # --- 2 and 4: keys --------------------------------------------------------------------------

    def destroy_values(self, chains: Collection[ConsumerId]) -> bool:
        """Step 2; whether the keys' bytes are out of the key store's own log as well."""
        return self._destroy(chains, _GONE_FIRST)

    def warm_evidence(self, consumer: ConsumerId) -> None:
        """Fetch the evidence key before the transaction of step 4 locks anything."""
        self._keyring.warm([consumer], [KeyUse.EVIDENCE])

    def destroy_rest(self, consumer: ConsumerId, chains: Collection[ConsumerId]) -> bool:
        """Step 4: the log key, and the evidence key where nothing is kept under it."""
        with self._main.reading() as tx:
            keeping = _keeping(tx, [consumer])
        others = [chain for chain in chains if chain not in keeping]
        gone = self._destroy(chains, [KeyUse.LOG])
        return self._destroy(others, list(KeyUse)) and gone

    def _destroy(self, chains: Collection[ConsumerId], uses: Collection[KeyUse]) -> bool:
        gone = [self._keyring.destroy(chain, uses) for chain in chains]
        return all(gone)

    # --- 5 --------------------------------------------------------------------------------------

    def delete_rows(self, inside: Transaction, chains: Collection[ConsumerId]) -> None:
        """Step 5: everything of these chains in every table but what ``STAYS``.

        A notice its company has not got yet goes on without the person: under an id of nobody.
        """
        untold = (
            col(Notice.consumer_id).in_(chains)
            & (col(Notice.kind) == NoticeKind.ERASED)
            & col(Notice.delivered_at).is_(None)
            & col(Notice.acknowledged_at).is_(None)
        )
        inside.execute(update(Notice).where(untold).values(consumer_id=new_consumer_id()))
        for table in SQLModel.metadata.sorted_tables:
            if OWNER in table.c and table.name not in STAYS:
                _delete(inside, table, chains)
        inside.execute(_heads(chains).values(secrets=b""))

    def rows_are_gone(self) -> bool:
        """Whether deleted rows stand in no log of the main store either; False: try again."""
        return self._main.truncate_log()

    # --- 6 --------------------------------------------------------------------------------------

    def bury(self, chains: Collection[ConsumerId]) -> None:
        """Step 6: a tombstone for each chain, in the store that is never restored. Twice is once.

        A crash here leaves a tombstone over an erasure under way: the next start applies it.
        """
        with self._main.reading() as tx:
            heads = tx.exec(
                select(Head.slot, Head.n).where(col(Head.consumer_id).in_(chains))
            ).all()
        for slot, n in heads:
            self._locks.bury(slot=slot, i=n)

    def mark_erased(self, inside: Transaction, chains: Collection[ConsumerId]) -> None:
        """The end: the heads say so, and no longer who was joined with whom."""
        inside.execute(_heads(chains).values(status="erased", joined_into=None, secrets=b""))


def readers(inside: Transaction, chains: Collection[ConsumerId]) -> list[CompanyId]:
    """The companies that ever got anything of these chains; nothing is opened.

    Each ``undelivered`` entry takes one read of the same company back.
    """
    got: dict[str, int] = {}
    for (kind, company), count in access_rows.tally(inside, chains, types=_LOOKS).items():
        taken_back = kind == EntryType.UNDELIVERED
        got[company or ""] = got.get(company or "", 0) + (-count if taken_back else count)
    return sorted(CompanyId(company) for company, reads in got.items() if company and reads > 0)


def counts_of(inside: Transaction, chains: Collection[ConsumerId]) -> dict[str, int]:
    """How much of a person there is: what a certificate counts."""
    tables = SQLModel.metadata.tables
    versions = tables["field_versions"]
    counted = {
        "values": (versions, versions.c.rec.is_not(None)),
        "entries": (tables["entries"], true()),
        "permissions": (tables["grants"], true()),
    }
    return {
        "records": len(chains),
        **{
            name: inside.execute(
                select(func.count()).select_from(table).where(table.c[OWNER].in_(chains), wanted)
            ).scalar_one()
            for name, (table, wanted) in counted.items()
        },
    }


def is_logged(inside: Transaction, consumer: ConsumerId, i: int, *, size: int) -> bool:
    """Whether entry ``i`` of a chain stands in the log of this size."""
    row = inside.get(EntryRow, (consumer, i))
    return row is not None and row.leaf_index is not None and row.leaf_index < size


def apply_tombstones(*, main: Database, locks: LockStore, keyring: Keyring) -> int:
    """Erase again whoever was erased and came back with a restored store; how many chains.

    Before the gate opens, and before the stores are compared: a store that is too old to start with
    must not keep what its people had erased. Nothing is done where nothing came back.
    """
    slots = sorted(slot for slot, _ in locks.tombstones())
    found = 0
    for start in range(0, len(slots), _AT_ONCE):
        found += _erase_again(main, keyring, slots[start : start + _AT_ONCE])
    if found:
        main.truncate_log()
    return found


def _erase_again(main: Database, keyring: Keyring, slots: Sequence[int]) -> int:
    with main.reading() as tx:
        heads = tx.exec(
            select(Head.consumer_id, Head.status).where(col(Head.slot).in_(slots))
        ).all()
        owners = {ConsumerId(bytes(owner)): status for owner, status in heads}
        keeping = _keeping(tx, owners)
    revived = keyring.holding(owners, [use for use in KeyUse if use is not KeyUse.EVIDENCE])
    revived |= keyring.holding(owners.keys() - keeping, [KeyUse.EVIDENCE])
    back = {owner for owner, status in owners.items() if status != "erased"}
    for owner in sorted(revived | back):
        uses = set(KeyUse) - ({KeyUse.EVIDENCE} if owner in keeping else set())
        keyring.destroy(owner, uses)
    # A crash here leaves rows that open no more; the next start finds them by their heads.
    if back:
        with main.transaction() as tx:
            for table in SQLModel.metadata.sorted_tables:
                if OWNER in table.c and table.name != Head.__tablename__:
                    _delete(tx, table, back)
            tx.execute(_heads(back).values(status="erased", joined_into=None, secrets=b""))
    return len(revived | back)


def _keeping(inside: Transaction, chains: Collection[ConsumerId]) -> set[ConsumerId]:
    """Of these chains, those of which a duty keeps something."""
    texts = SQLModel.metadata.tables["sealed_texts"]
    kept = select(texts.c.consumer_id).where(
        texts.c.consumer_id.in_(chains), texts.c.kind.in_(evidence.KINDS)
    )
    return {ConsumerId(bytes(owner)) for owner in inside.execute(kept.distinct()).scalars()}


def _delete(inside: Transaction, table: Table, chains: Collection[ConsumerId]) -> None:
    inside.execute(delete(table).where(table.c[OWNER].in_(chains), *_but(table)))


def _but(table: Table) -> list[ColumnElement[bool]]:
    if table.name not in STAYS_IN_PART:
        return []
    column, values, _ = STAYS_IN_PART[table.name]
    return [table.c[column].not_in(values)]


def _heads(chains: Collection[ConsumerId]) -> Update:
    return update(Head).where(col(Head.consumer_id).in_(chains))
