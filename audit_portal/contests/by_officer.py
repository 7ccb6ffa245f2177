"""What an officer does: read an escalated case, and decide it. The decision binds.

Rules kept here:
- An officer reads the words of a case only while it is theirs to decide, each time with an entry in
  the person's record that names the officer.
- The decision always says why. It decides what the vault serves, not what a company must hold.

Use::

    contests.case("stf_…", contest_id)
    contests.decide("stf_…", contest_id, Decision(ruling=Ruling.DELETE, reason="…"))
"""

from audit_portal.contests import store
from audit_portal.contests.answers import Decision, outcome_of_decision
from audit_portal.contests.ending import Decided, decide
from audit_portal.contests.parts import Parts
from audit_portal.contests.reading import OpenedCase, listed, opened
from audit_portal.contests.rules import Refusal, Refused
from audit_portal.contests.states import Act as What
from audit_portal.contests.states import Actor, State
from audit_portal.contests.step import Step
from audit_portal.contests.words import optional_words
from audit_portal.tables import ContestRow
from consent.confirmations import Answer, NotFound
from consent.ledger.entry_types import BY_OPERATOR
from vault.identifiers import ConsumerId


class OfficerContests:
    """Contests as an officer deals with them."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def case(self, staff_id: str, contest_id: str) -> OpenedCase | Refused | NotFound:
        """The words of an escalated case, and its files by name."""
        row = self._find(contest_id)
        if row is None:
            return NotFound()
        if row.state != State.ESCALATED:
            return Refused(reason=Refusal.NOT_NOW)
        consumer = ConsumerId(bytes(row.consumer_id))
        with self._parts.main.reading() as tx:
            rows, files = listed(tx, self._parts.files, consumer, contest_id)
        return opened(
            row,
            rows,
            files,
            lambda texts: self._parts.texts.open_for_officer(staff_id, consumer, contest_id, texts),
        )

    def decide(self, staff_id: str, contest_id: str, decision: Decision) -> Answer | Refused:
        """Decide an escalated case.

        ``BadInput`` for a value that does not fit its field, or is the contested one.
        """
        reason = optional_words(decision.reason, member="reason")
        row = self._find(contest_id)
        if row is None:
            return NotFound()

        def do(step: Step) -> Answer | Refused:
            outcome = outcome_of_decision(store.case_of(step.row), decision)
            if isinstance(outcome, Refused):
                return outcome
            step.row.officer = staff_id
            decided = Decided(
                outcome=outcome,
                by=Actor.OFFICER,
                actor=BY_OPERATOR,
                reason=reason,
                value=decision.value,
                told={"staff_id": staff_id},
            )
            return decide(self._parts, step, decided)

        consumer = ConsumerId(bytes(row.consumer_id))
        return self._parts.on_case(consumer, contest_id, What.DECIDE, by=Actor.OFFICER, do=do)

    def _find(self, contest_id: str) -> ContestRow | None:
        with self._parts.main.reading() as tx:
            return store.named(tx, contest_id)
