"""What the company that answers does: acknowledge, ask, write, take more time, answer.

Rules kept here:
- A company meets its own contests only. A suspended one does nothing; its time runs on.
- Somebody answers by name, and the person sees the name from the first day on.
- To open the words is to review: the look is on the person's record before the words are.

Use::

    contests.acknowledge(company, contest_id, handler="R. Okafor")
    contests.case(company, contest_id)          # OpenedCase(words=…, files=…), after an entry
    contests.answer(company, contest_id, Answer(verdict=Verdict.DELETE, handler="R. Okafor"))
"""

from collections.abc import Callable

from audit_portal.contests import clocks, store, timers
from audit_portal.contests.answers import Answer as Said
from audit_portal.contests.answers import flaw_of_extension, outcome_of_answer
from audit_portal.contests.ending import Decided, decide
from audit_portal.contests.parts import Do, Parts
from audit_portal.contests.reading import OpenedCase, listed, opened
from audit_portal.contests.rules import Refused
from audit_portal.contests.states import Act as What
from audit_portal.contests.states import Actor, State
from audit_portal.contests.step import Step
from audit_portal.contests.words import name_of, optional_words, words_of
from audit_portal.tables import ContestRow
from consent.confirmations import Answer, Confirmed, NotFound
from consent.gate.texts import TextKind
from vault.identifiers import CompanyId, ConsumerId


class CompanyContests:
    """Contests as the company that answers deals with them."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def acknowledge(self, company: CompanyId, contest_id: str, *, handler: str) -> Answer | Refused:
        """Say that the case is here, and who answers it."""
        name = name_of(handler, member="handler")

        def acknowledge(step: Step) -> Answer:
            step.row.handler, step.row.acknowledged_at = name, step.now_ms
            return step.move(actor=company, handler=name)

        return self._on(company, contest_id, What.ACKNOWLEDGE, acknowledge)

    def case(self, company: CompanyId, contest_id: str) -> OpenedCase | NotFound:
        """The words of a case, and its files by name.

        A crash before they are handed out leaves a recorded look that nobody had.
        """
        row = self._find(company, contest_id)
        if row is None:
            return NotFound()
        if row.state == State.ACKNOWLEDGED:
            self._on(company, contest_id, What.REVIEW, lambda step: step.move(actor=company))
        consumer = ConsumerId(bytes(row.consumer_id))
        with self._parts.main.reading() as tx:
            rows, files = listed(tx, self._parts.files, consumer, contest_id)
        return opened(
            row,
            rows,
            files,
            lambda texts: self._parts.texts.open_for_company(company, consumer, contest_id, texts),
        )

    def ask_consumer(self, company: CompanyId, contest_id: str, words: str) -> Answer | Refused:
        """Ask the person for more; the time runs on."""
        return self._say(company, contest_id, What.ASK_CONSUMER, words, Step.move)

    def ask_source(self, company: CompanyId, contest_id: str, words: str) -> Answer | Refused:
        """Tell the person that the company asks where it has the value from."""
        return self._say(company, contest_id, What.ASK_SOURCE, words, Step.move)

    def hear_source(self, company: CompanyId, contest_id: str, words: str) -> Answer | Refused:
        """Tell the person what the source answered; the review goes on."""
        return self._say(company, contest_id, What.HEAR_SOURCE, words, Step.move)

    def write(self, company: CompanyId, contest_id: str, words: str) -> Answer | Refused:
        """Write to the person; it changes nothing else."""
        return self._say(company, contest_id, What.WRITE, words, Step.add_words)

    def extend(self, company: CompanyId, contest_id: str, *, reason: str) -> Answer | Refused:
        """Take more time, once, before the first due date, with a reason the person reads."""
        why = optional_words(reason, member="reason")

        def extend(step: Step) -> Answer | Refused:
            flaw = flaw_of_extension(why)
            if flaw is not None:
                return flaw
            step.say(TextKind.REASON, why, by=Actor.COMPANY, name=step.row.handler or "")
            sent_at = step.row.submitted_at or step.row.made_at
            step.row.due_at = clocks.extended_to(step.regimes, sent_at, step.home)
            step.row.extended_at = step.now_ms
            timers.await_answer(step)
            return step.move(actor=company, handler=step.row.handler)

        return self._on(company, contest_id, What.EXTEND, extend)

    def answer(self, company: CompanyId, contest_id: str, said: Said) -> Answer | Refused:
        """Accept, accept in part, delete or refuse.

        ``BadInput`` for a value that does not fit its field, or is the contested one.
        """
        optional_words(said.reason, member="reason")

        def answer(step: Step) -> Answer | Refused:
            outcome = outcome_of_answer(store.case_of(step.row), said)
            if isinstance(outcome, Refused):
                return outcome
            step.row.handler = name_of(said.handler, member="handler")
            reviewer = name_of(said.reviewer, member="reviewer") if said.reviewer else None
            step.row.reviewer = reviewer
            decided = Decided(
                outcome=outcome,
                by=Actor.COMPANY,
                actor=company,
                name=step.row.handler,
                reason=optional_words(said.reason, member="reason"),
                value=said.value,
                told={"handler": step.row.handler, "reviewer": reviewer},
            )
            return decide(self._parts, step, decided)

        return self._on(company, contest_id, What.ANSWER, answer)

    # --- parts ----------------------------------------------------------------------------------

    def _find(self, company: CompanyId, contest_id: str) -> ContestRow | None:
        with self._parts.main.reading() as tx:
            return store.of_company(tx, company, contest_id)

    def _on(self, company: CompanyId, contest_id: str, what: What, do: Do) -> Answer | Refused:
        row = self._find(company, contest_id)
        if row is None:
            return NotFound()
        consumer = ConsumerId(bytes(row.consumer_id))
        return self._parts.on_case(consumer, contest_id, what, by=Actor.COMPANY, do=do)

    def _say(
        self,
        company: CompanyId,
        contest_id: str,
        what: What,
        words: str,
        enter: Callable[..., Confirmed],
    ) -> Answer | Refused:
        said = words_of(words)

        def say(step: Step) -> Answer:
            name = step.row.handler or ""
            step.say(TextKind.MESSAGE, said, by=Actor.COMPANY, name=name)
            return enter(step, actor=company, handler=step.row.handler)

        return self._on(company, contest_id, what, say)
