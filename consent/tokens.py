"""Access tokens: short, signed, bound to a key, and never the last word (RFC 9068).

Rules kept here:
- ``typ at+jwt``, ES256, 300 seconds, exactly the claims below; no personal data but pairwise ids.
- A token is bound to a key by ``cnf.jkt``; there is none without.
- Our own tokens are checked as strictly as a stranger's: the key by ``kid`` among ours, every claim
  present, typed and alone. A signature of ours under another ``typ`` is no token.
- Keys rotate with overlap: one signs, the ones before it verify until their last token has expired.
- A token only narrows. Every read asks the ledger again, so stopping acts at once.

Use::

    tokens = AccessTokens(issuer=issuer, keys=TokenKeys(signing=SigningKey(scalar)))
    compact = tokens.issue(company=company, jkt=proof.thumbprint, details=access, scopes=scopes,
                           now_ms=now_ms)
    token = tokens.verify(compact, now_ms=now_ms)       # raises InvalidToken
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

from consent import claims as claim
from consent.claims import Claims
from consent.client_auth import KEYS_IN_HEADER
from consent.dpop import BoundToken, token_hash
from consent.jose import (
    ES256,
    Flaw,
    InvalidToken,
    SigningKey,
    VerifyingKey,
    json_object,
    must,
    p256_key,
    parse,
    verify,
)
from consent.rich_authorization import ProfileAccess, parse_list
from consent.scopes import Scope, parse_scopes, scope_text
from vault import base64url
from vault.crypto.canonical import canonical
from vault.crypto.primitives import random_bytes
from vault.errors import BadInput
from vault.identifiers import CompanyId

LIFE_S = 300
TYPE = "at+jwt"

_ALWAYS = frozenset({"iss", "exp", "aud", "sub", "iat", "jti", "client_id", "cnf"})
_EITHER = frozenset({"authorization_details", "scope"})
_KEPT_TOKENS = 4096
_ALL_SCOPES = frozenset(Scope)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """What a verified token says."""

    company: CompanyId
    token_id: str
    """``jti``."""
    jkt: str
    """Thumbprint of the key it is bound to."""
    ath: str
    """Its own hash, as a DPoP proof states it."""
    expires_ms: int
    details: ProfileAccess | None
    """What may be read, if anything."""
    scopes: frozenset[Scope]

    @property
    def binding(self) -> BoundToken:
        """What a proof sent with this token must match."""
        return BoundToken(ath=self.ath, jkt=self.jkt)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenKeys:
    """The key that signs and, during overlap, those that signed before or will sign next.

    ``others``: their public points, x and y, 32 bytes each.
    """

    signing: SigningKey
    others: tuple[bytes, ...] = ()
    by_kid: Mapping[str, VerifyingKey] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        keys = [self.signing.verifying, *map(p256_key, self.others)]
        object.__setattr__(self, "by_kid", {key.thumbprint: key for key in keys})

    def jwks(self) -> dict[str, object]:
        """The public keys as a JWK set (RFC 7517 section 5), for ``/oauth/jwks``."""
        use = {"use": "sig", "alg": ES256}
        return {"keys": [{**key.public, **use, "kid": kid} for kid, key in self.by_kid.items()]}


class AccessTokens:
    """Issues and verifies the tokens of one issuer, who is also their one audience.

    Owns a bounded memory of tokens already verified, by hash, never the tokens: a signature holds
    for good, so only ``exp`` is asked again. Change of keys = a new object, with an empty memory.
    """

    def __init__(self, *, issuer: str, keys: TokenKeys) -> None:
        self.issuer = issuer
        self.keys = keys
        self._verified: dict[str, AccessToken] = {}
        self._lock = Lock()

    def issue(
        self,
        *,
        company: CompanyId,
        jkt: str,
        details: ProfileAccess | None,
        scopes: frozenset[Scope],
        now_ms: int,
    ) -> str:
        """A compact token for ``company``, good for 300 s with the key of thumbprint ``jkt``."""
        issued_s = now_ms // 1000
        claims: dict[str, object] = {
            "iss": self.issuer,
            "aud": self.issuer,
            "sub": company,
            "client_id": company,
            "iat": issued_s,
            "exp": issued_s + LIFE_S,
            "jti": base64url.encode(random_bytes(16)),
            "cnf": {"jkt": jkt},
        }
        if details is not None:
            claims["authorization_details"] = [details.to_json(issuer=self.issuer)]
        if scopes:
            claims["scope"] = scope_text(scopes)
        return self.keys.signing.sign(canonical(claims), typ=TYPE)

    def verify(self, compact: str, *, now_ms: int) -> AccessToken:
        """What the token says, if it is ours and has not expired; else ``InvalidToken``."""
        must(compact.isascii(), Flaw.MALFORMED)
        ath = token_hash(compact)
        token = self._verified.get(ath)
        if token is None:
            token = self._read(compact, ath=ath, now_ms=now_ms)
            self._remember(token)
        must(now_ms < token.expires_ms, Flaw.EXPIRED)
        return token

    def _remember(self, token: AccessToken) -> None:
        with self._lock:
            if len(self._verified) >= _KEPT_TOKENS:
                self._verified.pop(next(iter(self._verified)))
            self._verified[token.ath] = token

    def _read(self, compact: str, *, ath: str, now_ms: int) -> AccessToken:
        """Verify from scratch (RFC 9068 section 4).

        1. A compact JWS in its one byte form, ``typ at+jwt``, bringing no key of its own.
        2. Signed under one of our keys, named by ``kid``.
        3. Exactly the claims of such a token.
        4. Our ``iss`` and ``aud``; ``sub`` and ``client_id`` the same company.
        5. ``exp`` ahead and 300 s after ``iat``, ``iat`` not ahead.
        6. Bound to a key; what it allows has the one form we issue.
        """
        jws = parse(compact)  # 1
        must(jws.header.get("typ") == TYPE, Flaw.TYPE)
        must(jws.header.keys().isdisjoint(KEYS_IN_HEADER), Flaw.HEADER)
        key = self.keys.by_kid.get(claim.text(jws.header, "kid"))  # 2
        if key is None:
            raise InvalidToken(Flaw.KEY)
        verify(jws, key)
        claims = json_object(jws.payload)
        must(claims.keys() - _EITHER == _ALWAYS, Flaw.CLAIM)  # 3
        must(claims.keys() != _ALWAYS, Flaw.CLAIM)
        must(claims["iss"] == self.issuer, Flaw.ISSUER)  # 4
        must(claims["aud"] == self.issuer, Flaw.AUDIENCE)
        company = claim.text(claims, "client_id")
        must(claims["sub"] == company, Flaw.ISSUER)
        expires_ms = claim.time_ms(claims, "exp")
        must(expires_ms - claim.time_ms(claims, "iat") == LIFE_S * 1000, Flaw.LIFETIME)  # 5
        claim.check_times(claims, now_ms=now_ms)
        return AccessToken(
            company=CompanyId(company),
            token_id=claim.text(claims, "jti"),
            jkt=_bound_to(claims),  # 6
            ath=ath,
            expires_ms=expires_ms,
            details=self._details(claims),
            scopes=_scopes(claims),
        )

    def _details(self, claims: Claims) -> ProfileAccess | None:
        if "authorization_details" not in claims:
            return None
        try:
            return parse_list(claims["authorization_details"], issuer=self.issuer)
        except BadInput:
            raise InvalidToken(Flaw.CLAIM) from None


def _bound_to(claims: Claims) -> str:
    match claims["cnf"]:
        case {"jkt": str(jkt), **rest} if jkt and not rest:
            return jkt
    raise InvalidToken(Flaw.BINDING)


def _scopes(claims: Claims) -> frozenset[Scope]:
    if "scope" not in claims:
        return frozenset()
    try:
        return parse_scopes(claim.text(claims, "scope"), allowed=_ALL_SCOPES)
    except BadInput:
        raise InvalidToken(Flaw.CLAIM) from None
