"""The machine: the rooms of contests and the reference side by side, act by act, in any order.

Rules kept here:
- Each act is done by both; the answers have to agree. A second passes before each act.
- After each act the person's values, notices and held values agree, the case is seen alike by its
  person, its company and an officer, and somebody reads.
- No contest is without a way out.
- At the end the whole state is checked.
- What is drawn depends on the reference alone, so that a failing example fails again.

The acts stand in ``acts_on_values``, ``acts_on_cases`` and ``acts_of_time``.

Use::

    run_state_machine_as_test(lambda: Machine(mould), settings=...)
"""

import sys
from contextlib import ExitStack
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from tests.check_everything import check_everything
from tests.contest_model.mould import Mould, fresh_product
from tests.contest_model.plain import rules
from tests.contest_model.plain.cases import Cases
from tests.contest_model.plain.days import Home
from tests.contest_model.plain.state import Case, Person
from tests.contest_model.words import MINUTE, PEOPLE

SECOND = 1_000


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

    def work(self) -> None:
        """The worker does what is due; every contest stands alike then."""
        cases = [(who, one) for who in self.reference.people.values() for one in who.cases.values()]
        told, right = self.product.work_off(), self.reference.work_off()
        for person in self.reference.people.values():
            self.done(told, right, "work off", person)
        for person, case in cases if right else ():
            self.look_at(person, case, "work off")

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
