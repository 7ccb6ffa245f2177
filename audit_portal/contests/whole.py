"""All rooms of contests in one hand: for services, pages and the API.

Use::

    contests = Contests.of(parts, holding=holding)
    contests.opening.open(consumer, claim)
    contests.company.answer(company, contest_id, answer)
    Deadlines(main=main, log=log, handlers=contests.clock.handlers())
"""

from dataclasses import dataclass
from typing import Self

from audit_portal.contests import measures
from audit_portal.contests.by_clock import ContestClock
from audit_portal.contests.by_company import CompanyContests
from audit_portal.contests.by_officer import OfficerContests
from audit_portal.contests.by_person import PersonContests
from audit_portal.contests.evidence import Evidence
from audit_portal.contests.held import HeldValues
from audit_portal.contests.measures import Measures
from audit_portal.contests.opening import Opening
from audit_portal.contests.parts import Parts
from audit_portal.contests.views import ContestViews
from consent.gate.holding import Holding
from vault.identifiers import CompanyId


@dataclass(frozen=True, slots=True, kw_only=True)
class Contests:
    """Who acts, and how things stand."""

    parts: Parts
    opening: Opening
    evidence: Evidence
    person: PersonContests
    company: CompanyContests
    officer: OfficerContests
    clock: ContestClock
    held: HeldValues
    views: ContestViews

    @classmethod
    def of(cls, parts: Parts, *, holding: Holding) -> Self:
        """Made once, by the bootstrap."""
        return cls(
            parts=parts,
            opening=Opening(parts),
            evidence=Evidence(parts),
            person=PersonContests(parts),
            company=CompanyContests(parts),
            officer=OfficerContests(parts),
            clock=ContestClock(parts),
            held=HeldValues(main=parts.main, log=parts.log, holding=holding),
            views=ContestViews(parts),
        )

    def measures(self, company: CompanyId) -> Measures:
        """How well one company answers."""
        return measures.of_company(self.parts, company)
