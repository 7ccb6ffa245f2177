"""Suspend a company, or let it act again: one officer asks, a different one does it.

Rules kept here:
- Each step has a check page, which says what will be, and a confirmation of what is.
- The second officer does exactly what the page showed: the form carries when it was asked for.
"""

from fastapi import APIRouter, Request, Response

from audit_portal.compliance import words
from audit_portal.compliance.desk import HOME, Desk, Visit, form_of, found
from audit_portal.compliance.pages.companies import company_of
from audit_portal.problems import conflict, invalid
from audit_portal.suspensions import CAUSES, Cause, NotTurned
from consent.companies import ACTIVE, SUSPENDED, Company
from consent.confirmations import Confirmed

_STEPS = {"suspend": SUSPENDED, "activate": ACTIVE}
CHOOSE = "Choose a reason."


def routes(desk: Desk) -> APIRouter:
    """Both steps, for both directions."""
    router = desk.router()
    for step, status in _STEPS.items():
        _add_ask(desk, router, step, status)
    _add_do(desk, router)
    return router


def _add_ask(desk: Desk, router: APIRouter, step: str, status: str) -> None:
    path = f"{HOME}/companies/{{company_id}}/{step}"
    suspensions = desk.office.suspensions

    @router.get(path)
    def check(request: Request, company_id: str) -> Response:
        visit = desk.officer(request)
        return _ask_page(visit, found(company_of(desk, company_id)), status)

    @router.post(path)
    def ask(request: Request, company_id: str) -> Response:
        visit = desk.officer(request)
        company = found(company_of(desk, company_id))
        cause = form_of(request).one("cause")
        if cause not in CAUSES[status]:
            return _ask_page(visit, company, status, wrong=CHOOSE)
        answer = suspensions.ask(
            visit.member, company.company_id, status=status, cause=Cause(cause)
        )
        return _answered(visit, company, answer, "asked", status)


def _add_do(desk: Desk, router: APIRouter) -> None:
    path = f"{HOME}/companies/{{company_id}}/second"
    suspensions = desk.office.suspensions

    @router.get(path)
    def check(request: Request, company_id: str) -> Response:
        visit = desk.officer(request)
        company = found(company_of(desk, company_id))
        asked = found(suspensions.asked(company.company_id))
        return visit.page(
            "second",
            company=company,
            asked=asked,
            cause=words.CAUSES[asked.cause],
            is_own=asked.asked_by == visit.member.staff_id,
        )

    @router.post(path)
    def do(request: Request, company_id: str) -> Response:
        visit = desk.officer(request)
        company = found(company_of(desk, company_id))
        asked = suspensions.asked(company.company_id)
        if asked is None or form_of(request).one("asked_at") != str(asked.asked_at):
            return _answered(visit, company, NotTurned.NOTHING_ASKED, "done", "")
        return _answered(visit, company, suspensions.do(visit.member, asked), "done", asked.status)


def _ask_page(visit: Visit, company: Company, status: str, *, wrong: str = "") -> Response:
    return visit.page(
        "ask",
        invalid("") if wrong else None,
        company=company,
        status=status,
        step=next(step for step, to in _STEPS.items() if to == status),
        causes=[(cause.value, words.CAUSES[cause]) for cause in CAUSES[status]],
        wrong=wrong,
    )


def _answered(
    visit: Visit, company: Company, answer: Confirmed | NotTurned, step: str, status: str
) -> Response:
    if isinstance(answer, NotTurned):
        return visit.page(
            "not_turned", conflict(""), company=company, told=words.NOT_TURNED[answer]
        )
    return visit.page("turned", company=company, step=step, status=status, entry=answer)
