"""Erase: what goes and what stays, one code, then the last copy, the certificate, the end.

Rules kept here:
- No harder than elsewhere: one page that says what happens, one fresh code, as for a copy. Nothing
  has to be typed to prove that one means it.
- What a law forbids to erase stands on the page with its end, before anything is asked for.
- From the first step on every other page leads here: there is nothing left to look at. No code is
  asked for any more, because none could be sent.
- The final copy is offered before the certificate, and both before the end, which ends the session.
"""

from fastapi import APIRouter, Request, Response

from audit_portal.consumer_portal import fresh_proof
from audit_portal.consumer_portal.desk import Desk, Visit, form_of, found, see_other
from audit_portal.consumer_portal.views.records import file_of, record_lines
from audit_portal.erasure.person import OnHold
from audit_portal.erasure.rows import UnderWay
from audit_portal.problems import conflict
from consent.ledger.entry_types import BY_CONSUMER
from vault.errors import BadInput

PAGE = "/erase"
CERTIFICATE = "erasure-certificate.json"


def routes(desk: Desk) -> APIRouter:
    """What it means, the act, what to take along, the end."""
    router = desk.router()

    @router.get(PAGE)
    def erase(request: Request) -> Response:
        visit = desk.visit(request, while_erasing=True)
        standing = desk.erasing.standing(visit.consumer)
        return _before(visit) if standing is None else _under_way(visit, standing)

    @router.post(PAGE)
    def do_erase(request: Request) -> Response:
        visit = desk.visit(request, while_erasing=True)
        if proof := fresh_proof.missing(visit, form_of(request)):
            return visit.page("erase_code", proof=proof)
        begun = desk.erasing.begin(visit.consumer, actor=BY_CONSUMER)
        return _before(visit) if isinstance(begun, OnHold) else see_other(PAGE)

    @router.post(f"{PAGE}/copy")
    def last_copy(request: Request) -> Response:
        visit = desk.visit(request, while_erasing=True)
        number = _number(form_of(request).one("record"))
        bundle = found(desk.erasing.last_copy(visit.consumer, number))
        return _file(bundle.to_json(), file_of(number).file)

    @router.post(f"{PAGE}/certificate")
    def certificate(request: Request) -> Response:
        visit = desk.visit(request, while_erasing=True)
        return _file(desk.erasing.certificate(visit.consumer), CERTIFICATE)

    @router.post(f"{PAGE}/finish")
    def finish(request: Request) -> Response:
        visit = desk.visit(request, while_erasing=True)
        if not desk.erasing.finish(visit.consumer):
            return see_other(PAGE)
        answer = desk.page("erased")
        desk.sessions.cookies.drop(answer, desk.sessions.cookies.session)
        return answer

    return router


def _before(visit: Visit) -> Response:
    holds = visit.desk.erasing.holds(visit.consumer)
    problem = conflict("") if holds else None
    return visit.page("erase", problem, holds=holds, keeps=visit.desk.erasing.keeps())


def _under_way(visit: Visit, standing: UnderWay) -> Response:
    records = record_lines(visit.desk.portal.records(visit.consumer), visit.zone)
    return visit.page(
        "erasing",
        standing=standing,
        records=records,
        log_key=visit.desk.log_key,
        certificate=CERTIFICATE,
    )


def _file(data: bytes, name: str) -> Response:
    named = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, headers=named, media_type="application/json")


def _number(typed: str) -> int:
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 4):
        raise BadInput("is no number of this page")
    return int(typed)
