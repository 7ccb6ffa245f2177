"""Proofs for people and companies, read from the stores: the consumer bundle, a company's receipt.

Rules kept here:
- A bundle belongs to one published checkpoint: while an epoch is staged and not yet signed, the
  prover waits for its signature. What the head map says is read in one snapshot with it; entries,
  which never change, some at a time (``drafts``).
- Entries that are not in the log yet are not in a bundle either; they are in the next one.
- A company's receipt opens its own half of the commitment and nothing else.

Use::

    prover.bundle(consumer).to_json()                       # everything, for a first visit
    prover.bundle(consumer, since=Since(size=18, n=7))      # what came after
    prover.draft(consumer).chunks()                         # the same bytes, not all at once
"""

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from sqlmodel import col, select

from consent.ledger import head_map, log_store
from consent.ledger.bundle import Bundle, BundleEntry, Since, Standing
from consent.ledger.drafts import Draft, Page
from consent.ledger.entries import commit_b, slot_tag
from consent.ledger.entry_types import concerned
from consent.ledger.epochs import encode_epoch
from consent.ledger.kept import Place
from consent.ledger.openings import Opening
from consent.ledger.reader import ChainView, LogReader, OpenedEntry
from consent.ledger.receipts import Receipt
from consent.ledger.tiles import StoredTree
from consent.tables import EntryRow
from consent.tables import Epoch as EpochRow
from vault.database import Database, Transaction
from vault.errors import BadInput, Unready
from vault.identifiers import ConsumerId

NOTHING_KEPT = Since(size=0, n=0)
_TRIES = 100
_PAUSE_S = 0.05
_AT_ONCE = 1_000
"""Entries of one page: a few milliseconds of reading."""
_T = TypeVar("_T")


class Prover:
    """Builds proofs of one log.

    ``log_key_hint`` is the log's verifier key, for people to compare.
    """

    def __init__(
        self,
        *,
        main: Database,
        reader: LogReader,
        log_key_hint: str,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._main = main
        self._reader = reader
        self._log_key_hint = log_key_hint
        self._pause = pause

    def bundle(self, consumer: ConsumerId, *, since: Since = NOTHING_KEPT) -> Bundle:
        """All a person needs to check their record offline, from what they kept on, in memory."""
        return self.draft(consumer, since=since).bundle()

    def draft(self, consumer: ConsumerId, *, since: Since = NOTHING_KEPT) -> Draft:
        """The same, its entries still to be read.

        ``KeyError`` when there is no such chain; ``Unready`` while nothing of it is in the log yet;
        ``BadInput`` when the log never had the size they say they kept.
        """
        return self._published(
            lambda tx, newest, note: self._draft(tx, newest, note, consumer, since)
        )

    def receipt(self, consumer: ConsumerId, i: int) -> Receipt:
        """A company's proof that entry ``i`` is in the log, with its own half of it opened.

        For the company the entry's tag was made for and nobody else, which is left to the caller.
        ``KeyError`` when there is no such entry; ``Unready`` while it is not in the log yet.
        """
        return self._published(
            lambda tx, newest, note: self._receipt(tx, newest, note, consumer, i)
        )

    def _published(self, prove: Callable[[Transaction, EpochRow, str], _T]) -> _T:
        """What ``prove`` makes of one snapshot that ends in a signed epoch."""
        for _ in range(_TRIES):
            with self._main.reading() as tx:
                newest = log_store.newest_epoch(tx)
                if newest is not None and newest.note is not None:
                    return prove(tx, newest, newest.note)
            self._pause(_PAUSE_S)
        raise Unready("the log has not signed its newest batch yet; try again in a moment")

    def _receipt(
        self, tx: Transaction, newest: EpochRow, note: str, consumer: ConsumerId, i: int
    ) -> Receipt:
        row = tx.get(EntryRow, (consumer, i))
        if row is None:
            raise KeyError("no entry")
        view = self._reader.view(tx, consumer)
        [entry] = self._reader.open(consumer, view, [row])
        leaf = _told(entry).leaf
        tree = StoredTree(newest.size, lambda level, at: log_store.log_tile(tx, level, at))
        return Receipt(
            opening=_opening(entry, view),
            index=leaf,
            proof=tuple(tree.inclusion(leaf)),
            checkpoint=note,
        )

    def _draft(
        self, tx: Transaction, newest: EpochRow, note: str, consumer: ConsumerId, since: Since
    ) -> Draft:
        if since.size > newest.size:
            raise BadInput("is more than the log holds", member="since.size")
        view = self._reader.view(tx, consumer)
        n, h = _logged_head(tx, view)
        return Draft(
            checkpoint=note,
            log_key_hint=self._log_key_hint,
            standing=Standing(
                place=Place(slot=view.slot, nonce=view.secrets.nonce, tag_key=view.secrets.tag_key),
                n=n,
                h=h,
                map_proof=tuple(
                    head_map.proof(
                        view.slot,
                        d=newest.depth,
                        read=lambda t, p: log_store.head_tile(tx, t, p),
                    )
                ),
            ),
            since=since,
            last=encode_epoch(log_store.as_epoch(newest)),
            tree=StoredTree(newest.size, self._tile),
            pages=lambda: self._pages(consumer, view, after=since.n, upto=n),
        )

    def _tile(self, level: int, index: int) -> bytes:
        """A tile of the log, in a snapshot of its own: under a published size it never changes."""
        with self._main.reading() as tx:
            return log_store.log_tile(tx, level, index)

    def _pages(
        self, consumer: ConsumerId, view: ChainView, *, after: int, upto: int
    ) -> Iterator[Page]:
        while after < upto:
            last = min(after + _AT_ONCE, upto)
            yield self._page(consumer, view, after=after, upto=last)
            after = last

    def _page(self, consumer: ConsumerId, view: ChainView, *, after: int, upto: int) -> Page:
        with self._main.reading() as tx:
            rows = tx.exec(
                select(EntryRow)
                .where(
                    col(EntryRow.consumer_id) == consumer,
                    col(EntryRow.i) > after,
                    col(EntryRow.i) <= upto,
                )
                .order_by(col(EntryRow.i))
            ).all()
            epochs = log_store.epochs_over(tx, consumer, after=after, upto=upto)
        return Page(
            entries=[_told(entry) for entry in self._reader.open(consumer, view, rows)],
            epochs=[encode_epoch(log_store.as_epoch(row)) for row in epochs],
        )


def _logged_head(tx: Transaction, view: ChainView) -> tuple[int, bytes]:
    """The chain's head as the head map has it, which may be behind the chain itself."""
    n, h = log_store.head_leaves(tx, [view.slot]).get(view.slot, (0, b""))
    if not n:
        raise Unready("this record is not in the log yet; try again in a moment")
    return n, h


def _told(entry: OpenedEntry) -> BundleEntry:
    if entry.leaf_index is None:
        raise Unready("an entry is not in the log yet; try again in a moment")
    return BundleEntry(i=entry.i, leaf=entry.leaf_index, opened=entry.opened)


def _opening(entry: OpenedEntry, view: ChainView) -> Opening:
    """The half of an entry that the company it concerns may open."""
    opened = entry.opened
    return Opening(
        r=opened.r,
        T=slot_tag(view.secrets.tag_key, concerned(entry.P)),
        P=opened.P,
        B=commit_b(s=opened.s, slot=view.slot, i=entry.i, state=opened.S, q=opened.Q),
    )
