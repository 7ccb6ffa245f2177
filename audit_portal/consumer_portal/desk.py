"""The desk: what every page works with, and how a visit to it begins and ends.

Rules kept here:
- A page is for the person whose session the cookie names. Without one it is "sign in first".
- A POST's form is read before its route runs; a route is plain synchronous code in the thread pool.
- Whatever goes wrong becomes a page of our own; no framework's words reach a person.

Use::

    router = desk.router()

    @router.get("/data")
    def my_data(request: Request) -> Response:
        visit = desk.visit(request)
        return visit.page("my_data", fields=desk.portal.my_data(visit.consumer))
"""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import TypeVar, cast
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse

from audit_portal.attempts import TooMany
from audit_portal.consumer_portal.erasing import Erasing
from audit_portal.consumer_portal.errors import failed_page
from audit_portal.consumer_portal.outcomes import Done, NotDone
from audit_portal.consumer_portal.portal import Disputes, Portal
from audit_portal.consumer_portal.words import REFUSALS
from audit_portal.look.forms import Form, read_form
from audit_portal.look.pages import Pages
from audit_portal.look.uploads import Upload, read_upload
from audit_portal.problems import (
    OK,
    SEE_OTHER,
    Problem,
    Refused,
    conflict,
    not_available,
    too_many,
)
from audit_portal.sessions import LiveSession, Sessions
from vault.clock import Clock
from vault.identifiers import ConsumerId

ROOM = "consumer_portal"
FILES = "/files"
"""How an address ends to which files are sent."""

Thing = TypeVar("Thing")

Handler = Callable[[Request], Coroutine[object, object, Response]]


class SignInFirst(Exception):
    """Nobody is signed in, or not any more; nothing was changed."""


class BeingErased(Exception):
    """The record is being erased: there is one page left for its person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Who runs this vault, for the help page. What is empty is not shown."""

    name: str = ""
    contact: str = ""
    """An e-mail address that people may write to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The parts a page may use."""

    portal: Portal
    disputes: Disputes
    erasing: Erasing
    sessions: Sessions
    pages: Pages
    clock: Clock
    operator: Operator
    log_key: str
    """The log's public key in text form, for whoever checks a copy."""

    def router(self) -> APIRouter:
        """A router whose every failure is a page of ours."""
        return APIRouter(route_class=self._page_route(), include_in_schema=False)

    def visit(self, request: Request, *, while_erasing: bool = False) -> "Visit":
        """The visit of whoever is signed in; raises ``SignInFirst``.

        Unless the page is for that, ``BeingErased`` for somebody whose record is being erased.
        """
        session = self.sessions.find(request)
        if session is None:
            raise SignInFirst
        if not while_erasing and self.erasing.standing(session.consumer) is not None:
            raise BeingErased
        zone = ZoneInfo(self.portal.account(session.consumer).time_zone)
        return Visit(desk=self, session=session, zone=zone, now=self.clock.now_ms())

    def page(self, name: str, problem: Problem | None = None, /, **shown: object) -> Response:
        """A page for somebody not signed in; ``problem`` gives its status when one is shown."""
        return self.shown(name, {"signed_in": False, "here": "", **shown}, problem)

    def shown(self, name: str, shown: Mapping[str, object], problem: Problem | None) -> Response:
        """A template of this room as an answer."""
        text = self.pages.render(f"{ROOM}/{name}.html", shown)
        if problem is None:
            return HTMLResponse(text, OK)
        return HTMLResponse(text, problem.status, dict(problem.headers))

    def come_again(self, over: TooMany) -> Problem:
        """Too many for now, as a problem with the seconds to wait."""
        return too_many(max(1, (over.again_at - self.clock.now_ms()) // 1000))

    def _page_route(self) -> type[APIRoute]:
        pages, sessions, cookies = self.pages, self.sessions, self.sessions.cookies

        class PageRoute(APIRoute):
            def get_route_handler(self) -> Handler:
                handler = super().get_route_handler()

                async def served(request: Request) -> Response:
                    try:
                        if request.method == "POST":
                            await read_body(request, sessions)
                        return await handler(request)
                    except SignInFirst:
                        had_one = cookies.read(request, cookies.session)
                        return see_other("/sign-in?came=ended" if had_one else "/sign-in")
                    except BeingErased:
                        return see_other("/erase")
                    except Exception as error:  # noqa: BLE001 - the last place to make it a page
                        return failed_page(pages, error)

                return served

        return PageRoute


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request of somebody signed in, in their own zone. ``now`` in ms."""

    desk: Desk
    session: LiveSession
    zone: ZoneInfo
    now: int

    @property
    def consumer(self) -> ConsumerId:
        """Who is signed in."""
        return self.session.consumer

    def page(self, name: str, problem: Problem | None = None, /, **shown: object) -> Response:
        """A page in the person's own zone; ``problem`` gives its status when one is shown."""
        given = {"signed_in": True, "here": name, "zone": self.zone, **shown}
        return self.desk.shown(name, given, problem)

    def done(self, outcome: Done | NotDone) -> Response:
        """Off to the confirmation of an act; or the page that says why nothing was done."""
        match outcome:
            case Done(first=first, last=last):
                return see_other(f"/done/{first}" + (f"-{last}" if last > first else ""))
            case NotDone(why=why):
                return self.page("not_done", conflict(""), refusal=REFUSALS[why])


async def read_body(request: Request, sessions: Sessions) -> None:
    """What came with a POST: a form, or a file where the address is one for files.

    Ten megabytes are taken into memory for somebody signed in, and for nobody else.
    """
    if request.url.path.endswith(FILES):
        if await run_in_threadpool(sessions.find, request) is None:
            raise SignInFirst
        request.state.upload = await read_upload(request)
    else:
        request.state.form = await read_form(request)


def upload_of(request: Request) -> Upload:
    """The file that came with a POST."""
    return cast("Upload", request.state.upload)


def form_of(request: Request) -> Form:
    """The form that came with a POST."""
    return cast("Form", request.state.form)


def see_other(path: str) -> Response:
    """Go there by GET."""
    return RedirectResponse(path, SEE_OTHER)


def found(thing: Thing | None) -> Thing:
    """``thing``; what is not the person's is a page that says so, as for what does not exist."""
    if thing is None:
        raise Refused(not_available())
    return thing
