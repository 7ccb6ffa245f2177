"""Disputes on paper: a working double of what the dispute pages need from below.

One dispute about one version or look at a time; sending restricts, taking back lifts; words come
only from ``words``, which makes its entry first.
"""

from dataclasses import dataclass, field, replace
from itertools import count

from audit_portal.consumer_portal.dispute_facts import (
    Dispute,
    DisputeWords,
    Said,
    SentFile,
    Told,
)
from audit_portal.consumer_portal.facts import Company, Event
from audit_portal.consumer_portal.outcomes import Done, NotDone, Why
from audit_portal.contests.claims import Claim
from audit_portal.contests.states import FINAL, Act, Outcome, State
from audit_portal.look.uploads import Upload
from tests.audit_portal.consumer_portal.paper_portal import DAY_MS, PaperPortal
from vault.errors import BadInput
from vault.identifiers import ConsumerId, Prefix, encode

WHILE_OPEN = frozenset({Act.WRITE, Act.WITHDRAW, Act.GIVE_MORE})
WHEN_REFUSED = frozenset({Act.FILE_STATEMENT, Act.ESCALATE})


@dataclass(slots=True)
class PaperDisputes:
    """Disputes of the people of a paper portal."""

    portal: PaperPortal
    cases: dict[ConsumerId, dict[str, Dispute]] = field(default_factory=dict)
    spoken: dict[str, list[Said]] = field(default_factory=dict)
    proposed: dict[str, object] = field(default_factory=dict)
    heard: dict[str, list[Told]] = field(default_factory=dict)
    given: dict[str, list[Upload]] = field(default_factory=dict)
    steps: dict[str, list[str]] = field(default_factory=dict)
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    # --- what a test arranges -------------------------------------------------------------------

    def answer(self, consumer: ConsumerId, ref: str, outcome: Outcome, *, reason: str) -> None:
        """The company decides."""
        now = self.portal.clock.now_ms()
        acts = WHEN_REFUSED if outcome is Outcome.REFUSED else frozenset({Act.RATE})
        case = self._put(
            consumer,
            ref,
            state=State.DECIDED,
            outcome=outcome,
            handler="R. Okafor",
            decided_at=now,
            acts=acts,
        )
        self._say(ref, "company", case.company.name, "reason", reason)
        self._step(consumer, case, "answer", outcome=outcome.value)

    def tell(self, consumer: ConsumerId, ref: str, company: Company, kind: str) -> None:
        """A company is told."""
        now = self.portal.clock.now_ms()
        told = Told(company=company, kind=kind, at=now, heard_at=None)
        self.heard.setdefault(ref, []).append(told)
        self.portal.enter(consumer, "notice", company=company, what=kind)

    # --- the contract ---------------------------------------------------------------------------

    def disputes(self, consumer: ConsumerId) -> tuple[Dispute, ...]:
        return tuple(reversed(self.cases.get(consumer, {}).values()))

    def dispute(self, consumer: ConsumerId, ref: str) -> Dispute | None:
        return self.cases.get(consumer, {}).get(ref)

    def track(self, consumer: ConsumerId, ref: str) -> tuple[Event, ...]:
        names = self.steps[ref]
        return tuple(one for one in self.portal.sheets[consumer].events if one.name in names)

    def told(self, consumer: ConsumerId, ref: str) -> tuple[Told, ...]:
        assert self.dispute(consumer, ref), "the page asked about another's"
        return tuple(self.heard.get(ref, ()))

    def words(self, consumer: ConsumerId, ref: str) -> DisputeWords:
        self.portal.enter(consumer, "own_view", by_you=True)
        files = [
            SentFile(ref=str(at), name=one.name, size=sum(map(len, one.pieces)))
            for at, one in enumerate(self.given.get(ref, []))
        ]
        said = tuple(self.spoken[ref])
        return DisputeWords(said=said, proposed=self.proposed.get(ref), files=tuple(files))

    def contest(self, consumer: ConsumerId, claim: Claim) -> Done | NotDone:
        company = self._answering(consumer, claim)
        if company is None:
            return NotDone(why=Why.CHANGE_INSTEAD)
        mine = self.cases.setdefault(consumer, {})
        about = (claim.field, claim.version, claim.event)
        for one in mine.values():
            if one.state not in FINAL and (one.field, one.version, one.event) == about:
                return NotDone(why=Why.DISPUTED_ALREADY)
        now = self.portal.clock.now_ms()
        ref = encode(Prefix.CONTEST, next(self.numbers).to_bytes(16, "little"))
        case = Dispute(
            ref=ref,
            company=company,
            kind=claim.kind,
            field=claim.field,
            version=claim.version,
            event=claim.event,
            state=State.SUBMITTED,
            outcome=None,
            sent_at=now,
            due_at=now + 30 * DAY_MS,
            decided_at=None,
            closed_at=None,
            lift_at=None,
            is_late=False,
            acts=WHILE_OPEN,
        )
        mine[ref] = case
        self.proposed[ref] = claim.value
        self._say(ref, "consumer", "You", "claim", claim.words)
        done = self._step(consumer, case, "send")
        if case.field:
            self.portal.enter(consumer, "restrict", by_you=True, fields=(case.field,))
        return done

    def write(self, consumer: ConsumerId, ref: str, words: str) -> Done | NotDone:
        case = self._can(consumer, ref, Act.WRITE)
        if case is None:
            return NotDone(why=Why.NOT_NOW)
        self._say(ref, "consumer", "You", "message", words)
        return self._step(consumer, case, "write", kind="contest_message")

    def add_file(self, consumer: ConsumerId, ref: str, upload: Upload) -> Done | NotDone:
        case = self._can(consumer, ref, Act.GIVE_MORE)
        if case is None:
            return NotDone(why=Why.NOT_NOW)
        if "/" in upload.media_type and upload.media_type.startswith("/"):
            raise BadInput("has not the form of a media type", member="file.media_type")
        self.given.setdefault(ref, []).append(upload)
        return self._step(consumer, case, "give_more", kind="contest_file")

    def file(self, consumer: ConsumerId, ref: str, file: str) -> bytes | None:
        given = self.given.get(ref, [])
        if not file.isdecimal() or int(file) >= len(given):
            return None
        self.portal.enter(consumer, "own_view", by_you=True)
        return b"".join(given[int(file)].pieces)

    def withdraw(self, consumer: ConsumerId, ref: str) -> Done | NotDone:
        case = self._can(consumer, ref, Act.WITHDRAW)
        if case is None:
            return NotDone(why=Why.NOT_NOW)
        now = self.portal.clock.now_ms()
        self._put(consumer, ref, state=State.WITHDRAWN, closed_at=now, acts=frozenset())
        return self._step(consumer, case, "withdraw")

    def file_statement(self, consumer: ConsumerId, ref: str, words: str) -> Done | NotDone:
        case = self._can(consumer, ref, Act.FILE_STATEMENT)
        if case is None:
            return NotDone(why=Why.NOT_NOW)
        self._put(consumer, ref, state=State.STATEMENT_FILED, acts=frozenset({Act.ESCALATE}))
        self._say(ref, "consumer", "You", "statement", words)
        return self._step(consumer, case, "file_statement")

    def escalate(self, consumer: ConsumerId, ref: str, words: str) -> Done | NotDone:
        case = self._can(consumer, ref, Act.ESCALATE)
        if case is None:
            return NotDone(why=Why.NOT_NOW)
        self._put(consumer, ref, state=State.ESCALATED, acts=WHILE_OPEN)
        self._say(ref, "consumer", "You", "message", words)
        return self._step(consumer, case, "escalate")

    def agree(self, consumer: ConsumerId, ref: str) -> Done | NotDone:
        case = self._can(consumer, ref, Act.AGREE)
        return self._step(consumer, case, "agree") if case else NotDone(why=Why.NOT_NOW)

    def rate(self, consumer: ConsumerId, ref: str, rating: int) -> Done | NotDone:
        case = self._can(consumer, ref, Act.RATE)
        if case is None:
            return NotDone(why=Why.NOT_NOW)
        self._put(consumer, ref, rating=rating, acts=frozenset())
        return self._step(consumer, case, "rate")

    # --- within ---------------------------------------------------------------------------------

    def _answering(self, consumer: ConsumerId, claim: Claim) -> Company | None:
        if claim.event is not None:
            found = self.portal.event(consumer, claim.event)
            return found.company if found else None
        history = self.portal.history(consumer, claim.field)
        return next(one.source.company for one in history if one.version == claim.version)

    def _can(self, consumer: ConsumerId, ref: str, act: Act) -> Dispute | None:
        case = self.dispute(consumer, ref)
        return case if case and act in case.acts else None

    def _put(self, consumer: ConsumerId, ref: str, **more: object) -> Dispute:
        self.cases[consumer][ref] = replace(self.cases[consumer][ref], **more)
        return self.cases[consumer][ref]

    def _say(self, ref: str, by: str, who: str, kind: str, words: str) -> None:
        said = Said(by=by, who=who, at=self.portal.clock.now_ms(), kind=kind, words=words)
        self.spoken.setdefault(ref, []).append(said)

    def _step(
        self, consumer: ConsumerId, case: Dispute, act: str, *, kind="contest", outcome=""
    ) -> Done:
        fields = (case.field,) if case.field else ()
        by_you = act != "answer"
        done = self.portal.enter(
            consumer,
            kind,
            company=case.company,
            by_you=by_you,
            fields=fields,
            what=act,
            outcome=outcome,
        )
        self.steps.setdefault(case.ref, []).append(str(done.first))
        return done
