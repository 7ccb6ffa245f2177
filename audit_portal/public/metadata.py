"""Metadata: how a stranger's program finds out where and how to ask (RFC 8414, RFC 9728, RFC 7517).

Rules kept here:
- The documents are made once and served as bytes; they hold what is served and nothing else.
- They may be kept for five minutes, shorter than a rotation of keys overlaps.

Use::

    app.router.routes += metadata.routes(issuer=issuer, jwks=services.access_tokens.keys.jwks)
"""

from collections.abc import Callable, Sequence

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consent.metadata import (
    JWKS_PATH,
    RESOURCE_METADATA_PATH,
    SERVER_METADATA_PATH,
    authorization_server_metadata,
    protected_resource_metadata,
)

KEEP = {"Cache-Control": "public, max-age=300"}


def routes(*, issuer: str, jwks: Callable[[], dict[str, object]]) -> Sequence[Route]:
    """The two metadata documents and the set of public keys."""
    return [
        _document(SERVER_METADATA_PATH, lambda: authorization_server_metadata(issuer)),
        _document(RESOURCE_METADATA_PATH, lambda: protected_resource_metadata(issuer)),
        _document(JWKS_PATH, jwks, media_type="application/jwk-set+json"),
    ]


def _document(
    path: str,
    make: Callable[[], dict[str, object]],
    *,
    media_type: str = "application/json",
) -> Route:
    async def answer(_: Request) -> Response:
        return Response(orjson.dumps(make()), media_type=media_type, headers=KEEP)

    return Route(path, answer, methods=["GET"])
