"""An export as a stream, for an officer's page.

Rules kept here:
- The entry is durable and in the log before ``download`` comes back, so before the first header is
  sent: what fails until then can still be said with a status.
- Nothing is kept of what was sent. A download that breaks off is on the record, and an officer who
  wants a file that can be gone on with uses ``habeas export-audit``.
- The worker of a service moves the entry into the log: this takes about a second.

Use::

    sent = download(services.exports, Asked(since=…), by=staff_id)
    StreamingResponse(sent.parts, media_type=sent.media_type, headers=sent.headers)
    download(services.exports, asked, by=staff_id, as_table=True)       # the table instead
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from audit_portal.exports.tables import rows_of
from consent.exports import Exports
from consent.ledger.export_asked import Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file to be sent: its name, its type, its parts."""

    name: str
    media_type: str
    parts: Iterator[bytes] = field(repr=False)

    @property
    def headers(self) -> Mapping[str, str]:
        """What is sent before the parts: a file to be saved, kept by nobody on the way."""
        disposition = f'attachment; filename="{self.name}"'
        return {"Content-Disposition": disposition, "Cache-Control": "no-store"}


def download(exports: Exports, asked: Asked, *, by: str, as_table: bool = False) -> Download:
    """Put an export on record and begin to hand it out. ``by``: the officer's staff id.

    Every call is an export of its own. ``BadInput`` and ``Unready`` as of ``Exports.begin``.
    """
    export = exports.begin(asked, by=by)
    name = f"log-{export.manifest.first}-{export.manifest.last}"
    parts = exports.parts(export)
    if as_table:
        table = rows_of(_leaf_lines(parts))
        return Download(name=f"{name}.csv", media_type="text/csv; charset=utf-8", parts=table)
    return Download(name=f"{name}.jsonl", media_type="application/jsonl", parts=parts)


def _leaf_lines(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The lines behind the first."""
    lines = (line for part in parts for line in part.splitlines(keepends=True))
    next(lines)
    yield from lines
