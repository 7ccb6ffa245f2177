"""The machine: the rooms of contests and the reference side by side, act by act, in any order.

Rules kept here:
- Each act is done by both; the answers have to agree. A second passes before each act.
- After each act the person's values, notices and held values agree, the case is seen alike by its
  person, its company and an officer, and somebody reads.
- No contest is without a way out.
- What is drawn depends on the reference alone, so that a failing example fails again.

Use::

    run_state_machine_as_test(lambda: Machine(mould), settings=...)
"""

import sys
from contextlib import ExitStack
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.check_everything import check_everything
from tests.contest_model.mould import Mould, fresh_product
from tests.contest_model.plain import rules
from tests.contest_model.plain.cases import Cases
from tests.contest_model.plain.days import Home
from tests.contest_model.plain.state import Case, Person
from tests.contest_model.words import (
    COMPANIES,
    DAY,
    EMAIL,
    FIELDS,
    HOUR,
    KINDS,
    MINUTE,
    NAME,
    PEOPLE,
    TITLE,
    VALUES,
)

SECOND = 1_000
LONGEST = 5 * 365 * DAY
WORDS = "I have never written it so."

company = st.sampled_from(tuple(COMPANIES))
person_name = st.sampled_from(("Rosa", "Rosa", "Ada"))
one_value = st.sampled_from(FIELDS).flatmap(
    lambda name: st.tuples(st.just(name), st.sampled_from([one.typed for one in VALUES[name]]))
)
seldom = st.sampled_from((False,) * 7 + (True,))
verdict = st.sampled_from(("accept", "partly", "delete", "refuse", "refuse"))
ruling = st.sampled_from(("correct", "delete", "supplement", "keep"))


class Both(RuleBasedStateMachine):
    """A vault and what it has to be."""

    acts_done: ClassVar[int] = 0
    """By every machine of this process."""

    def __init__(self, mould: Mould) -> None:
        super().__init__()
        self._closing = ExitStack()
        self.product = self._closing.enter_context(fresh_product(mould))
        self.clock = self.product.world.clock
        people = [
            Person(name=name, order=bytes(mould.people[name]), home=Home(*PEOPLE[name]))
            for name in PEOPLE
        ]
        self.reference = Cases(people, now=self.clock.now_ms())
        self.begun = self.reference.now
        self.labels: dict[Any, Any] = {}
        """Which version a company means by a label, and the other way round."""

    # --- acting ---------------------------------------------------------------------------------

    def pass_time(self, ms: int) -> None:
        """On both sides; nothing waits long to be in the log."""
        if ms > MINUTE:
            self.product.world.sequence()
        self.clock.advance(ms)
        self.reference.now += ms

    def agree(self, told: Any, right: Any, what: str) -> None:
        """Insist that both said the same."""
        assert told == right, f"{what}: {told!r} is not {right!r}"

    def done(self, told: Any, right: Any, what: str, person: Person, case: Case | None = None):
        """Both acted: they said the same, and everything stands alike."""
        Both.acts_done += 1
        self.agree(told, right, what)
        self.agree(self.product.standing(person.name), person.standing(), f"{what}: {person.name}")
        if case is not None:
            self.look_at(person, case, what)

    def look_at(self, person: Person, case: Case, what: str) -> None:
        """One contest, as everybody sees it."""
        told = self.product.case(person.name, case.number)
        self.agree(told, self._right(person, case), f"{what}: contest {case.number}")
        if case.number in person.cases:
            assert rules.has_a_way_out(case, now=self.reference.now), f"{case} is stuck"

    def _right(self, person: Person, case: Case) -> dict[str, Any] | None:
        if case.number not in person.cases:
            return None
        now = self.reference.now
        waiting = [one.contest for one in person.held if one.state == "waiting"]
        is_held = case.state == "closed" and case.number in waiting
        acts = {actor: rules.acts_of(case, actor, now=now) for actor in rules.TABLE}
        if case.state == "draft":
            acts |= {"company": None, "officer": None}
        return {
            "state": "reinsertion_held" if is_held else case.state,
            "outcome": case.outcome,
            "due": case.due_at,
            "lifts": case.lift_at,
            **acts,
            "timers": [] if case.timer is None else [case.timer],
        }

    # --- choosing -------------------------------------------------------------------------------

    def one_of(self, data: st.DataObject, things: Any, label: str) -> Any:
        """One thing, or None where there is none to choose."""
        return data.draw(st.sampled_from(list(things)), label=label) if things else None

    def a_case(self, data: st.DataObject) -> tuple[Person, Case] | None:
        """A contest, mostly one that is not over."""
        found = [(who, one) for who in self.reference.people.values() for one in who.cases.values()]
        going = [one for one in found if one[1].state not in rules.OVER]
        at = self.one_of(data, range(len(going) * 3 + len(found)), "contest")
        return None if at is None else [*going * 3, *found][at]

    def an_act(self, data: st.DataObject, case: Case, actor: str) -> str:
        """An act of somebody, mostly one that can happen."""
        can = sorted(rules.acts_of(case, actor, now=self.reference.now))
        further = [act for act in can if act not in rules.LEADS_NOWHERE]
        return self.one_of(data, [*further * 4, *can * 2, *rules.TABLE[actor]], "act")

    # --- the end --------------------------------------------------------------------------------

    def teardown(self) -> None:
        """Look at everything once more, unless the example has failed already."""
        with self._closing:
            if sys.exc_info()[0] is None:
                self.pass_time(SECOND)
                for person in self.reference.people.values():
                    for case in person.cases.values():
                        self.look_at(person, case, "at the end")
                self.product.world.sequence()
                check_everything(self.product.world)


