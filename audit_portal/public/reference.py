"""The API's reference: one page made on this server, the document behind it, the problem types.

Rules kept here:
- No script and no file from elsewhere; the page is made once, at the start.
- It shows what the OpenAPI document says and adds nothing, so the two cannot differ.

Use::

    app.router.routes += reference.routes(document)
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from audit_portal.look.pages import Pages
from audit_portal.problems import MEANINGS, NOT_FOUND, Kind

PAGE_PATH = "/reference"
DOCUMENT_PATH = "/openapi.json"
KEEP = {"Cache-Control": "public, max-age=300"}
_TEMPLATES = Path(__file__).parent / "templates"

Document = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one address, as the page shows it."""

    method: str
    path: str
    summary: str
    description: str
    sends: str
    """What its body is, as JSON schema text; empty without a body."""
    answers: Mapping[str, str]
    """Status -> what it means."""


def routes(document: Document) -> Sequence[Route]:
    """The page, the document, and one page for each problem type."""
    pages = Pages.of(public=_TEMPLATES)
    shown = {"about": document["info"], "operations": list(operations(document))}
    page = pages.render("public/reference.html", shown)

    async def reference(_: Request) -> Response:
        return Response(page, media_type="text/html", headers=KEEP)

    async def openapi(_: Request) -> Response:
        return Response(orjson.dumps(document), media_type="application/json", headers=KEEP)

    async def problem(request: Request) -> Response:
        kind = request.path_params["kind"]
        if kind not in list(Kind):
            raise HTTPException(NOT_FOUND)
        meaning = {"kind": kind, "meaning": MEANINGS[Kind(kind)]}
        text = pages.render("public/problem.html", meaning)
        return Response(text, media_type="text/html", headers=KEEP)

    return [
        Route(PAGE_PATH, reference),
        Route(DOCUMENT_PATH, openapi),
        Route("/problems/{kind}", problem),
    ]


def operations(document: Document) -> Iterator[Operation]:
    """Every operation of the document, in its order."""
    paths = cast("Mapping[str, Mapping[str, Mapping[str, object]]]", document["paths"])
    for path, methods in paths.items():
        for method, told in methods.items():
            answers = cast("Mapping[str, Mapping[str, str]]", told["responses"])
            yield Operation(
                method=method.upper(),
                path=path,
                summary=str(told.get("summary", "")),
                description=str(told.get("description", "")),
                sends=_body(document, told),
                answers={status: answer["description"] for status, answer in answers.items()},
            )


def _body(document: Document, told: Mapping[str, object]) -> str:
    """The media type and schema of an operation's body, as text; empty without a body."""
    body = cast("Mapping[str, object]", told.get("requestBody", {}))
    content = cast("Mapping[str, Mapping[str, Mapping[str, str]]]", body.get("content", {}))
    for media_type, kind in content.items():
        schema = orjson.dumps(_resolved(document, kind["schema"]), option=orjson.OPT_INDENT_2)
        return f"{media_type}\n{schema.decode()}"
    return ""


def _resolved(document: Document, schema: Mapping[str, str]) -> object:
    """The schema itself, or the component it points to."""
    name = schema.get("$ref", "").rpartition("/")[2]
    components = cast("Mapping[str, Mapping[str, object]]", document["components"])
    return components["schemas"][name] if name else schema
