"""The token endpoint's rules: who asks, with which key, for what, and what people allow (RFC 6749).

Rules kept here:
- One grant, ``client_credentials``: the company speaks for itself, the ledger for the people.
- A token is bound to the key that proved itself in the same request; there are no bearer tokens.
- The answer states what was granted, which may be less than was asked for (RFC 9396 section 7).
- Whom nothing was granted of finds the attempt in their record before anything is answered.
- Nothing here knows HTTP: the edge hands in form and ``DPoP`` headers, and maps ``ErrorCode``.

Use::

    server = AuthorizationServer(tokens=tokens, clients=clients, consents=consents,
                                 blocked=blocked, catalogue=CATALOGUE, seen=seen,
                                 started_at_ms=clock.now_ms())
    match server.token(TokenRequest(form=pairs, dpop=headers), now_ms=clock.now_ms()):
        case TokenAnswer() as answer: ...
        case OAuthError() as error: ...
"""

from collections.abc import Container, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Protocol

from consent.client_auth import Client, Clients, authenticate
from consent.dpop import DpopProof, Nonces, check_proof
from consent.jose import Flaw, must
from consent.metadata import TOKEN_PATH
from consent.oauth_errors import (
    Declined,
    ErrorCode,
    OAuthError,
    answering,
    answering_proof,
    decline,
)
from consent.replay import SeenOnce
from consent.rich_authorization import Consents, ProfileAccess, granted, parse_details
from consent.scopes import Scope, parse_scopes, scope_text
from consent.tokens import LIFE_S, AccessTokens
from vault.identifiers import CompanyId, PairwiseId

