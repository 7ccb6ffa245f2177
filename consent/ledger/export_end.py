"""The last line of an export held against all lines before it: steps 6 to 8 of ``export_check``.

Rules kept here:
- Only the key handed in counts. The file names none, and would not be believed.
- Leaves and hashes must lead to the very root that was signed: that proves every leaf at once.
- The export's own entry must stand in the same tree, so nobody can hold an export that is not on
  the record.
"""

from consent.ledger.checkpoint import (
    Checkpoint,
    VerifierKey,
    parse_checkpoint,
    parse_note,
    signed_by,
)
from consent.ledger.epochs import Epoch, entry_leaf
from consent.ledger.export_batches import MERGE_DELAY_MS, Batches, Flaw
from consent.ledger.export_lines import EndLine, Manifest
from consent.ledger.export_tally import ExportTally
from consent.ledger.export_verdicts import ExportCaution, Exported, ExportReason
from consent.ledger.merkle import leaf_hash, verify_inclusion

_CLAIMS = {
    "erased": ExportCaution.ERASED,
    "filtered": ExportCaution.FILTERED,
    "sealed": ExportCaution.SEALED,
}


class EndCheck:
    """Steps 6 to 8 over one export, all leaves of which were seen."""

    def __init__(
        self, manifest: Manifest, line: EndLine, tally: ExportTally, batches: Batches
    ) -> None:
        self._manifest = manifest
        self._line = line
        self._tally = tally
        self._batches = batches

    def run(self, log_key: VerifierKey) -> Flaw | None:
        """The first flaw, or None. ``BadInput`` when the checkpoint has not its form."""
        return self._as_written() or self._range() or self._proved(log_key)

    def verdict(self) -> Exported:
        """What the export proves, and what it does not."""
        first, last = self._batches.first_epoch, self._batches.last_epoch
        after = first.ts if first else None
        return Exported(
            manifest=self._manifest,
            counts=dict(self._tally.counts),
            after=0 if self._manifest.first == 0 else after,
            until=last.ts - MERGE_DELAY_MS if last else None,
            cautions=frozenset(self._cautions()),
        )

    def _as_written(self) -> Flaw | None:
        if self._line.digest != self._tally.digest():  # 6
            return Flaw(ExportReason.ALTERED, "the lines are not those that were written")
        if self._line.counts != self._tally.counts:  # 6
            return Flaw(ExportReason.WRONG_COUNTS, "the last line counts other lines")
        return None

    def _range(self) -> Flaw | None:
        asked, is_end = self._manifest.asked, self._manifest.last == self._manifest.size - 1
        if asked.to_leaf is not None or is_end or self._is_settled():  # 7
            return None
        return Flaw(ExportReason.OTHER_RANGE, "the run ends before what was asked for")

    def _proved(self, log_key: VerifierKey) -> Flaw | None:
        checkpoint = self._checkpoint(log_key)
        if checkpoint is None:  # 8
            return Flaw(ExportReason.FOREIGN_CHECKPOINT, "the key did not sign this checkpoint")
        line = self._line
        root = self._tally.run.root(checkpoint.size, left=line.left, right=line.right)
        if root != checkpoint.root:  # 8
            return Flaw(ExportReason.ALTERED, "the leaves are not those of the signed log")
        leaf = leaf_hash(entry_leaf(self._manifest.entry.c))
        index, size, proof = line.entry_leaf, checkpoint.size, line.proof
        if not verify_inclusion(leaf, index=index, size=size, proof=proof, root=root):  # 8
            return Flaw(ExportReason.NOT_ON_RECORD, "the export's own entry is not in the log")
        return None

    def _checkpoint(self, log_key: VerifierKey) -> Checkpoint | None:
        """The checkpoint of the first line, signed by the key; else None."""
        note = parse_note(self._line.checkpoint)
        checkpoint = parse_checkpoint(note.text)
        said = (self._manifest.origin, self._manifest.size, self._manifest.root)
        if (checkpoint.origin, checkpoint.size, checkpoint.root) != said:
            return None
        return checkpoint if signed_by(note, log_key) else None

    def _is_settled(self) -> bool:
        """Whether nothing of the period can come behind the run, the merge delay being kept."""
        until, epoch = self._manifest.asked.until, self._ending()
        return until is not None and epoch is not None and epoch.ts >= until + MERGE_DELAY_MS

    def _ending(self) -> Epoch | None:
        """The epoch in which the run ends, if it does."""
        epoch = self._batches.last_epoch
        return epoch if epoch and epoch.index == self._manifest.last else None

    def _cautions(self) -> set[ExportCaution]:
        found = {caution for name, caution in _CLAIMS.items() if self._tally.counts[name]}
        if self._manifest.asked.until is not None and not self._is_settled():
            found.add(ExportCaution.NOT_SETTLED)
        if self._batches.is_late:
            found.add(ExportCaution.LATE)
        return found | {ExportCaution.UNWITNESSED}
