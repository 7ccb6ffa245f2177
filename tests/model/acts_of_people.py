"""What people do in the machine: take their record up, look, change, answer, stop, dispute."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.model import draws
from tests.model.machine import TwoVaults
from tests.model.plain.offers import Chosen
from tests.model.words import ADDRESSES, DAY, FIELDS, HOUR, ZONES

ENDS = (None,) * 5 + (HOUR, 2 * DAY, 20 * DAY, 2_000 * DAY, -DAY)
STOP, PAUSE = ("revoke", "pause"), ("pause",)


class People(TwoVaults):
    """Acts of people."""

    # --- records --------------------------------------------------------------------------------

    @rule(address=st.sampled_from(ADDRESSES), zone=st.sampled_from(ZONES), data=st.data())
    def somebody_claims_a_record(self, address, zone, data):
        code = self._code(data)
        if code is not None:
            self.act("invited_by", code)
            self.act("claim", code, address, zone=zone)

    @rule(data=st.data())
    def a_person_joins_a_second_record(self, data):
        person, code = self.somebody(data), self._code(data)
        if person is not None and code is not None:
            self.act("join", person, code)
            self.then_somebody_reads(data, person)

    def _code(self, data):
        usable = [one for one in self.reference.invitations if one.usable]
        used = [one for one in self.reference.invitations if not one.usable]
        found = self.one_of(data, [*usable * 3, *used[-2:]], "code")
        return found.code if found else None

    # --- values ---------------------------------------------------------------------------------

    @rule(values=draws.some_values(), data=st.data())
    def a_person_writes(self, values, data):
        person = self.somebody(data)
        if person is not None:
            self.act("change", person, values)
            self.then_somebody_reads(data, person)

    @rule(fields=draws.asked_fields, data=st.data())
    def a_person_looks_at_values(self, fields, data):
        person = self.somebody(data)
        if person is not None:
            self.act("show", person, list(fields))

    @rule(data=st.data())
    def a_person_chooses_a_version(self, data):
        person = self.somebody(data)
        name = self.one_of(data, sorted(person.values) if person else [], "field")
        if name is not None:
            numbers = [one.number for one in person.values[name]]
            self.act("choose", person, name, self.one_of(data, [None, *numbers], "version"))
            self.then_somebody_reads(data, person)

    @rule(data=st.data())
    def a_person_looks_at_pages(self, data):
        person = self.somebody(data)
        if person is not None:
            self.look_at_pages(person)

    # --- permissions ----------------------------------------------------------------------------

    @rule(whole=st.booleans(), data=st.data())
    def a_person_answers_an_offer(self, whole, data):
        person = self.somebody(data)
        offer = self.an_offer(data, person) if person else None
        if offer is not None:
            everything = Chosen(fields=frozenset(offer.fields))
            self.give(person, offer, everything if whole else self._choice(data, offer.fields))
            self.then_somebody_reads(data, person)

    @rule(data=st.data())
    def a_person_refuses_an_offer_and_is_asked_again(self, data):
        person = self.somebody(data)
        offer = self.an_offer(data, person) if person else None
        if offer is not None:
            self.act("refuse", person, offer.name)
            self.ask_again(person, offer, by_address=False)

    @rule(data=st.data())
    def a_person_narrows_a_permission(self, data):
        person = self.somebody(data)
        grant = self.a_grant(data, person) if person else None
        if grant is not None:
            self.act("narrow", person, grant.name, self._choice(data, grant.fields))
            self.then_somebody_reads(data, person)

    @rule(what=st.sampled_from(("pause", "resume", "revoke")), data=st.data())
    def a_person_moves_a_permission(self, what, data):
        person = self.somebody(data)
        grant = self.a_grant(data, person) if person else None
        if grant is not None:
            self.act("move", person, grant.name, what)
            self.then_somebody_reads(data, person)

    @rule(company=st.none() | draws.company, acts=st.sampled_from((PAUSE, STOP)), data=st.data())
    def a_person_stops_or_pauses_everything(self, company, acts, data):
        person = self.somebody(data)
        if person is not None:
            self.act("all", person, company, acts)
            self.then_somebody_reads(data, person)

    def _choice(self, data, there) -> Chosen:
        """Some of what there is, rarely more; rarely an earlier or a later end."""
        less = st.sets(st.sampled_from(sorted(there)), min_size=1)
        some = data.draw(
            less | less | draws.rarely(st.sets(st.sampled_from(FIELDS))), label="fields"
        )
        end = data.draw(st.sampled_from(ENDS), label="until")
        return Chosen(
            fields=None if some is None else frozenset(some),
            until=None if end is None else self.reference.now + end,
            max_reads=data.draw(draws.rarely(draws.max_reads), label="reads"),
            masks=data.draw(draws.some_masks(sorted(some or there)), label="masks"),
        )

    # --- disputes -------------------------------------------------------------------------------

    @rule(fields=draws.some_fields, data=st.data())
    def a_person_disputes_fields(self, fields, data):
        person = self.anybody(data)
        self.act("restrict", person, fields, "accuracy_contested")
        self.then_somebody_reads(data, person)

    @rule(fields=draws.some_fields, data=st.data())
    def a_dispute_ends(self, fields, data):
        disputed = [one for one in self.reference.living if one.disputed]
        person = self.one_of(data, disputed, "person")
        if person is not None:
            self.act("lift", person, [*fields, *sorted(person.disputed)[:1]], "withdrawn")
            self.then_somebody_reads(data, person)
