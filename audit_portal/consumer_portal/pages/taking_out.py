"""Your copy: the whole record with its proofs, for keeping and for checking without us.

Rules kept here:
- Taking the record out asks for a fresh proof, like giving: a browser left open is not enough.
- A long record is sent as it is read.
- The file is sent in the answer to a POST: no address leads to it, and no cache keeps it.
- Records that were joined into the person's own are files of their own: each proves itself.
- Who kept what an earlier check told types its number: the copy then proves, too, that the log of
  that day is the beginning of today's.
"""

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from audit_portal.consumer_portal import fresh_proof
from audit_portal.consumer_portal.desk import Desk, Visit, form_of, found
from audit_portal.consumer_portal.views.records import file_of, record_lines
from audit_portal.problems import Problem, invalid
from vault.errors import BadInput

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
            carried = form.only("record", "since")
            return visit.page("prove", proof=proof, action="/copy", carried=carried)
        number = _number(form.one("record"))
        try:
            since = _number(form.one("since").strip())
            bundle = desk.portal.bundle(visit.consumer, number, since=since)
        except BadInput:
            return _page(visit, invalid(""), wrong=number)
        named = {"Content-Disposition": f'attachment; filename="{file_of(number).file}"'}
        return StreamingResponse(found(bundle), headers=named, media_type="application/json")

    return router


def _page(visit: Visit, problem: Problem | None = None, *, wrong: int | None = None) -> Response:
    """``wrong`` is the record at which a number was typed that no check told."""
    records = record_lines(visit.desk.portal.records(visit.consumer), visit.zone)
    return visit.page(
        "copy",
        problem,
        records=records,
        log_key=visit.desk.log_key,
        wrong=wrong,
        no_such_number=NO_SUCH_NUMBER,
    )


def _number(typed: str) -> int:
    """A number as a form sends it; none typed is 0. ``BadInput`` for anything else."""
    if not typed:
        return 0
    if not (typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_NUMBER):
        raise BadInput("is no number of this page")
    return int(typed)
