"""The files of a case: given by the person, opened for the person, the company and the officer.

Rules kept here:
- A file is something new from the person: where the company waits for it, the review goes on.
- The company that answers downloads the bytes that were sent, and nobody else does; an officer only
  while the case is theirs to decide. Each look is on the person's record before the bytes are out.

Use::

    sent = SentFile(name="letter.pdf", media_type="application/pdf", pieces=gathered(chunks))
    evidence.add(consumer, contest_id, sent)                # FileInfo, Refused or NotFound
    evidence.for_company(company, contest_id, file_id)      # OpenedFile, or NotFound
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from audit_portal.contests import store
from audit_portal.contests.parts import Parts
from audit_portal.contests.rules import Refusal, Refused
from audit_portal.contests.states import Act as What
from audit_portal.contests.states import Actor, State
from audit_portal.contests.step import Step
from audit_portal.tables import ContestRow
from consent.confirmations import Answer, NotFound, NothingChanged
from consent.gate.file_info import FileInfo, NewFile
from consent.gate.files import CaseFiles, OpenedFile
from consent.ledger.entry_types import BY_CONSUMER
from vault.identifiers import CompanyId, ConsumerId


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """A file as it was sent, all of it at hand (``consent.gate.file_info.gathered``)."""

    name: str
    media_type: str
    pieces: Sequence[bytes] = field(repr=False)


class Evidence:
    """The files of people's cases."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def add(
        self, consumer: ConsumerId, contest_id: str, sent: SentFile
    ) -> FileInfo | Refused | NotFound:
        """Give a file to a case. ``BadInput`` for what is no file, ``Conflict`` beyond 20."""
        given: list[FileInfo] = []

        def give(step: Step) -> Answer:
            given.append(put(self._parts.files, step, sent))
            step.row.given_at = step.now_ms
            if step.state == step.row.state:
                return NothingChanged(ref=contest_id, state=step.state)
            return step.move(actor=BY_CONSUMER)

        answer = self._parts.on_case(
            consumer, contest_id, What.GIVE_MORE, by=Actor.CONSUMER, do=give
        )
        if given:
            return given[0]
        return answer if isinstance(answer, Refused) else NotFound()

    def own(self, consumer: ConsumerId, contest_id: str, file_id: bytes) -> OpenedFile | NotFound:
        """A file for the person themselves: one own view."""
        return _opened(lambda: self._parts.files.open_own(consumer, contest_id, file_id))

    def for_company(
        self, company: CompanyId, contest_id: str, file_id: bytes
    ) -> OpenedFile | NotFound:
        """A file for the company that answers."""
        with self._parts.main.reading() as tx:
            row = store.of_company(tx, company, contest_id)
        if row is None:
            return NotFound()
        return _opened(
            lambda: self._parts.files.open_for_company(company, _consumer(row), contest_id, file_id)
        )

    def for_officer(
        self, staff_id: str, contest_id: str, file_id: bytes
    ) -> OpenedFile | Refused | NotFound:
        """A file for the officer who decides."""
        with self._parts.main.reading() as tx:
            row = store.named(tx, contest_id)
        if row is None:
            return NotFound()
        if row.state != State.ESCALATED:
            return Refused(reason=Refusal.NOT_NOW)
        return _opened(
            lambda: self._parts.files.open_for_officer(
                staff_id, _consumer(row), contest_id, file_id
            )
        )


def put(files: CaseFiles, step: Step, sent: SentFile) -> FileInfo:
    """Seal a file into the case of an open step; its entry tells of it."""
    new = NewFile(
        contest_id=step.row.contest_id,
        company=step.company,
        name=sent.name,
        media_type=sent.media_type,
        pieces=sent.pieces,
    )
    return files.put(step.act, step.consumer, new)


def _opened(open_file: Callable[[], OpenedFile]) -> OpenedFile | NotFound:
    try:
        return open_file()
    except KeyError:
        return NotFound()


def _consumer(row: ContestRow) -> ConsumerId:
    return ConsumerId(bytes(row.consumer_id))
