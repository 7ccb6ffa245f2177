"""Sign in by one-time code, and sign out.

Rules kept here:
- The pages are the same, word for word, whether or not an address has a vault.
- The code works only in the browser that asked for it; signing out is one press, and is a POST.
"""

from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from audit_portal.attempts import TooMany
from audit_portal.consumer_portal.desk import Desk, form_of, see_other
from audit_portal.consumer_portal.fresh_proof import wrong_words
from audit_portal.look.moments import time_of_day
from audit_portal.one_time_codes import Use, Wrong
from audit_portal.problems import invalid
from audit_portal.sessions import LONGEST_MS, SignedIn
from vault.errors import BadInput

NO_ADDRESS = "That does not look like an e-mail address, such as name@example.org."
UTC = ZoneInfo("UTC")


def routes(desk: Desk) -> APIRouter:
    """Sign in, enter the code, sign out."""
    router = desk.router()
    _add_address(desk, router)
    _add_code(desk, router)
    _add_sign_out(desk, router)
    return router


def _add_address(desk: Desk, router: APIRouter) -> None:
    sessions = desk.sessions

    @router.get("/sign-in")
    def sign_in(request: Request) -> Response:
        if sessions.find(request):
            return see_other("/")
        return desk.page("sign_in", wrong="", came=request.query_params.get("came", ""))

    @router.post("/sign-in")
    def ask_for_code(request: Request) -> Response:
        answer = see_other("/sign-in/code")
        try:
            over = sessions.ask(request, answer, Use.SIGN_IN, form_of(request).one("address"))
        except BadInput:
            return desk.page("sign_in", invalid(""), wrong=NO_ADDRESS, came="")
        if over:
            return desk.page("sign_in", desk.come_again(over), wrong=too_often(over), came="")
        return answer


def _add_code(desk: Desk, router: APIRouter) -> None:
    @router.get("/sign-in/code")
    def code() -> Response:
        return desk.page("sign_in_code", wrong="")

    @router.post("/sign-in/code")
    def enter_code(request: Request) -> Response:
        match desk.sessions.sign_in(request, form_of(request).one("code")):
            case Wrong() as wrong:
                return desk.page("sign_in_code", invalid(""), wrong=wrong_words(wrong))
            case SignedIn() as signed_in:
                return welcome(desk, signed_in)


def _add_sign_out(desk: Desk, router: APIRouter) -> None:
    sessions = desk.sessions

    @router.post("/sign-out")
    def sign_out(request: Request) -> Response:
        if session := sessions.find(request):
            sessions.end(session)
        answer = see_other("/sign-in?came=out")
        sessions.cookies.drop(answer, sessions.cookies.session)
        return answer


def welcome(desk: Desk, signed_in: SignedIn) -> Response:
    """Off to the overview, with the session's cookie."""
    cookies, answer = desk.sessions.cookies, see_other("/")
    cookies.put(answer, cookies.session, signed_in.token, max_age_s=LONGEST_MS // 1000)
    cookies.drop(answer, cookies.ticket)
    return answer


def too_often(over: TooMany) -> str:
    """When to come again; nobody is signed in, so in UTC."""
    return f"Codes were asked for too often. Come back at {time_of_day(over.again_at, UTC)}."
