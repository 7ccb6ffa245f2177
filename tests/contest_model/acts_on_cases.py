"""What happens to contests in the machine: begun, answered, decided."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.contest_model import draws
from tests.contest_model.acts_on_values import OnValues
from tests.contest_model.machine import SECOND
from tests.contest_model.words import DAY, KINDS, VALUES

WORDS = "I have never written it so."


class OnCases(OnValues):
    """Acts on contests."""

    # --- contests begin -------------------------------------------------------------------------

    @rule(
        name=draws.person_name,
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

    @rule(name=draws.person_name, sending=st.sampled_from((True, True, False)), data=st.data())
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
            return None
        right.label, self.product.contest_ids[right.number] = told, told
        self.done(told.partition("_")[0], "ctn", "open", person, right)
        return right

    @rule(
        name=draws.person_name,
        kind=st.sampled_from(KINDS),
        said=draws.verdict,
        then=st.lists(draws.next_step, max_size=5),
        data=st.data(),
    )
    def a_contest_runs_its_course(self, name, kind, said, then, data):
        """From the first day to an answer, and on."""
        person = self.reference.people[name]
        case = self._contested(data, person, kind)
        if case is None:
            return
        self._company_acts(data, case.company, person, case, "acknowledge")
        if data.draw(draws.now_and_then, label="is late"):
            self._days_pass(50)
        self._answer(data, case.company, person, case, said)
        for step in then:
            self._go_on(data, person, case, step)

    def _contested(self, data, person, kind):
        """A contest about something a company supplied; None where there is nothing."""
        theirs = [
            (field, one)
            for field, line in person.versions.items()
            for one in line
            if one.live and one.source is not None
        ]
        found = self.one_of(data, theirs, "version")
        if found is None:
            return None
        field, version = found
        typed = self.one_of(data, [one.typed for one in VALUES[field]], "proposal")
        about = field, version.number
        return self._open(person, kind, about, proposal=typed, sending=True)

    def _go_on(self, data, person, case, step):
        match step:
            case "days":
                self._days_pass(4)
            case "read":
                self._somebody_reads(data, person, case.field)
            case "decide":
                if case.state == "escalated":
                    self._decide(data, person, case)
            case act if case.number in person.cases:
                self._consumer_acts(data, person, case, act)

    def _days_pass(self, days):
        self.pass_time(days * DAY)
        self.work()

    # --- and go on ------------------------------------------------------------------------------

    @rule(data=st.data())
    def the_person_acts(self, data):
        found = self.a_case(data)
        if found is not None:
            person, case = found
            self._consumer_acts(data, person, case, self.an_act(data, case, "consumer"))

    def _consumer_acts(self, data, person, case, act):
        self.pass_time(SECOND)
        words = f"{WORDS} {case.number}"
        told = self.product.consumer_acts(person.name, case.number, act, words)
        right = self.reference.consumer_acts(person, case, act, words)
        self.done(told, right, act, person, case)
        self._somebody_reads(data, person, case.field)

    @rule(other=draws.seldom, data=st.data())
    def the_company_acts(self, other, data):
        found = self.a_case(data)
        if found is not None:
            person, case = found
            act = self.an_act(data, case, "company")
            who = data.draw(draws.company, label="another") if other else case.company
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
            self._answer(data, who, person, case, data.draw(draws.verdict, label="verdict"))
        else:
            told = self.product.company_acts(who, case.number, act)
            right = self.reference.company_acts(who, person, case, act)
            self.done(told, right, f"{who}: {act}", person, case)

    def _answer(self, data, who, person, case, verdict):
        self.pass_time(SECOND)
        said = verdict, self._value(data, case)
        told = self.product.answer(who, case.number, *said)
        right = self.reference.answer(who, person, case, *said)
        self.done(told, right, f"answer {said}", person, case)
        self._somebody_reads(data, person, case.field)

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
            self._decide(data, *found[at])

    def _decide(self, data, person, case):
        self.pass_time(SECOND)
        said = data.draw(draws.ruling, label="ruling"), self._value(data, case)
        told = self.product.decide(case.number, *said)
        right = self.reference.decide(person, case, *said)
        self.done(told, right, f"decide {said}", person, case)
        self._somebody_reads(data, person, case.field)

    def _value(self, data, case):
        if case.field is None or not data.draw(st.booleans(), label="names a value"):
            return None
        return self.one_of(data, [one.typed for one in VALUES[case.field]], "value")
