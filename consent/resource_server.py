"""Who asks? The first question of a company's request: token and proof (RFC 9449 section 7).

Rules kept here:
- ``Authorization: DPoP <token>`` and one ``DPoP`` header, and nothing else: a token in the query, a
  ``Bearer`` scheme or two headers are refused, even if the token is good.
- The proof is checked against this token, this method, this address, this minute.
- Whether the proof was seen before is left to the caller, who inserts ``proof.replay_key`` in the
  transaction of the act itself. What may be read is left to the gate.

Use::

    match resource.admit(authorization=[...], dpop=[...], method="POST", path="/v1/field-reads",
                         query="", scope=None, now_ms=now_ms):
        case Presented(token=token, proof=proof): ...
        case OAuthError() as error: ...     # WWW-Authenticate: resource.challenge(error)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs

from consent.dpop import DpopProof, Nonces, check_proof
from consent.jose import ALGORITHMS, Flaw, must
from consent.metadata import RESOURCE_METADATA_PATH
from consent.oauth_errors import (
    Declined,
    ErrorCode,
    OAuthError,
    answering,
    answering_proof,
    decline,
)
from consent.scopes import Scope
from consent.tokens import AccessToken, AccessTokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """A good token and a good proof of its key, the proof not yet known to be unseen."""

    token: AccessToken
    proof: DpopProof


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceServer:
    """Admits requests to the company API."""

    tokens: AccessTokens
    started_at_ms: int
    nonces: Nonces | None = None

    def admit(
        self,
        *,
        authorization: Sequence[str],
        dpop: Sequence[str],
        method: str,
        path: str,
        query: str,
        scope: Scope | None,
        now_ms: int,
    ) -> Presented | OAuthError:
        """The token and proof of one request, or why not. ``scope=None``: reading fields.

        1. One token, in the one place for tokens.
        2. It is ours and has not expired.
        3. The proof is fresh, for this request, and of the key the token is bound to.
        4. The token is for this part of the API.
        """
        try:
            compact = _sent_token(authorization, query)  # 1
            with answering(ErrorCode.INVALID_TOKEN):
                token = self.tokens.verify(compact, now_ms=now_ms)  # 2
            with answering_proof(self.nonces, now_ms=now_ms):
                proof = check_proof(  # 3
                    dpop,
                    method=method,
                    url=self.tokens.issuer + path,
                    now_ms=now_ms,
                    started_at_ms=self.started_at_ms,
                    token=token.binding,
                    nonces=self.nonces,
                )
            _check_scope(token, scope)  # 4
        except Declined as declined:
            return declined.error
        return Presented(token=token, proof=proof)

    def challenge(self, error: OAuthError) -> str:
        """The ``WWW-Authenticate`` header (RFC 9449 section 7.1, RFC 9728 section 5.1).

        Who sent nothing gets no error code (RFC 6750 section 3.1).
        """
        sent_nothing = error.code is ErrorCode.INVALID_TOKEN and error.flaw is Flaw.MISSING
        parts = {
            "error": "" if sent_nothing else error.code.value,
            "error_description": "" if sent_nothing else error.words,
            "algs": " ".join(ALGORITHMS),
            "resource_metadata": self.tokens.issuer + RESOURCE_METADATA_PATH,
        }
        return "DPoP " + ", ".join(f'{name}="{text}"' for name, text in parts.items() if text)


def _sent_token(authorization: Sequence[str], query: str) -> str:
    """The token after ``DPoP``, a scheme name in any case (RFC 9110 section 11.1)."""
    if len(authorization) > 1 or (query and _names_a_token(query)):
        raise decline(ErrorCode.INVALID_REQUEST, "send one token, in the Authorization header")
    with answering(ErrorCode.INVALID_TOKEN):
        must(len(authorization) == 1, Flaw.MISSING)
        scheme, _, compact = authorization[0].partition(" ")
        must(scheme.lower() == "dpop", Flaw.BINDING)
        return compact


def _names_a_token(query: str) -> bool:
    return "access_token" in parse_qs(query, keep_blank_values=True)


def _check_scope(token: AccessToken, scope: Scope | None) -> None:
    """Reading takes a rich authorisation; every other part of the API its own scope."""
    if scope is None and token.details is None:
        raise decline(ErrorCode.INSUFFICIENT_SCOPE, "reading takes authorization_details")
    if scope is not None and scope not in token.scopes:
        raise decline(ErrorCode.INSUFFICIENT_SCOPE, f"needs the scope {scope}")
