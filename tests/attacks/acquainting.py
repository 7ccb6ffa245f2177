"""Two companies and a thousand people known to both, in each of the three ways there are.

A second record joined into the first, an offer to an address that was granted, or permissions to
two companies. Then each company asks everything it may; what it is told is remembered, taken apart.

Use::

    with acquainted(folder) as compared:
        compared.bank.told.keys() & compared.shoes.told.keys()
"""

import base64
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from consent import grant_acts
from consent.confirmations import Confirmed
from consent.gate.writes import WRITING_KEYS, Write
from consent.grant_rows import grant_row
from consent.grant_rules import Choice
from consent.grant_terms import Benefit, FieldTerm, GrantTerms, Terms
from consent.notices import NewNotice, NoticeKind
from consent.offers import parse_offer
from consent.outbox import enqueue
from consent.purposes import LegalBasis
from consent.restrictions import restrict
from examples.company import Company, Refused
from tests.rooms import HOME
from tests.vaults import Vault, offer_json, served
from vault.fields import Mask
from vault.identifiers import CompanyId, ConsumerId, PairwiseId, Prefix, new_id

IN_BULK, JOINED, BY_ADDRESS = 960, 20, 20
A_DAY = 86_400_000
EMAIL, NAME, PHONE, PET = (
    "contact.email",
    "identity.full_name",
    "contact.phone_mobile",
    "household.pets",
)
MASKS = {EMAIL: Mask.FULL, NAME: Mask.HASH, PHONE: Mask.FULL, PET: Mask.HASH}
PURPOSE = "personal_offers"

Told = str | int | float
Values = dict[str, object]


@dataclass(slots=True)
class Memory:
    """What one company was told, and its own ids of the people."""

    company: Company
    told: Counter[Told] = field(default_factory=Counter)
    ids: dict[str, str] = field(default_factory=dict)
    """A person's name in this test, to the pairwise id."""
    notices: list[str] = field(default_factory=list)
    """Of whom it was told that a value is under dispute, in the order listed."""

    def remember(self, answer: httpx2.Response) -> None:
        answer.read()
        for name, value in answer.headers.items():
            if name != "content-length":
                self.told[value] += 1
        self.told.update(parts_of(answer.json()))


def parts_of(value: object) -> Iterator[Told]:
    """Every text and number in a JSON value; texts that hold more are taken apart."""
    match value:
        case dict():
            for name, member in value.items():
                yield name
                yield from parts_of(member)
        case list():
            for item in value:
                yield from parts_of(item)
        case str():
            yield value
            yield from _inside(value)
        case bool() | None:
            return
        case int() | float():
            yield value


def _inside(text: str) -> Iterator[Told]:
    if text.startswith("{"):
        yield from parts_of(json.loads(text))
    if re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+", text):
        head, claims, signature = text.split(".")
        for part in (head, claims):
            yield from parts_of(json.loads(base64.urlsafe_b64decode(part + "==")))
        yield signature


@dataclass(frozen=True, slots=True)
class Compared:
    """The vault, and what two companies have to compare."""

    vault: Vault
    bank: Memory
    shoes: Memory
    values: dict[str, Values]


@contextmanager
def acquainted(folder: Path) -> Iterator[Compared]:
    """A thousand people known to two companies, which have asked all they may."""
    with served(folder) as vault:
        bank, shoes = (Memory(vault.company(name)) for name in ("Northbank", "Corner Shoes"))
        values = {name: _values(number) for number, name in enumerate(_names())}
        _known_to_both(vault, bank, shoes, dict(list(values.items())[:IN_BULK]))
        for name, told in values.items():
            if name.startswith("joined"):
                _join(vault, bank, shoes, name, told)
            if name.startswith("asked"):
                _ask_by_address(vault, bank, shoes, name, told)
        _dispute(vault, bank, shoes)
        for memory in (bank, shoes):
            vault.clock.advance(7_919)  # so that no two companies ask in one millisecond
            with listening(vault, memory):
                _ask_everything(vault, memory)
        yield Compared(vault, bank, shoes, values)


@contextmanager
def listening(vault: Vault, memory: Memory) -> Iterator[None]:
    """Whatever is answered meanwhile is told to this company."""
    hooks = vault.http.event_hooks["response"]
    hooks.append(memory.remember)
    yield
    hooks.remove(memory.remember)


