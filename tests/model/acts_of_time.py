"""What happens by itself in the machine: time, the worker, restarts; how an example begins."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tests.model import draws
from tests.model.acts_of_companies import Companies
from tests.model.acts_of_people import People
from tests.model.plain.offers import Asked, Chosen
from tests.model.words import AGE, BORN, EMAIL, HOUR, NAME, PHONE

LONGEST_WAIT = 20 * HOUR
"""Entries that wait for a day break a promise, and a person's check says so."""


class Machine(Companies, People):
    """Everything that may happen to a vault."""

    @initialize()
    def a_vault_begins_with_people(self):
        """Two people with accounts, three without, values from two sides, two permissions."""
        rows = [
            ("A-1", {EMAIL: "rosa@example.org", NAME: "Rosa Quint", PHONE: "0170 1234567"}),
            ("A-2", {EMAIL: "quint@example.net", BORN: "1980-03-02"}),
        ]
        self.bring_in("Northbank", 0, rows, "run_account")
        self.bring_in("Parcelo", 0, [*rows[:1], ("A-2", {AGE: 45})], "prevent_fraud")
        self.act("enrol", "Corner Shoes", ["A-1"])
        for text, address in (("A-1", "rosa@example.org"), ("A-2", "emil@example.org")):
            code = self.act("invite", "Northbank", text, valid=HOUR)
            self.act("claim", code, address, zone="Europe/Berlin")
        for company in ("Parcelo", "Corner Shoes"):
            self.act("invite", company, "A-1", valid=30 * 24 * HOUR)
        fields = {EMAIL: "hash", PHONE: "last_four", NAME: "full"}
        self._permission("A-1", "personal_offers", fields, max_reads=None)
        self._permission("A-2", "meet_legal_duty", {EMAIL: "full", BORN: "year"}, max_reads=2)

    def _permission(self, text, purpose, fields, *, max_reads):
        person = self.reference.person_called("Northbank", text)
        asked = Asked(fields=fields, purpose=purpose, until="P1Y", max_reads=max_reads)
        self.act("offer", "Northbank", "external_id", text, asked)
        self.give(person, person.offers[-1], Chosen(fields=frozenset(fields)))

    # --- time -----------------------------------------------------------------------------------

    @rule(ms=draws.small_time)
    def some_time_passes(self, ms):
        if self._waited() + ms > LONGEST_WAIT:
            self._sequence()
        self.pass_time(ms)

    @rule(data=st.data())
    def the_log_falls_behind(self, data):
        """For longer than reads are answered; then the worker is back."""
        if self.reference.waiting and self._waited() < 6 * HOUR:
            self.pass_time(13 * HOUR)
            self.then_somebody_reads(data, self.somebody(data))
        self._sequence()

    @rule(ms=draws.long_time, data=st.data())
    def much_time_passes(self, ms, data):
        self._sequence()
        self.pass_time(ms)
        self.then_somebody_reads(data, self.somebody(data))

    @rule(off_by=st.sampled_from((-2_000, -1_000, 0)), data=st.data())
    def a_permission_comes_to_its_end(self, off_by, data):
        now = self.reference.now
        ends = [(one.until - now, person) for person, one in self.reference.grants if one.lives]
        found = self.one_of(data, [end for end in ends if end[0] > 2_000], "end")
        if found is not None:
            self._sequence()
            self.pass_time(found[0] + off_by)
            self.then_somebody_reads(data, found[1])

    def _waited(self) -> int:
        return self.reference.now - min(self.reference.waiting, default=self.reference.now)

    # --- the worker -----------------------------------------------------------------------------

    @rule(job=st.sampled_from(("sequence", "expire", "forget_old")))
    def the_worker_does_its_round(self, job):
        if job == "sequence":
            self._sequence()
        else:
            self.act(job)

    def _sequence(self):
        self.pass_time(1_000)
        self.house.sequence()
        self.reference.sequence()

    @rule(crashed=st.booleans())
    def the_vault_is_started_again(self, crashed):
        before = self.house.clock.now_ms()
        self.house.open_again(crashed=crashed)
        self.reference.advance(self.house.clock.now_ms() - before)

    # --- people and their records ---------------------------------------------------------------

    @rule(data=st.data())
    def a_person_checks_their_record(self, data):
        person = self.one_of(data, self.reference.people, "person")
        self._sequence()
        self.record.check(person)

    # --- the operator ---------------------------------------------------------------------------

    @rule(company=draws.company, suspended=st.booleans(), data=st.data())
    def the_operator_suspends_or_activates(self, company, suspended, data):
        self.act("suspend", company, suspended=suspended)
        self.then_somebody_reads(data, self.somebody(data))
