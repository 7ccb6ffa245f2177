"""Companies come, sign with keys, are suspended: each act once, each in their own chain."""

from collections.abc import Callable

import pytest

from consent.companies import Companies
from consent.confirmations import Confirmed, NotFound, NothingChanged
from consent.jose import SigningKey
from consent.key_actions import VaultKeyActions
from consent.ledger.entry_types import EntryType
from tests.world import World
from vault.errors import BadInput, Conflict
from vault.identifiers import CompanyId, ConsumerId, Prefix, is_id, new_id, raw
from vault.keyring import KeyUse
from vault.vault_keys import VaultKeyUse

Jwk = dict[str, str]


@pytest.fixture
def world(stores, clock, tmp_path) -> World:
    return World.begin(stores, clock, tmp_path)


@pytest.fixture
def companies(world: World) -> Companies:
    return Companies(
        main=world.stores.main, keyring=world.keyring, log=world.log, clock=world.clock
    )


def jwk(number: int, kid: str | None = None) -> Jwk:
    public = dict(SigningKey(number.to_bytes(32, "big")).verifying.public)
    return public if kid is None else {**public, "kid": kid}


@pytest.fixture
def northbank(companies: Companies) -> CompanyId:
    return companies.add("Northbank", {"keys": [jwk(1, "first")]})


@pytest.fixture
def told(world: World) -> Callable[[CompanyId], list[str]]:
    """The types of a company's own entries."""

    def types(company: CompanyId) -> list[str]:
        return [entry.type for entry in world.reader.entries(ConsumerId(raw(company)))]

    return types


def test_a_company_begins_with_a_name_keys_and_a_chain(companies, northbank, told):
    assert is_id(northbank, Prefix.COMPANY)
    assert companies.named(northbank).name == "Northbank"
    assert companies.named(northbank).status == "active"
    assert [key["kid"] for key in companies.keys(northbank)] == ["first"]
    assert told(northbank) == ["company_added", "company_key_added"]


def test_companies_are_listed_by_name(companies, northbank):
    alder = companies.add("Alder Books", {"keys": [jwk(2)]})
    assert [company.company_id for company in companies.list()] == [alder, northbank]


def test_an_unknown_company_has_no_name_and_no_keys(companies):
    stranger = new_id(Prefix.COMPANY)
    assert companies.keys(stranger) == []
    with pytest.raises(BadInput):
        companies.named(stranger)
    with pytest.raises(BadInput):
        companies.suspend(stranger)


@pytest.mark.parametrize(
    "jwks",
    [
        {},
        {"keys": []},
        {"keys": "none"},
        {"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]},
        {"keys": [{**jwk(1), "d": "AQAB"}]},
        {"keys": [{**jwk(1), "kid": ""}]},
        {"keys": [{**jwk(1), "kid": 7}]},
        {"keys": [jwk(1), jwk(1)]},
    ],
)
def test_what_is_no_set_of_public_keys_makes_no_company(companies, jwks):
    with pytest.raises(BadInput, match="jwks"):
        companies.add("Northbank", jwks)
    assert companies.list() == []


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, "North\x07bank"])
def test_a_name_can_be_shown(companies, name):
    with pytest.raises(BadInput, match="name"):
        companies.add(name, {"keys": [jwk(1)]})


def test_a_key_without_a_name_is_named_by_its_thumbprint(companies):
    company = companies.add("Northbank", {"keys": [jwk(1)]})
    thumbprint = SigningKey((1).to_bytes(32, "big")).kid
    assert [key["kid"] for key in companies.keys(company)] == [thumbprint]


def test_a_key_is_added_once(companies, northbank, told):
    assert isinstance(companies.add_key(northbank, jwk(2, "second")), Confirmed)
    again = companies.add_key(northbank, jwk(2, "second"))
    assert again == NothingChanged(ref="second", state="added")
    assert told(northbank).count(EntryType.COMPANY_KEY_ADDED) == 2


def test_the_name_of_a_key_is_never_given_to_another(companies, northbank):
    with pytest.raises(Conflict):
        companies.add_key(northbank, jwk(2, "first"))
    companies.remove_key(northbank, "first")
    with pytest.raises(Conflict):
        companies.add_key(northbank, jwk(1, "first"))


def test_a_removed_key_is_gone_at_once_and_once(companies, northbank, told):
    assert isinstance(companies.remove_key(northbank, "first"), Confirmed)
    assert companies.keys(northbank) == []
    assert companies.remove_key(northbank, "first") == NothingChanged(ref="first", state="removed")
    assert told(northbank).count(EntryType.COMPANY_KEY_REMOVED) == 1


def test_a_key_of_another_company_cannot_be_removed(companies, northbank):
    other = companies.add("Alder Books", {"keys": [jwk(3, "theirs")]})
    assert companies.remove_key(northbank, "theirs") == NotFound()
    assert len(companies.keys(other)) == 1


def test_a_company_is_suspended_once_and_comes_back(companies, northbank, told):
    assert isinstance(companies.suspend(northbank), Confirmed)
    assert companies.suspend(northbank) == NothingChanged(ref=northbank, state="suspended")
    assert companies.named(northbank).status == "suspended"
    companies.activate(northbank)
    assert companies.named(northbank).status == "active"
    assert told(northbank)[2:] == ["company_suspended", "company_activated"]


def test_a_crash_between_keys_and_row_leaves_no_company(world, companies, monkeypatch):
    def cut(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(world.log, "acting", cut)
    with pytest.raises(KeyboardInterrupt):
        companies.add("Northbank", {"keys": [jwk(1)]})
    assert companies.list() == []


def test_keys_of_the_vault_are_acts_in_its_own_chain(world, companies, northbank):
    vault = ConsumerId(world.vault_id)
    acts = VaultKeyActions(log=world.log, keyring=world.keyring, vault=vault)
    before = world.keyring.keys([vault], KeyUse.LOG)
    steps: list[tuple[int, int]] = []
    acts.rotate_generation(lambda done, total: steps.append((done, total)))
    acts.renew(VaultKeyUse.TOKEN_SIGNING)
    entries = world.reader.entries(vault)
    assert [entry.type for entry in entries] == [
        "rotation_begun",
        "rotation_done",
        "vault_key_renewed",
    ]
    assert entries[1].P["generation"] == 2
    assert steps[-1][0] == steps[-1][1] > 0
    assert world.keyring.keys([vault], KeyUse.LOG) == before
