"""The check of an export for officers: offline, line by line, in constant memory.

The steps; each ends the check when it fails, and the numbers stand at the lines:

1  the first line has its form, is about the log whose key was given, and the entry it carries tells
   of exactly this export
2  each leaf has its line, in order
3  an open entry gives the commitment shown, and was asked for
4  an entry is closed as not asked for only where something was not; no receipt in hand opens it as
   one that was
5  entries and epochs are what the log's rules for a batch say (``export_batches``)
6  the last line counts the lines and carries the digest of all bytes before it
7  the run is the one asked for
8  the key signed the checkpoint; leaves and hashes lead to its root; the export's own entry is in
   that tree

Left to the caller: that the key is the right one, had from elsewhere than the file. What no check
of one file can see stands in ``docs/reference/export-format.md``.

Use::

    with path.open("rb") as stream:
        match check_export(lines_of(stream), log_key=key):
            case Exported(counts=counts, cautions=cautions): ...
            case ExportRefused(reason=reason, line=line): ...
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO

import orjson

from consent.ledger.checkpoint import VerifierKey
from consent.ledger.entry_types import EntryType
from consent.ledger.export_batches import Batches, Flaw
from consent.ledger.export_end import EndCheck
from consent.ledger.export_lines import (
    MAX_LINE,
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
from consent.ledger.export_verdicts import Exported, ExportReason, ExportRefused
from vault.crypto.canonical import MAX_INTEGER, canonical
from vault.errors import BadInput

Known = Mapping[bytes, bytes]
"""Commitment -> P of entries that receipts opened."""


def lines_of(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a file with their newlines; one that is too long comes without its end."""
    while line := stream.readline(MAX_LINE + 1):
        yield line


def check_export(
    lines: Iterable[bytes], *, log_key: VerifierKey, known: Known | None = None
) -> Exported | ExportRefused:
    """Check one export against the log's key. Never raises, whatever the lines hold."""
    check = ExportCheck(log_key=log_key, known=known or {})
    for line in lines:
        if refused := check.feed(line):
            return refused
    return check.finish()


def what_p_says(p: bytes) -> dict[str, object]:
    """The members of a P that a check goes by; ``BadInput`` unless they have their types."""
    try:
        told = orjson.loads(p)
    except orjson.JSONDecodeError:
        raise BadInput("is not JSON", member="p") from None
    if not isinstance(told, dict):
        raise BadInput("is no object", member="p")
    named = [told.get("type"), told.get("actor"), told.get("company", "")]
    at = told.get("at")
    if not all(isinstance(name, str) for name in named):
        raise BadInput("does not name its type and who acted", member="p")
    if type(at) is not int or not 0 <= at <= MAX_INTEGER:
        raise BadInput("is not dated", member="p")
    return told


