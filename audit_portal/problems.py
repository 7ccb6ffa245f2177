"""Problems: how a refusal looks to a program (RFC 9457), and the only place that knows HTTP status.

Rules kept here:
- The type is one of a closed list, ``<issuer>/problems/<type>``; a plain HTTP matter has no type
  of its own (``about:blank``).
- The detail says what happened and whether anything changed; ``member`` names what to mend, as a
  path into what was sent. Neither ever repeats a value.
- What is unknown, foreign or without consent is one and the same ``not_available``.
- An OAuth endpoint answers in OAuth's own shape (RFC 6749 section 5.2), also from here.

Use::

    raise Refused(invalid("must be 1 to 100 items", member="reads"))
    problem_of(BadInput("is empty", member="reads"))        # the same, from the floors below
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import orjson
from starlette.exceptions import HTTPException
from starlette.responses import Response

from vault.errors import BadInput, Conflict, OperatorMustAct, Unready

OK, CREATED, ACCEPTED, SEE_OTHER, NOT_FOUND = 200, 201, 202, 303, 404
MEDIA_TYPE = "application/problem+json"
RETRY_SOON_S = 2
"""What ``Retry-After`` says when a store or the sequencer is behind: it catches up in seconds."""

NO_STORE = {"Cache-Control": "no-store"}


class Kind(StrEnum):
    """The permanent tags at the end of ``<issuer>/problems/``."""

    INVALID = "invalid"
    NOT_AVAILABLE = "not_available"
    STOPPED = "stopped"
    PURPOSE_MISMATCH = "purpose_mismatch"
    TOO_MANY = "too_many"
    UNREADY = "unready"
    CONFLICT = "conflict"


MEANINGS: Mapping[Kind, str] = {
    Kind.INVALID: "What was sent is malformed; `member` says where. Nothing was written.",
    Kind.NOT_AVAILABLE: (
        "There is nothing here for you: unknown, another company's, or never permitted. "
        "These are told apart for nobody."
    ),
    Kind.STOPPED: "Access was stopped, paused or suspended, and stays so until that is undone.",
    Kind.PURPOSE_MISMATCH: (
        "The request names another purpose than its token. Only the token's purpose counts; "
        "the attempt is on the record."
    ),
    Kind.TOO_MANY: "Too many requests for now; `Retry-After` says when to come again.",
    Kind.UNREADY: "No answer is possible now; nothing is lost. `Retry-After` says when to come.",
    Kind.CONFLICT: "The request disagrees with what already stands. Nothing was written.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One refusal as a value. ``kind`` is None for a plain HTTP matter."""

    status: int
    title: str
    detail: str = ""
    kind: Kind | None = None
    member: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self, issuer: str) -> bytes:
        """The RFC 9457 document."""
        members = {
            "type": f"{issuer}/problems/{self.kind}" if self.kind else "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "member": self.member,
        }
        return orjson.dumps({name: said for name, said in members.items() if said})

    def response(self, issuer: str) -> Response:
        """The document as an answer that nobody may keep."""
        headers = {**NO_STORE, **self.headers}
        return Response(self.body(issuer), self.status, headers, media_type=MEDIA_TYPE)


