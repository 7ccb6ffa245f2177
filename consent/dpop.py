"""Proof of possession on every request (RFC 9449): a stolen token without its key opens nothing.

Rules kept here:
- The checks of RFC 9449 section 4.3, in the order of ``check_proof``; there are no bearer tokens.
- The address compared is our own, made from the issuer and the path asked for. The ``Host`` header,
  which an attacker writes, has no say.
- A proof serves once. Remembering it is left to the caller: the gate inserts ``replay_key`` in its
  own transaction, so that a used proof and the read it allowed are one commit.
- A proof from before this process started is refused, whatever a memory may have lost.

Use::

    proof = check_proof(headers, method="POST", url=issuer + path, now_ms=now_ms,
                        started_at_ms=started_at_ms, token=BoundToken(ath=ath, jkt=jkt))
    # then insert (proof.replay_key, proof.keep_until_ms); a row that is there = replayed
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

from consent import claims as claim
from consent.claims import CLOCK_AHEAD_MS, Claims
from consent.jose import (
    ALGORITHMS,
    Flaw,
    InvalidToken,
    Jws,
    json_object,
    must,
    parse,
    verify,
    verifying_key,
)
from consent.replay import once_key
from vault import base64url
from vault.crypto.primitives import equal, hmac_sha256, sha256

FRESH_MS = 60_000
KEEP_MS = FRESH_MS + CLOCK_AHEAD_MS
"""How long after ``iat`` a proof is remembered: ten seconds longer than it is accepted."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_NO_KEY_FROM_ELSEWHERE = frozenset({"jku", "x5u", "x5c"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DpopProof:
    """A checked proof. ``thumbprint``: the key's, base64url; ``jti_hash``: SHA-256, 32 bytes."""

    thumbprint: str
    jti_hash: bytes
    iat_ms: int
    keep_until_ms: int

    @property
    def replay_key(self) -> bytes:
        """32 bytes to be inserted once and kept until ``keep_until_ms``."""
        return once_key("dpop-proof", self.thumbprint.encode(), self.jti_hash)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundToken:
    """What a proof must match when a token comes with it: its hash, and the key it is bound to."""

    ath: str
    jkt: str


@dataclass(frozen=True, slots=True)
class Nonces:
    """Nonces of the server's own (RFC 9449 section 8), for a deployment that distrusts clocks.

    A nonce is an HMAC over the minute it was made in: no row, and every process with the same
    ``key`` (32 bytes) accepts it. It is good for that minute and the next.
    """

    key: bytes = field(repr=False)

    def issue(self, now_ms: int) -> str:
        """The nonce of this minute."""
        return self._of(now_ms // 60_000)

    def accepts(self, nonce: str, now_ms: int) -> bool:
        """Whether ``nonce`` was issued in this minute or the last."""
        minute = now_ms // 60_000
        offered = nonce.encode()
        return any(equal(offered, self._of(then).encode()) for then in (minute, minute - 1))

    def _of(self, minute: int) -> str:
        made = minute.to_bytes(8, "big")
        return base64url.encode(hmac_sha256(self.key, b"habeas/dpop-nonce/v1\0" + made)[:24])


def check_proof(
    headers: Sequence[str],
    *,
    method: str,
    url: str,
    now_ms: int,
    started_at_ms: int,
    token: BoundToken | None = None,
    nonces: Nonces | None = None,
) -> DpopProof:
    """The proof in the request's ``DPoP`` headers (RFC 9449 section 4.3); else ``InvalidToken``.

    ``url``: the address asked for, without query, made from the issuer. Left to the caller: that
    the proof is unseen (12).

     1. Exactly one header.
     2. A compact JWS in its one byte form.
     3. ``typ`` is ``dpop+jwt``.
     4. An allowed, asymmetric algorithm.
     5. ``jwk`` is a public key.
     6. The signature holds under it.
     7. ``htm`` is the method.
     8. ``htu`` is the address.
     9. ``iat`` from 60 s ago to 10 s ahead, and not from before this process started.
    10. ``nonce`` is one of ours, where nonces are asked for.
    11. With a token: ``ath`` is its hash, and the key is the one it is bound to.
    """
    must(len(headers) > 0, Flaw.MISSING)  # 1
    must(len(headers) == 1, Flaw.MALFORMED)
    jws = parse(headers[0])  # 2
    thumbprint = _proven_key(jws)  # 3 to 6
    claims = json_object(jws.payload)
    must(claims.get("htm") == method, Flaw.METHOD)  # 7
    must(_same_address(claim.text(claims, "htu"), url), Flaw.URL)  # 8
    iat_ms = _fresh_iat(claims, now_ms=now_ms, started_at_ms=started_at_ms)  # 9
    if nonces is not None:  # 10
        must(nonces.accepts(_nonce(claims), now_ms), Flaw.NONCE)
    if token is not None:  # 11
        must(claims.get("ath") == token.ath, Flaw.TOKEN_HASH)
        must(thumbprint == token.jkt, Flaw.BINDING)
    return DpopProof(
        thumbprint=thumbprint,
        jti_hash=sha256(claim.text(claims, "jti").encode()),
        iat_ms=iat_ms,
        keep_until_ms=iat_ms + KEEP_MS,
    )


def _proven_key(jws: Jws) -> str:
    """The thumbprint of the key in the header, which signed this proof."""
    header: Mapping[str, object] = jws.header
    must(header.get("typ") == "dpop+jwt", Flaw.TYPE)  # 3
    must(header.get("alg") in ALGORITHMS, Flaw.ALGORITHM)  # 4
    must(header.keys().isdisjoint(_NO_KEY_FROM_ELSEWHERE), Flaw.HEADER)
    key = verifying_key(header.get("jwk"))  # 5
    verify(jws, key)  # 6
    return key.thumbprint


def _fresh_iat(claims: Claims, *, now_ms: int, started_at_ms: int) -> int:
    iat_ms = claim.time_ms(claims, "iat")
    must(iat_ms <= now_ms + CLOCK_AHEAD_MS, Flaw.EARLY)
    must(iat_ms >= now_ms - FRESH_MS, Flaw.STALE)
    # Whole seconds: a proof made in the very second of the start counts as older, and is made anew.
    must(iat_ms >= started_at_ms, Flaw.STALE)
    return iat_ms


def _nonce(claims: Claims) -> str:
    must("nonce" in claims, Flaw.NONCE)
    return claim.text(claims, "nonce")


def _same_address(claimed: str, url: str) -> bool:
    return claimed == url or normal_address(claimed) == normal_address(url)


@lru_cache(maxsize=256)
def normal_address(url: str) -> str:
    """``url`` without query and fragment, host in lower case, no default port (RFC 3986 6.2.3).

    ``InvalidToken`` (``url``) for what is no http address, or carries a user or a blank.
    """
    # urlsplit drops tabs and line ends in silence, so they are refused before it looks.
    must(url.isascii() and url.isprintable() and " " not in url, Flaw.URL)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise InvalidToken(Flaw.URL) from None
    must(parts.scheme in _DEFAULT_PORTS and bool(parts.hostname), Flaw.URL)
    must("@" not in parts.netloc, Flaw.URL)
    host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else parts.hostname
    shown = "" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{host}{shown}{parts.path or '/'}"


def token_hash(access_token: str) -> str:
    """``ath``: SHA-256 over the token as sent, base64url (RFC 9449 section 4.2)."""
    return base64url.encode(sha256(access_token.encode()))
