"""Companies and purposes by the names people know, looked up once for each page.

Rules kept here:
- A company that is gone from the register, or a purpose that is, keeps its id in place of a name:
  a page never fails over history.

Use::

    who = Who(companies, purposes)
    who.company("cmp_…").name
    who.source(version.source)      # None: the person
"""

from audit_portal.consumer_portal.facts import Company
from consent.companies import Companies
from consent.gate.writes import source_of
from consent.purpose_actions import Purposes
from vault.errors import BadInput
from vault.identifiers import Prefix, encode


class Who:
    """Names, kept for as long as one page is made."""

    def __init__(self, companies: Companies, purposes: Purposes) -> None:
        self._companies = companies
        self._purposes = purposes
        self._known: dict[str, Company] = {}
        self._words: dict[str, str] = {}

    def company(self, company_id: str) -> Company:
        """The company of this id."""
        if company_id not in self._known:
            self._known[company_id] = Company(id=company_id, name=self._name(company_id))
        return self._known[company_id]

    def source(self, source: bytes) -> Company | None:
        """The company a version came from; None when it was the person."""
        return None if source == source_of(None) else self.company(encode(Prefix.COMPANY, source))

    def why(self, purpose: str) -> str:
        """A purpose in the register's plain words; empty when there is none."""
        if purpose and purpose not in self._words:
            self._words[purpose] = self._read(purpose)
        return self._words.get(purpose, "")

    def _name(self, company_id: str) -> str:
        try:
            return self._companies.named(company_id).name
        except BadInput:
            return company_id

    def _read(self, purpose: str) -> str:
        try:
            return self._purposes.named(purpose).words
        except BadInput:
            return purpose
