"""A company gets a receipt of its own read: it proves itself, and no other company gets it."""

from pathlib import Path

import pytest

from consent.ledger.checkpoint import VerifierKey
from consent.ledger.receipts import Proven, verify_receipt
from examples.company import Company
from tests.vaults import Vault, served

EMAIL = "contact.email"


@pytest.fixture
def vault(tmp_path: Path):
    with served(tmp_path) as vault:
        yield vault


@pytest.fixture
def read(vault: Vault) -> tuple[Company, str, str, str]:
    """A read that was answered: company, token, person, request id."""
    shop = vault.company("Corner Shoes")
    person = vault.enrol(shop, "A-1", {EMAIL: "ada@example.org"})
    vault.permit(shop, person, [EMAIL])
    token = shop.token(
        details=shop.details(consumers=[person], fields=[EMAIL], purpose="run_account")
    )
    [outcome] = shop.read(token, {person: [EMAIL]})
    return shop, token, person, outcome["opening"]["p"].split('"request_id":"')[1].split('"')[0]


def asked(shop: Company, token: str, person: str, request_id: str):
    query = f"consumer={person}&request_id={request_id}"
    return shop.send("GET", "/v1/receipts", token, query=query)


def test_a_receipt_proves_the_entry_of_the_read(vault: Vault, read) -> None:
    shop, token, person, request_id = read
    while vault.services.sequencer.run_once():
        pass
    answer = asked(shop, token, person, request_id)
    key = VerifierKey.parse(vault.services.log_keys["log"])
    proven = verify_receipt(answer.text, log_key=key)
    assert isinstance(proven, Proven)
    assert request_id in proven.receipt.opening.P.decode()


def test_a_receipt_waits_for_the_log(read) -> None:
    assert asked(*read).status_code == 503


def test_another_companys_receipt_is_not_available(vault: Vault, read) -> None:
    _, _, person, request_id = read
    other = vault.company("Northbank")
    someone = vault.enrol(other, "B-1", {EMAIL: "bo@example.org"})
    vault.permit(other, someone, [EMAIL])
    token = other.token(
        details=other.details(consumers=[someone], fields=[EMAIL], purpose="run_account")
    )
    answers = [asked(other, token, who, request_id) for who in (person, someone, "p_nobody")]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert len({answer.text for answer in answers}) == 1
