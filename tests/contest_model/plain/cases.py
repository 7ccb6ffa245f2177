"""Contests from the first day to the last, act by act. Plain.

Use::

    reference.open(person, "inaccurate", "work.title", 1, proposal="Head of design")
    reference.answer(case, "accept")
    reference.work_off()
"""

from collections.abc import Callable

from tests.contest_model.plain import rules
from tests.contest_model.plain.days import answer_by, end_of_day_after
from tests.contest_model.plain.remedies import Remedies
from tests.contest_model.plain.state import Case, Person
from tests.contest_model.words import COMPANIES, DAY

DRAFT_DAYS = 30


class Cases(Remedies):
    """Everything anybody does about contests."""

    # --- beginning ------------------------------------------------------------------------------

    def open(
        self,
        person: Person,
        kind: str,
        about: tuple[str, int] | str,
        *,
        proposal: str | None,
        sending: bool,
    ) -> Case | str:
        """Contest a (field, version) or the event of a read; the case, or why not."""
        field, number = about if isinstance(about, tuple) else (None, None)
        event = about if isinstance(about, str) else None
        company, why_not = self._whose(person, field, number, event)
        if company is None or why_not:
            return why_not or "nothing_there"
        self.numbers += 1
        own = COMPANIES[company].split(",") if COMPANIES[company] else []
        theirs = ["ccpa"] if person.home.country == "US" else ["gdpr"]
        case = Case(
            number=self.numbers,
            label="",
            company=company,
            kind=kind,
            field=field,
            version=number,
            event=event,
            regimes=tuple(own or theirs),
            proposal=proposal,
            made_at=self.now,
        )
        person.cases[case.number] = case
        if sending:
            self._send(person, case)
        else:
            case.timer = ("draft", end_of_day_after(self.now, person.home, days=DRAFT_DAYS))
        return case

    def _whose(
        self, person: Person, field: str | None, number: int | None, event: str | None
    ) -> tuple[str | None, str | None]:
        company: str | None
        if event is not None:
            read = next((one for one in person.reads if one.event == event), None)
            if read is None:
                return None, "nothing_there"
            company = read.company
        else:
            version = person.version(field or "", number or 0)
            if version is None or not version.live:
                return None, "nothing_there"
            company = version.source
        if company is None:
            return None, "change_instead"
        same = (field, number, event)
        open_ = (*rules.RUNNING, "escalated")
        going = [o for o in person.cases.values() if o.state in open_]
        if same in [(one.field, one.version, one.event) for one in going]:
            return company, "contested_already"
        return company, None

    def _send(self, person: Person, case: Case) -> None:
        case.state, case.sent_at = "submitted", self.now
        case.due_at = answer_by(case.regimes, self.now, person.home, extended=False)
        case.timer = ("answer", case.due_at + 1)
        self.hold(person, case, self.while_open(case), "accuracy_contested")
        self.tell(person, case, case.company, "contest")
        self.tell_readers(person, case, "restricted")

    # --- the person -----------------------------------------------------------------------------

    def consumer_acts(self, person: Person, case: Case, act: str, words: str) -> str:
        """``done``, or why not."""
        if case.number not in person.cases:
            return "not found"
        why_not = rules.hindrance(case, "consumer", act, now=self.now)
        if why_not:
            return why_not
        acts: dict[str, Callable[[Person, Case, str], str | None]] = {
            "send": self._send_draft,
            "discard": self._discard,
            "give_more": self._give_more,
            "withdraw": self._withdraw,
            "file_statement": self._file_statement,
            "escalate": self._escalate,
            "agree": lambda person, case, _: self.end_restriction(person, case),
            "rate": self._rate,
        }
        return acts.get(act, lambda *_: None)(person, case, words) or "done"

    def _send_draft(self, person: Person, case: Case, _: str) -> str | None:
        _, why_not = self._whose(person, case.field, case.version, case.event)
        if why_not is None:
            self._send(person, case)
        return why_not

    def _discard(self, person: Person, case: Case, _: str) -> str:
        del person.cases[case.number]
        return "unchanged"

    def _give_more(self, _person: Person, case: Case, _: str) -> None:
        case.has_more = True
        if case.state == "awaiting_consumer":
            case.state = "under_review"

    def _withdraw(self, person: Person, case: Case, _: str) -> None:
        case.state, case.timer, case.lift_at = "withdrawn", None, None
        self.let_go(person, case)

    def _file_statement(self, person: Person, case: Case, words: str) -> None:
        case.state, case.statement, case.lift_at = "statement_filed", words, None
        case.timer = ("close", self.now + DAY)
        self.hold(person, case, "flagged", "statement_filed", words)

    def _escalate(self, person: Person, case: Case, _: str) -> None:
        case.state, case.was_escalated, case.timer, case.lift_at = "escalated", True, None, None
        if case.field is not None and (case.field, case.number) not in person.holds:
            self.hold(person, case, self.while_open(case), "accuracy_contested")
            self.tell_readers(person, case, "restricted")

    def _rate(self, _person: Person, case: Case, _: str) -> None:
        case.rating = 4

    # --- the company and the officer ------------------------------------------------------------

    def company_acts(self, company: str, person: Person, case: Case, act: str) -> str:
        """Everything but the answer: ``done``, or why not."""
        why_not = self._company_may(company, case, act)
        if why_not:
            return why_not
        moves = {
            "acknowledge": "acknowledged",
            "review": "under_review",
            "ask_consumer": "awaiting_consumer",
            "ask_source": "awaiting_source",
            "hear_source": "under_review",
            "extend": "extended",
        }
        case.state = moves.get(act, case.state)
        if act == "extend":
            case.was_extended = True
            case.due_at = answer_by(case.regimes, case.sent_at, person.home, extended=True)
            case.timer = ("answer", case.due_at + 1)
        return "done"

    def answer(
        self, company: str, person: Person, case: Case, verdict: str, right: str | None
    ) -> str:
        """Accept, accept in part, delete or refuse."""
        why_not = self._company_may(company, case, "answer")
        if why_not:
            return why_not
        if verdict in ("accept", "partly"):
            if case.field is None:
                return "nothing_to_correct"
            right = right or (case.proposal if verdict == "accept" else None)
            if right is None:
                return "needs_value"
        outcomes = {
            "accept": "corrected",
            "partly": "partly_corrected",
            "delete": "deleted",
            "refuse": "refused",
        }
        return self.decided(person, case, outcomes[verdict], right) or "done"

    def _company_may(self, company: str, case: Case, act: str) -> str | None:
        if case.company != company or case.state == "draft":
            return "not found"
        if company in self.suspended:
            return "suspended"
        return rules.hindrance(case, "company", act, now=self.now)

    def decide(self, person: Person, case: Case, ruling: str, right: str | None) -> str:
        """An officer decides."""
        if case.state == "draft":
            return "not found"
        why_not = rules.hindrance(case, "officer", "decide", now=self.now)
        if why_not:
            return why_not
        if ruling in ("correct", "supplement") and case.field is None:
            return "nothing_to_correct"
        right = right or case.proposal
        if ruling == "correct" and right is None:
            return "needs_value"
        outcomes = {
            "correct": "corrected",
            "delete": "deleted",
            "supplement": "supplemented",
            "keep": "refused",
        }
        return self.decided(person, case, outcomes[ruling], right) or "done"

    # --- by itself ------------------------------------------------------------------------------

    def work_off(self) -> int:
        """Everything due now, the longest waiting first; how much that was."""
        worked = 0
        while due := self._due():
            _, person, case = due[0]
            assert case.timer is not None
            what, case.timer = case.timer[0], None
            self._happen(person, case, what)
            worked += 1
        return worked

    def _due(self) -> list[tuple[tuple[int, bytes, str], Person, Case]]:
        found = [
            ((case.timer[1], person.order, case.label), person, case)
            for person in self.people.values()
            for case in person.cases.values()
            if case.timer is not None and case.timer[1] <= self.now
        ]
        return sorted(found, key=lambda one: one[0])

    def _happen(self, person: Person, case: Case, what: str) -> None:
        match what:
            case "answer":
                case.was_late = True
                if "fcra" in case.regimes:
                    self.delete(person, case)
                    self.tell_readers(person, case, "deleted")
                else:
                    self.hold(person, case, "withheld", "accuracy_contested")
            case "lift":
                self.end_restriction(person, case)
            case "close":
                self.close_or_wait(person, case)
            case "draft":
                del person.cases[case.number]