GRANT_TYPE = "client_credentials"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRequest:
    """A POST to the token endpoint. ``form``: every pair in order; ``dpop``: every such header."""

    form: Sequence[tuple[str, str]] = field(repr=False)
    dpop: Sequence[str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenAnswer:
    """A token and what it is good for. ``expires_in``: seconds."""

    access_token: str = field(repr=False)
    company: str
    details: ProfileAccess | None
    scopes: frozenset[Scope]
    issuer: str
    expires_in: int = LIFE_S

    def to_json(self) -> dict[str, object]:
        """The token response (RFC 6749 section 5.1, RFC 9449 section 5, RFC 9396 section 7)."""
        answer: dict[str, object] = {
            "access_token": self.access_token,
            "token_type": "DPoP",
            "expires_in": self.expires_in,
        }
        if self.scopes:
            answer["scope"] = scope_text(self.scopes)
        if self.details is not None:
            answer["authorization_details"] = [self.details.to_json(issuer=self.issuer)]
        return answer


class Blocked(Protocol):
    """Records that a company wanted to look and may not."""

    def __call__(
        self,
        *,
        company: CompanyId,
        purpose: str,
        consumers: AbstractSet[PairwiseId],
        fields: AbstractSet[str],
    ) -> None:
        """One attempt at each person; durable when it returns."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationServer:
    """Answers token requests. Holds no state of its own: memory and ledger are passed in."""

    tokens: AccessTokens
    clients: Clients
    consents: Consents
    blocked: Blocked
    catalogue: Container[str]
    """The names of fields there are."""
    seen: SeenOnce
    started_at_ms: int
    nonces: Nonces | None = None

    def token(self, request: TokenRequest, *, now_ms: int) -> TokenAnswer | OAuthError:
        """A token, or why not.

        1. Every parameter at most once.
        2. The company authenticates.
        3. A grant we serve, to a company that may have tokens.
        4. A fresh, unseen proof of the key the token is to be bound to.
        5. What is asked for is well formed.
        6. What is left of it after asking the ledger; what is not is recorded as blocked; nothing
           left is a refusal.
        7. The token.

        A crash after 2 or 4 leaves a used-up assertion or proof, after 6 the record of an attempt,
        and no token.
        """
        try:
            form = _once_each(request.form)  # 1
            client = self._client(form, now_ms=now_ms)  # 2
            _check_grant(form, client)  # 3
            proof = self._proof(request, now_ms=now_ms)  # 4
            scopes, asked = self._asked(form, client)  # 5
            details = self._granted(asked, client)  # 6
        except Declined as declined:
            return declined.error
        return self._answer(client, proof, scopes, details, now_ms=now_ms)  # 7

    def _client(self, form: Mapping[str, str], *, now_ms: int) -> Client:
        with answering(ErrorCode.INVALID_CLIENT):
            return authenticate(
                form,
                issuer=self.tokens.issuer,
                clients=self.clients,
                seen=self.seen,
                now_ms=now_ms,
            )

    def _proof(self, request: TokenRequest, *, now_ms: int) -> DpopProof:
        with answering_proof(self.nonces, now_ms=now_ms):
            proof = check_proof(
                request.dpop,
                method="POST",
                url=self.tokens.issuer + TOKEN_PATH,
                now_ms=now_ms,
                started_at_ms=self.started_at_ms,
                nonces=self.nonces,
            )
            unseen = self.seen.first_time(proof.replay_key, until_ms=proof.keep_until_ms)
            must(unseen, Flaw.REPLAYED)
            return proof

    def _asked(
        self, form: Mapping[str, str], client: Client
    ) -> tuple[frozenset[Scope], ProfileAccess | None]:
        with answering(ErrorCode.INVALID_SCOPE):
            scopes = parse_scopes(form.get("scope", ""), allowed=client.scopes)
        if "authorization_details" not in form:
            if not scopes:  # RFC 6749 section 3.3: no default scope, so that nothing is had unasked
                raise decline(ErrorCode.INVALID_SCOPE, "ask for scope or authorization_details")
            return scopes, None
        with answering(ErrorCode.INVALID_AUTHORIZATION_DETAILS):
            return scopes, parse_details(form["authorization_details"], issuer=self.tokens.issuer)

    def _granted(self, asked: ProfileAccess | None, client: Client) -> ProfileAccess | None:
        if asked is None:
            return None
        details = granted(
            asked, company=client.company, consents=self.consents, catalogue=self.catalogue
        )
        self._record_blocked(asked, details, client.company)
        if details is None:
            raise decline(ErrorCode.ACCESS_DENIED, "nothing of this is granted")
        return details

    def _record_blocked(
        self, asked: ProfileAccess, details: ProfileAccess | None, company: CompanyId
    ) -> None:
        """Those of whom nothing is granted; a field nobody knows is no look at anybody."""
        let_in = (details.consumers if details else None) or frozenset()
        dropped = (asked.consumers or frozenset()) - let_in
        fields = frozenset(name for name in asked.fields if name in self.catalogue)
        if dropped and fields:
            self.blocked(company=company, purpose=asked.purpose, consumers=dropped, fields=fields)

    def _answer(
        self,
        client: Client,
        proof: DpopProof,
        scopes: frozenset[Scope],
        details: ProfileAccess | None,
        *,
        now_ms: int,
    ) -> TokenAnswer:
        compact = self.tokens.issue(
            company=client.company,
            jkt=proof.thumbprint,
            details=details,
            scopes=scopes,
            now_ms=now_ms,
        )
        return TokenAnswer(
            access_token=compact,
            company=client.company,
            details=details,
            scopes=scopes,
            issuer=self.tokens.issuer,
        )


def _once_each(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """RFC 6749 section 3.2: a parameter twice is refused; one without a value counts as omitted."""
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise decline(ErrorCode.INVALID_REQUEST, "a parameter is given twice")
    return {name: value for name, value in pairs if value}


def _check_grant(form: Mapping[str, str], client: Client) -> None:
    if "grant_type" not in form:
        raise decline(ErrorCode.INVALID_REQUEST, "grant_type is missing")
    if form["grant_type"] != GRANT_TYPE:
        raise decline(ErrorCode.UNSUPPORTED_GRANT_TYPE)
    if client.suspended:
        raise decline(ErrorCode.UNAUTHORIZED_CLIENT)
