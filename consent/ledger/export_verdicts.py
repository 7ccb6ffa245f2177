"""What the check of an export comes to: one reason, or what it proves and what it cannot. Pure.

Rules kept here:
- Every way an export can be wrong has its own permanent name, the same in every verifier.
- The first line that is wrong decides. A wrong number among the leaves decides at the end of the
  file, by how many leaf lines there are: fewer than the run, more, or as many in another order.
- A detail names members and numbers, never what stands in an entry.

What a good export does not prove is said each time, as a caution.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from consent.ledger.export_lines import Manifest


class ExportReason(StrEnum):
    """Why an export is refused. Permanent names."""

    MALFORMED = "malformed"
    """A line has not its form."""
    UNFINISHED = "unfinished"
    """The file ends before its last line: it may be continued, and proves nothing yet."""
    OMITTED = "omitted"
    INSERTED = "inserted"
    REORDERED = "reordered"
    ALTERED = "altered"
    """A leaf is not what the log has in its place, or the file is not as it was written."""
    FALSELY_CLOSED = "falsely_closed"
    """An entry is closed as not asked for, and was."""
    FALSELY_OPENED = "falsely_opened"
    """An entry is open that was not asked for."""
    BAD_EPOCH = "bad_epoch"
    """An epoch does not follow the one before, or is older than an entry it holds."""
    WRONG_COUNTS = "wrong_counts"
    OTHER_RANGE = "other_range"
    """The run of leaves is not the one that was asked for."""
    FOREIGN_CHECKPOINT = "foreign_checkpoint"
    """The key given did not sign the checkpoint the file speaks of."""
    NOT_ON_RECORD = "not_on_record"
    """The export's own entry is not in the log, or tells of another export."""


class ExportCaution(StrEnum):
    """What a good export does not prove. Permanent names."""

    UNWITNESSED = "unwitnessed"
    ERASED = "erased"
    """That an entry was erased is the vault's word."""
    FILTERED = "filtered"
    """That a closed entry was not asked for is the vault's word, unless a receipt opens it."""
    SEALED = "sealed"
    """That a law delays an entry is the vault's word."""
    NOT_SETTLED = "not_settled"
    """Entries of the period may still come into the log, or stand behind this run."""
    LATE = "late"
    """An open entry came into the log later than the merge delay allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """The export proves itself.

    ``after`` and ``until`` (ms): every entry the log holds dated later than the one and up to the
    other is in the run; None: from the log's beginning, or up to no time that could be told.
    """

    manifest: Manifest
    counts: Mapping[str, int]
    after: int | None
    until: int | None
    cautions: frozenset[ExportCaution]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRefused:
    """The export is refused because of its line ``line``, counted from 1."""

    reason: ExportReason
    line: int
    detail: str
