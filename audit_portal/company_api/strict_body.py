"""Bodies read strictly on the routes FastAPI serves: one meaning, one size, one media type.

Rules kept here:
- ``Content-Type`` is ``application/json``, or the request is refused before its body is looked at.
- A body has an end: what is longer than its route reads is refused without reading on.
- No member twice, no NaN, U+0000 or lone surrogate, bounded depth (``canonical.strict_json``).
- Models refuse members they do not know and turn nothing into something else ("1" is no number).

Use::

    router = APIRouter(route_class=StrictRoute)

    class NewPerson(Body):
        external_id: str
"""

from collections.abc import Callable, Coroutine
from email.message import Message

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict
from starlette.datastructures import Headers
from starlette.types import Receive

from audit_portal.problems import Refused, invalid, too_large, wrong_media_type
from vault.crypto.canonical import strict_json
from vault.errors import BadInput

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 8
MEDIA_TYPE = "application/json"

_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


class Body(BaseModel):
    """Base of what a company sends: unknown members refused, nothing coerced, frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class StrictRequest(Request):
    """A request whose body has an end, and whose JSON has one meaning."""

    async def body(self) -> bytes:
        """The whole body; ``Refused`` as soon as it is too long."""
        if not hasattr(self, "_body"):
            self._body = await read_body(self.headers, self.receive, most=MAX_BYTES)
        return self._body

    async def json(self) -> object:
        """The body as JSON; ``Refused`` names the member that is wrong."""
        body = await self.body()
        try:
            return strict_json(body, max_bytes=MAX_BYTES, max_depth=MAX_DEPTH)
        except BadInput as flaw:
            raise Refused(invalid(flaw.reason, member=flaw.member)) from None


class StrictRoute(APIRoute):
    """A route that reads strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[object, object, Response]]:
        """FastAPI's handler, given a stricter request."""
        handler = super().get_route_handler()

        async def strict(request: Request) -> Response:
            if request.method in _WITH_BODY and not is_json(request.headers.get("content-type")):
                raise Refused(wrong_media_type(MEDIA_TYPE))
            return await handler(StrictRequest(request.scope, request.receive))

        return strict


def is_json(content_type: str | None) -> bool:
    """Whether a ``Content-Type`` says JSON, whatever its parameters."""
    if content_type == MEDIA_TYPE:  # what nearly everybody sends needs no parser
        return True
    message = Message()
    message["content-type"] = content_type or ""
    return bool(content_type) and message.get_content_type() == MEDIA_TYPE


async def read_body(headers: Headers, receive: Receive, *, most: int) -> bytes:
    """The whole body, refused as soon as it is too long, by its word or by its bytes."""
    said = headers.get("content-length", "0")
    if not said.isdecimal() or int(said) > most:
        raise Refused(too_large(most))
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BadInput("the request ended before its body did")
        body += message.get("body", b"")
        if len(body) > most:
            raise Refused(too_large(most))
        if not message.get("more_body", False):
            return bytes(body)
