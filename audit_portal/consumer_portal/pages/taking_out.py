"""Your copy: the whole record with its proofs, for keeping and for checking without us.

Rules kept here:
- Taking the record out asks for a fresh proof, like giving: a browser left open is not enough.
- The file is sent in the answer to a POST: no address leads to it, and no cache keeps it.
"""

from fastapi import APIRouter, Request, Response

from audit_portal.consumer_portal import fresh_proof
from audit_portal.consumer_portal.desk import Desk, form_of

FILE = "my-record.json"


def routes(desk: Desk) -> APIRouter:
    """What a copy holds, and the copy."""
    router = desk.router()

    @router.get("/copy")
    def copy(request: Request) -> Response:
        return desk.visit(request).page("copy", file=FILE, log_key=desk.log_key)

    @router.post("/copy")
    def take_copy(request: Request) -> Response:
        visit = desk.visit(request)
        if proof := fresh_proof.missing(visit, form_of(request)):
            return visit.page("prove", proof=proof, action="/copy", carried=[])
        named = {"Content-Disposition": f'attachment; filename="{FILE}"'}
        bundle = desk.portal.bundle(visit.consumer)
        return Response(bundle, headers=named, media_type="application/json")

    return router
