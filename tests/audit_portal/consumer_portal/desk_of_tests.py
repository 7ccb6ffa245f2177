"""The portal as tests open it: real pages, sessions and headers over a vault on paper.

Use::

    house = House.open(main, clock)
    browser = house.browser()                       # a client that keeps cookies, follows nothing
    house.sign_in(browser, "rosa@example.org")
    browser.get("/data")
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Self

from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from audit_portal.consumer_portal.desk import Operator
from audit_portal.consumer_portal.errors import fault_page
from audit_portal.consumer_portal.router import consumer_pages, router
from audit_portal.mail import Letter
from audit_portal.one_time_codes import Delivery, OneTimeCodes
from audit_portal.privacy_middleware import PrivacyMiddleware
from audit_portal.problems import other_site, problem_of
from audit_portal.sessions import Sessions
from tests.audit_portal.consumer_portal.paper_disputes import PaperDisputes
from tests.audit_portal.consumer_portal.paper_erasing import PaperErasing
from tests.audit_portal.consumer_portal.paper_portal import PaperPortal
from tests.fakes import FakeClock
from vault.database import Database

SITE = "http://localhost:8000"
SECRET = bytes(range(32))
LOG_KEY = "vault.example/log+c1a5e7a1+AZ7mYWBcXHg0aIM4lXPMBJpYwxQSy6nLq1bLq1bLq1bL"


pages_once = cache(consumer_pages)
"""Templates are compiled once for all tests."""


@dataclass(slots=True)
class LetterBox:
    """Keeps letters instead of sending them."""

    letters: list[Letter] = field(default_factory=list)

    def send(self, letter: Letter) -> None:
        self.letters.append(letter)

    def code(self) -> str:
        """The code in the newest letter."""
        digits = self.letters[-1].text.split(" is ")[1][:9]
        return digits.replace(" ", "")


@dataclass(slots=True, kw_only=True)
class House:
    """The application and what tests look into."""

    app: PrivacyMiddleware
    portal: PaperPortal
    disputes: PaperDisputes
    clock: FakeClock
    box: LetterBox
    sessions: Sessions
    main: Database

    @classmethod
    def open(cls, main: Database, clock: FakeClock, *, site: str = SITE) -> Self:
        """Pages over a vault on paper, sessions in ``main``; errands are run at once."""
        portal, box = PaperPortal(clock), LetterBox()
        disputes = PaperDisputes(portal)
        delivery = Delivery(accounts=portal, mailer=box, soon=lambda errand: errand(), site=site)
        codes = OneTimeCodes(main, clock, secret=SECRET, delivery=delivery)
        sessions = Sessions(main, clock, codes, secret=bytes(32), secure=site.startswith("https:"))
        pages = pages_once()
        app = FastAPI(openapi_url=None)
        app.router.routes += pages.assets.routes()
        operator = Operator(name="Example Vault", contact="help@vault.example")
        told = {
            "erasing": PaperErasing(),
            "pages": pages,
            "clock": clock,
            "operator": operator,
            "log_key": LOG_KEY,
        }
        app.router.routes += router(portal, disputes, sessions, **told).routes

        async def lost(_: object, error: Exception) -> object:
            return fault_page(pages, problem_of(error))

        app.add_exception_handler(404, lost)
        app.add_exception_handler(405, lost)
        guarded = PrivacyMiddleware(
            app,
            origin=site,
            programs=("/v1/",),
            refusal=lambda: fault_page(pages, other_site()),
        )
        return cls(
            app=guarded,
            portal=portal,
            disputes=disputes,
            clock=clock,
            box=box,
            sessions=sessions,
            main=main,
        )

    def browser(self, *, site: str = SITE) -> TestClient:
        """A client that says where its forms come from, as every browser does."""
        client = TestClient(
            self.app, base_url=site, follow_redirects=False, raise_server_exceptions=False
        )
        client.headers["sec-fetch-site"] = "same-origin"
        return client

    def sign_in(self, browser: TestClient, address: str) -> Response:
        """Ask for a code, read the letter, enter it."""
        assert browser.post("/sign-in", data={"address": address}).status_code == 303
        answer = browser.post("/sign-in/code", data={"code": self.box.code()})
        assert answer.status_code == 303, "the code was right, yet nobody was signed in"
        return answer
