"""A company's file into the vault: in chunks, resumable, each chunk whole or not at all.

Rules kept here:
- Values, declarations, entries and the count of rows done stand together, one transaction a chunk.
  After a crash the same command goes on behind the last whole chunk; a rerun adds nothing.
- A row with an error is left out whole and told with its line; the other rows are taken.
- On a basis other than consent, what was supplied is declared to the person in the same chunk.
- A value that was corrected or removed after a dispute is held, not taken in; the report names its
  field and counts the rows.
- Nothing of a value is in a report, a progress line or an error.

The steps of a chunk (numbers repeated at the lines):

1 the people, by external id, made if they are not there   2 under their locks: values and their
entries   3 the declaration   4 the count of rows done   5 commit

A crash between 1 and 5 leaves people without values; the next run finds them and goes on.

Use::

    runner = Runner(enrolment=enrolment, log=log, writes=writes, grants=grants, clock=clock)
    report = runner.run(rows, run=FileRun(...), show=lambda line: None)
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from audit_portal.imports.records import Record, Row, RowError
from audit_portal.tables import ImportRun
from consent.enrolment import Enrolment, Person
from consent.gate.writes import WRITING_KEYS, Write, WriteGate, Written
from consent.grant_actions import GrantActions
from consent.grant_rules import Refusal, Refused
from consent.ledger.log import Act, Log
from consent.purposes import Purpose
from vault.clock import Clock
from vault.database import Database
from vault.errors import Conflict
from vault.identifiers import CompanyId, ConsumerId

CHUNK = 100
MOST_ERRORS_TOLD = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRun:
    """One file of one company and what it declares. ``file_hash`` names file and declaration."""

    company: CompanyId
    file_hash: bytes
    channel: str
    nature: str = "provided"
    declared: Purpose | None = None
    """The purpose the company reads for without asking; None where it will ask for consent."""


@dataclass(slots=True, kw_only=True)
class Report:
    """What came of a file so far."""

    rows: int = 0
    people_made: int = 0
    stored: int = 0
    unchanged: int = 0
    skipped: int = 0
    """Rows that an earlier run had done."""
    wrong: int = 0
    errors: list[RowError] = field(default_factory=list)
    held: Counter[str] = field(default_factory=Counter)
    """Fields whose value was corrected or removed before, by how many rows: they wait."""
    not_taken: Counter[str] = field(default_factory=Counter)
    """Columns or properties that held something and are no field here, by how many rows."""

    def note(self, error: RowError) -> None:
        """Count an error; keep the first thousand."""
        self.wrong += 1
        if len(self.errors) < MOST_ERRORS_TOLD:
            self.errors.append(error)


class Runner:
    """Brings files in."""

    def __init__(
        self,
        *,
        main: Database,
        enrolment: Enrolment,
        log: Log,
        writes: WriteGate,
        grants: GrantActions,
        clock: Clock,
    ) -> None:
        self._main = main
        self._enrolment = enrolment
        self._log = log
        self._writes = writes
        self._grants = grants
        self._clock = clock

    def run(self, rows: Iterable[Row], run: FileRun, show: Callable[[int], None]) -> Report:
        """Import ``rows``; ``show`` is told the line after each chunk."""
        report = Report()
        done = self._begin(run)
        for chunk in chunks(rows, report):
            left = [record for record in chunk if record.line > done]
            report.skipped += len(chunk) - len(left)
            if left:
                self._bring_in(left, run, report)
            show(chunk[-1].line)
        self._finish(run)
        return report

    def _bring_in(self, records: Sequence[Record], run: FileRun, report: Report) -> None:
        people = self._enrolment.enrol_many(  # 1
            run.company, [record.external_id for record in records]
        )
        pairs = list(zip(people, records, strict=True))
        consumers = [person.consumer_id for person in people]
        with self._log.acting(consumers, uses=WRITING_KEYS) as act:
            written = self._writes.write(  # 2
                [_write(person, record, run) for person, record in pairs], inside=act
            )
            if run.declared is not None:
                self._declare(act, pairs, run.company, run.declared)  # 3
            _count(report, people, written)
            self._note_progress(act, run, records[-1].line, people, written)  # 4
        # 5: the block has committed.

    def _declare(
        self,
        act: Act,
        pairs: Sequence[tuple[Person, Record]],
        company: CompanyId,
        purpose: Purpose,
    ) -> None:
        declared: defaultdict[ConsumerId, set[str]] = defaultdict(set)
        for person, record in pairs:
            declared[person.consumer_id] |= record.values.keys()
        supplied = {consumer: fields for consumer, fields in declared.items() if fields}
        answers = self._grants.declare_many(act, company, supplied, purpose=purpose)
        for answer in answers.values():
            # Of a suspended company nothing was written either, and the report says so.
            if isinstance(answer, Refused) and answer.reason is not Refusal.SUSPENDED:
                raise Conflict(f"cannot be declared ({answer.reason})", member="purpose")

    # --- how far a file has come ----------------------------------------------------------------

    def _begin(self, run: FileRun) -> int:
        """The line behind which to go on; 0 for a file that was never begun."""
        with self._main.transaction() as tx:
            row = tx.get(ImportRun, (run.company, run.file_hash))
            if row is not None:
                return row.rows_done
            tx.add(
                ImportRun(
                    company_id=run.company,
                    file_hash=run.file_hash,
                    rows_done=0,
                    people_made=0,
                    values_stored=0,
                    begun_at=self._clock.now_ms(),
                )
            )
            return 0

    def _note_progress(
        self,
        act: Act,
        run: FileRun,
        line: int,
        people: Sequence[Person],
        written: Sequence[Written],
    ) -> None:
        row = act.tx.get_one(ImportRun, (run.company, run.file_hash))
        row.rows_done = line
        row.people_made += sum(person.created for person in people)
        row.values_stored += sum(len(one.stored) for one in written)

    def _finish(self, run: FileRun) -> None:
        with self._main.transaction() as tx:
            row = tx.get_one(ImportRun, (run.company, run.file_hash))
            row.finished_at = row.finished_at or self._clock.now_ms()


def rehearse(rows: Iterable[Row]) -> Report:
    """What a run would find in ``rows``, without a vault: rows, errors, what is not taken."""
    report = Report()
    for _ in chunks(rows, report):
        pass
    return report


def chunks(rows: Iterable[Row], report: Report) -> Iterator[list[Record]]:
    """Records by the hundred, nobody twice in one; errors are noted on the way."""
    chunk: list[Record] = []
    named: set[str] = set()
    for row in rows:
        if isinstance(row, RowError):
            report.note(row)
            continue
        report.rows += 1
        report.not_taken.update(row.reported)
        if len(chunk) == CHUNK or row.external_id in named:
            yield chunk
            chunk, named = [], set()
        chunk.append(row)
        named.add(row.external_id)
    if chunk:
        yield chunk


def _write(person: Person, record: Record, run: FileRun) -> Write:
    return Write(
        consumer=person.consumer_id,
        source=run.company,
        values=record.values,
        nature=run.nature,
        channel=run.channel,
    )


def _count(report: Report, people: Sequence[Person], written: Sequence[Written]) -> None:
    report.people_made += sum(person.created for person in people)
    report.stored += sum(len(one.stored) for one in written)
    report.unchanged += sum(len(one.unchanged) for one in written)
    for one in written:
        report.held.update(one.held)
