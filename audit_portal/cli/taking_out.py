"""The work of ``habeas export-audit``: find out what is asked for, write it, say how to check it.

Rules kept here:
- Whose export it is, is known by their code, typed as at every act of officers.
- A day means its beginning in UTC, so that everybody who reads the command means the same.
- What cannot be asked for is refused before anything is on record.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from audit_portal.cli.friendly import ExitCode
from audit_portal.cli.opening import vault
from audit_portal.cli.progress import counting
from audit_portal.cli.staffing import officer_by_code
from audit_portal.exports.files import require_absent, save, save_table
from audit_portal.look.words import counted
from audit_portal.page_services import PageServices
from audit_portal.services import Services
from consent.exports import Export
from consent.ledger.entry_types import EntryType
from consent.ledger.export_asked import Asked
from consent.times import instant
from vault.errors import BadInput

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the command line says."""

    officer: str
    out: Path
    csv: Path | None
    from_leaf: int | None
    to_leaf: int | None
    since: str
    until: str
    company: str
    types: tuple[str, ...]


def take_out(wanted: Wanted) -> ExitCode:
    """Write the export, and the table if one is wanted."""
    for file in filter(None, (wanted.out, wanted.csv)):
        require_absent(file)
    with vault() as services:
        try:
            export = _save(services, wanted)
        finally:
            services.sequencer.stop()  # the next process need not wait for the lease to end
        key = services.log_keys["log"]
    if wanted.csv:
        save_table(wanted.out, wanted.csv)
    _tell(export, wanted, key)
    return ExitCode.DONE


def _save(services: PageServices, wanted: Wanted) -> Export:
    asked = _asked(services, wanted)
    officer = _officer(services, wanted.officer)
    with counting() as show:
        return save(
            services.exports,
            asked,
            by=officer,
            file=wanted.out,
            show=lambda done, total: show("leaves", done=done, total=total),
            nudge=services.sequencer.run_once,
        )


def _officer(services: PageServices, named: str) -> str:
    member = officer_by_code(services.office.staff, f"Code of {named}")
    if named not in (member.staff_id, member.name):
        raise BadInput("is not whose code was typed", member="--officer")
    return member.staff_id


def _asked(services: Services, wanted: Wanted) -> Asked:
    unknown = set(wanted.types) - set(EntryType)
    if unknown:
        raise BadInput("is no kind of entry: see docs/reference/entries.md", member="--type")
    company = services.companies.named(wanted.company).company_id if wanted.company else None
    return Asked(
        company=company,
        types=tuple(sorted(set(wanted.types))),
        since=_moment(wanted.since, "--since"),
        until=_moment(wanted.until, "--until"),
        from_leaf=wanted.from_leaf,
        to_leaf=wanted.to_leaf,
    )


def _moment(text: str, option: str) -> int | None:
    if not text:
        return None
    try:
        return instant(f"{text}T00:00:00Z" if _DAY.fullmatch(text) else text)
    except BadInput as flaw:
        raise BadInput(flaw.reason, member=option) from None


def _tell(export: Export, wanted: Wanted, key: str) -> None:
    counts = export.tally.counts
    closed = sum(counts[why] for why in ("erased", "filtered", "sealed"))
    sys.stdout.write(
        f"{wanted.out}: {counted(export.total, 'leaf', 'leaves')},"
        f" {counted(counts['open'], 'entry', 'entries')} open, {closed:,} closed.\n"
    )
    sys.stderr.write(f"Anybody checks it with: habeas verify {wanted.out} --key '{key}'\n")
