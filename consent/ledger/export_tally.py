"""What whoever goes through the lines of an export keeps of them: constant, however long it is.

Rules kept here:
- The one who writes and the one who checks keep the same: how many lines of each kind, how many
  bytes and their digest, the subtrees of the leaves.

Use::

    tally = ExportTally(manifest)
    tally.add(line, leaf_line.to_line())
    tally.digest(), tally.counts, tally.run
"""

from hashlib import sha256

from consent.ledger.epochs import entry_leaf
from consent.ledger.export_lines import COUNTED, BodyLine, LeafLine, Manifest
from consent.ledger.merkle import leaf_hash
from consent.ledger.ranges import LeafRun


class ExportTally:
    """The lines so far, the manifest included."""

    def __init__(self, manifest: Manifest, *, line: bytes | None = None) -> None:
        self.counts = dict.fromkeys(COUNTED, 0)
        self.run = LeafRun(manifest.first)
        begun = manifest.to_line() if line is None else line
        self.length = len(begun)
        self._digest = sha256(begun)

    @property
    def next_leaf(self) -> int:
        """The leaf whose line comes next."""
        return self.run.end

    def add(self, line: LeafLine, told: bytes) -> None:
        """One more leaf, and the bytes of its line."""
        body = line.body if isinstance(line, BodyLine) else entry_leaf(line.c)
        self.run.append(leaf_hash(body))
        self.counts[line.counted] += 1
        self.length += len(told)
        self._digest.update(told)

    def digest(self) -> bytes:
        """SHA-256 of all bytes so far."""
        return self._digest.digest()
