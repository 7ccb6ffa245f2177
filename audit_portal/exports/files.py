"""An export as a file on a disk: begun, cut short, gone on with, finished.

Rules kept here:
- What is not finished has another name (``FILE.partial``): a file called ``FILE`` is whole.
- A second run of the same command goes on behind the last whole line, under the same entry. Asked
  for something else, it refuses: the record says what the first one asked for.
- No file that is there is overwritten. A new file can be read by its owner alone.

The steps, numbered at the lines:

1 the entry, durable and in the log   2 parts, to the partial file   3 synced, then renamed
4 the table, made from the finished file

A crash in 2 leaves a partial file to go on with; after 3, a finished file whose table is missing.

Use::

    save(exports, asked, by="stf_…", file=Path("q1.jsonl"), show=show, nudge=sequencer.run_once)
    save_table(Path("q1.jsonl"), Path("q1.csv"))
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from audit_portal.exports.tables import rows_of
from consent.exports import Export, Exports
from consent.ledger.export_asked import Asked
from consent.ledger.export_check import lines_of
from consent.ledger.export_lines import Manifest
from vault.errors import BadInput, Conflict

Show = Callable[[int, int], None]
"""Told how many leaves are done, of how many."""


def save(
    exports: Exports,
    asked: Asked,
    *,
    by: str,
    file: Path,
    show: Show,
    nudge: Callable[[], object] | None = None,
) -> Export:
    """Write an export to ``file``, or go on with it; what was written.

    ``Conflict`` when the file is there, or was begun for something else.
    """
    require_absent(file)
    partial = partial_of(file)
    with _kept_open(partial) as stream:
        export = _again(exports, asked, by, stream) or exports.begin(asked, by=by, nudge=nudge)  # 1
        for part in exports.parts(export):
            stream.write(part)  # 2
            show(export.done, export.total)
        stream.flush()
        os.fsync(stream.fileno())
    partial.rename(file)  # 3
    return export


def save_table(file: Path, table: Path) -> None:
    """Write the table of a finished export beside it."""
    require_absent(table)
    partial = partial_of(table)
    partial.unlink(missing_ok=True)
    with file.open("rb") as lines, _kept_open(partial) as stream:
        lines.readline()
        stream.writelines(rows_of(lines_of(lines)))  # 4
    partial.rename(table)


def partial_of(file: Path) -> Path:
    """Where a file stands while it is not finished."""
    return file.with_name(f"{file.name}.partial")


def require_absent(file: Path) -> None:
    """``Conflict`` when there is such a file."""
    if file.exists():
        raise Conflict("is there already", member=str(file))


def _again(exports: Exports, asked: Asked, by: str, stream: BinaryIO) -> Export | None:
    """The export that was begun in this file, to go on with; None when none was."""
    first = next(lines_of(stream), b"")
    if not first.endswith(b"\n"):
        stream.seek(0)
        stream.truncate(0)  # not even its first line: nothing was handed out
        return None
    manifest = Manifest.parse(first)
    if (manifest.asked, manifest.by) != (asked, by):
        raise Conflict("was begun for something else: finish that, or remove it", member="file")
    stream.seek(len(first))
    export = exports.resume(manifest, lines_of(stream))
    stream.truncate(export.tally.length)
    stream.seek(export.tally.length)
    return export


@contextmanager
def _kept_open(file: Path) -> Iterator[BinaryIO]:
    """A file to read and write, for its owner alone: made if it is not there, gone if empty."""
    try:
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise BadInput(f"cannot be written ({type(error).__name__})", member=str(file)) from None
    try:
        with os.fdopen(handle, "r+b") as stream:
            yield stream
    finally:
        if not file.stat().st_size:
            file.unlink()
