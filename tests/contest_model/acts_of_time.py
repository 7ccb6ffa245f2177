"""What happens beside the contests in the machine: time, the worker, what companies say."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.contest_model import draws
from tests.contest_model.acts_on_cases import OnCases
from tests.contest_model.machine import SECOND
from tests.contest_model.words import DAY, HOUR

LONGEST = 5 * 365 * DAY


class Machine(OnCases):
    """Everything that may happen to contests."""

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

    @rule(who=draws.company)
    def a_company_has_heard(self, who):
        self.product.acknowledge(who)
        self.reference.acknowledge(who)
        for person in self.reference.people.values():
            self.done(None, None, "acknowledge", person)

    @rule(who=draws.company, suspended=draws.seldom)
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
            if works:
                self.work()

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
            self.work()
