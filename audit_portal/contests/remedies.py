"""What a contest does to the contested value, and who is told of it: all in the caller's act.

Rules kept here:
- A contested field is held from the moment the contest is sent; a correction goes through the gate;
  a deletion guards what it deleted.
- Told are exactly the companies that read a contested version, each once for each kind, in the
  commit of what they are told of. A regime may look back a limited time; the GDPR does not.
- What is contested is one version. Of a field that is not about the person, or should not be held,
  it is everything that company supplied for it.
- A restriction is lifted by the clock after its day, or by the person; a statement keeps it as a
  flag.

Use::

    remedies.restrict(step)
    remedies.correct(step, value, actor=company)
    remedies.tell_readers(step, NoticeKind.CORRECTED)
"""

from __future__ import annotations

from collections.abc import Mapping

from audit_portal.contests import clocks
from audit_portal.contests.rules import Kind
from audit_portal.contests.step import Step
from consent import restrictions
from consent.access_log import AccessLog
from consent.gate.corrections import Corrections
from consent.gate.own_view import OwnView
from consent.gate.texts import CaseText
from consent.gate.writes import source_of
from consent.ledger.entry_types import BY_CONSUMER, BY_VAULT
from consent.notices import NewNotice, NoticeKind
from consent.outbox import Outbox, Standing, enqueue
from consent.restrictions import Serving
from vault.fields import FieldValue
from vault.identifiers import CompanyId
from vault.versions import VersionInfo

CONTESTED = "accuracy_contested"
STATED = "statement_filed"
SUPPLEMENTED = "supplemented"
_WHOLE_LINE = frozenset({Kind.NOT_MINE, Kind.NOT_TO_BE_HELD})


