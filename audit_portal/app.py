"""The application: every room that answers HTTP, put into one ASGI application.

Rules kept here:
- The hot route stands in front of FastAPI; everything else goes through it.
- FastAPI's own documentation pages make foreign requests and are off; ours is in ``public``.
- Its OpenTelemetry records addresses as soon as a provider exists; it is off in every part.
- An error becomes a problem for programs and a page for people; no stack and no value ever leaves.
- After the start the garbage collector is told to leave alone what will live for good.

Use::

    uvicorn.run(make_app(services))
"""

import gc
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import cast

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from audit_portal.company_api import (
    contests,
    description,
    field_writes,
    held_values,
    notices,
    offers,
    people,
    receipts,
    token_endpoint,
)
from audit_portal.company_api.field_reads import PATH as FIELD_READS
from audit_portal.company_api.field_reads import FieldReads
from audit_portal.compliance.router import compliance_pages
from audit_portal.compliance.router import router as compliance_router
from audit_portal.consumer_portal.errors import fault_page
from audit_portal.consumer_portal.router import consumer_pages
from audit_portal.consumer_portal.router import router as consumer_router
from audit_portal.look.pages import Pages
from audit_portal.page_services import PageServices
from audit_portal.privacy_middleware import PrivacyMiddleware
from audit_portal.problems import Problem, invalid, other_site, problem_of
from audit_portal.public import checkpoints, health, metadata, reference
from audit_portal.request_log import RequestLog
from audit_portal.service_log import logger
from audit_portal.services import Services
from vault.crypto.canonical import member_path
from vault.errors import BadInput, Damaged, OperatorMustAct, Unready

PROGRAMS = ("/v1/", "/oauth/", "/log/", "/.well-known/", "/openapi.json", "/healthz", "/readyz")
"""Where programs come. Every other address is a page for people."""

_DISPUTES = (contests, held_values, notices)


def make_app(
    services: PageServices, *, told: Mapping[str, Callable[[], bool]] | None = None
) -> ASGIApp:
    """One ASGI application for these services. It opens nothing and closes nothing.

    ``told``: what ``/readyz`` says beside its checks, such as whether the worker is well.
    """
    app = FastAPI(
        title="Habeas",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=_freeze,
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
        },
    )
    app.state.services = services
    pages = consumer_pages()
    _answer_errors(app, services.issuer, pages)
    for room in (token_endpoint, people, offers, field_writes, receipts, *_DISPUTES):
        app.include_router(room.router)
    _add_public(app, services, told or {})
    _add_pages(app, services, pages)
    return Front(reads=FieldReads(services), rest=_guarded(app, services.issuer, pages))


class Front:
    """Sends the hot route past the framework."""

    def __init__(self, *, reads: ASGIApp, rest: ASGIApp) -> None:
        self._reads = reads
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        hot = scope["type"] == "http" and scope["path"] == FIELD_READS
        await (self._reads if hot else self._rest)(scope, receive, send)


@asynccontextmanager
async def _freeze(_: FastAPI) -> AsyncIterator[None]:
    """What stands now lives as long as the process: not walking it again shortens pauses."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


# --- rooms --------------------------------------------------------------------------------------


def _add_public(app: FastAPI, services: Services, told: Mapping[str, Callable[[], bool]]) -> None:
    document = description.document(app, issuer=services.issuer)
    app.router.routes += [
        *metadata.routes(issuer=services.issuer, jwks=services.access_tokens.keys.jwks),
        *checkpoints.routes(newest=services.newest_checkpoint, keys=services.log_keys),
        *health.routes(checks=services.checks, told=told),
        *reference.routes(document),
    ]


def _add_pages(app: FastAPI, services: PageServices, pages: Pages) -> None:
    app.router.routes += pages.assets.routes()
    app.include_router(
        consumer_router(
            services.portal,
            services.disputes,
            services.sessions,
            pages=pages,
            clock=services.clock,
            operator=services.operator,
            erasing=services.erasing.people,
            log_key=services.log_keys["log"],
        )
    )
    app.include_router(compliance_router(services.office, pages=compliance_pages()))


def _guarded(app: FastAPI, issuer: str, pages: Pages) -> ASGIApp:
    """What a page needs around it, and a line in the log for each request."""
    fixed = frozenset(path for route in app.routes if (path := _fixed_path(route)))
    guarded = PrivacyMiddleware(
        app,
        origin=issuer,
        programs=PROGRAMS,
        refusal=lambda: fault_page(pages, other_site()),
    )
    return RequestLog(guarded, fixed_paths=fixed)


def _fixed_path(route: BaseRoute) -> str:
    """The path of a route that has no parameter: it may be logged as it is."""
    path: str = getattr(route, "path", "")
    return "" if "{" in path else path


# --- errors -------------------------------------------------------------------------------------


def _answer_errors(app: FastAPI, issuer: str, pages: Pages) -> None:
    def answer(request: Request, problem: Problem) -> Response:
        if request.url.path.startswith(PROGRAMS):
            return problem.response(issuer)
        return fault_page(pages, problem)

    async def malformed(request: Request, error: Exception) -> Response:
        return answer(request, _first_flaw(cast("RequestValidationError", error)))

    async def refused(request: Request, error: Exception) -> Response:
        return answer(request, problem_of(error))

    async def failed(request: Request, error: Exception) -> Response:
        logger().error("failed", exc_info=error)
        return answer(request, problem_of(error))

    app.add_exception_handler(RequestValidationError, malformed)
    foreseen: list[type[Exception]] = [HTTPException, BadInput, Unready]
    for kind in foreseen:
        app.add_exception_handler(kind, refused)
    for kind in (Damaged, OperatorMustAct, Exception):
        app.add_exception_handler(kind, failed)


def _first_flaw(error: RequestValidationError) -> Problem:
    """What is wrong first, by its path; pydantic's words name rules and never repeat input."""
    flaw = cast("Mapping[str, object]", error.errors()[0])
    _, *path = cast("tuple[str | int, ...]", flaw["loc"])
    member = ""
    for part in path:
        member = member_path(member, part)
    return invalid(f"{flaw['msg']}. Nothing was written.", member=member)
