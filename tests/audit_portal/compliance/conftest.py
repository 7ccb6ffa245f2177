"""A whole vault with a company and people in it, and staff at their browsers."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from starlette.testclient import TestClient

from audit_portal.staff import Role
from examples.company import Company
from tests.vaults import ISSUER, Vault, served

SECRETS = {
    "contact.email": "canary-7f3k@example.org",
    "identity.full_name": "Canary Quint-7f3k",
    "money.income": {"amount": "73571.00", "currency": "EUR"},
    "address.home": {"street": "73571 Canary Lane", "locality": "Berlin", "country": "Germany"},
}


@dataclass(kw_only=True)
class Staffed:
    """The vault, its company, its people, and who works there."""

    vault: Vault
    shop: Company
    people: list[str]

    @property
    def office(self):
        return self.vault.services.office

    def browser(self) -> TestClient:
        """Nobody's yet; it says where its forms come from and follows nothing."""
        app = self.vault.http.app
        client = TestClient(
            app, base_url=ISSUER, follow_redirects=False, raise_server_exceptions=False
        )
        client.headers["sec-fetch-site"] = "same-origin"
        return client

    def signed_in(self, name: str, role: Role = Role.OFFICER) -> TestClient:
        """Somebody added just now, in a browser of their own."""
        client = self.browser()
        code = self.office.staff.add(name=name, role=role)
        assert client.post("/officer/sign-in", data={"code": code}).status_code == 303
        return client

    def read(self) -> str:
        """The outcome of the company's read of its first person."""
        person, field = self.people[0], "contact.email"
        details = self.shop.details(purpose="run_account", consumers=[person], fields=[field])
        [outcome] = self.shop.read(self.shop.token(details=details), {person: [field]})
        return outcome["outcome"]


@pytest.fixture
def staffed(tmp_path) -> Iterator[Staffed]:
    with served(tmp_path) as vault:
        shop = vault.company("Corner Shoes")
        people = [vault.enrol(shop, f"canary-id-{number}", SECRETS) for number in range(2)]
        for one in people:
            vault.permit(shop, one, ["contact.email"])
        vault.clock.advance(1)
        yield Staffed(vault=vault, shop=shop, people=people)


@pytest.fixture
def officer(staffed) -> TestClient:
    return staffed.signed_in("First Officer")


@pytest.fixture
def second(staffed) -> TestClient:
    return staffed.signed_in("Second Officer")


@pytest.fixture
def operator(staffed) -> TestClient:
    return staffed.signed_in("Somebody Operating", Role.OPERATOR)
