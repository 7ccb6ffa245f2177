"""The work of ``habeas import``: open the file, run it, say what came of it.

Rules kept here:
- A run is named by a fingerprint of the file, its mapping and what was declared: another of these
  is another run.
- Line 7 of one file and line 7 of another are two people: where a file has no ids of its own, a
  label makes them.
- Errors go to standard error, one a line, ``file:line: column: reason``; never what stood there.
"""

import gc
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import file_digest
from pathlib import Path

from audit_portal.cli.friendly import ExitCode
from audit_portal.cli.opening import vault
from audit_portal.cli.progress import counting
from audit_portal.cli.reading import bytes_of
from audit_portal.imports.csv_reader import read_csv
from audit_portal.imports.jsonl_reader import read_jsonl
from audit_portal.imports.mapping import LINE, FileMapping, parse_mapping
from audit_portal.imports.records import Record, Row
from audit_portal.imports.runner import FileRun, Report, Runner, rehearse
from audit_portal.imports.vcard_reader import read_vcards
from audit_portal.look.words import counted
from audit_portal.services import Services
from consent.purposes import LegalBasis, Purpose
from vault.crypto.primitives import length_prefixed, sha256
from vault.errors import BadInput

_LABEL = re.compile(r"[a-z0-9_-]{1,64}")
_CHANNEL = re.compile(r"[a-z][a-z0-9_]{0,31}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command line says."""

    file: Path
    company: str
    basis: str
    purpose: str
    channel: str
    label: str
    mapping: Path | None
    dry_run: bool


def bring_in(asked: Asked) -> ExitCode:
    """Import or rehearse; 2 when rows were left out."""
    if not _CHANNEL.fullmatch(asked.channel):
        raise BadInput("must be up to 32 of a-z, 0-9 and _, a letter first", member="--channel")
    mapping = _mapping(asked.mapping)
    if asked.dry_run:
        with _rows(asked, mapping) as rows:
            report = rehearse(rows)
    else:
        with vault() as services:
            report = _run(services, asked, mapping)
    return _tell(asked, report)


def _run(services: Services, asked: Asked, mapping: FileMapping | None) -> Report:
    run = FileRun(
        company=services.companies.named(asked.company).company_id,
        file_hash=services.fingerprint(_name_of_run(asked)),
        channel=asked.channel,
        declared=_declared(services, asked),
    )
    runner = Runner(
        main=services.main,
        enrolment=services.enrolment,
        log=services.log,
        writes=services.writes,
        grants=services.grants,
        clock=services.clock,
    )
    lines = _lines_in(asked.file)
    gc.freeze()  # what stands now stands to the end: walking it again took a fifth of the time
    with counting() as show, _rows(asked, mapping) as rows:
        return runner.run(
            rows, run, lambda line: show(asked.file.name, done=line, total=max(line, lines))
        )


def _declared(services: Services, asked: Asked) -> Purpose | None:
    """The purpose declared, which must rest on the basis named; none for consent."""
    if asked.basis not in list(LegalBasis):
        raise BadInput(f"is none of {', '.join(LegalBasis)}", member="--basis")
    if asked.basis == LegalBasis.CONSENT:
        if asked.purpose:
            raise BadInput("is asked for by an offer, not declared", member="--purpose")
        return None
    purpose = services.purposes.named(asked.purpose, member="--purpose")
    if purpose.basis != asked.basis:
        raise BadInput(f"is not the basis of {purpose.code} ({purpose.basis})", member="--basis")
    return purpose


def _mapping(path: Path | None) -> FileMapping | None:
    if path is None:
        return None
    try:
        return parse_mapping(bytes_of(path), kind="json" if path.suffix == ".json" else "toml")
    except BadInput as flaw:
        raise BadInput(str(flaw), member=str(path)) from None


@contextmanager
def _rows(asked: Asked, mapping: FileMapping | None) -> Iterator[Iterator[Row]]:
    """The rows of a file by its ending."""
    file = asked.file
    try:
        stream = file.open("rb")
    except OSError as error:
        raise BadInput(f"cannot be read ({type(error).__name__})", member=str(file)) from None
    with stream:
        match file.suffix.lower():
            case ".csv" if mapping is None:
                raise BadInput("is needed for a CSV file", member="--mapping")
            case ".csv" if mapping is not None:
                yield _labelled(read_csv(stream, mapping), asked, mapping.external_id)
            case ".jsonl" | ".ndjson":
                named_by = mapping.external_id if mapping else ""
                yield _labelled(read_jsonl(stream, mapping), asked, named_by)
            case ".vcf":
                named_by = LINE if asked.label else "UID"
                yield _labelled(read_vcards(stream, external_id=named_by), asked, named_by)
            case _:
                raise BadInput("must end in .csv, .jsonl or .vcf", member=str(file))


def _labelled(rows: Iterator[Row], asked: Asked, named_by: str) -> Iterator[Row]:
    """Rows whose people are named by their line are named ``label:line``."""
    if named_by != LINE:
        return rows
    if not _LABEL.fullmatch(asked.label):
        raise BadInput(
            "is needed where people are named by line, up to 64 of a-z, 0-9, - and _",
            member="--label",
        )
    return (
        replace(row, external_id=f"{asked.label}:{row.external_id}")
        if isinstance(row, Record)
        else row
        for row in rows
    )


def _name_of_run(asked: Asked) -> bytes:
    with asked.file.open("rb") as stream:
        whole = file_digest(stream, "sha256").digest()
    mapping = bytes_of(asked.mapping) if asked.mapping else b""
    said = (asked.basis, asked.purpose, asked.channel, asked.label)
    return sha256(length_prefixed(whole, mapping, *(one.encode() for one in said)))


def _lines_in(file: Path) -> int:
    with file.open("rb") as stream:
        return sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 20), b""))


def _tell(asked: Asked, report: Report) -> ExitCode:
    for error in report.errors:
        where = f"{asked.file.name}:{error.line}"
        sys.stderr.write(": ".join(filter(None, (where, error.member, error.reason))) + "\n")
    if report.wrong > len(report.errors):
        sys.stderr.write(f"... and {report.wrong - len(report.errors)} more errors\n")
    for name, rows in report.not_taken.most_common():
        where = counted(rows, "row")
        sys.stderr.write(f"{name}: in {where}, and no field of a profile; not taken\n")
    for name, rows in report.held.most_common():
        where = counted(rows, "row")
        sys.stderr.write(f"{name}: in {where}, taken away before after a dispute; held\n")
    sys.stdout.write(_summary(asked, report) + "\n")
    return ExitCode.INPUT if report.wrong else ExitCode.DONE


def _summary(asked: Asked, report: Report) -> str:
    rows, errors = counted(report.rows, "row"), counted(report.wrong, "error")
    if asked.dry_run:
        return f"{asked.file.name}: {rows} can be imported, {errors}."
    people = counted(report.people_made, "person", "people")
    return (
        f"{asked.file.name}: {rows} ({report.skipped:,} done before), {people} new, "
        f"{counted(report.stored, 'value')} stored, {report.unchanged:,} unchanged, {errors}."
    )
