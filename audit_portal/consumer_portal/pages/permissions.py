"""Permissions: what waits for an answer, what is allowed, what has ended."""

from fastapi import APIRouter, Request, Response

from audit_portal.consumer_portal.desk import Desk
from audit_portal.consumer_portal.facts import Act
from audit_portal.consumer_portal.views import terms
from audit_portal.consumer_portal.views.sentences import field_names
from audit_portal.consumer_portal.words import ENDINGS, said, titled


def routes(desk: Desk) -> APIRouter:
    """One page."""
    router = desk.router()

    @router.get("/permissions")
    def permissions(request: Request) -> Response:
        visit = desk.visit(request)
        all_of_them = desk.portal.permissions(visit.consumer)
        return visit.page(
            "permissions",
            waiting=[
                (offer, titled(field_names([one.name for one in offer.fields])))
                for offer in all_of_them.waiting
            ],
            active=[
                (grant, terms.granted_words(grant), terms.basis(grant), terms.acts(grant))
                for grant in all_of_them.active
            ],
            ended=[
                (one, titled(field_names(one.fields)), said(ENDINGS, one.how))
                for one in all_of_them.ended
            ],
            running=sum(not grant.is_paused for grant in all_of_them.active),
            paused=sum(grant.is_paused for grant in all_of_them.active),
            more_ended=all_of_them.more_ended,
            can_stop=any(Act.STOP in grant.acts for grant in all_of_them.active),
            can_pause=any(Act.PAUSE in grant.acts for grant in all_of_them.active),
        )

    return router
