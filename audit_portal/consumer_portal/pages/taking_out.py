"""Your copy: the whole record with its proofs, for keeping and for checking without us.

Rules kept here:
- Taking the record out asks for a fresh proof, like giving: a browser left open is not enough.
- The file is sent in the answer to a POST: no address leads to it, and no cache keeps it.
- Who kept what an earlier check told types its number: the copy then proves, too, that the log of
  that day is the beginning of today's.
"""

from fastapi import APIRouter, Request, Response

from audit_portal.consumer_portal import fresh_proof
from audit_portal.consumer_portal.desk import Desk, Visit, form_of
from audit_portal.problems import Problem, invalid
from vault.errors import BadInput

FILE = "my-record.json"
LONGEST_NUMBER = 15
NO_SUCH_NUMBER = "This vault never told such a number. Type the one of your last check, or none."


def routes(desk: Desk) -> APIRouter:
    """What a copy holds, and the copy."""
    router = desk.router()

    @router.get("/copy")
    def copy(request: Request) -> Response:
        return _page(desk.visit(request))

    @router.post("/copy")
    def take_copy(request: Request) -> Response:
        visit, form = desk.visit(request), form_of(request)
        if proof := fresh_proof.missing(visit, form):
            return visit.page("prove", proof=proof, action="/copy", carried=form.only("since"))
        named = {"Content-Disposition": f'attachment; filename="{FILE}"'}
        try:
            bundle = desk.portal.bundle(visit.consumer, since=_size(form.one("since").strip()))
        except BadInput:
            return _page(visit, invalid(""), wrong=NO_SUCH_NUMBER)
        return Response(bundle, headers=named, media_type="application/json")

    return router


def _page(visit: Visit, problem: Problem | None = None, *, wrong: str = "") -> Response:
    return visit.page("copy", problem, file=FILE, log_key=visit.desk.log_key, wrong=wrong)


def _size(typed: str) -> int:
    """How many leaves the log had at the last check; none typed is none."""
    if not typed:
        return 0
    if not (typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_NUMBER):
        raise BadInput("is no number of a check", member="since")
    return int(typed)
