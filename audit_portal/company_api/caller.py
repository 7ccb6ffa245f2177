"""Who asks: the company behind a token, a proof of its key, and the scope the route needs.

Rules kept here:
- There is no company API without token and proof (RFC 9449 section 7). The address a proof must
  name is made from our issuer and the path; the ``Host`` header has no say.
- On the cold routes the proof is remembered here, before anything else happens. On the hot route
  the gate remembers it in its own transaction.
- A suspended company is told so; its tokens stay worthless until the suspension ends.

Use::

    @router.post("/v1/people")
    def enrol(caller: Annotated[Caller, Depends(holding(Scope.PEOPLE))]) -> Response: ...
"""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import Headers

from audit_portal.dependencies import HasServices
from audit_portal.problems import Problem, Refused, not_admitted, suspended
from audit_portal.services import Services
from consent.jose import Flaw
from consent.oauth_errors import ErrorCode, OAuthError
from consent.resource_server import Presented
from consent.scopes import Scope
from vault.identifiers import CompanyId


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The company that asks, after token and proof were found good and unused."""

    company: CompanyId


def holding(scope: Scope | None) -> Callable[[Request, Services], Caller]:
    """A dependency: a caller whose token has ``scope`` (``None``: reads); else ``Refused``."""

    def caller(request: Request, services: HasServices) -> Caller:
        presented = present(
            services,
            headers=request.headers,
            method=request.method,
            path=request.url.path,
            query=request.url.query,
            scope=scope,
        )
        _use_up(services, presented)
        company = presented.token.company
        if services.companies.named(company).status != "active":
            raise Refused(suspended())
        return Caller(company=company)

    return caller


def present(
    services: Services,
    *,
    headers: Headers,
    method: str,
    path: str,
    query: str,
    scope: Scope | None,
) -> Presented:
    """Token and proof of a request, the proof not yet used up; ``Refused`` if either fails."""
    found = services.resource_server.admit(
        authorization=headers.getlist("authorization"),
        dpop=headers.getlist("dpop"),
        method=method,
        path=path,
        query=query,
        scope=scope,
        now_ms=services.clock.now_ms(),
    )
    if isinstance(found, OAuthError):
        raise Refused(refusal(services, found))
    return found


def refusal(services: Services, error: OAuthError) -> Problem:
    """A refused token or proof as a problem with its challenge."""
    challenge = services.resource_server.challenge(error)
    return not_admitted(error.code, error.words, challenge=challenge, dpop_nonce=error.nonce)


def replayed(services: Services) -> Problem:
    """The proof was used before: a thief's copy or a client that does not make fresh ones."""
    words = "refused: replayed"
    error = OAuthError(code=ErrorCode.INVALID_DPOP_PROOF, words=words, flaw=Flaw.REPLAYED)
    return refusal(services, error)


def _use_up(services: Services, presented: Presented) -> None:
    # A crash after this line leaves a used proof and nothing done: the client makes a fresh one.
    proof = presented.proof
    if not services.seen.first_time(proof.replay_key, until_ms=proof.keep_until_ms):
        raise Refused(replayed(services))
