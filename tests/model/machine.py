"""The machine: the product and the reference side by side, act by act, in any order.

Rules kept here:
- Each act is done by both; the answers have to agree. A second passes before each act.
- At the end the whole state is checked, each record is the reference's event by event, each page
  shows what the reference counts, and each person's bundle verifies offline.
- An example is a vault of its own. What is drawn depends on the reference alone, so that a failing
  example fails again.

The acts stand in ``acts_of_companies``, ``acts_of_people`` and ``acts_of_time``.

Use::

    run_state_machine_as_test(lambda: Machine(mould, folder), settings=...)
"""

import sys
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from tests.check_everything import check_everything
from tests.model.house import Mould, fresh_house
from tests.model.names import Name, Names
from tests.model.plain import pages
from tests.model.plain.offers import Asked, Chosen
from tests.model.plain.requests import Ask, Request
from tests.model.plain.state import Grant, Offer, Person
from tests.model.product import Product
from tests.model.record import Record
from tests.model.reference import Reference
from tests.model.words import COMPANIES, FIELDS, MINUTE

SECOND = 1_000
_numbers = count(1)


class TwoVaults(RuleBasedStateMachine):
    """A vault and what it has to be."""

    acts_done: ClassVar[int] = 0
    """By every machine of this process."""

    def __init__(self, mould: Mould, folder: Path) -> None:
        super().__init__()
        self._closing = ExitStack()
        self.house = self._closing.enter_context(fresh_house(mould, folder / str(next(_numbers))))
        self.names = Names()
        for company, told in mould.companies.items():
            self.names.agree(told, Name("company", (company,)))
        self.product = Product(self.house, self.names)
        self.reference = Reference(COMPANIES, now=self.house.clock.now_ms())
        self.brought: dict[tuple[str, int], tuple[Any, str | None]] = {}
        self.record = Record(house=self.house, names=self.names)

    # --- acting ---------------------------------------------------------------------------------

    def act(self, what: str, *about: Any, **more: Any) -> Any:
        """Let both do something, a second later; what the reference answered."""
        self.pass_time(SECOND)
        told = getattr(self.product, what)(*about, **more)
        right = getattr(self.reference, what)(*about, **more)
        self.names.agree(told, right, what)
        TwoVaults.acts_done += 1
        return right

    def bring_in(self, company: str, file: int, rows: Any, declared: str | None) -> str:
        """A file, and what its people then see of it. Brought again it is the same.

        The answer is the name its first row gives somebody.
        """
        rows, declared = self.brought.setdefault((company, file), (rows, declared))
        self.act("bring_in", company, file, rows, declared=declared)
        self.act("enrol", company, [text for text, _ in rows])
        for text, _ in rows:
            self.act("standing", self.reference.person_called(company, text))
        return rows[0][0]

    def give(self, person: Person, offer: Offer, chosen: Chosen) -> None:
        """An answer to an offer; a company that did not know the person knows them from then on."""
        self.act("decide", person, offer.name, chosen)
        if offer.company in person.known:
            self.act("known_as", offer.company, person)

    def ask_again(self, person: Person, offer: Offer, *, by_address: bool) -> None:
        """The company makes the very same offer to the same person."""
        asked = Asked(
            fields=dict(offer.fields),
            purpose=offer.purpose,
            until=offer.until,
            max_reads=offer.max_reads,
        )
        if by_address and person.address:
            self.act("offer", offer.company, "email", person.address, asked)
        elif offer.company in person.known:
            self.act("offer", offer.company, "consumer", person.known[offer.company], asked)

    def then_somebody_reads(self, data: st.DataObject, person: Person | None) -> None:
        """Whatever was changed shows at once in what a company is told, now or once more."""
        for request in self.repeatable(person)[-1:]:
            self.act("read", [request])
        grant = self.one_of(data, person.grants if person else [], "then read upon")
        if grant is not None:
            ask = Ask(consumer=person.known[grant.company], fields=FIELDS)
            request = Request(
                company=grant.company,
                purpose=grant.purpose,
                request_id=f"req_then_{self.reference.now}",
                asks=(ask,),
            )
            self.act("read", [request])

    def repeatable(self, person: Person | None) -> list[Request]:
        """What was answered about somebody within two minutes, the last one last."""
        return [
            Request(company=company, request_id=request_id, purpose=made.body[0], asks=made.body[1])
            for (company, request_id), made in (person.answered if person else {}).items()
            if made.at > self.reference.now - 2 * MINUTE
        ]

    def pass_time(self, ms: int) -> None:
        """On both sides."""
        self.house.clock.advance(ms)
        self.reference.advance(ms)

    # --- choosing -------------------------------------------------------------------------------

    def one_of(self, data: st.DataObject, things: list[Any], label: str) -> Any:
        """One thing, or None where there is none to choose."""
        return data.draw(st.sampled_from(things), label=label) if things else None

    def somebody(self, data: st.DataObject, label: str = "person") -> Person | None:
        """A person with an account."""
        return self.one_of(data, [one for one in self.reference.living if one.is_claimed], label)

    def anybody(self, data: st.DataObject) -> Person:
        """A person, mostly one who allows something."""
        allowing = [one for one in self.reference.living if one.grants]
        return self.one_of(data, [*allowing * 3, *self.reference.living], "person")

    def a_grant(self, data: st.DataObject, person: Person) -> Grant | None:
        """A permission, mostly one of this person's that lives and was given."""
        given = [one for one in person.grants if one.lives and one.basis == "consent"]
        others = [one for _, one in self.reference.grants if one not in person.grants]
        return self.one_of(data, [*given * 4, *person.grants, *others[:1]], "permission")

    def an_offer(self, data: st.DataObject, person: Person) -> Offer | None:
        """An offer, mostly one of this person's, mostly one that waits."""
        waiting = [one for one in person.offers if one.state == "waiting"]
        others = [one for _, one in self.reference.offers if one not in person.offers]
        return self.one_of(data, [*waiting * 4, *person.offers[-2:], *others[:1]], "offer")

    # --- the end --------------------------------------------------------------------------------

    def teardown(self) -> None:
        """Check everything, unless the example has failed already."""
        with self._closing:
            if sys.exc_info()[0] is None:
                self._check_the_end()

    def _check_the_end(self) -> None:
        self.pass_time(SECOND)
        self.house.sequence()
        reference = self.reference
        for bearer in (*reference.people, *reference.companies.values()):
            self.names.agree(self.product.events(bearer), bearer.events, f"the record of {bearer}")
        for person in reference.people:
            self.record.check(person)
        for person in reference.living:
            self.names.agree(self.product.held(person), reference.held(person), f"held: {person}")
            if person.is_claimed:
                self.look_at_pages(person)
        check_everything(self.house.examined())

    def look_at_pages(self, person: Person) -> None:
        """What a person is shown."""
        shown = self.product.pages(person)
        self.names.agree(shown["permissions"], pages.permissions(person), "permissions")
        self.names.agree(shown["held"], pages.held(person), "my data")
        self.names.agree(shown["counts"], pages.counts(person), "who used it")
