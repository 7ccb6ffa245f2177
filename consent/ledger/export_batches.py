"""The leaves of an export held against the log's own rules for a batch, one after the other. Pure.

Rules kept here:
- A batch is its entries by ascending commitment, then one epoch leaf that counts them. The count
  tells a leaf left out from one put in.
- Epochs are numbered without a gap, their times never go back, and none is older than an entry it
  holds, as far as its entries are open.
- The first batch may have begun before the run; of it only the end is judged.

Use::

    batches = Batches(manifest.first)
    flaw = batches.entry(c, at=…) or batches.body(leaf, body)       # None: as it should be
"""

from typing import NamedTuple

from consent.ledger.epochs import Epoch, decode_epoch
from consent.ledger.export_lines import BodyLine
from consent.ledger.export_verdicts import ExportReason
from consent.ledger.promises import MERGE_DELAY_S
from vault.errors import BadInput

MERGE_DELAY_MS = MERGE_DELAY_S * 1000


class Flaw(NamedTuple):
    """Why a line is wrong."""

    reason: ExportReason
    detail: str


class Batches:
    """Where in the log's batches the run stands."""

    def __init__(self, first: int) -> None:
        self.first_epoch: Epoch | None = None
        self.last_epoch: Epoch | None = None
        self.is_late = False
        self._first = first
        self._begun = 0 if first == 0 else None
        self._previous = b""
        self._oldest: int | None = None
        self._newest: int | None = None

    def entry(self, c: bytes, *, at: int | None) -> Flaw | None:
        """The next entry of the batch; ``at`` (ms) if it is open."""
        if c <= self._previous:
            return Flaw(ExportReason.REORDERED, "the entries of a batch are not in their order")
        self._previous = c
        if at is not None:
            self._oldest = at if self._oldest is None else min(at, self._oldest)
            self._newest = at if self._newest is None else max(at, self._newest)
        return None

    def body(self, line: BodyLine) -> Flaw | None:
        """The leaf that ends a batch, or the one with which a log begins."""
        if not line.is_epoch:
            return self._origin(line)
        try:
            epoch = decode_epoch(line.body)
        except BadInput as bad:
            return Flaw(ExportReason.BAD_EPOCH, str(bad))
        flaw = self._counted(epoch, line.leaf) or self._followed(epoch) or self._dated(epoch)
        self._end(line.leaf + 1)
        self.first_epoch, self.last_epoch = self.first_epoch or epoch, epoch
        return flaw

    def _origin(self, line: BodyLine) -> Flaw | None:
        if line.leaf != 0:
            return Flaw(ExportReason.BAD_EPOCH, "a log begins anew in its middle")
        self._end(1)
        return None

    def _counted(self, epoch: Epoch, leaf: int) -> Flaw | None:
        if epoch.index > leaf:
            return Flaw(ExportReason.OMITTED, "an epoch counts more entries than stand before it")
        if epoch.index < leaf:
            return Flaw(ExportReason.INSERTED, "an epoch counts fewer entries than stand before it")
        return None

    def _followed(self, epoch: Epoch) -> Flaw | None:
        old, begun = self.last_epoch, self._begun
        is_next = old is None or (epoch.k == old.k + 1 and epoch.ts >= old.ts)
        is_whole = epoch.first_index <= self._first if begun is None else epoch.first_index == begun
        if is_next and is_whole:
            return None
        return Flaw(ExportReason.BAD_EPOCH, "an epoch does not follow the one before it")

    def _dated(self, epoch: Epoch) -> Flaw | None:
        if self._newest is not None and self._newest > epoch.ts:
            return Flaw(ExportReason.BAD_EPOCH, "an epoch is older than an entry it holds")
        if self._oldest is not None and self._oldest + MERGE_DELAY_MS < epoch.ts:
            self.is_late = True
        return None

    def _end(self, next_leaf: int) -> None:
        self._begun = next_leaf
        self._previous = b""
        self._oldest = self._newest = None
