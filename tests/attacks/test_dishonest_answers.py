"""A vault that lies to a company: the company's own program does not believe it.

``examples/company.py`` checks each answer against its opening and the signed promise. What an
operator could try with true signatures at hand: values under the entry of a refusal, more fields
than the entry names, an answer under another person's entry.
"""

import json

import httpx2
import pytest

from examples.company import Dishonest
from tests.vaults import served

EMAIL, NAME = "contact.email", "identity.full_name"
VALUES = {EMAIL: "ada@example.org", NAME: "Ada Example"}


@pytest.fixture(scope="module")
def vault(tmp_path_factory):
    with served(tmp_path_factory.mktemp("vault")) as opened:
        yield opened


@pytest.fixture
def shop(vault):
    return vault.company()


@pytest.fixture
def ada(vault, shop):
    person = vault.enrol(shop, "A-1", VALUES)
    vault.permit(shop, person, [EMAIL])
    return person


@pytest.fixture
def token(shop, ada):
    fields = [EMAIL, NAME]
    return shop.token(details=shop.details(purpose="run_account", consumers=[ada], fields=fields))


@pytest.fixture
def lie(shop, monkeypatch):
    """From now on the vault's outcomes are changed on the way."""
    honest = shop.send

    def begin(change):
        def send(*asked, **more):
            told = honest(*asked, **more).json()
            for outcome in told["outcomes"]:
                change(outcome)
            return httpx2.Response(200, content=json.dumps(told))

        monkeypatch.setattr(shop, "send", send)

    return begin


def test_what_was_not_changed_is_believed(shop, ada, token, lie):
    lie(lambda _: None)
    assert shop.read(token, {ada: [EMAIL]})[0]["outcome"] == "allowed"


def test_values_under_the_entry_of_a_refusal(vault, shop, ada, token, lie):
    """The person would see "tried and blocked" where somebody was in fact let in."""
    vault.services.grants.stop_all(vault.consumer(shop, ada))
    lie(lambda outcome: outcome.update(outcome="allowed", fields={EMAIL: {"value": "a@b.example"}}))
    with pytest.raises(Dishonest, match="something else"):
        shop.read(token, {ada: [EMAIL]})


@pytest.mark.parametrize("more", [{NAME: {"value": "Ada Example"}}, {}])
def test_other_fields_than_the_entry_names(shop, ada, token, lie, more):
    def change(outcome):
        outcome["fields"] = {**outcome["fields"], **more} if more else {}

    lie(change)
    with pytest.raises(Dishonest, match="something else"):
        shop.read(token, {ada: [EMAIL]})


@pytest.mark.parametrize("part", ["r", "t", "b"])
def test_an_opening_that_is_not_the_entrys(shop, ada, token, lie, part):
    def change(outcome):
        opening = outcome["opening"]
        opening[part] = opening[part][:-2] + ("AA" if opening[part][-2:] != "AA" else "BA")

    lie(change)
    with pytest.raises(Dishonest, match="not signed"):
        shop.read(token, {ada: [EMAIL]})


def test_a_read_that_was_not_delivered_is_no_lie(vault, shop, ada, token, monkeypatch):
    """Its entry says allowed, the answer says that nothing left: both are true."""
    monkeypatch.setattr(vault.services.reads, "_open", _opens_nothing(vault))
    [outcome] = shop.read(token, {ada: [EMAIL]})
    assert (outcome["outcome"], outcome["reason"]) == ("refused", "undelivered")


def _opens_nothing(vault):
    def opens(requests, batch, _):
        for part in batch.parts:
            vault.services.reads._undelivered(part, requests[part.request], "damaged")
        return {}

    return opens
