"""Who used it: everything that happened to the person's data, filtered, by day, and as a file."""

from fastapi import APIRouter, Request, Response

from audit_portal.consumer_portal.desk import Desk
from audit_portal.consumer_portal.views import events, list_file
from audit_portal.consumer_portal.words import KINDS

A_PAGE = 25


def routes(desk: Desk) -> APIRouter:
    """The list and its file."""
    router = desk.router()

    @router.get("/used")
    def used(request: Request) -> Response:
        visit = desk.visit(request)
        companies = desk.portal.companies(visit.consumer)
        filters = events.filters_of(request.query_params, companies)
        cursor = request.query_params.get("after") or None
        page = desk.portal.who_used_it(visit.consumer, filters, cursor=cursor, limit=A_PAGE)
        return visit.page(
            "used",
            filters=filters,
            companies=companies,
            kinds=KINDS,
            chips=events.chips(filters, companies),
            headline=events.headline(page.counts, filters, companies, visit.zone),
            total=page.counts.events,
            days=events.days(page.events, visit.zone),
            newest=events.address(filters) if cursor else "",
            older=events.address(filters, cursor=page.older) if page.older else "",
            file=events.address(filters, path="/used/list.csv"),
        )

    @router.get("/used/list.csv")
    def used_file(request: Request) -> Response:
        visit = desk.visit(request)
        companies = desk.portal.companies(visit.consumer)
        filters = events.filters_of(request.query_params, companies)
        rows = list_file.rows(desk.portal.all_events(visit.consumer, filters), visit.zone)
        # Whole or not at all: a file cut short by a failure would look complete.
        text = list_file.heading() + "".join(rows)
        named = {"Content-Disposition": 'attachment; filename="who-used-it.csv"'}
        return Response(text, headers=named, media_type="text/csv; charset=utf-8")

    return router
