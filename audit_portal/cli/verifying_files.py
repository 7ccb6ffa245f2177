"""``habeas verify`` on what is no record: an officer's export, a company's receipt.

Rules kept here:
- A file is known by what stands in it, never by its name.
- An export is read line by line: a file larger than the memory is checked all the same.
- What was found good is followed by what that does not prove, each time.
"""

import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import BinaryIO

from audit_portal.cli.friendly import ExitCode
from audit_portal.cli.progress import Show, counting
from audit_portal.cli.reading import bytes_of
from audit_portal.cli.verifying import key_of
from consent.ledger.certificates import is_certificate
from consent.ledger.checkpoint import VerifierKey
from consent.ledger.export_check import Known, check_export, lines_of
from consent.ledger.export_lines import COUNTED, FORMAT, MAX_LINE
from consent.ledger.export_verdicts import ExportCaution, Exported, ExportReason, ExportRefused
from consent.ledger.receipts import FIRST_LINE, Proven, verify_receipt
from consent.ledger.verdicts import Refused
from consent.times import rfc3339
from vault.errors import BadInput

CAUTIONS = {
    ExportCaution.UNWITNESSED: "No witness vouches that others are shown the same log.",
    ExportCaution.ERASED: "That entries closed as erased were erased is the vault's word.",
    ExportCaution.FILTERED: (
        "That entries closed as filtered were not asked for is the vault's word;"
        " a receipt (--receipt) or an export of everything can show otherwise."
    ),
    ExportCaution.SEALED: "That a law seals some entries is the vault's word.",
    ExportCaution.NOT_SETTLED: "Entries of the period may still have come after this export.",
    ExportCaution.LATE: "Some entries came into the log later than the vault promises.",
}
_SHOWN_EVERY = 1_000


class Kind(Enum):
    """What a file turns out to be."""

    RECORD = "record"
    RECEIPT = "receipt"
    EXPORT = "export"
    CERTIFICATE = "certificate"


def recognised(file: Path) -> Kind:
    """What a file is, by its first line; a record if it is nothing else."""
    with _open(file) as stream:
        first = stream.readline(MAX_LINE)
    if first.startswith(FIRST_LINE.encode()):
        return Kind.RECEIPT
    if is_certificate(first):
        return Kind.CERTIFICATE
    return Kind.EXPORT if f'"format":"{FORMAT}"'.encode() in first else Kind.RECORD


def check_receipt_file(file: Path, *, key: str) -> ExitCode:
    """Check a company's receipt and show what it opens."""
    match _receipt(file, key_of(key)):
        case Proven() as proven:
            index = proven.receipt.index
            sys.stdout.write(f"This entry is in the sealed log, as leaf {index}.\n")
            sys.stdout.write(f"  {proven.receipt.opening.P.decode()}\n")
            return ExitCode.DONE
        case Refused() as answer:
            say = f"This receipt does not hold: {answer.reason} (step {answer.step})."
            sys.stderr.write(f"{say}\n  {answer.detail}\n")
            return ExitCode.DAMAGED


def check_export_file(file: Path, *, key: str, receipts: list[Path]) -> ExitCode:
    """Check an officer's export, with the receipts somebody holds against it."""
    log_key = key_of(key)
    known = _known(receipts, log_key)
    with _open(file) as stream, counting() as show:
        lines = _shown(lines_of(stream), show, total=file.stat().st_size)
        answer = check_export(lines, log_key=log_key, known=known)
    return _exported(answer) if isinstance(answer, Exported) else _refused(answer)


def _exported(answer: Exported) -> ExitCode:
    say = sys.stdout.write
    manifest, counts = answer.manifest, answer.counts
    say("This export matches the sealed log.\n")
    say(f"  leaves {manifest.first} to {manifest.last} of {manifest.size}\n")
    say(f"  taken by {manifest.by} at {rfc3339(manifest.at)}, which is on the record\n")
    for name in COUNTED:
        if counts[name]:
            say(f"    {name}: {counts[name]}\n")
    if answer.after is not None and answer.until is not None and answer.until > answer.after:
        after = f"after {rfc3339(answer.after)}" if answer.after else "from the log's beginning"
        say(f"  It holds every entry {after} until {rfc3339(answer.until)}.\n")
    for caution in sorted(answer.cautions):
        say(f"  {CAUTIONS[caution]}\n")
    return ExitCode.DONE


def _refused(answer: ExportRefused) -> ExitCode:
    say = sys.stderr.write
    if answer.reason is ExportReason.UNFINISHED:
        say("This export is not finished: it proves nothing yet.\n")
        say("  The command that began it goes on with it.\n")
        return ExitCode.INPUT
    say(f"This export does not match: {answer.reason} (line {answer.line}).\n  {answer.detail}\n")
    return ExitCode.DAMAGED


def _known(receipts: list[Path], log_key: VerifierKey) -> Known:
    """What receipts open, by commitment; ``BadInput`` names one that does not hold."""
    found = {}
    for file in receipts:
        proven = _receipt(file, log_key)
        if isinstance(proven, Refused):
            raise BadInput(f"does not hold: {proven.reason}", member=str(file))
        found[proven.receipt.opening.c] = proven.receipt.opening.P
    return found


def _receipt(file: Path, log_key: VerifierKey) -> Proven | Refused:
    return verify_receipt(bytes_of(file).decode("utf-8", "replace"), log_key=log_key)


def _shown(lines: Iterator[bytes], show: Show, *, total: int) -> Iterator[bytes]:
    """The same lines, the bytes of them told from time to time."""
    done = 0
    for number, line in enumerate(lines):
        done += len(line)
        if number % _SHOWN_EVERY == 0:
            show("bytes", done=done, total=total)
        yield line


def _open(file: Path) -> BinaryIO:
    try:
        return file.open("rb")
    except OSError as error:
        raise BadInput(f"cannot be read ({type(error).__name__})", member=str(file)) from None
