"""Companies as the token endpoint knows them: their keys, and whether they may have tokens.

Rules kept here:
- Keys are read at every authentication, so a removed key signs nobody in from that moment.
- A company whose last key was removed cannot sign in; an unknown one is answered alike.

Use::

    server = AuthorizationServer(clients=RegisteredClients(companies), ...)
"""

from consent.client_auth import Client, registered_keys
from consent.companies import SUSPENDED, Companies
from vault.identifiers import CompanyId


class RegisteredClients:
    """A ``client_auth.Clients`` over the register of companies."""

    def __init__(self, companies: Companies) -> None:
        self._companies = companies

    def __call__(self, company: CompanyId) -> Client | None:
        """The company with its keys; None for an unknown one and for one without keys."""
        keys = self._companies.keys(company)
        if not keys:
            return None
        return Client(
            company=company,
            keys=registered_keys({"keys": list(keys)}),
            suspended=self._companies.named(company).status == SUSPENDED,
        )
