"""How contests are decided and end: what company, officer, person and clock have in common.

Rules kept here:
- The remedy shares the commit with the verdict, and so do the notices to those who read what was
  wrong.
- With the decision the person is told when the restriction will end; it ends after that day, or
  when they say so. A statement keeps the field flagged: then nothing is lifted.
- A case is closed when everybody who had to be told has acknowledged, or after two weeks; who is
  silent stays on the person's list.

Use::

    verdict = Verdict(outcome=Outcome.REFUSED, by=Actor.COMPANY, actor=company, reason="…")
    decide(parts, step, verdict)
    end_restriction(parts, step, actor=BY_VAULT)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from audit_portal.contests import clocks, store, timers
from audit_portal.contests.parts import Parts
from audit_portal.contests.states import Act as What
from audit_portal.contests.states import Actor, Outcome, State
from audit_portal.contests.step import Step, text_of
from audit_portal.tables import ContestRow
from consent.confirmations import Confirmed
from consent.gate.texts import CaseText, TextKind
from consent.ledger.entry_types import BY_VAULT
from consent.notices import NoticeKind
from vault.fields import FieldValue

_TOLD: Mapping[Outcome, NoticeKind] = {
    Outcome.CORRECTED: NoticeKind.CORRECTED,
    Outcome.PARTLY_CORRECTED: NoticeKind.CORRECTED,
    Outcome.DELETED: NoticeKind.DELETED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What was decided, by whom, and what the entry says of it."""

    outcome: Outcome
    by: Actor
    actor: str
    name: str = ""
    reason: str = field(default="", repr=False)
    value: FieldValue | None = field(default=None, repr=False)
    told: Mapping[str, object] = field(default_factory=dict)


def decide(parts: Parts, step: Step, decided: Decided) -> Confirmed:
    """Let a decision stand: remedy, row, reason, entry, notices, and what follows by itself."""
    row = step.row
    row.outcome, row.decided_at = decided.outcome.value, step.now_ms
    row.lift_at = None if keeps_flag(row) else clocks.lift_at(step.now_ms, step.home)
    _remedy(parts, step, decided)
    if decided.reason:
        step.say(TextKind.REASON, decided.reason, by=decided.by, name=decided.name)
    timers.stop_all(step)
    timers.await_lifting(step)
    done = step.move(actor=decided.actor, **decided.told)
    if decided.outcome is not Outcome.REFUSED:
        _tell(parts, step, decided.outcome)
    return done


def end_restriction(parts: Parts, step: Step, *, actor: str) -> Confirmed:
    """Let the field go, unless a statement keeps it flagged; then close, or wait for recipients."""
    row = step.row
    row.lift_at = None
    done = step.move(actor=actor)
    told = 0
    if not keeps_flag(row):
        told = parts.remedies.lift(step, reason=row.outcome or row.state, actor=actor)
    timers.stop_all(step)
    if told or _is_awaited(parts, step):
        timers.await_closing(step)
    else:
        close(step.then(What.CLOSE, State.CLOSED))
    return done


def close_or_wait(parts: Parts, step: Step) -> None:
    """Close a case, unless somebody who had to be told is still waited for."""
    if _is_awaited(parts, step):
        timers.await_closing(step)
    else:
        close(step)


def close(step: Step) -> Confirmed:
    """The case is over; the person may rate how it went."""
    step.row.closed_at = step.now_ms
    timers.stop_all(step)
    return step.move(actor=BY_VAULT)


def keeps_flag(row: ContestRow) -> bool:
    """Whether the value goes on being served as disputed."""
    stated = row.stated_at is not None and row.outcome == Outcome.REFUSED
    return stated or row.outcome == Outcome.SUPPLEMENTED


def _remedy(parts: Parts, step: Step, decided: Decided) -> None:
    match decided.outcome:
        case Outcome.CORRECTED | Outcome.PARTLY_CORRECTED:
            proposed = _text(step, TextKind.PROPOSED)
            parts.remedies.correct(step, decided.value, proposed, actor=decided.actor)
        case Outcome.DELETED:
            parts.remedies.delete(step, actor=decided.actor)
        case Outcome.SUPPLEMENTED:
            statement = _text(step, TextKind.STATEMENT)
            parts.remedies.flag(step, statement, actor=decided.actor)
        case Outcome.REFUSED:
            pass


def _tell(parts: Parts, step: Step, outcome: Outcome) -> None:
    kind = _TOLD.get(outcome)
    if kind is not None:
        parts.remedies.tell_readers(step, kind)
    step.then(What.TELL, State.NOTIFYING_RECIPIENTS).move(actor=BY_VAULT)


def _text(step: Step, kind: TextKind) -> CaseText | None:
    """The only text of its kind in the case."""
    rows = store.texts_of(step.act.tx, step.consumer, step.row.contest_id)
    found = (text_of(one.contest_id, one.number, one.kind) for one in rows if one.kind == kind)
    return next(found, None)


def _is_awaited(parts: Parts, step: Step) -> bool:
    decided_at = step.row.decided_at or step.now_ms
    patience = clocks.end_of(timers.WAITS_FOR_RECIPIENTS, decided_at, step.home)
    return step.now_ms <= patience and parts.remedies.is_awaited(step)
