"""Staff sign in with their personal code, and sign out.

Rules kept here:
- A code nobody has and a mistyped one get the same page, word for word.
- A code is never put back into the page; signing out is one press, and is a POST.
"""

from fastapi import APIRouter, Request, Response

from audit_portal.attempts import TooMany
from audit_portal.compliance.desk import HOME, SIGN_IN, Desk, form_of, see_other
from audit_portal.look.moments import time_of_day
from audit_portal.problems import invalid
from audit_portal.staff_sessions import VisitBegun

NOBODYS = "That is nobody's code. Check every letter: small and capital letters differ."


def routes(desk: Desk) -> APIRouter:
    """Sign in and out."""
    router, sessions = desk.router(), desk.office.sessions

    @router.get(SIGN_IN)
    def sign_in(request: Request) -> Response:
        if sessions.find(request):
            return see_other(HOME)
        return desk.page("sign_in", wrong="", is_out=request.query_params.get("came") == "out")

    @router.post(SIGN_IN)
    def enter(request: Request) -> Response:
        match sessions.sign_in(request, form_of(request).one("code")):
            case VisitBegun() as begun:
                answer = see_other(HOME)
                sessions.jar.put(answer, sessions.cookie, begun.token, max_age_s=begun.max_age_s)
                return answer
            case TooMany() as over:
                wrong = f"Too many tries. Come back at {_when(desk, over)}."
                return desk.page("sign_in", desk.come_again(over), wrong=wrong, is_out=False)
            case None:
                return desk.page("sign_in", invalid(""), wrong=NOBODYS, is_out=False)

    @router.post(f"{HOME}/sign-out")
    def sign_out(request: Request) -> Response:
        if visit := sessions.find(request):
            sessions.end(visit)
        answer = see_other(f"{SIGN_IN}?came=out")
        sessions.jar.drop(answer, sessions.cookie)
        return answer

    return router


def _when(desk: Desk, over: TooMany) -> str:
    return time_of_day(over.again_at, desk.office.zone)
