"""The desk: what every page of the staff works with, and who may see which.

Rules kept here:
- A page is for the member whose visit the cookie names. Without one it is "sign in first".
- An operator sees whether the vault is well. What is for officers does not exist for an operator:
  the page that says so is the one for what does not exist.
- A POST's form is read before its route runs; a route is plain synchronous code in the thread pool.
- Whatever goes wrong becomes a page of our own; no framework's words reach anybody.

Use::

    @router.get("/officer/companies")
    def companies(request: Request) -> Response:
        visit = desk.officer(request)
        return visit.page("companies", companies=...)
"""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import TypeVar, cast

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from starlette.responses import HTMLResponse, RedirectResponse

from audit_portal.attempts import TooMany
from audit_portal.compliance.errors import failed_page
from audit_portal.compliance.office import Office
from audit_portal.look.forms import Form, read_form
from audit_portal.look.pages import Pages
from audit_portal.problems import OK, SEE_OTHER, Problem, Refused, not_available, too_many
from audit_portal.staff import Member, Role
from audit_portal.staff_sessions import StaffVisit

ROOM = "compliance"
HOME = "/officer"
SIGN_IN = f"{HOME}/sign-in"

Thing = TypeVar("Thing")

Handler = Callable[[Request], Coroutine[object, object, Response]]


class SignInFirst(Exception):
    """Nobody of the staff is signed in, or not any more; nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The parts a page may use."""

    office: Office
    pages: Pages

    def router(self) -> APIRouter:
        """A router whose every failure is a page of ours."""
        return APIRouter(route_class=self._page_route(), include_in_schema=False)

    def staff(self, request: Request) -> "Visit":
        """The visit of whoever of the staff is signed in; raises ``SignInFirst``."""
        found = self.office.sessions.find(request)
        if found is None:
            raise SignInFirst
        return Visit(desk=self, session=found, now=self.office.clock.now_ms())

    def officer(self, request: Request) -> "Visit":
        """The same of an officer; for an operator there is nothing here."""
        visit = self.staff(request)
        if visit.member.role is not Role.OFFICER:
            raise Refused(not_available())
        return visit

    def page(self, name: str, problem: Problem | None = None, /, **shown: object) -> Response:
        """A page for nobody signed in; ``problem`` gives its status when one is shown."""
        return self.shown(name, {"member": None, **shown}, problem)

    def shown(self, name: str, shown: Mapping[str, object], problem: Problem | None) -> Response:
        """A template of this room as an answer."""
        given = {"zone": self.office.zone, **shown}
        text = self.pages.render(f"{ROOM}/{name}.html", given)
        if problem is None:
            return HTMLResponse(text, OK)
        return HTMLResponse(text, problem.status, dict(problem.headers))

    def come_again(self, over: TooMany) -> Problem:
        """Too many for now, as a problem with the seconds to wait."""
        return too_many(max(1, (over.again_at - self.office.clock.now_ms()) // 1000))

    def _page_route(self) -> type[APIRoute]:
        pages = self.pages

        class PageRoute(APIRoute):
            def get_route_handler(self) -> Handler:
                handler = super().get_route_handler()

                async def served(request: Request) -> Response:
                    try:
                        if request.method == "POST":
                            request.state.form = await read_form(request)
                        return await handler(request)
                    except SignInFirst:
                        return see_other(SIGN_IN)
                    except Exception as error:  # noqa: BLE001 - the last place to make it a page
                        return failed_page(pages, error)

                return served

        return PageRoute


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request of a member of the staff. ``now`` in ms."""

    desk: Desk
    session: StaffVisit
    now: int

    @property
    def member(self) -> Member:
        """Who is signed in."""
        return self.session.member

    def page(self, name: str, problem: Problem | None = None, /, **shown: object) -> Response:
        """A page for them; ``problem`` gives its status when one is shown."""
        return self.desk.shown(name, {"member": self.member, **shown}, problem)


def form_of(request: Request) -> Form:
    """The form that came with a POST."""
    return cast("Form", request.state.form)


def see_other(path: str) -> Response:
    """Go there by GET."""
    return RedirectResponse(path, SEE_OTHER)


def found(thing: Thing | None) -> Thing:
    """``thing``; what does not exist is a page that says so."""
    if thing is None:
        raise Refused(not_available())
    return thing
