"""The Python of "Connect a company" is run, block after block, against a vault on loopback."""

import json
import re

import pytest
from joserfc.jwk import ECKey

from audit_portal.contests.claims import Claim
from audit_portal.contests.rules import Kind
from consent.confirmations import Confirmed
from consent.grant_rules import Choice
from tests.house.source import HOUSE
from tests.vaults import running

PAGE = (HOUSE / "docs" / "how-to" / "connect-a-company.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """A vault, and the names a reader has in hand so far; their key lies in the folder."""
    monkeypatch.chdir(tmp_path)
    key = ECKey.generate_key("P-256")
    (tmp_path / "shop.jwk").write_text(json.dumps(key.as_dict(private=True)))
    with running(tmp_path / "data") as vault:
        client_id = vault.services.companies.add(
            "Corner Shoes", {"keys": [key.as_dict(private=False)]}
        )
        typed = {"http://localhost:8000": vault.issuer, "cmp_…": client_id}
        names = {}
        yield vault, lambda block: exec(put_in(block, typed), names), names  # noqa: S102 - our own page
        names["http"].close()


def put_in(block: str, typed: dict[str, str]) -> str:
    """A block with the reader's own address and id in the places of the page's."""
    for shown, own in typed.items():
        block = block.replace(shown, own)
    return block


def test_a_company_connects_as_the_page_says(shop):
    vault, run, names = shop
    get_in, name, supply, ask, read, prove, dispute = BLOCKS
    run(get_in)
    run(name)
    assert names["person"].startswith("p_")
    run(supply)
    assert names["written"][0]["stored"] == ["contact.email"]
    run(ask)
    assert names["answer"].status_code == 202
    give_all(vault, names["shop"], names["person"])
    run(read)
    assert names["outcomes"][0]["outcome"] == "allowed"
    while vault.services.sequencer.run_once():
        pass
    run(prove)
    assert names["answer"].status_code == 200, names["answer"].text
    contest_all(vault, names["shop"], names["person"])
    run(dispute)
    assert names["answer"]["outcome"] == "corrected"


def give_all(vault, shop, pairwise):
    """The person gives what was asked for."""
    consumer = vault.consumer(shop, pairwise)
    [offer] = vault.services.portal.views.offers(consumer)
    choice = Choice(fields=frozenset({"contact.email"}))
    given = vault.services.grants.decide(consumer, offer.offer_id, choice)
    assert isinstance(given, Confirmed)


def contest_all(vault, shop, pairwise):
    """The person says that the address is another one."""
    right = {"words": "That is not mine.", "value": "ada@right.example"}
    claim = Claim(kind=Kind.INACCURATE, field="contact.email", version=1, **right)
    sent = vault.services.contests.opening.open(vault.consumer(shop, pairwise), claim)
    assert isinstance(sent, Confirmed)
