"""The companies, and one of them: its keys, what it may and did, what it left unanswered."""

from fastapi import APIRouter, Request, Response

from audit_portal.compliance import words
from audit_portal.compliance.desk import HOME, Desk, found
from audit_portal.compliance.views import counts
from audit_portal.compliance.views.lines import Wanted
from consent.companies import ACTIVE, SUSPENDED, Company
from vault.errors import BadInput
from vault.identifiers import Prefix, is_id

A_DAY_MS = 24 * 60 * 60_000
LATELY_MS = 30 * A_DAY_MS
SILENT_AFTER_MS = 3 * A_DAY_MS


def routes(desk: Desk) -> APIRouter:
    """The list and the page of each."""
    router, office = desk.router(), desk.office

    @router.get(f"{HOME}/companies")
    def companies(request: Request) -> Response:
        visit = desk.officer(request)
        rows = [(one, office.suspensions.asked(one.company_id)) for one in office.companies.list()]
        return visit.page("companies", rows=rows)

    @router.get(f"{HOME}/companies/{{company_id}}")
    def company(request: Request, company_id: str) -> Response:
        visit = desk.officer(request)
        one = found(company_of(desk, company_id))
        since = visit.now - LATELY_MS
        held = office.oversight.company(
            one.company_id, since=since, told_before=visit.now - SILENT_AFTER_MS
        )
        asked = office.suspensions.asked(one.company_id)
        return visit.page(
            "company",
            company=one,
            keys=held.keys,
            permissions=counts.shown(held.permissions),
            silent=counts.shown(held.silent),
            since=since,
            happened=counts.happened(held.of_type, is_more=held.is_more),
            asked=asked,
            cause=words.CAUSES[asked.cause] if asked else "",
            to=ACTIVE if one.status == SUSPENDED else SUSPENDED,
            in_search=Wanted(company=one).address(),
        )

    return router


def company_of(desk: Desk, company_id: str) -> Company | None:
    """The company of this id, if there is one."""
    if not is_id(company_id, Prefix.COMPANY):
        return None
    try:
        return desk.office.companies.named(company_id)
    except BadInput:
        return None
