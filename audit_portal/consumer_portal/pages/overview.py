"""Overview: what needs the person, what happened since they were last here, where to go."""

from fastapi import APIRouter, Request, Response

from audit_portal.consumer_portal.desk import Desk
from audit_portal.consumer_portal.facts import Filters
from audit_portal.consumer_portal.views import events, overview


def routes(desk: Desk) -> APIRouter:
    """One page."""
    router = desk.router()

    @router.get("/")
    def show_overview(request: Request) -> Response:
        visit = desk.visit(request)
        since = visit.session.last_visit_at
        news = desk.portal.who_used_it(
            visit.consumer, Filters(since_ms=since), cursor=None, limit=overview.NEWEST
        )
        return visit.page(
            "overview",
            needs=overview.needs(desk.portal.permissions(visit.consumer), now=visit.now),
            since=since,
            headline=events.headline(news.counts, Filters(), (), visit.zone),
            days=events.days(news.events, visit.zone),
            more=news.counts.events - len(news.events),
        )

    return router
