"""Officers take away a part of the log that proves itself.

Rules kept here:
- An export is an ``export`` entry in the vault's chain, and that entry is in the log before the
  first byte is handed out: the file carries the proof of it. Who asked, and for what, is on record
  also if the file is thrown away.
- The size of the log is fixed first. Then pages are read, each in a snapshot of its own: memory and
  readers stay bounded, however long the log is.
- What was handed out in part can be gone on with: the same entry, the same size, the next leaf.
- The last line is made only if all lines lead to the signed root; else ``Damaged``.

The steps, numbered at the lines:

1 is there what is asked for   2 the entry, durable   3 it is in the log, under a signed checkpoint
4 pages of leaves              5 the last line, with the proofs

A crash after 2 leaves the entry of an export that nobody received in full.

Use::

    export = exports.begin(Asked(since=…), by="stf_…")
    for part in exports.parts(export):
        file.write(part)
    exports.resume(manifest, lines)                     # goes on behind these lines
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from sqlmodel import col, select

from consent.ledger import log_store
from consent.ledger.entry_types import BY_OPERATOR, EntryType
from consent.ledger.epochs import ENTRY
from consent.ledger.export_asked import Asked
from consent.ledger.export_batches import MERGE_DELAY_MS
from consent.ledger.export_leaves import Leaf, LeafSource
from consent.ledger.export_lines import (
    BodyLine,
    ClosedLine,
    EndLine,
    LeafLine,
    Manifest,
    OpenLine,
    Why,
    parse_line,
)
from consent.ledger.export_tally import ExportTally
from consent.ledger.log import Log, NewEntry
from consent.ledger.openings import Opening
from consent.ledger.ranges import left_nodes, right_nodes
from consent.ledger.tiles import StoredTree
from consent.tables import EntryRow
from consent.tables import Epoch as EpochRow
from vault.database import Database, Transaction
from vault.errors import BadInput, Conflict, Damaged, Unready
from vault.identifiers import ConsumerId

PAGE = 1_000
_PATIENCE = 600
_PAUSE_S = 0.05


@dataclass(slots=True, kw_only=True)
class Export:
    """One export under way. Owned by one reader of ``parts``."""

    manifest: Manifest
    entry_leaf: int
    tally: ExportTally = field(repr=False)
    is_begun: bool = False
    """Whether the first line was handed out already."""

    @property
    def done(self) -> int:
        """How many leaves were handed out."""
        return self.tally.next_leaf - self.manifest.first

    @property
    def total(self) -> int:
        """How many leaves there are to hand out."""
        return self.manifest.last + 1 - self.manifest.first


class Exports:
    """Parts of one log, taken away on the record."""

    def __init__(
        self,
        *,
        main: Database,
        log: Log,
        leaves: LeafSource,
        vault: ConsumerId,
        origin: str,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._main = main
        self._log = log
        self._leaves = leaves
        self._vault = vault
        self._origin = origin
        self._pause = pause

    # --- 1 to 3: begin --------------------------------------------------------------------------

    def begin(self, asked: Asked, *, by: str, nudge: Callable[[], object] | None = None) -> Export:
        """Put an export on record and fix what it holds. ``by``: the officer's staff id.

        ``nudge`` moves entries into the log where nobody else does. ``BadInput`` when the log has
        no such leaves; ``Unready`` when the entry does not come into the log in time.
        """
        self._require_there(asked)  # 1
        i, at, opening = self._record(asked, by)  # 2
        epoch, entry_leaf = self._logged(i, nudge)  # 3
        self._leaves.require_accounted(epoch.size)
        with self._main.reading() as tx:
            first, last = _run(tx, asked, epoch.size)
        manifest = Manifest(
            origin=self._origin,
            size=epoch.size,
            root=bytes(epoch.root),
            first=first,
            last=last,
            asked=asked,
            by=by,
            at=at,
            entry=opening,
        )
        return Export(manifest=manifest, entry_leaf=entry_leaf, tally=ExportTally(manifest))

    def resume(self, manifest: Manifest, lines: Iterable[bytes]) -> Export:
        """Go on with an export of which the first line and ``lines`` were handed out.

        It goes on behind the last whole line of a leaf: ``tally.length`` bytes of the file stay.
        ``Conflict`` unless it was begun here and ``lines`` are those of its leaves.
        """
        tally = ExportTally(manifest)
        for line in lines:
            if not line.endswith(b"\n") or isinstance(leaf := parse_line(line), EndLine):
                break
            if leaf.leaf != tally.next_leaf or leaf.leaf > manifest.last:
                raise Conflict("is not the beginning of an export", member="file")
            tally.add(leaf, line)
        entry_leaf = self._leaf_of(manifest)
        return Export(manifest=manifest, entry_leaf=entry_leaf, tally=tally, is_begun=True)

    # --- 4 and 5: hand out ----------------------------------------------------------------------

    def parts(self, export: Export) -> Iterator[bytes]:
        """The file, in parts of whole lines; ``export`` tells how far it is after each."""
        manifest, tally = export.manifest, export.tally
        if not export.is_begun:
            export.is_begun = True
            yield manifest.to_line()
        while tally.next_leaf <= manifest.last:
            end = min(tally.next_leaf + PAGE, manifest.last + 1)
            yield b"".join(self._page(export, end))  # 4
        yield self._end(export).to_line()  # 5

    def _page(self, export: Export, end: int) -> Iterator[bytes]:
        for leaf in self._leaves.page(first=export.tally.next_leaf, end=end):
            line = _line(leaf, export.manifest.asked)
            told = line.to_line()
            export.tally.add(line, told)
            yield told

    def _end(self, export: Export) -> EndLine:
        manifest, tally = export.manifest, export.tally
        with self._main.reading() as tx:
            note = _epoch_of(tx, manifest).note
            tree = StoredTree(manifest.size, lambda level, at: log_store.log_tile(tx, level, at))
            left = tuple(tree.hashes_of(left_nodes(manifest.first)))
            right = tuple(tree.hashes_of(right_nodes(manifest.last + 1, manifest.size)))
            proof = tuple(tree.inclusion(export.entry_leaf))
        if note is None or tally.run.root(manifest.size, left=left, right=right) != manifest.root:
            raise Damaged("the leaves of the log do not lead to its signed root")
        return EndLine(
            checkpoint=note,
            left=left,
            right=right,
            counts=dict(tally.counts),
            digest=tally.digest(),
            entry_leaf=export.entry_leaf,
            proof=proof,
        )

    # --- steps 1 to 3 one by one ----------------------------------------------------------------

    def _require_there(self, asked: Asked) -> None:
        with self._main.reading() as tx:
            newest = log_store.newest_epoch(tx)
        size = newest.size if newest else 0
        for name, leaf in (("from", asked.from_leaf), ("to", asked.to_leaf)):
            if leaf is not None and leaf >= size:
                raise BadInput(f"is no leaf of the log, which has {size}", member=name)

    def _record(self, asked: Asked, by: str) -> tuple[int, int, Opening]:
        entry = NewEntry(
            owner=self._vault,
            type=EntryType.EXPORT,
            actor=BY_OPERATOR,
            P={"staff_id": by, "asked": asked.to_json()},
        )
        with self._log.acting([self._vault]) as act:
            [appended] = act.append(entry)
        written = appended.entry
        return written.i, written.at, Opening.of(written)

    def _logged(self, i: int, nudge: Callable[[], object] | None) -> tuple[EpochRow, int]:
        """A signed epoch whose tree holds entry ``i`` of the vault's chain, and its leaf."""
        for _ in range(_PATIENCE):
            if nudge is not None:
                nudge()
            with self._main.reading() as tx:
                row, epoch = tx.get(EntryRow, (self._vault, i)), _newest_signed(tx)
            if row and epoch and row.leaf_index is not None and row.leaf_index < epoch.size:
                return epoch, row.leaf_index
            self._pause(_PAUSE_S)
        raise Unready("the export's entry is not in the log yet: is a worker running?")

    def _leaf_of(self, manifest: Manifest) -> int:
        """Where the entry of an export that was begun here stands in the log."""
        with self._main.reading() as tx:
            epoch = _epoch_of(tx, manifest)
            row = tx.exec(
                select(EntryRow.leaf_index).where(
                    col(EntryRow.consumer_id) == self._vault,
                    col(EntryRow.type) == EntryType.EXPORT,
                    col(EntryRow.commitment) == manifest.entry.c,
                )
            ).one_or_none()
            ours = (self._origin, bytes(epoch.root), *_run(tx, manifest.asked, manifest.size))
        said = (manifest.origin, manifest.root, manifest.first, manifest.last)
        if row is None or ours != said:
            raise Conflict("was not begun by this vault", member="file")
        return row


