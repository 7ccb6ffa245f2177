"""Claim an invitation: a record that a company made becomes the person's own.

Rules kept here:
- Nobody claims with an address they cannot read: a code goes there first, and the claim is made
  with the address that the code was sent to, no other.
- Neither the invitation nor the address is stored on the way; the form carries them along.
- Somebody signed in adds the record to their own vault: records are never joined by address.
- Guessing invitations is limited by network.
"""

from fastapi import APIRouter, Request, Response

from audit_portal.consumer_portal.desk import Desk, Visit, form_of
from audit_portal.consumer_portal.facts import Invitation
from audit_portal.consumer_portal.fresh_proof import wrong_words
from audit_portal.consumer_portal.outcomes import NotDone
from audit_portal.consumer_portal.pages.signing_in import NO_ADDRESS, too_often, welcome
from audit_portal.consumer_portal.words import REFUSALS
from audit_portal.look.forms import Form
from audit_portal.one_time_codes import Use, Wrong
from audit_portal.problems import Refused, conflict, invalid
from vault.errors import BadInput

MOST_TRIES = 20
UNUSABLE = "This code does not work. Check each letter; it may also be too old or used already."


def routes(desk: Desk) -> APIRouter:
    """Claim as somebody new, or add a record as somebody signed in."""
    router = desk.router()

    @router.get("/claim")
    def claim(request: Request) -> Response:
        if desk.sessions.find(request):
            return desk.visit(request).page("join", wrong="")
        return desk.page("claim", wrong="", wrong_address="", address="")

    @router.post("/claim")
    def check_invitation(request: Request) -> Response:
        form = form_of(request)
        invitation = _invitation(desk, request, form)
        if desk.sessions.find(request):
            return _check_join(desk.visit(request), form, invitation)
        return _send_code(desk, request, form, invitation)

    @router.post("/claim/code")
    def enter_code(request: Request) -> Response:
        form = form_of(request)
        shown = desk.sessions.shows_address(request, form.one("code"), form.one("address"))
        if isinstance(shown, Wrong):
            carried = form.only("invitation", "address")
            return desk.page("claim_code", invalid(""), wrong=wrong_words(shown), carried=carried)
        if not shown:
            raise BadInput("is not the address the code was sent to", member="address")
        return _claim(desk, form)

    @router.post("/claim/join")
    def join(request: Request) -> Response:
        visit, form = desk.visit(request), form_of(request)
        _invitation(desk, request, form)
        return visit.done(desk.portal.join(visit.consumer, form.one("invitation").strip()))

    return router


def _invitation(desk: Desk, request: Request, form: Form) -> Invitation | None:
    """The invitation that was typed, counted as a try."""
    if over := desk.sessions.may_try(request, "invitation", most=MOST_TRIES):
        raise Refused(desk.come_again(over))
    return desk.portal.invitation(form.one("invitation").strip())


def _send_code(desk: Desk, request: Request, form: Form, invitation: Invitation | None) -> Response:
    address = form.one("address")
    if invitation is None:
        return desk.page("claim", invalid(""), wrong=UNUSABLE, wrong_address="", address=address)
    carried = form.only("invitation", "address")
    answer = desk.page("claim_code", wrong="", carried=carried)
    try:
        over = desk.sessions.ask(request, answer, Use.CLAIM, address)
    except BadInput:
        wrong = {"wrong": "", "wrong_address": NO_ADDRESS, "address": ""}
        return desk.page("claim", invalid(""), **wrong)
    if over:
        wrong = {"wrong": "", "wrong_address": too_often(over), "address": ""}
        return desk.page("claim", desk.come_again(over), **wrong)
    return answer


def _claim(desk: Desk, form: Form) -> Response:
    """The address is theirs: make the account and sign them in."""
    claimed = desk.portal.claim(form.one("invitation").strip(), form.one("address").strip())
    if isinstance(claimed, NotDone):
        return desk.page("not_done", conflict(""), refusal=REFUSALS[claimed.why])
    return welcome(desk, desk.sessions.begin(claimed))


def _check_join(visit: Visit, form: Form, invitation: Invitation | None) -> Response:
    if invitation is None:
        return visit.page("join", invalid(""), wrong=UNUSABLE)
    carried = form.only("invitation")
    return visit.page("check_join", company=invitation.company, carried=carried)
