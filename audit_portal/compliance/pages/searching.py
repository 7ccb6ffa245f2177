"""Officers search the record: by company, kind of entry and time.

Rules kept here:
- Opening the page searches nothing. A search is an entry before its first line is shown, and so is
  each further page of it.
"""

from fastapi import APIRouter, Request, Response

from audit_portal.compliance import words
from audit_portal.compliance.desk import Desk
from audit_portal.compliance.views.lines import PATH, Wanted, days

A_PAGE = 50


def routes(desk: Desk) -> APIRouter:
    """The form and what was found."""
    router, office = desk.router(), desk.office

    @router.get(PATH)
    def search(request: Request) -> Response:
        visit = desk.officer(request)
        companies = office.companies.list()
        wanted = Wanted.of(request.query_params, companies)
        after = request.query_params.get("after") or None
        found = None
        if wanted.is_asked:
            found = office.searches.run(
                visit.member.staff_id, wanted.sought(office.zone), cursor=after, limit=A_PAGE
            )
        return visit.page(
            "search",
            wanted=wanted,
            companies=companies,
            groups=words.GROUPS,
            found=found,
            days=days(found.lines, companies, office.zone) if found else [],
            newest=wanted.address() if after else "",
            older=wanted.address(found.next) if found and found.next else "",
        )

    return router
