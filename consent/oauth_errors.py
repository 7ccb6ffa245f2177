"""OAuth's refusals as values: a code of the standards, and words that give nothing away.

Rules kept here:
- Codes are those of RFC 6749 section 5.2, 6750 section 3.1, 9396 section 5, 9449 sections 5, 8.
- Inside the protocol rooms a refusal is raised (``InvalidToken``, ``BadInput``); ``answering``
  gives it the code of the step it belongs to; the room's one public method returns it.
- Words name members and flaws, never values. ``invalid_client`` has no words.

Use::

    with answering(ErrorCode.INVALID_CLIENT):
        client = authenticate(form, ...)
"""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from consent.dpop import Nonces
from consent.jose import Flaw, InvalidToken
from vault.errors import BadInput

_NOT_ALLOWED_IN_WORDS = re.compile(r'[^\x20-\x7e]|["\\]')
_WORDS_LENGTH = 200


class ErrorCode(StrEnum):
    """What went wrong, in OAuth's words."""

    INVALID_REQUEST = "invalid_request"
    INVALID_CLIENT = "invalid_client"
    UNAUTHORIZED_CLIENT = "unauthorized_client"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
    INVALID_SCOPE = "invalid_scope"
    INVALID_AUTHORIZATION_DETAILS = "invalid_authorization_details"
    ACCESS_DENIED = "access_denied"
    INVALID_DPOP_PROOF = "invalid_dpop_proof"
    USE_DPOP_NONCE = "use_dpop_nonce"
    INVALID_TOKEN = "invalid_token"  # noqa: S105  # a code of RFC 6750
    INSUFFICIENT_SCOPE = "insufficient_scope"


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthError:
    """A refusal. ``flaw`` is for our own log; ``nonce``, if any, goes into ``DPoP-Nonce``."""

    code: ErrorCode
    words: str = ""
    flaw: Flaw | None = None
    nonce: str = ""

    def to_json(self) -> dict[str, str]:
        """The error response of RFC 6749 section 5.2."""
        described = {"error_description": self.words} if self.words else {}
        return {"error": self.code.value, **described}


class Declined(Exception):
    """Carries an ``OAuthError`` from the step that found it to the method that returns it."""

    def __init__(self, error: OAuthError) -> None:
        super().__init__(error.code.value)
        self.error = error


def decline(code: ErrorCode, words: str = "") -> Declined:
    """A refusal to raise."""
    return Declined(OAuthError(code=code, words=words))


class answering:  # noqa: N801 - reads as a sentence after ``with``
    """Answer with ``code`` whatever is refused inside.

    A class, not a generator: every request passes three of them.
    """

    __slots__ = ("_code",)

    def __init__(self, code: ErrorCode) -> None:
        self._code = code

    def __enter__(self) -> None:
        """Nothing happens until something is refused."""

    def __exit__(self, _: object, refused: BaseException | None, __: object) -> None:
        """``Declined`` in the place of a refusal; anything else goes on as it is."""
        if isinstance(refused, InvalidToken):
            raise Declined(self._error(refused.flaw)) from None
        if isinstance(refused, BadInput):
            raise decline(self._code, _words(str(refused))) from None

    def _error(self, flaw: Flaw) -> OAuthError:
        return _of_flaw(self._code, flaw)


class answering_proof(answering):  # noqa: N801 - as above
    """Answer a refused proof; one that only lacks our nonce is given it (RFC 9449 section 8)."""

    __slots__ = ("_nonces", "_now_ms")

    def __init__(self, nonces: Nonces | None, *, now_ms: int) -> None:
        super().__init__(ErrorCode.INVALID_DPOP_PROOF)
        self._nonces = nonces
        self._now_ms = now_ms

    def _error(self, flaw: Flaw) -> OAuthError:
        error = super()._error(flaw)
        if self._nonces is None or flaw is not Flaw.NONCE:
            return error
        nonce = self._nonces.issue(self._now_ms)
        return replace(error, code=ErrorCode.USE_DPOP_NONCE, nonce=nonce)


def _of_flaw(code: ErrorCode, flaw: Flaw) -> OAuthError:
    """Whoever fails to authenticate learns nothing; others may mend what they sent."""
    words = "" if code is ErrorCode.INVALID_CLIENT else f"refused: {flaw}"
    return OAuthError(code=code, words=words, flaw=flaw)


def _words(text: str) -> str:
    """RFC 6749 appendix A.8: printable ASCII without quotation mark and backslash."""
    return _NOT_ALLOWED_IN_WORDS.sub("?", text)[:_WORDS_LENGTH]