def _names() -> Iterator[str]:
    """The people, by what they are called in this test."""
    counts = {"person": IN_BULK, "joined": JOINED, "asked": BY_ADDRESS}
    for kind, count in counts.items():
        yield from (f"{kind}-{number}" for number in range(count))


def _values(number: int) -> Values:
    return {
        EMAIL: f"person.{number}@example.org",
        NAME: f"Person Number {number}",
        PHONE: f"+49 30 90{number:06}",
        PET: [f"Cat {number}", "Dog"],
    }


# --- three ways to be known to two companies ------------------------------------------------------


def _known_to_both(vault: Vault, bank: Memory, shoes: Memory, values: dict[str, Values]) -> None:
    """Enrolled and written about by one, permitted to both; a hundred people to an act."""
    services, company = vault.services, CompanyId(bank.company.client_id)
    names = list(values)
    for begin in range(0, len(names), 100):
        some = names[begin : begin + 100]
        people = services.enrolment.enrol_many(company, some)
        consumers = [person.consumer_id for person in people]
        with services.log.acting(consumers, uses=WRITING_KEYS) as act:
            services.writes.write(
                [
                    Write(consumer=who, source=company, values=values[name])
                    for who, name in zip(consumers, some, strict=True)
                ],
                inside=act,
            )
            for memory in (bank, shoes):
                for who in consumers:
                    _give(act, who, memory, now=vault.clock.now_ms())
        _learn_ids(vault, bank, shoes, dict(zip(some, consumers, strict=True)))


def _give(act: Any, who: ConsumerId, memory: Memory, *, now: int) -> None:
    fields = tuple(FieldTerm(name=n, why="To serve you well.", mask=m) for n, m in MASKS.items())
    terms = GrantTerms(
        terms=Terms(fields=fields, purpose=PURPOSE, retention=None, benefit=Benefit(), notice=None),
        basis=LegalBasis.CONSENT,
        from_ms=now,
        until_ms=now + 90 * A_DAY,
    )
    company = CompanyId(memory.company.client_id)
    row = grant_row(terms, consumer=who, company=company, now_ms=now)
    grant_acts.give(act, row, terms, now_ms=now)


def _learn_ids(vault: Vault, bank: Memory, shoes: Memory, people: dict[str, ConsumerId]) -> None:
    for memory in (bank, shoes):
        company = CompanyId(memory.company.client_id)
        for name, who in people.items():
            memory.ids[name] = vault.services.enrolment.pairwise(company, who)


def _join(vault: Vault, bank: Memory, shoes: Memory, name: str, values: Values) -> None:
    """Each made a record; the person claims one and brings the other in."""
    for memory in (bank, shoes):
        memory.ids[name] = vault.enrol(memory.company, name, values)
    first = _claimed(vault, bank, name)
    code = vault.services.enrolment.invite(shoes.company.client_id, name, valid_ms=A_DAY)
    assert isinstance(vault.services.claiming.join(first, code), Confirmed)
    for memory in (bank, shoes):
        _permit(vault, memory, memory.ids[name])


def _ask_by_address(vault: Vault, bank: Memory, shoes: Memory, name: str, values: Values) -> None:
    """One made a record that was claimed; the other asks the address, and is granted."""
    bank.ids[name] = vault.enrol(bank.company, name, values)
    person = _claimed(vault, bank, name)
    _permit(vault, bank, bank.ids[name])
    with listening(vault, shoes):
        token = shoes.company.token(scope="offers")
        sent = _json(_offer({"email": f"{name}@example.org"}))
        shoes.company.send("POST", "/v1/offers", token, body=sent)
    [waiting] = vault.services.portal.permissions(person).waiting
    _grant(vault, person, waiting.offer_id)
    company = CompanyId(shoes.company.client_id)
    shoes.ids[name] = vault.services.enrolment.pairwise(company, person)


def _claimed(vault: Vault, memory: Memory, name: str) -> ConsumerId:
    code = vault.services.enrolment.invite(memory.company.client_id, name, valid_ms=A_DAY)
    person = vault.services.claiming.claim(code, f"{name}@example.org", home=HOME)
    assert isinstance(person, bytes)
    return person