class Refused(HTTPException):
    """Carries a problem out of a dependency, where no value can be returned in its place."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.status, problem.detail, dict(problem.headers))
        self.problem = problem


def invalid(detail: str, *, member: str = "", status: int = 400) -> Problem:
    """What was sent cannot be understood; ``member`` says where."""
    return Problem(
        status=status, title="Invalid request", detail=detail, kind=Kind.INVALID, member=member
    )


def too_large(max_bytes: int) -> Problem:
    """The body is longer than the service reads."""
    return invalid(f"The body is longer than {max_bytes} bytes. Nothing was written.", status=413)


def wrong_media_type(wanted: str) -> Problem:
    """The body says it is something else than ``wanted``."""
    return invalid(f"The Content-Type must be {wanted}. Nothing was written.", status=415)


def method_not_allowed(allowed: str) -> Problem:
    """The address is right, the method is not."""
    return _plain(405, {"Allow": allowed})


def not_available() -> Problem:
    """Unknown, foreign, or without consent: nobody learns which."""
    return Problem(
        status=404,
        title="Not available",
        detail="There is nothing here for you.",
        kind=Kind.NOT_AVAILABLE,
    )


def purpose_mismatch(member: str) -> Problem:
    """The request names another purpose than its token."""
    return Problem(
        status=403,
        title="Purpose mismatch",
        detail="The purpose of a read comes from its token alone. The attempt was recorded.",
        kind=Kind.PURPOSE_MISMATCH,
        member=member,
    )


def suspended() -> Problem:
    """The company may do nothing for now."""
    return Problem(
        status=403,
        title="Suspended",
        detail="Access of this company is suspended. The operator of this vault can say why.",
        kind=Kind.STOPPED,
    )


def conflict(detail: str, *, member: str = "") -> Problem:
    """The request disagrees with what already stands."""
    return Problem(status=409, title="Conflict", detail=detail, kind=Kind.CONFLICT, member=member)


def other_site() -> Problem:
    """A form that another site sent, or that does not say where it came from."""
    return Problem(status=403, title="Sent from elsewhere", detail="Nothing was written.")


def too_many(retry_after_s: int) -> Problem:
    """Come again later."""
    return Problem(
        status=429,
        title="Too many requests",
        detail="Nothing was written.",
        kind=Kind.TOO_MANY,
        headers={"Retry-After": str(retry_after_s)},
    )


def unready(retry_after_s: int = RETRY_SOON_S) -> Problem:
    """No answer is possible now; nobody is wrong."""
    return Problem(
        status=503,
        title="Not ready",
        detail="The vault cannot answer now. Nothing was released; try again.",
        kind=Kind.UNREADY,
        headers={"Retry-After": str(retry_after_s)},
    )


def not_admitted(code: str, detail: str, *, challenge: str, dpop_nonce: str = "") -> Problem:
    """No token, one that fails, or one for something else; ``code``: RFC 6750 section 3.1."""
    headers = {"WWW-Authenticate": challenge}
    if dpop_nonce:
        headers["DPoP-Nonce"] = dpop_nonce  # RFC 9449 section 9
    return Problem(
        status=_ADMISSION_STATUS.get(code, 401),
        title="Not admitted",
        detail=detail or "A DPoP-bound access token and a proof of its key are needed.",
        headers=headers,
    )


_ADMISSION_STATUS: Mapping[str, int] = {"invalid_request": 400, "insufficient_scope": 403}


def problem_of(error: Exception) -> Problem:
    """The problem for an error of the floors below or of the framework.

    Only our own errors are quoted: others' words may hold what was sent.
    """
    match error:
        case Refused(problem=problem):
            return problem
        case Conflict(reason=reason, member=member):
            return conflict(reason, member=member)
        case BadInput(reason=reason, member=member):
            return invalid(reason, member=member)
        case Unready() | OperatorMustAct():
            return unready()
        case HTTPException(status_code=status):
            return _plain(status, dict(error.headers or {}))
        case _:
            return Problem(
                status=500, title="Internal error", detail="Nothing was released. It was logged."
            )


_PLAIN: Mapping[int, str] = {404: "Not found", 405: "Method not allowed"}


def _plain(status: int, headers: Mapping[str, str]) -> Problem:
    if status == 413:
        return invalid("The body is too long. Nothing was written.", status=status)
    return Problem(status=status, title=_PLAIN.get(status, "Request refused"), headers=headers)


_OAUTH_STATUS: Mapping[str, int] = {
    "invalid_client": 401,
    "temporarily_unavailable": 503,
}


def oauth_refusal(error: str, description: str = "", *, dpop_nonce: str = "") -> Response:
    """An error answer of the token endpoint: status 400 unless RFC 6749 section 5.2 says so."""
    members = {"error": error, "error_description": description}
    body = orjson.dumps({name: said for name, said in members.items() if said})
    headers = {**NO_STORE, "Pragma": "no-cache"}
    if dpop_nonce:
        headers["DPoP-Nonce"] = dpop_nonce  # RFC 9449 section 8
    return Response(body, _OAUTH_STATUS.get(error, 400), headers, media_type="application/json")
