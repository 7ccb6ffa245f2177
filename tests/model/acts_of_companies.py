"""What companies do in the machine: name people, supply values, ask, read, give back."""

from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.model import draws
from tests.model.machine import TwoVaults
from tests.model.plain.requests import Ask, Request
from tests.model.words import ADDRESSES, BASES, DAY, HOUR

NOBODY = "p_00000000000000000000000000"
NONSENSE = "no id at all"
DECLARABLE = tuple(code for code, basis in BASES.items() if basis != "consent")


class Companies(TwoVaults):
    """Acts of companies."""

    # --- people and values ----------------------------------------------------------------------

    @rule(company=draws.company, texts=st.lists(draws.external_id, min_size=1, max_size=3))
    def a_company_names_people(self, company, texts):
        self.act("enrol", company, texts)

    @rule(
        company=draws.company,
        rows=draws.some_rows,
        declared=st.none() | st.sampled_from(DECLARABLE),
        file=st.integers(1, 40),
        data=st.data(),
    )
    def a_company_brings_a_file(self, company, rows, declared, file, data):
        text = self.bring_in(company, file, rows, declared)
        self.then_somebody_reads(data, self.reference.person_called(company, text))

    @rule(company=draws.company, values=draws.some_values(), data=st.data())
    def a_company_supplies_values(self, company, values, data):
        person = self.anybody(data)
        self.act("supply", company, person, values)
        self.then_somebody_reads(data, person)

    @rule(company=draws.company, text=draws.external_id, valid=st.sampled_from((HOUR, 30 * DAY)))
    def a_company_prints_a_code(self, company, text, valid):
        self.act("invite", company, text, valid=valid)

    # --- asking ---------------------------------------------------------------------------------

    @rule(company=draws.company, data=st.data())
    def a_company_asks_by_its_own_id(self, company, data):
        person = self.one_of(data, self.reference.knows(company), "person")
        if person is not None:
            self._ask(data, company, "consumer", person.known[company])

    @rule(company=draws.company, text=draws.external_id, data=st.data())
    def a_company_asks_by_an_external_id(self, company, text, data):
        self._ask(data, company, "external_id", text)

    @rule(company=draws.company, address=st.sampled_from(ADDRESSES), data=st.data())
    def a_company_asks_an_address(self, company, address, data):
        self._ask(data, company, "email", address)

    @rule(company=draws.company, data=st.data())
    def a_company_asks_a_stranger(self, company, data):
        ids = [id_ for id_ in self._ids_for(company) if id_ != NONSENSE]
        self._ask(data, company, "consumer", self.one_of(data, ids[::-1], "stranger"))

    @rule(by_address=st.booleans(), data=st.data())
    def a_company_asks_the_same_again(self, by_address, data):
        found = self.one_of(data, self.reference.offers[-6:], "offer")
        if found is not None:
            self.ask_again(*found, by_address=by_address)

    def _ask(self, data, company, kind, to):
        asked = data.draw(draws.some_asked(now=self.reference.now), label="asked")
        self.act("offer", company, kind, to, asked)

    # --- giving back ----------------------------------------------------------------------------

    @rule(other=st.none() | draws.company, data=st.data())
    def a_company_takes_an_offer_back(self, other, data):
        found = self.one_of(data, self.reference.offers[-6:], "offer")
        if found is not None:
            self.act("withdraw", other or found[1].company, found[1].name)

    @rule(other=st.none() | draws.company, data=st.data())
    def a_company_gives_a_permission_back(self, other, data):
        found = self.one_of(data, self.reference.grants, "permission")
        if found is not None:
            self.act("waive", other or found[1].company, found[1].name)
            self.then_somebody_reads(data, found[0])

    # --- reading --------------------------------------------------------------------------------

    @rule(fields=draws.asked_fields, data=st.data())
    def a_company_reads(self, fields, data):
        self._send([self._request(data, fields)])

    @rule(fields=draws.asked_fields, meanwhile=draws.small_time, data=st.data())
    def a_company_reads_the_same_again(self, fields, meanwhile, data):
        request = self._request(data, fields)
        self._send([request])
        self.pass_time(meanwhile)
        self._send([request])

    @rule(changed=st.integers(0, 4), fields=draws.asked_fields, data=st.data())
    def a_company_repeats_a_request(self, changed, fields, data):
        """One that was allowed lately; rarely with another body under the same id."""
        lately = [one for person in self.reference.living for one in self.repeatable(person)]
        request = self.one_of(data, lately[-6:], "request")
        if request is not None and changed == 0:
            asks = tuple(Ask(consumer=one.consumer, fields=fields) for one in request.asks)
            request = replace(request, asks=asks)
        self._send([request])

    @rule(company=draws.company, purpose=draws.purpose, fields=draws.asked_fields, data=st.data())
    def a_company_reads_many(self, company, purpose, fields, data):
        people = st.lists(
            st.sampled_from(self._ids_for(company)), min_size=1, max_size=5, unique=True
        )
        asks = tuple(
            Ask(consumer=one, fields=fields, token=data.draw(draws.token, label="token"))
            for one in data.draw(people, label="people")
        )
        self._send([self._new_request(data, company, purpose, asks)])

    @rule(fields=draws.asked_fields, requests=st.integers(2, 4), data=st.data())
    def companies_read_at_once(self, fields, requests, data):
        self._send([self._request(data, fields) for _ in range(requests)])

    def _send(self, requests):
        self.act("read", [one for one in requests if one is not None])

    def _request(self, data, fields) -> Request | None:
        """Upon a permission of somebody, mostly for its purpose, mostly as the token says."""
        found = self.one_of(data, self.reference.grants, "permission")
        if found is None:
            return None
        person, grant = found
        other = data.draw(draws.rarely(draws.purpose), label="another purpose")
        token = data.draw(draws.token, label="token")
        ask = Ask(consumer=person.known[grant.company], fields=fields, token=token)
        return self._new_request(data, grant.company, other or grant.purpose, (ask,))

    def _new_request(self, data, company, purpose, asks) -> Request:
        return Request(
            company=company,
            purpose=purpose,
            request_id=f"req_{data.draw(st.integers(1, 60), label='request')}",
            asks=asks,
            proof=data.draw(draws.rarely(st.sampled_from((b"one", b"two"))), label="proof"),
        )

    def _ids_for(self, company) -> list:
        """Whatever it may write: ids of its own people, of another company's, of nobody."""
        own = [one.known[company] for one in self.reference.knows(company)]
        others = [
            id_
            for one in self.reference.living
            for by, id_ in sorted(one.known.items())
            if by != company
        ]
        return [*own, *others[:2], NOBODY, NONSENSE]