def _permit(vault: Vault, memory: Memory, pairwise: str) -> None:
    company = CompanyId(memory.company.client_id)
    made = vault.services.grants.make_offer(company, parse_offer(_offer({"consumer": pairwise})))
    _grant(vault, vault.consumer(memory.company, pairwise), str(made))


def _grant(vault: Vault, person: ConsumerId, offer_id: str) -> None:
    chosen = Choice(fields=frozenset(MASKS))
    assert isinstance(vault.services.grants.decide(person, offer_id, chosen), Confirmed)


def _offer(to: dict[str, str]) -> dict[str, object]:
    fields = [{"name": n, "why": "To serve you well.", "mask": m} for n, m in MASKS.items()]
    return {**offer_json("", [], purpose=PURPOSE), "to": to, "fields": fields}


def _dispute(vault: Vault, bank: Memory, shoes: Memory) -> None:
    """Fifty people dispute a value, each at a moment of their own, and both companies are told."""
    for name in list(bank.ids)[:50]:
        vault.clock.advance(1_237)
        who = vault.consumer(bank.company, bank.ids[name])
        with vault.services.log.acting([who]) as act:
            now, contest = vault.clock.now_ms(), new_id(Prefix.CONTEST)
            dispute = {"reason": "accuracy_contested", "contest_id": contest}
            restrict(act, who, [PHONE], now_ms=now, **dispute)
            told = {"kind": NoticeKind.RESTRICTED, "about": contest, "contest_id": contest}
            for memory in (bank, shoes):
                company = CompanyId(memory.company.client_id)
                notice = NewNotice(consumer=who, company=company, fields=[PHONE], **told)
                enqueue(act, notice, now_ms=now)


# --- everything a company may ask -----------------------------------------------------------------


def _ask_everything(vault: Vault, memory: Memory) -> None:
    """Reads of everybody, searches, writes, offers, and whatever is refused."""
    company, ids = memory.company, list(memory.ids.values())
    for begin in range(0, len(ids), 100):
        some = ids[begin : begin + 100]
        token = company.token(
            details=company.details(purpose=PURPOSE, consumers=some, fields=list(MASKS))
        )
        outcomes = company.read(token, dict.fromkeys(some, tuple(MASKS)))
        assert {outcome["outcome"] for outcome in outcomes} == {"allowed"}
    writing = company.token(scope="fields:write")
    writes = [{"consumer": one, "values": {"loyalty.tier": "gold", "a.b": 1}} for one in ids[:100]]
    company.send("POST", "/v1/field-writes", writing, body=_json({"writes": writes}))
    people = company.token(scope="people")
    for name in [*list(memory.ids)[:20], *list(memory.ids)[-40:], "nobody"]:
        company.send("GET", "/v1/people", people, query=f"external_id={name}")
    offers = company.token(scope="offers")
    for one in [*ids[:5], new_id(Prefix.PAIRWISE)]:
        company.send("POST", "/v1/offers", offers, body=_json(offer_json(one, [EMAIL])))
    company.send("POST", "/v1/people", people, body=b'{"external_id": 1}')
    with pytest.raises(Refused):
        some = company.details(purpose="send_news", consumers=ids[:50], fields=[EMAIL])
        company.token(details=some)
    told = company.send("GET", "/v1/notices", company.token(scope="contests"), query="limit=200")
    people_by_id = {pairwise: name for name, pairwise in memory.ids.items()}
    memory.notices = [people_by_id[one["data"]["consumer"]] for one in told.json()["notices"]]
    _stop_and_read(vault, memory)


def _stop_and_read(vault: Vault, memory: Memory) -> None:
    """Refusals with their reasons, of people who stopped everything a moment before."""
    company = memory.company
    some = [memory.ids[f"person-{number}"] for number in range(60, 80)]
    details = company.details(purpose=PURPOSE, consumers=some, fields=[EMAIL])
    token = company.token(details=details)
    for one in some:
        source = CompanyId(company.client_id)
        who = vault.services.enrolment.resolve(source, PairwiseId(one))
        assert who is not None
        vault.services.grants.stop_company(who, source)
    outcomes = company.read(token, dict.fromkeys(some, (EMAIL,)))
    assert {outcome["reason"] for outcome in outcomes} == {"stopped"}


def _json(value: object) -> bytes:
    return json.dumps(value).encode()
