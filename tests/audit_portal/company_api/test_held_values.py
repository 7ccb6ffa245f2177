"""A removed value that came again: its sender stands by it by name, or drops it."""

import json

import pytest

from audit_portal.contests.answers import Answer, Verdict
from audit_portal.contests.claims import Claim
from audit_portal.contests.rules import Kind
from consent.gate.writes import WRITING_KEYS, Write
from tests.vaults import served
from vault.identifiers import CompanyId

TITLE = "work.title"


@pytest.fixture(scope="module")
def vault(tmp_path_factory):
    with served(tmp_path_factory.mktemp("vault")) as opened:
        yield opened


@pytest.fixture
def shop(vault):
    return vault.company()


@pytest.fixture
def person(vault, shop):
    """Somebody whose title was deleted after a contest, and sent again."""
    company = CompanyId(shop.client_id)
    person = vault.consumer(shop, vault.enrol(shop, "A-1", {TITLE: "Clerk"}))
    contests = vault.services.contests
    claim = Claim(kind=Kind.INACCURATE, field=TITLE, version=1)
    ref = contests.opening.open(person, claim).ref
    contests.company.acknowledge(company, ref, handler="R. Okafor")
    contests.company.answer(company, ref, Answer(verdict=Verdict.DELETE, handler="R. Okafor"))
    contests.person.agree(person, ref)
    send_again(vault, person, company)
    return person


def send_again(vault, person, company, value="CLERK"):
    write = Write(consumer=person, source=company, values={TITLE: value})
    with vault.services.log.acting([person], uses=WRITING_KEYS) as act:
        vault.services.writes.write([write], inside=act)


def listed(company):
    answer = company.send("GET", "/v1/held-values", company.token(scope="contests"))
    return answer.json()["held_values"]


def post(company, held_id, what, value):
    path, body = f"/v1/held-values/{held_id}/{what}", json.dumps(value).encode()
    return company.send("POST", path, company.token(scope="contests"), body=body)


def last(vault, person):
    [entry] = vault.services.reader.entries(person, newest_first=True, limit=1)
    return entry


def test_a_company_sees_what_it_sent_that_is_held(vault, shop, person):
    [held] = listed(shop)
    assert (held["field"], held["consumer"][:2]) == (TITLE, "p_")
    assert held.keys() == {"held_id", "consumer", "field", "nature", "channel", "held_at"}
    assert listed(vault.company("Northbank")) == []


def test_a_value_counts_again_once_somebody_certifies_it_by_name(vault, shop, person):
    [held] = listed(shop)
    answer = post(shop, held["held_id"], "certification", {"handler": "S. Lind"})
    assert answer.json() == {"held_id": held["held_id"], "state": "certified"}
    entry = last(vault, person)
    assert (entry.type, entry.P["handler"]) == ("certified", "S. Lind")
    assert listed(shop) == []
    again = post(shop, held["held_id"], "certification", {"handler": "S. Lind"})
    assert again.status_code == 404


def test_a_value_that_is_dropped_leaves_nothing(vault, shop, person):
    [held] = listed(shop)
    assert post(shop, held["held_id"], "withdrawal", {}).json()["state"] == "dropped"
    assert last(vault, person).type == "deleted"
    assert listed(shop) == []


@pytest.mark.parametrize(
    ("what", "value"), [("certification", {"handler": "S. Lind"}), ("withdrawal", {})]
)
def test_anothers_held_value_is_as_unknown_as_none(vault, shop, person, what, value):
    bank = vault.company("Northbank")
    [held] = listed(shop)
    for held_id in (held["held_id"], "hld_01J8ZQ4M7T3VXW2Y5N6B8C9D0E", "x"):
        assert post(bank, held_id, what, value).status_code == 404
    assert len(listed(shop)) == 1


def test_nobody_certifies_without_a_name(shop, person):
    [held] = listed(shop)
    for value in ({}, {"handler": ""}, {"handler": "S. Lind", "more": 1}):
        assert post(shop, held["held_id"], "certification", value).status_code == 400