def _line(leaf: Leaf, asked: Asked) -> LeafLine:
    """How a leaf is told: what was asked for open, everything else closed."""
    if leaf.body[:1] != ENTRY:
        return BodyLine(leaf.index, leaf.body)
    c, opened = leaf.body[1:], leaf.opened
    if opened is None:
        return ClosedLine(leaf.index, c, Why.ERASED)
    if not asked.wants(opened.p):
        return ClosedLine(leaf.index, c, Why.FILTERED)
    return OpenLine(leaf.index, c, opened.opening, opened.who)


def _run(tx: Transaction, asked: Asked, size: int) -> tuple[int, int]:
    """The first and last leaf, so that whoever checks sees that nothing asked for is outside."""
    first = 0 if asked.from_leaf is None else asked.from_leaf
    last = size - 1 if asked.to_leaf is None else asked.to_leaf
    if asked.since is not None:
        within = _first_epoch(tx, since=asked.since)
        # The run begins with the epoch leaf before, whose time is before the period.
        first = max(0, min(within.first_index if within else size, size) - 1)
    if asked.until is not None:
        settled = _first_epoch(tx, since=asked.until + MERGE_DELAY_MS)
        last = min(size, settled.size if settled else size) - 1
    return first, last


def _first_epoch(tx: Transaction, *, since: int) -> EpochRow | None:
    """The first epoch signed at or after a time: epochs and their times go up together."""
    return tx.exec(
        select(EpochRow).where(col(EpochRow.ts) >= since).order_by(col(EpochRow.k)).limit(1)
    ).one_or_none()


def _newest_signed(tx: Transaction) -> EpochRow | None:
    return tx.exec(
        select(EpochRow)
        .where(col(EpochRow.note).is_not(None))
        .order_by(col(EpochRow.k).desc())
        .limit(1)
    ).one_or_none()


def _epoch_of(tx: Transaction, manifest: Manifest) -> EpochRow:
    found = tx.exec(select(EpochRow).where(col(EpochRow.size) == manifest.size)).one_or_none()
    if found is None:
        raise Conflict("is of a log that was never this long", member="file")
    return found