class ExportCheck:
    """One export, fed line by line. Owned by one check."""

    manifest: Manifest
    _tally: ExportTally
    _batches: Batches

    def __init__(self, *, log_key: VerifierKey, known: Known) -> None:
        self._key = log_key
        self._known = known
        self._line = 0
        self._misnumbered: int | None = None
        self._end: EndCheck | None = None

    def feed(self, line: bytes) -> ExportRefused | None:
        """The next line, with its newline."""
        self._line += 1
        if self._misnumbered is not None:
            return None  # 2: from here on lines are only counted
        flaw = self._cut(line)
        try:
            flaw = flaw or (self._first(line) if self._line == 1 else self._later(line))
        except BadInput as bad:  # a line has not its form
            flaw = Flaw(ExportReason.MALFORMED, str(bad))
        return None if flaw is None else self._refused(flaw)

    def finish(self) -> Exported | ExportRefused:
        """What it comes to, all lines fed."""
        if self._misnumbered is not None:
            return self._by_number(self._misnumbered)
        if self._end is None:
            self._line += 1
            return self._refused(Flaw(ExportReason.UNFINISHED, "the last line is not there"))
        return self._end.verdict()

    def _cut(self, line: bytes) -> Flaw | None:
        if line.endswith(b"\n") and len(line) <= MAX_LINE:
            return None
        if len(line) > MAX_LINE:
            return Flaw(ExportReason.MALFORMED, "a line is too long")
        return Flaw(ExportReason.UNFINISHED, "the file ends in the middle of a line")

    # --- 1: the first line ----------------------------------------------------------------------

    def _first(self, line: bytes) -> Flaw | None:
        manifest = Manifest.parse(line)  # 1
        if manifest.origin != self._key.name:  # 1
            return Flaw(ExportReason.FOREIGN_CHECKPOINT, "the export is of another log")
        if not _tells_of(manifest):  # 1
            return Flaw(ExportReason.NOT_ON_RECORD, "the entry tells of another export")
        asked = manifest.asked
        begins = 0 if asked.since is None else None
        begins = begins if asked.from_leaf is None else asked.from_leaf
        if begins not in (None, manifest.first) or asked.to_leaf not in (None, manifest.last):
            return Flaw(ExportReason.OTHER_RANGE, "the run is not the one asked for")  # 7
        self.manifest = manifest
        self._tally = ExportTally(manifest, line=line)
        self._batches = Batches(manifest.first)
        return None

    # --- 2 to 5: a leaf -------------------------------------------------------------------------

    def _later(self, told: bytes) -> Flaw | None:
        line = parse_line(told)
        if self._end is not None:
            raise BadInput("stands behind the last line")
        if isinstance(line, EndLine):
            return self._last(line)
        if line.leaf != self._tally.next_leaf or line.leaf > self.manifest.last:  # 2
            self._misnumbered = self._line
            return None
        flaw = self._leaf(line)
        self._tally.add(line, told)
        return flaw

    def _leaf(self, line: LeafLine) -> Flaw | None:
        match line:
            case OpenLine():
                return self._open(line)
            case ClosedLine():
                return self._closed(line) or self._begins(None)
            case BodyLine():
                return self._batches.body(line) or self._begins(line)  # 5

    def _open(self, line: OpenLine) -> Flaw | None:
        if line.opening.c != line.c:  # 3
            return Flaw(ExportReason.ALTERED, "the opening does not give the commitment")
        p = what_p_says(line.opening.P)
        if not self.manifest.asked.wants(p):  # 3
            return Flaw(ExportReason.FALSELY_OPENED, "the entry was not asked for")
        at = p["at"]
        in_order = self._batches.entry(line.c, at=at if isinstance(at, int) else None)  # 5
        return in_order or self._begins(None)

    def _closed(self, line: ClosedLine) -> Flaw | None:
        asked = self.manifest.asked
        if line.why is Why.FILTERED and (
            asked.is_everything  # 4
            or (line.c in self._known and asked.wants(what_p_says(self._known[line.c])))  # 4
        ):
            return Flaw(ExportReason.FALSELY_CLOSED, "the entry was asked for")
        return self._batches.entry(line.c, at=None)  # 5

    def _begins(self, line: BodyLine | None) -> Flaw | None:
        """A period begins behind the last epoch that is older than it."""
        since, first = self.manifest.asked.since, self.manifest.first
        if since is None or first == 0 or self._tally.next_leaf != first:
            return None
        epoch = self._batches.last_epoch if line else None
        if epoch is None or epoch.ts >= since:  # 7
            return Flaw(ExportReason.OTHER_RANGE, "the run begins within the period")
        return None

    # --- 6 to 8: the last line ------------------------------------------------------------------

    def _last(self, line: EndLine) -> Flaw | None:
        if self._tally.next_leaf <= self.manifest.last:  # 2
            return Flaw(ExportReason.OMITTED, "the run ends early")
        self._end = EndCheck(self.manifest, line, self._tally, self._batches)
        return self._end.run(self._key)

    def _by_number(self, line: int) -> ExportRefused:
        """Step 2: which way the numbers are wrong, by how many lines there are."""
        manifest, leaves = self.manifest, self._line - 2
        expected = manifest.last - manifest.first + 1
        reason = ExportReason.REORDERED
        if leaves != expected:
            reason = ExportReason.OMITTED if leaves < expected else ExportReason.INSERTED
        return ExportRefused(reason=reason, line=line, detail="the leaves are not in their order")

    def _refused(self, flaw: Flaw) -> ExportRefused:
        return ExportRefused(reason=flaw.reason, line=self._line, detail=flaw.detail)


def _tells_of(manifest: Manifest) -> bool:
    """Whether the entry in a manifest says what the manifest says."""
    p = what_p_says(manifest.entry.P)
    said = [p["type"], p["at"], p.get("staff_id"), p.get("asked")]
    true = [EntryType.EXPORT.value, manifest.at, manifest.by, manifest.asked.to_json()]
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS) == canonical(true)
