"""Help: how it works, how to check the record without us, how to complain. Open to everybody."""

from fastapi import APIRouter, Request, Response

from audit_portal.consumer_portal.desk import Desk
from audit_portal.consumer_portal.views.records import FIRST


def routes(desk: Desk) -> APIRouter:
    """One page; with the person's navigation when they are signed in."""
    router = desk.router()

    @router.get("/help")
    def show_help(request: Request) -> Response:
        shown = {"operator": desk.operator, "first": FIRST, "log_key": desk.log_key}
        if desk.sessions.find(request):
            return desk.visit(request).page("help", **shown)
        return desk.page("help", **shown)

    return router
