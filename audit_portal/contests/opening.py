"""A contest begins: a draft, or sent at once. Sent, it bites in the same commit.

Rules kept here:
- What is contested is the person's and from a company: looked up before, decided under the lock,
  and again when a draft is sent.
- The moment a contest is sent its field is restricted; its furnisher is named and told, and until
  when it must answer. Who read the contested version is told that it is under dispute.
- A draft is nobody's business but the person's: it makes no entry, and goes by itself when it is
  not sent.

Use::

    claim = Claim(kind=Kind.INACCURATE, field="contact.email", version=3, words="…", value="…")
    opening.open(consumer, claim)               # Confirmed(ref="ctn_…"), or Refused
    contest_id = opening.draft(consumer, claim)
    opening.submit(consumer, contest_id)
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from audit_portal.contests import clocks, regimes, rules, store, timers
from audit_portal.contests.claims import Claim, Found, find
from audit_portal.contests.evidence import SentFile, put
from audit_portal.contests.parts import Parts
from audit_portal.contests.rules import Contested, Kind, Refusal, Refused
from audit_portal.contests.states import Act as What
from audit_portal.contests.states import Actor, State
from audit_portal.contests.step import Step, text_of
from audit_portal.contests.words import optional_words
from audit_portal.tables import ContestRow
from consent.companies import regimes_of
from consent.confirmations import Answer, Confirmed, NotFound, NothingChanged
from consent.gate.corrections import CORRECTING_KEYS
from consent.gate.texts import TextKind
from consent.ledger.entry_types import BY_CONSUMER
from consent.ledger.log import Act
from consent.notices import NoticeKind
from vault.identifiers import CompanyId, ConsumerId, Prefix, new_id

Begun = TypeVar("Begun")


class Opening:
    """How contests begin."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def open(
        self, consumer: ConsumerId, claim: Claim, *, files: Sequence[SentFile] = ()
    ) -> Confirmed | Refused:
        """Contest at once, with files; ``Confirmed.ref`` is its id. ``BadInput``: malformed."""

        def send(step: Step) -> Confirmed:
            done = self._send(step)
            for one in files:
                put(self._parts.files, step, one)
            return done

        return self._begin(consumer, claim, send)

    def draft(self, consumer: ConsumerId, claim: Claim) -> str | Refused:
        """Write a contest down without sending it; its id. It is kept for 30 days."""
        return self._begin(consumer, claim, _keep)

    def submit(self, consumer: ConsumerId, contest_id: str) -> Answer | Refused:
        """Send a draft."""
        with self._parts.main.reading() as tx:
            row = store.of_person(tx, consumer, contest_id)
        if row is None:
            return NotFound()
        claim = Claim(kind=Kind(row.kind), field=row.field, version=row.version, event=row.event)
        found = find(self._parts, consumer, claim)

        def send(step: Step) -> Answer | Refused:
            refused = rules.may_contest(_contested(step.act, consumer, claim, found))
            return refused or self._send(step)

        return self._parts.on_case(consumer, contest_id, What.SEND, by=Actor.CONSUMER, do=send)

    def discard(self, consumer: ConsumerId, contest_id: str) -> Answer | Refused:
        """Forget a draft and its words; no entry tells of either."""

        def forget(step: Step) -> Answer:
            discard(self._parts, step)
            return NothingChanged(ref=contest_id, state=State.WITHDRAWN)

        return self._parts.on_case(consumer, contest_id, What.DISCARD, by=Actor.CONSUMER, do=forget)

    def _begin(
        self, consumer: ConsumerId, claim: Claim, then: Callable[[Step], Begun]
    ) -> Begun | Refused:
        """1 whose it is; 2 the lock; 3 the rules; 4 row and words; 5 sent, or kept for a while."""
        words, proposed = optional_words(claim.words), claim.proposed()
        found = find(self._parts, consumer, claim)  # 1
        home, now = self._parts.home_of(consumer), self._parts.clock.now_ms()
        with self._parts.log.acting([consumer], uses=CORRECTING_KEYS) as act:  # 2
            refused = rules.may_contest(_contested(act, consumer, claim, found))  # 3
            company = found.company if found else None
            if refused is not None or company is None:
                return refused or Refused(reason=Refusal.NOTHING_THERE)
            laws = regimes.applying(named=regimes_of(act.tx, company), country=home.country)
            row = _row(consumer, claim, company, now_ms=now)  # 4
            row.regimes = regimes.codes_of(laws)
            act.tx.add(row)
            step = self._parts.step(act, row, What.SEND, State.SUBMITTED, home=home, now_ms=now)
            if words:
                step.say(TextKind.CLAIM, words, by=Actor.CONSUMER)
            if proposed is not None:
                step.say(TextKind.PROPOSED, proposed, by=Actor.CONSUMER)
            return then(step)  # 5

    def _send(self, step: Step) -> Confirmed:
        """Row, restriction, entries, notices and due date in one commit.

        A crash before the commit leaves what was: the draft, or nothing.
        """
        row = step.row
        row.submitted_at = step.now_ms
        row.due_at = clocks.answer_by(step.regimes, step.now_ms, step.home)
        timers.stop_all(step)
        timers.await_answer(step)
        step.bring_words()
        done = step.move(actor=BY_CONSUMER)
        self._parts.remedies.restrict(step)
        due = clocks.day_of(row.due_at, step.home).isoformat()
        self._parts.remedies.tell_who_answers(step, {"answer_by": due})
        self._parts.remedies.tell_readers(step, NoticeKind.RESTRICTED)
        return done


def discard(parts: Parts, step: Step) -> None:
    """Destroy a draft: its words, its row, its deadline."""
    rows = store.texts_of(step.act.tx, step.consumer, step.row.contest_id)
    texts = [text_of(one.contest_id, one.number, one.kind) for one in rows]
    parts.texts.drop(step.act, step.consumer, texts)
    timers.stop_all(step)
    store.forget(step.act.tx, step.row)


def _keep(step: Step) -> str:
    timers.await_sending(step, until_ms=clocks.end_of(timers.DRAFT_KEPT, step.now_ms, step.home))
    return step.row.contest_id


def _contested(
    act: Act, consumer: ConsumerId, claim: Claim, found: Found | None
) -> Contested | None:
    if found is None:
        return None
    return Contested(
        by_themselves=found.company is None,
        is_gone=found.is_gone,
        is_contested=store.is_contested(
            act.tx, consumer, field=claim.field, version=claim.version, event=claim.event
        ),
    )


def _row(consumer: ConsumerId, claim: Claim, company: CompanyId, *, now_ms: int) -> ContestRow:
    return ContestRow(
        consumer_id=consumer,
        contest_id=new_id(Prefix.CONTEST),
        company_id=company,
        kind=claim.kind.value,
        field=claim.field,
        version=claim.version,
        event=claim.event,
        regimes="",
        state=State.DRAFT.value,
        proposes=claim.value is not None,
        made_at=now_ms,
    )
