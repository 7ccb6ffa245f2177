"""The pages' ``Disputes`` over a real vault: each method is one call below and a change of shape.

Rules kept here:
- Nothing is decided here, and nothing is kept between two calls.
- A draft that was never sent is no dispute yet: these pages send at once.

Use::

    disputes = VaultDisputes(contests=contests, outbox=outbox, portal=portal)
"""

from collections.abc import Mapping
from dataclasses import dataclass

from audit_portal.consumer_portal.dispute_facts import (
    Dispute,
    DisputeWords,
    Said,
    SentFile,
    Told,
)
from audit_portal.consumer_portal.facts import Event
from audit_portal.consumer_portal.outcomes import Done, NotDone, Why
from audit_portal.contests.claims import Claim
from audit_portal.contests.evidence import SentFile as SentBytes
from audit_portal.contests.reading import Words
from audit_portal.contests.rules import Refusal, Refused
from audit_portal.contests.states import Act, Actor, State
from audit_portal.contests.views import CaseView
from audit_portal.contests.whole import Contests
from audit_portal.look.uploads import Upload
from audit_portal.portal_facts.acts import outcome
from audit_portal.portal_facts.portal import VaultPortal
from audit_portal.portal_facts.who import Who
from consent.confirmations import Answer, NotFound
from consent.gate.file_info import FileInfo
from consent.gate.texts import TextKind
from consent.outbox import Outbox
from vault.errors import BadInput
from vault.identifiers import ConsumerId

