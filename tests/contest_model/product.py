"""The product in the terms of the reference: names for people and companies, numbers for contests.

Rules kept here:
- Nothing is decided here: each method is one act through the rooms, and its answer in a word.
- An answer of another shape is an exception, and a find.

Use::

    product.open("Rosa", "inaccurate", ("work.title", 1), proposal=None, sending=True)
    product.read("Alder Books", "Rosa", ["work.title"], lost=False)
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from sqlmodel import col, select

from audit_portal.contests.answers import Answer, Decision, Ruling, Verdict
from audit_portal.contests.claims import Claim
from audit_portal.contests.rules import Kind, Refused
from audit_portal.contests.views import CaseView
from consent import reinsertion
from consent.confirmations import Confirmed, NotFound, NothingChanged
from consent.gate.asks import Answered, Ask, Outcome, ReadRequest
from consent.gate.writes import source_of
from consent.outbox import Standing
from consent.reinsertion import Held
from consent.tables import Deadline
from tests.cases import HANDLER, REVIEWER, WHY, Cases
from vault.crypto.primitives import sha256
from vault.errors import BadInput
from vault.identifiers import CompanyId, ConsumerId, PairwiseId, Prefix, new_id

OFFICER = "stf_00000000000000000000000001"


class Product:
    """One vault."""

    def __init__(
        self,
        cases: Cases,
        *,
        companies: Mapping[str, CompanyId],
        people: Mapping[str, ConsumerId],
        known: Mapping[tuple[str, str], PairwiseId],
    ) -> None:
        self.cases, self.world, self.contests = cases, cases.rooms.world, cases.contests
        self.companies, self.people, self._known = companies, people, known
        self.contest_ids: dict[int, str] = {}
        self._named: dict[str, str] = {id_: name for name, id_ in companies.items()}
        self._sources = {source_of(id_): name for name, id_ in companies.items()}

    # --- values ---------------------------------------------------------------------------------

    def supply(self, company: str, person: str, values: Mapping[str, str]) -> dict[str, Any]:
        """A company sends values."""
        return self._write(person, self.companies[company], values)

    def change(self, person: str, name: str, typed: str) -> dict[str, Any]:
        """The person writes."""
        return self._write(person, None, {name: typed})

    def _write(
        self, person: str, source: CompanyId | None, values: Mapping[str, str]
    ) -> dict[str, Any]:
        written = self.world.write(self.people[person], source, values)
        return {
            "stored": sorted(written.stored),
            "unchanged": sorted(written.unchanged),
            "held": sorted(written.held),
            "refused": {name: str(reason) for name, reason in written.refused.items()},
        }

    def choose(self, person: str, name: str, number: int) -> str:
        """The person lets one version count."""
        consumer = self.people[person]

        def choose() -> Confirmed:
            with self.world.log.acting([consumer]) as act:
                self.world.profiles.choose(act.tx, consumer, name, number)
            return Confirmed(ref=name, i=0, at=0)

        return _said(choose)

    # --- reads ----------------------------------------------------------------------------------

    def read(self, company: str, person: str, names: Sequence[str], *, lost: bool) -> Any:
        """One read through the gate; ``lost``: the answer does not leave it."""
        asked = ReadRequest(
            company=self.companies[company],
            purpose="personal_offers",
            request_id=new_id(Prefix.REQUEST),
            request_hash=sha256(b"a request"),
            asks=(
                Ask(consumer=self._known[company, person], fields=tuple(names), unrestricted=True),
            ),
        )
        with pytest.MonkeyPatch.context() as patch:
            if lost:
                patch.setattr(self.world.gate._opener, "values", lambda *_: {}["gone"])
            [answer] = self.world.gate.read([asked])
        assert isinstance(answer, Answered)
        return _told(answer.outcomes[0])

    def newest_event(self, person: str) -> str:
        """How the person's page names what happened last."""
        return str(self.cases.rooms.last(self.people[person]).i)

    # --- contests -------------------------------------------------------------------------------

    def open(
        self,
        person: str,
        kind: str,
        about: tuple[str, int] | str,
        *,
        proposal: str | None,
        sending: bool,
    ) -> str:
        """Contest something; the id of the contest, or why not."""
        field, version = about if isinstance(about, tuple) else (None, None)
        claim = Claim(
            kind=Kind(kind),
            field=field,
            version=version,
            event=about if isinstance(about, str) else None,
            words="This is not right.",
            value=proposal,
        )
        if sending:
            answer = self.contests.opening.open(self.people[person], claim)
            return answer.ref if isinstance(answer, Confirmed) else _word(answer)
        draft = self.contests.opening.draft(self.people[person], claim)
        return draft if isinstance(draft, str) else _word(draft)

    def consumer_acts(self, person: str, number: int, act: str, words: str) -> str:
        """One act of the person."""
        consumer, contest_id = self.people[person], self.contest_ids[number]
        room, opening = self.contests.person, self.contests.opening
        acts: dict[str, Callable[[], object]] = {
            "send": lambda: opening.submit(consumer, contest_id),
            "discard": lambda: opening.discard(consumer, contest_id),
            "give_more": lambda: room.give_more(consumer, contest_id, words),
            "write": lambda: room.write(consumer, contest_id, words),
            "withdraw": lambda: room.withdraw(consumer, contest_id),
            "file_statement": lambda: room.file_statement(consumer, contest_id, words),
            "escalate": lambda: room.escalate(consumer, contest_id, words),
            "agree": lambda: room.agree(consumer, contest_id),
            "rate": lambda: room.rate(consumer, contest_id, 4),
        }
        return _said(acts[act])

    def company_acts(self, company: str, number: int, act: str) -> str:
        """One act of a company, but the answer."""
        who, contest_id, room = (
            self.companies[company],
            self.contest_ids[number],
            self.contests.company,
        )
        words = "We have looked into it."
        acts: dict[str, Callable[[], object]] = {
            "acknowledge": lambda: room.acknowledge(who, contest_id, handler=HANDLER),
            "ask_consumer": lambda: room.ask_consumer(who, contest_id, words),
            "ask_source": lambda: room.ask_source(who, contest_id, words),
            "hear_source": lambda: room.hear_source(who, contest_id, words),
            "write": lambda: room.write(who, contest_id, words),
            "extend": lambda: room.extend(who, contest_id, reason=words),
        }
        return _said(acts[act])

    def opened_by_company(self, company: str, number: int) -> list[str]:
        """What a company reads of a case it answers."""
        opened = self.contests.company.case(self.companies[company], self.contest_ids[number])
        assert not isinstance(opened, NotFound)
        return [one.text or str(one.value) for one in opened.words]

    def answer(self, company: str, number: int, verdict: str, right: str | None) -> str:
        """The company's answer."""
        refuses = {"reviewer": REVIEWER, "reason": WHY} if verdict == "refuse" else {}
        said = Answer(verdict=Verdict(verdict), handler=HANDLER, value=right, **refuses)
        who, contest_id = self.companies[company], self.contest_ids[number]
        return _said(lambda: self.contests.company.answer(who, contest_id, said))

    def decide(self, number: int, ruling: str, right: str | None) -> str:
        """The officer's decision."""
        decision = Decision(ruling=Ruling(ruling), reason=WHY, value=right)
        contest_id = self.contest_ids[number]
        return _said(lambda: self.contests.officer.decide(OFFICER, contest_id, decision))

    # --- held values ----------------------------------------------------------------------------

    def certify(self, person: str, company: str, name: str, at: int) -> str:
        """The company stands by a held value."""
        held = self._held(person, company, name, at)
        return _said(
            lambda: self.contests.held.certify(held.company, held.held_id, handler=HANDLER)
        )

    def drop(self, person: str, company: str, name: str, at: int) -> str:
        """The company takes it back."""
        held = self._held(person, company, name, at)
        return _said(lambda: self.contests.held.drop(held.company, held.held_id))

    def _held(self, person: str, company: str, name: str, at: int) -> Held:
        with self.world.stores.main.reading() as tx:
            found = reinsertion.of_person(tx, self.people[person])
        [one] = [
            held
            for held in found
            if (self._named[held.company], held.field, held.held_at) == (company, name, at)
        ]
        return one

    # --- companies, time ------------------------------------------------------------------------

    def acknowledge(self, company: str) -> None:
        """A company has heard everything."""
        self.cases.acknowledge_all([self.companies[company]])

    def suspend(self, company: str, *, suspended: bool) -> None:
        """The operator stops a company, or lets it act again."""
        room = self.world.companies
        (room.suspend if suspended else room.activate)(self.companies[company])

    def work_off(self) -> int:
        """Everything due now."""
        return self.cases.work_off()

    # --- how things stand -----------------------------------------------------------------------

    def standing(self, person: str) -> dict[str, Any]:
        """A person's values, notices and held values."""
        consumer = self.people[person]
        numbers = {contest_id: number for number, contest_id in self.contest_ids.items()}
        with self.world.stores.main.reading() as tx:
            held = reinsertion.of_person(tx, consumer)
        return {
            "current": dict(self.world.own_view.current(consumer)),
            "versions": sorted(
                (one.field, one.version, self._sources.get(one.source), not one.deleted)
                for one in self.world.own_view.overview(consumer)
            ),
            "told": sorted(
                (
                    self._named[one.company],
                    one.kind.value,
                    numbers[one.about],
                    one.standing is Standing.ACKNOWLEDGED,
                )
                for one in self.cases.outbox.told(consumer)
            ),
            "held": sorted(
                (self._named[one.company], one.field, numbers[one.contest_id], one.state.value)
                for one in held
            ),
        }

    def case(self, person: str, number: int) -> dict[str, Any] | None:
        """One contest as its person, its company and an officer see it; what waits for it."""
        contest_id, views = self.contest_ids[number], self.contests.views
        seen = views.one(self.people[person], contest_id)
        if seen is None:
            return None
        with self.world.stores.main.reading() as tx:
            rows = tx.exec(select(Deadline).where(col(Deadline.ref) == contest_id)).all()
        return {
            "state": seen.state.value,
            "outcome": seen.outcome and seen.outcome.value,
            "due": seen.due_at,
            "lifts": seen.lift_at,
            "consumer": _acts(seen),
            "company": _acts(views.of_company(seen.company, contest_id)),
            "officer": _acts(views.for_officer(contest_id)),
            "timers": [(row.kind.removeprefix("contest_"), row.due_at) for row in rows],
        }


def _acts(view: CaseView | None) -> set[str] | None:
    return None if view is None else {act.value for act in view.acts}


def _said(act: Callable[[], object]) -> str:
    try:
        return _word(act())
    except BadInput:
        return "bad"


def _word(answer: object) -> str:
    match answer:
        case Confirmed():
            return "done"
        case NothingChanged():
            return "unchanged"
        case NotFound():
            return "not found"
        case Refused(reason=reason):
            return reason.value
    raise AssertionError(answer)


def _told(outcome: Outcome) -> Any:
    if outcome.reason in {"undelivered", "suspended"}:
        return outcome.reason
    told: dict[str, Any] = {}
    for name, one in outcome.fields.items():
        told[name] = {**one, **one.get("restriction", {})}
        for needless in ("nature", "restriction", "mask"):
            told[name].pop(needless, None)
    for name, why in outcome.withheld.items():
        told[name] = {"withheld": why, **outcome.restrictions.get(name, {})}
    return told
