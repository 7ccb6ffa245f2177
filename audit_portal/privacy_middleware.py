"""What every page's answer says to the browser, and which forms are not accepted.

Rules kept here:
- Nothing foreign is loaded, framed, run or sent to; no page is kept by a cache; a link to elsewhere
  tells nobody where the person came from.
- A form counts only when the browser says that it came from this very site: ``Sec-Fetch-Site``, or
  ``Origin`` where a browser is too old for it. A POST with neither is refused. ``same-site`` is not
  enough: another host of the same domain may belong to somebody else.
- ``Referrer-Policy`` is ``same-origin``: ``no-referrer`` would turn ``Origin`` into ``null``.
- What programs call (the company API, the log) is not a page and is left alone.

Steps of a request, numbered at the lines:
1 not a page: through   2 a form from elsewhere: refused, no route sees it
3 served, with the headers

Use::

    app = PrivacyMiddleware(app, origin=issuer, programs=("/v1/", "/oauth/"), refusal=page)
"""

from collections.abc import Callable
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
OVER_HTTPS_ONLY: Final = "max-age=31536000"
"""``Strict-Transport-Security`` for a year; without subdomains, which may be somebody else's."""

HARMLESS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
OURS: Final = frozenset({"same-origin", "none"})
"""``none`` is the person's own doing, such as loading a page again; no site can make it so."""


class PrivacyMiddleware:
    """ASGI around the pages. ``origin`` is scheme, host and port of this site."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        origin: str,
        programs: tuple[str, ...],
        refusal: Callable[[], Response],
    ) -> None:
        self._app = app
        self._origin = origin
        self._programs = programs
        self._refusal = refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or scope["path"].startswith(self._programs):  # 1
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add_headers(MutableHeaders(scope=message))
            await send(message)

        ours = scope["method"] in HARMLESS or is_ours(Headers(scope=scope), self._origin)
        serve = self._app if ours else self._refusal()  # 2
        await serve(scope, receive, send_with_headers)  # 3

    def _add_headers(self, headers: MutableHeaders) -> None:
        headers.update(HEADERS)
        headers.setdefault("Cache-Control", "no-store")
        if self._origin.startswith("https:"):
            headers["Strict-Transport-Security"] = OVER_HTTPS_ONLY


def is_ours(headers: Headers, origin: str) -> bool:
    """Whether a browser says that this site's own page sent the form; said twice is not said."""
    match headers.getlist("sec-fetch-site"):
        case [site]:
            return site in OURS
        case []:
            return headers.getlist("origin") == [origin]
        case _:
            return False
