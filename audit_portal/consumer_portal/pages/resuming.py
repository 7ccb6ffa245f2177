"""Resume: what was paused may be read again. It gives access, so it asks for a fresh proof.

Rules kept here:
- A browser left open is enough to pause and to stop, and not enough to end a pause.
- A page opened by GET sends no code: it is sent when the person says that they want to resume.
"""

from fastapi import APIRouter, Request, Response

from audit_portal.consumer_portal import fresh_proof
from audit_portal.consumer_portal.desk import Desk, Visit, form_of
from audit_portal.consumer_portal.facts import Act, Grant, names_of
from audit_portal.consumer_portal.fresh_proof import Proof
from audit_portal.consumer_portal.pages.stopping import grant_that_can
from audit_portal.consumer_portal.views.sentences import field_names
from audit_portal.problems import invalid


def routes(desk: Desk) -> APIRouter:
    """The check page, and the act."""
    router = desk.router()

    @router.get("/permissions/{grant_id}/resume")
    def check(request: Request, grant_id: str) -> Response:
        visit = desk.visit(request)
        return _check(visit, grant_that_can(Act.RESUME, visit, grant_id), None)

    @router.post("/permissions/{grant_id}/resume")
    def resume(request: Request, grant_id: str) -> Response:
        visit = desk.visit(request)
        grant = grant_that_can(Act.RESUME, visit, grant_id)
        if proof := fresh_proof.missing(visit, form_of(request)):
            return _check(visit, grant, proof)
        return visit.done(desk.portal.resume(visit.consumer, grant_id))

    return router


def _check(visit: Visit, grant: Grant, proof: Proof | None) -> Response:
    return visit.page(
        "check_resume",
        invalid("") if proof and proof.wrong else None,
        grant=grant,
        data=field_names(names_of(grant)),
        asks=not visit.session.is_fresh(visit.now),
        proof=proof,
    )
