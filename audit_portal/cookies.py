"""Cookies: how a browser is handed a token that nobody else should have.

Rules kept here:
- A cookie holds 32 random bytes and says nothing about whose they are.
- Over https it is ``__Host-…``: this host, every path, never over http (RFC 6265bis section
  4.1.3.2). Over http, which only a demo on this machine does, it has a plain name.
- No script reads it.

Use::

    jar = Jar(secure=True)
    jar.put(answer, jar.named("habeas"), token, max_age_s=3600)
"""

from dataclasses import dataclass
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Jar:
    """Reads and writes tokens. ``secure``: the site is served over https."""

    secure: bool
    same_site: Literal["lax", "strict"] = "lax"
    """``lax``: a link in a letter finds the person signed in; ``strict``: no link from elsewhere
    does."""

    def named(self, plain: str) -> str:
        """The full name of a cookie."""
        return f"__Host-{plain}" if self.secure else plain

    def read(self, request: Request, name: str) -> bytes:
        """The token in a cookie; empty when there is none of the right shape."""
        try:
            token = bytes.fromhex(request.cookies.get(name, ""))
        except ValueError:
            return b""
        return token if len(token) == TOKEN_BYTES else b""

    def put(self, answer: Response, name: str, token: bytes, *, max_age_s: int) -> None:
        """Have the browser keep ``token``."""
        answer.set_cookie(
            name,
            token.hex(),
            max_age=max_age_s,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite=self.same_site,
        )

    def drop(self, answer: Response, name: str) -> None:
        """Have the browser forget a cookie."""
        answer.delete_cookie(
            name, path="/", secure=self.secure, httponly=True, samesite=self.same_site
        )
