"""The product driven in plain terms: offers, permissions, disputes, suspensions."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from consent.grant_rules import Choice, Refused
from consent.offers import parse_offer
from consent.restrictions import lift, restrict
from tests.model import told
from tests.model.names import Name
from tests.model.plain.offers import Asked, Chosen
from tests.model.plain.state import Person
from tests.model.product_people import PeopleAndValues
from vault.errors import BadInput
from vault.fields import Mask

CONTEST = "ctn_0000000000000000000000000A"
"""The one contest of a person that holds whatever the model disputes."""


class Permissions(PeopleAndValues):
    """Acts on offers and permissions."""

    # --- offers and permissions -----------------------------------------------------------------

    def offer(self, company: str, kind: str, to: Any, asked: Asked) -> Any:
        named = self.names.told(to) if isinstance(to, Name) else to
        offer = parse_offer(_offer_json({kind: named}, asked))
        try:
            made = self.services.grants.make_offer(self.company(company), offer)
        except BadInput:
            return "over already"
        return told.answer(made) if isinstance(made, Refused) else made

    def decide(self, person: Person, name: Name, chosen: Chosen) -> Any:
        return told.answer(
            self.services.grants.decide(
                self.consumer(person), self.names.told(name), _choice(chosen)
            )
        )

    def refuse(self, person: Person, name: Name) -> Any:
        refuse = self.services.grants.refuse_offer
        return told.answer(refuse(self.consumer(person), self.names.told(name)))

    def withdraw(self, company: str, name: Name) -> Any:
        withdraw = self.services.grants.withdraw_offer
        return told.answer(withdraw(self.company(company), self.names.told(name)))

    def narrow(self, person: Person, name: Name, chosen: Chosen) -> Any:
        return told.answer(
            self.services.grants.narrow(
                self.consumer(person), self.names.told(name), _choice(chosen)
            )
        )

    def move(self, person: Person, name: Name, act: str) -> Any:
        grants = self.services.grants
        acts = {"pause": grants.pause, "resume": grants.resume, "revoke": grants.revoke}
        return told.answer(acts[act](self.consumer(person), self.names.told(name)))

    def all(self, person: Person, company: str | None, acts: Sequence[str]) -> Any:
        grants, consumer = self.services.grants, self.consumer(person)
        if company is not None:
            act = grants.stop_company if "revoke" in acts else grants.pause_company
            return told.stopped(act(consumer, self.company(company)))
        return told.stopped((grants.stop_all if "revoke" in acts else grants.pause_all)(consumer))

    def waive(self, company: str, name: Name) -> Any:
        waive = self.services.grants.waive
        return told.answer(waive(self.company(company), self.names.told(name)))

    def standing(self, person: Person) -> Any:
        views = self.services.portal.views.grants(self.consumer(person))
        return [(one.grant_id, self.called[one.company], one.state.value) for one in views]

    def expire(self) -> int:
        return self.services.expiry.run(self.house.clock.now_ms())

    # --- disputes and suspensions ---------------------------------------------------------------

    def restrict(self, person: Person, names: Iterable[str], reason: str) -> Any:
        consumer, now = self.consumer(person), self.house.clock.now_ms()
        with self.services.log.acting([consumer]) as act:
            return list(
                restrict(act, consumer, list(names), reason=reason, now_ms=now, contest_id=CONTEST)
            )

    def lift(self, person: Person, names: Iterable[str], reason: str) -> Any:
        consumer = self.consumer(person)
        with self.services.log.acting([consumer]) as act:
            return list(
                lift(
                    act, consumer, list(names), reason=reason, actor="consumer", contest_id=CONTEST
                )
            )

    def suspend(self, name: str, *, suspended: bool) -> Any:
        companies, company = self.services.companies, self.company(name)
        given = told.answer((companies.suspend if suspended else companies.activate)(company))
        return (given[0], self.called[given[1]], given[2])


def _choice(chosen: Chosen) -> Choice:
    masks = {name: Mask(mask) for name, mask in chosen.masks.items()}
    return Choice(
        fields=chosen.fields, until_ms=chosen.until, max_reads=chosen.max_reads, masks=masks
    )


def _offer_json(to: Mapping[str, str], asked: Asked) -> dict[str, Any]:
    """An offer as a company sends it."""
    said = {} if asked.max_reads is None else {"max_reads": asked.max_reads}
    return {
        "to": dict(to),
        "fields": [
            {"name": name, "mask": mask, "why": "To do what you asked us to do."}
            for name, mask in asked.fields.items()
        ],
        "purpose": asked.purpose,
        "until": asked.until,
        "retention": {"max": "P1Y"},
        "benefit": {"kind": "none"},
        "notice": {"uri": "https://shop.example/notice", "sha256": "n" * 43},
        **said,
    }