_WHY: Mapping[Refusal, Why] = {
    Refusal.CHANGE_INSTEAD: Why.CHANGE_INSTEAD,
    Refusal.CONTESTED_ALREADY: Why.DISPUTED_ALREADY,
    Refusal.NOTHING_THERE: Why.GONE,
}
_KINDS: Mapping[TextKind, str] = {
    TextKind.CLAIM: "claim",
    TextKind.REASON: "reason",
    TextKind.STATEMENT: "statement",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultDisputes:
    """What a person sees and does about what is wrong."""

    contests: Contests
    outbox: Outbox
    portal: VaultPortal

    # --- how they stand -------------------------------------------------------------------------

    def disputes(self, consumer: ConsumerId) -> tuple[Dispute, ...]:
        """All that were sent, the newest first."""
        who = self.portal.who()
        views = self.contests.views.all(consumer)
        return tuple(_dispute(one, who) for one in views if one.state is not State.DRAFT)

    def dispute(self, consumer: ConsumerId, ref: str) -> Dispute | None:
        """One of them."""
        view = self.contests.views.one(consumer, ref)
        if view is None or view.state is State.DRAFT:
            return None
        return _dispute(view, self.portal.who())

    def track(self, consumer: ConsumerId, ref: str) -> tuple[Event, ...]:
        """Every step, oldest first."""
        return self.portal.tell(consumer, self.contests.views.track(consumer, ref))

    def told(self, consumer: ConsumerId, ref: str) -> tuple[Told, ...]:
        """Who was told because of it, oldest first; who answers it knows it anyway."""
        who = self.portal.who()
        return tuple(
            Told(
                company=who.company(one.company),
                kind=one.kind.value,
                at=one.at,
                heard_at=one.acknowledged_at,
            )
            for one in self.outbox.told(consumer, ref)
        )

    def words(self, consumer: ConsumerId, ref: str) -> DisputeWords:
        """What was written, after the entry that records this view is durable."""
        view = self.contests.views.one(consumer, ref)
        company = self.portal.who().company(view.company).name if view else ""
        case = self.contests.views.case(consumer, ref)
        proposed = [one.value for one in case.words if one.kind is TextKind.PROPOSED]
        return DisputeWords(
            said=tuple(_said(one, company) for one in case.words if one.value is None),
            proposed=proposed[-1] if proposed else None,
            files=tuple(
                SentFile(ref=one.file_id.hex(), name=one.name, size=one.length)
                for one in case.files
            ),
        )

    # --- what the person does -------------------------------------------------------------------

    def contest(self, consumer: ConsumerId, claim: Claim) -> Done | NotDone:
        """Send a dispute."""
        return _done(self.contests.opening.open(consumer, claim))

    def write(self, consumer: ConsumerId, ref: str, words: str) -> Done | NotDone:
        """A message; where the company waits for one, the review goes on."""
        person, view = self.contests.person, self.contests.views.one(consumer, ref)
        if view is not None and Act.GIVE_MORE in view.acts:
            return _done(person.give_more(consumer, ref, words))
        return _done(person.write(consumer, ref, words))

    def add_file(self, consumer: ConsumerId, ref: str, upload: Upload) -> Done | NotDone:
        """Give a file to whoever handles it."""
        sent = SentBytes(name=upload.name, media_type=upload.media_type, pieces=upload.pieces)
        given = self.contests.evidence.add(consumer, ref, sent)
        if isinstance(given, FileInfo):
            newest = self.contests.views.track(consumer, ref)[-1].entry
            return Done(first=newest.i, last=newest.i, at=newest.at)
        return _done(given)

    def file(self, consumer: ConsumerId, ref: str, file: str) -> bytes | None:
        """A file of a dispute, after the entry that records this view is durable."""
        try:
            file_id = bytes.fromhex(file)
        except ValueError:
            return None
        opened = self.contests.evidence.own(consumer, ref, file_id)
        return None if isinstance(opened, NotFound) else b"".join(opened.pieces)

    def withdraw(self, consumer: ConsumerId, ref: str) -> Done | NotDone:
        """Take it back."""
        return _done(self.contests.person.withdraw(consumer, ref))

    def file_statement(self, consumer: ConsumerId, ref: str, words: str) -> Done | NotDone:
        """Words that companies get with every look."""
        return _done(self.contests.person.file_statement(consumer, ref, words))

    def escalate(self, consumer: ConsumerId, ref: str, words: str) -> Done | NotDone:
        """Ask an officer to decide."""
        return _done(self.contests.person.escalate(consumer, ref, words))

    def agree(self, consumer: ConsumerId, ref: str) -> Done | NotDone:
        """Let companies have the value again without waiting."""
        return _done(self.contests.person.agree(consumer, ref))

    def rate(self, consumer: ConsumerId, ref: str, rating: int) -> Done | NotDone:
        """How it was handled, from 1 to 5."""
        return _done(self.contests.person.rate(consumer, ref, rating))


def _dispute(view: CaseView, who: Who) -> Dispute:
    return Dispute(
        ref=view.contest_id,
        company=who.company(view.company),
        kind=view.kind,
        field=view.field,
        version=view.version,
        event=view.event,
        state=view.state,
        outcome=view.outcome,
        sent_at=view.sent_at or view.made_at,
        due_at=view.due_at,
        decided_at=view.decided_at,
        closed_at=view.closed_at,
        lift_at=view.lift_at,
        is_late=view.late_at is not None,
        handler=view.handler or "",
        reviewer=view.reviewer or "",
        rating=view.rating,
        acts=view.acts,
    )


def _said(one: Words, company: str) -> Said:
    names = {Actor.CONSUMER: "You", Actor.OFFICER: "A compliance officer"}
    named = f"{one.name}, {company}" if one.name else company
    return Said(
        by=one.author.value,
        who=names.get(one.author, named),
        at=one.at,
        kind=_KINDS.get(one.kind, "message"),
        words=one.text,
    )


def _done(answer: Answer | Refused) -> Done | NotDone:
    """What a page says; what was typed and does not fit is ``BadInput``."""
    if not isinstance(answer, Refused):
        return outcome(answer)
    if answer.member:
        raise BadInput(f"does not do ({answer.reason})", member=answer.member)
    return NotDone(why=_WHY.get(answer.reason, Why.NOT_NOW))