class Remedies:
    """What is done about contested values."""

    def __init__(
        self,
        *,
        corrections: Corrections,
        access_log: AccessLog,
        own_view: OwnView,
        outbox: Outbox,
    ) -> None:
        self._corrections = corrections
        self._access_log = access_log
        self._own_view = own_view
        self._outbox = outbox

    # --- the field ------------------------------------------------------------------------------

    def restrict(self, step: Step) -> None:
        """From this commit on no company gets the field as if it were fine."""
        self._hold(step, step.duties.while_open, actor=BY_CONSUMER)

    def hide(self, step: Step) -> None:
        """Nobody gets the field at all: its furnisher did not answer in time."""
        self._hold(step, Serving.WITHHELD, actor=BY_VAULT)

    def restrict_again(self, step: Step) -> None:
        """Hold the field for an officer, unless it is held or flagged already.

        Who read it since it was let go is told, as who read it before was.
        """
        if not restrictions.held_by(step.act.tx, step.consumer, step.row.contest_id):
            self.restrict(step)
            self.tell_readers(step, NoticeKind.RESTRICTED)

    def flag(self, step: Step, statement: CaseText | None, *, actor: str) -> None:
        """Serve the value as disputed, with the person's statement if they wrote one."""
        if step.row.field is None:
            return
        restrictions.flag(
            step.act,
            step.consumer,
            [step.row.field],
            reason=SUPPLEMENTED if statement is None else STATED,
            now_ms=step.now_ms,
            contest_id=step.row.contest_id,
            statement_id=None if statement is None else statement.text_id,
            actor=actor,
        )

    def lift(self, step: Step, *, reason: str, actor: str) -> int:
        """Let the field go, and tell those who were told that it was held; how many."""
        if step.row.field is None:
            return 0
        lifted = restrictions.lift(
            step.act,
            step.consumer,
            [step.row.field],
            reason=reason,
            actor=actor,
            contest_id=step.row.contest_id,
        )
        return self._tell_again(step, NoticeKind.LIFTED) if lifted else 0

    # --- the value ------------------------------------------------------------------------------

    def correct(
        self, step: Step, value: FieldValue | None, proposed: CaseText | None, *, actor: str
    ) -> None:
        """Put the right value beside the contested ones: ``value``, else the proposed one.

        ``BadInput`` for a value that does not fit its field, or is the contested one.
        """
        name, versions = step.row.field, self.contested(step)
        if name is None:
            raise ValueError("an access has no value")
        if value is not None:
            self._corrections.correct(
                step.act,
                step.consumer,
                name,
                value,
                company=step.company,
                contest_id=step.row.contest_id,
                versions=versions,
                actor=actor,
            )
        elif proposed is not None:
            self._corrections.correct_as_proposed(
                step.act,
                step.consumer,
                name,
                proposed,
                company=step.company,
                contest_id=step.row.contest_id,
                versions=versions,
                actor=actor,
            )

    def delete(self, step: Step, *, actor: str) -> None:
        """Destroy what is contested, unless it is gone; of an access there is nothing here."""
        name = step.row.field
        if name is None or not self._is_there(step):
            return
        self._corrections.delete(
            step.act,
            step.consumer,
            name,
            company=step.company,
            contest_id=step.row.contest_id,
            versions=self.contested(step),
            actor=actor,
        )

    def contested(self, step: Step) -> list[int]:
        """The contested versions; none of a contested access."""
        if step.row.version is None or Kind(step.row.kind) not in _WHOLE_LINE:
            return [] if step.row.version is None else [step.row.version]
        return sorted(one.version for one in self._line(step))

    def _line(self, step: Step) -> list[VersionInfo]:
        """Everything the company supplied for the contested field."""
        theirs = source_of(step.company)
        return [
            one
            for one in self._own_view.overview(step.consumer)
            if one.field == step.row.field and one.source == theirs
        ]

    def _is_there(self, step: Step) -> bool:
        contested = self.contested(step)
        return any(one.version in contested and not one.deleted for one in self._line(step))

    # --- who is told ----------------------------------------------------------------------------

    def tell_who_answers(self, step: Step, details: Mapping[str, object]) -> None:
        """The company that answers learns that there is a case."""
        self._tell(step, step.company, NoticeKind.CONTEST, details)

    def tell_readers(self, step: Step, kind: NoticeKind) -> int:
        """Tell whoever read a contested version; to how many this is new."""
        if step.row.field is None:
            return 0
        readers = self._access_log.readers(
            step.consumer,
            step.row.field,
            versions=self.contested(step),
            since=clocks.look_back_to(step.duties.look_back, step.now_ms, step.home),
            inside=step.act.tx,
        )
        return sum(self._tell(step, company, kind, {}) for company in sorted(readers))

    def is_awaited(self, step: Step) -> bool:
        """Whether somebody who was told has neither acknowledged nor been given up."""
        told = self._outbox.told(step.consumer, step.row.contest_id)
        waiting = {Standing.WAITING, Standing.DELIVERED}
        return any(one.standing in waiting for one in told if one.kind is not NoticeKind.CONTEST)

    def _tell_again(self, step: Step, kind: NoticeKind) -> int:
        told = self._outbox.told(step.consumer, step.row.contest_id)
        restricted = [one.company for one in told if one.kind is NoticeKind.RESTRICTED]
        return sum(self._tell(step, company, kind, {}) for company in restricted)

    def _tell(
        self, step: Step, company: CompanyId, kind: NoticeKind, details: Mapping[str, object]
    ) -> bool:
        notice = NewNotice(
            consumer=step.consumer,
            company=company,
            kind=kind,
            about=step.row.contest_id,
            fields=[] if step.row.field is None else [step.row.field],
            contest_id=step.row.contest_id,
            details=details,
        )
        return enqueue(step.act, notice, now_ms=step.now_ms) is not None

    # --- parts ----------------------------------------------------------------------------------

    def _hold(self, step: Step, serving: Serving, *, actor: str) -> None:
        if step.row.field is None:
            return
        restrictions.restrict(
            step.act,
            step.consumer,
            [step.row.field],
            reason=CONTESTED,
            now_ms=step.now_ms,
            contest_id=step.row.contest_id,
            actor=actor,
            serving=serving,
        )
