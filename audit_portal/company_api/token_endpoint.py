"""``POST /oauth/token``: a company proves its key and gets a token bound to it (RFC 6749, 9449).

Rules kept here:
- The form comes in the body, ``application/x-www-form-urlencoded``; a query string is refused,
  because addresses end up in logs.
- Bytes in, bytes out: what a request means is decided by ``consent.authorization_server``.
- Nothing of an answer may be kept by anybody on the way.

Use::

    app.include_router(token_endpoint.router)
"""

from urllib.parse import parse_qsl

import orjson
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from audit_portal.company_api.strict_body import read_body
from audit_portal.dependencies import HasServices
from audit_portal.problems import NO_STORE, OK, oauth_refusal
from consent.authorization_server import TokenAnswer, TokenRequest
from consent.metadata import TOKEN_PATH
from consent.oauth_errors import OAuthError

MAX_BYTES = 64 * 1024
MAX_PAIRS = 32
FORM = "application/x-www-form-urlencoded"

router = APIRouter()


@router.post(TOKEN_PATH, include_in_schema=False)
async def token(request: Request, services: HasServices) -> Response:
    """A token or an OAuth error; described by hand in the OpenAPI document."""
    if request.url.query or request.headers.get("content-type", "").partition(";")[0] != FORM:
        return oauth_refusal("invalid_request", f"send the form as {FORM} in the body")
    form = _pairs(await read_body(request.headers, request.receive, most=MAX_BYTES))
    if form is None:
        return oauth_refusal("invalid_request", "the form cannot be read")
    asked = TokenRequest(form=form, dpop=request.headers.getlist("dpop"))
    now_ms = services.clock.now_ms()
    answer = await run_in_threadpool(services.authorization_server.token, asked, now_ms=now_ms)
    return _response(answer)


def _pairs(body: bytes) -> list[tuple[str, str]] | None:
    """Every pair of the form in order; None for what is no form."""
    try:
        return parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MAX_PAIRS,
        )
    except ValueError:
        return None


def _response(answer: TokenAnswer | OAuthError) -> Response:
    match answer:
        case OAuthError(code=code, words=words, nonce=nonce):
            return oauth_refusal(code, words, dpop_nonce=nonce)
        case TokenAnswer():
            body = orjson.dumps(answer.to_json())
            headers = {**NO_STORE, "Pragma": "no-cache"}
            return Response(body, OK, headers, media_type="application/json")
