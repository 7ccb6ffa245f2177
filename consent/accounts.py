"""Accounts: whose sign-in address something is, and where its person is at home.

Rules kept here:
- An address leaves the vault only to have a letter sent to it; it is opened, never looked up.
- Who has no account has no home and no address: asking is a mistake of ours (``KeyError``).

Use::

    accounts.find_account("rosa@example.org")       # the index proposes, the opened text decides
    accounts.home_of(consumer).time_zone
"""

from consent.claiming import Home
from consent.gate.names import Names, address
from consent.tables import Account
from vault.database import Database
from vault.identifiers import ConsumerId


class Accounts:
    """The accounts of one vault."""

    def __init__(self, *, main: Database, names: Names) -> None:
        self._main = main
        self._names = names

    def find_account(self, text: str) -> ConsumerId | None:
        """Whose verified sign-in address this is; ``BadInput`` for what is no address."""
        return self._names.find([address(text)])[0]

    def address_of(self, consumer: ConsumerId) -> str:
        """The sign-in address of a claimed consumer, as letters are sent to it."""
        return self._names.address_of(consumer)

    def home_of(self, consumer: ConsumerId) -> Home:
        """The zone, country and language of a claimed consumer."""
        with self._main.reading() as tx:
            row = tx.get(Account, consumer)
        if row is None:
            raise KeyError("no account")
        return Home(time_zone=row.time_zone, country=row.country, language=row.language)