class Machine(Both):
    """Everything that may happen to contests."""

    @initialize()
    def values_from_all_sides(self):
        for who, field, typed, readers in (
            ("Northbank", TITLE, "Clerk", ("Alder Books", "Parcelo")),
            ("Parcelo", EMAIL, "quint@example.net", ("Corner Shoes",)),
            ("Corner Shoes", NAME, "Rosa-Quint", ("Alder Books", "Northbank")),
        ):
            for person in self.reference.people.values():
                self._supply(who, person, {field: typed})
                for reader in readers:
                    self._read(reader, person, [field])

    # --- values ---------------------------------------------------------------------------------

    @rule(
        who=company,
        name=person_name,
        values=st.lists(one_value, min_size=1, max_size=2),
        data=st.data(),
    )
    def a_company_sends_values(self, who, name, values, data):
        person = self.reference.people[name]
        self._supply(who, person, dict(values))
        self._somebody_reads(data, person)

    @rule(who=company, name=person_name, data=st.data())
    def an_import_repeats_what_was_contested(self, who, name, data):
        person = self.reference.people[name]
        field = self.one_of(data, sorted({field for field, _ in person.guards}), "field")
        if field is not None:
            typed = self.one_of(data, [one.typed for one in VALUES[field]], "value")
            self._supply(who, person, {field: typed})

    @rule(name=person_name, value=one_value)
    def a_person_changes_a_value(self, name, value):
        person = self.reference.people[name]
        self.pass_time(SECOND)
        told, right = self.product.change(name, *value), self.reference.change(person, *value)
        self.done(told, right, "change", person)

    @rule(name=person_name, field=st.sampled_from(FIELDS), data=st.data())
    def a_person_chooses_a_version(self, name, field, data):
        person = self.reference.people[name]
        version = self.one_of(data, person.versions.get(field, ()), "version")
        if version is not None:
            self.pass_time(SECOND)
            told = self.product.choose(name, field, version.number)
            right = self.reference.choose(person, field, version.number)
            self.done(told, right, "choose", person)

    @rule(
        who=company,
        name=person_name,
        fields=st.lists(st.sampled_from(FIELDS), min_size=1, unique=True),
        lost=seldom,
    )
    def a_company_reads(self, who, name, fields, lost):
        self._read(who, self.reference.people[name], fields, lost=lost)

    def _supply(self, who, person, values):
        self.pass_time(SECOND)
        told = self.product.supply(who, person.name, values)
        self.done(told, self.reference.supply(who, person, values), "supply", person)

    def _read(self, who, person, fields, *, lost=False):
        self.pass_time(SECOND)
        told = self.product.read(who, person.name, fields, lost=lost)
        event = self.product.newest_event(person.name)
        right = self.reference.read(who, person, fields, event=event, lost=lost)
        Both.acts_done += 1
        if isinstance(right, dict) and isinstance(told, dict):
            told = {name: self._numbered(who, person, name, told[name], right) for name in told}
        self.agree(told, right, f"{who} reads {person.name}")

    def _numbered(self, who, person, name, told, right):
        """What was told, with the number of the version for the label a company knows it by."""
        if "version" not in told:
            return told
        place = who, person.name, name
        number = right.get(name, {}).get("version")
        assert self.labels.setdefault((*place, number), told["version"]) == told["version"]
        return {**told, "version": self.labels.setdefault((*place, told["version"]), number)}

    def _somebody_reads(self, data, person, field=None):
        """Whatever was changed shows at once in what a company gets."""
        self._read(data.draw(company, label="reader"), person, [field] if field else FIELDS)

    # --- contests begin -------------------------------------------------------------------------

    @rule(
        name=person_name,
        kind=st.sampled_from(KINDS),
        proposes=st.booleans(),
        sending=st.sampled_from((True, True, True, False)),
        data=st.data(),
    )
    def a_person_contests_a_value(self, name, kind, proposes, sending, data):
        person = self.reference.people[name]
        versions = [(field, one) for field in person.versions for one in person.versions[field]]
        theirs = [(f, one) for f, one in versions if one.live and one.source is not None]
        at = self.one_of(data, range(len(theirs) * 3 + len(versions)), "version")
        field, version = [*theirs * 3, *versions][at]
        typed = self.one_of(data, [one.typed for one in VALUES[field]], "proposal")
        about, proposal = (field, version.number), typed if proposes else None
        self._open(person, kind, about, proposal=proposal, sending=sending)
        self._somebody_reads(data, person, field)

    @rule(name=person_name, sending=st.sampled_from((True, True, False)), data=st.data())
    def a_person_contests_a_read(self, name, sending, data):
        person = self.reference.people[name]
        read = self.one_of(data, person.reads[-6:], "read")
        if read is not None:
            self._open(person, "access", read.event, proposal=None, sending=sending)

    def _open(self, person, kind, about, *, proposal, sending):
        self.pass_time(SECOND)
        said = {"proposal": proposal, "sending": sending}
        told = self.product.open(person.name, kind, about, **said)
        right = self.reference.open(person, kind, about, **said)
        if isinstance(right, str):
            self.done(told, right, "open", person)
            return
        right.label, self.product.contest_ids[right.number] = told, told
        self.done(told.partition("_")[0], "ctn", "open", person, right)

    # --- and go on ------------------------------------------------------------------------------

    @rule(data=st.data())
    def the_person_acts(self, data):
        found = self.a_case(data)
        if found is not None:
            person, case = found
            act = self.an_act(data, case, "consumer")
            self.pass_time(SECOND)
            words = f"{WORDS} {case.number}"
            told = self.product.consumer_acts(person.name, case.number, act, words)
            right = self.reference.consumer_acts(person, case, act, words)
            self.done(told, right, act, person, case)
            self._somebody_reads(data, person, case.field)

    @rule(other=seldom, data=st.data())
    def the_company_acts(self, other, data):
        found = self.a_case(data)
        if found is not None:
            person, case = found
            act = self.an_act(data, case, "company")
            who = data.draw(company, label="another") if other else case.company
            self._company_acts(data, who, person, case, act)

    @rule(data=st.data())
    def a_company_answers(self, data):
        """Whatever it did before, as far as the rules let it."""
        found = self.a_case(data)
        if found is not None:
            person, case = found
            if case.state == "submitted":
                self._company_acts(data, case.company, person, case, "acknowledge")
            self._company_acts(data, case.company, person, case, "answer")

    def _company_acts(self, data, who, person, case, act):
        self.pass_time(SECOND)
        if act == "review":
            self._review(who, person, case)
        elif act == "answer":
            said = data.draw(verdict, label="verdict"), self._value(data, case)
            told = self.product.answer(who, case.number, *said)
            right = self.reference.answer(who, person, case, *said)
            self.done(told, right, f"answer {said}", person, case)
            self._somebody_reads(data, person, case.field)
        else:
            told = self.product.company_acts(who, case.number, act)
            right = self.reference.company_acts(who, person, case, act)
            self.done(told, right, f"{who}: {act}", person, case)

    def _review(self, who, person, case):
        if who != case.company or case.state == "draft" or who in self.reference.suspended:
            return
        words = self.product.opened_by_company(who, case.number)
        assert "This is not right." in words
        assert case.proposal is None or case.proposal in words
        self.reference.company_acts(who, person, case, "review")
        self.done(None, None, "review", person, case)

    @rule(data=st.data())
    def an_officer_decides(self, data):
        found = [
            (who, one)
            for who in self.reference.people.values()
            for one in who.cases.values()
            if one.state == "escalated"
        ]
        at = self.one_of(data, range(len(found)), "escalated")
        if at is not None:
            person, case = found[at]
            self.pass_time(SECOND)
            said = data.draw(ruling, label="ruling"), self._value(data, case)
            told = self.product.decide(case.number, *said)
            right = self.reference.decide(person, case, *said)
            self.done(told, right, f"decide {said}", person, case)
            self._somebody_reads(data, person, case.field)

    def _value(self, data, case):
        if case.field is None or not data.draw(st.booleans(), label="names a value"):
            return None
        return self.one_of(data, [one.typed for one in VALUES[case.field]], "value")

    # --- what came again ------------------------------------------------------------------------

    @rule(certifies=st.booleans(), data=st.data())
    def a_company_says_what_it_stands_by(self, certifies, data):
        found = [
            (who, held)
            for who in self.reference.people.values()
            for held in who.held
            if held.state == "waiting"
        ]
        at = self.one_of(data, range(len(found)), "held")
        if at is not None:
            person, held = found[at]
            self.pass_time(SECOND)
            act = "certify" if certifies else "drop"
            about = person.name, held.company, held.field, held.at
            told = getattr(self.product, act)(*about)
            right = getattr(self.reference, act)(person, held)
            self.done(told, right, act, person, person.cases.get(held.contest))
            self._somebody_reads(data, person, held.field)

    # --- companies and time ---------------------------------------------------------------------

    @rule(who=company)
    def a_company_has_heard(self, who):
        self.product.acknowledge(who)
        self.reference.acknowledge(who)
        for person in self.reference.people.values():
            self.done(None, None, "acknowledge", person)

    @rule(who=company, suspended=seldom)
    def the_operator_suspends_or_activates(self, who, suspended):
        self.pass_time(SECOND)
        self.product.suspend(who, suspended=suspended)
        (self.reference.suspended.add if suspended else self.reference.suspended.discard)(who)

    @rule(
        ms=st.sampled_from((HOUR, DAY, DAY, 4 * DAY, 11 * DAY, 31 * DAY, 800 * DAY)),
        works=st.booleans(),
    )
    def time_passes(self, ms, works):
        if self.reference.now - self.begun + ms < LONGEST:
            self.pass_time(ms)
            self._worker(works)

    @rule(off_by=st.sampled_from((-1, 0, 1)), data=st.data())
    def the_day_comes(self, off_by, data):
        """Of whatever waits, one millisecond too early, just then, or one too late."""
        timers = [
            one.timer[1] - self.reference.now
            for who in self.reference.people.values()
            for one in who.cases.values()
            if one.timer is not None
        ]
        wait = self.one_of(data, sorted(one for one in timers if one > SECOND), "day")
        if wait is not None:
            self.pass_time(wait + off_by)
            self._worker(works=True)

    def _worker(self, works):
        if not works:
            return
        cases = [(p, one) for p in self.reference.people.values() for one in p.cases.values()]
        told, right = self.product.work_off(), self.reference.work_off()
        for person in self.reference.people.values():
            self.done(told, right, "work off", person)
        for person, case in cases:
            self.look_at(person, case, "work off")
