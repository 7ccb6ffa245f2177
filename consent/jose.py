"""JWS and nothing else: the one strict wrapper around python-jose (RFC 7515, 7517, 7518, 8037).

python-jose 3.5.0 is the newest release and unmaintained, so it is trusted with little: to make a
key object from a JWK dict of a kind checked here, and to sign and verify with that object. Its
parser, its reading of claims and its choice of keys are not used: two parsers could disagree.

Rules kept here:
- One byte form: three strict, canonical base64url segments, at most 16 KiB, JSON without duplicate
  members. ``crit`` and ``b64`` are refused, not ignored.
- A key has one algorithm and a token is checked against one key: ES256 with P-256, or EdDSA with
  Ed25519. Keys are JWK dicts, public, meant for signatures; never PEM, DER, text or shared secrets.
- Everything wrong with a token is one exception, ``InvalidToken``, with a ``Flaw`` of a closed
  vocabulary. It is raised, because forty checks in a row read best as forty lines; the rooms that
  answer a company (``authorization_server``, ``resource_server``) turn it into a value.
- No message holds a token, a key or a claim.

Use::

    jws = parse(compact)                            # believed by nobody yet
    verify(jws, verifying_key(registered_jwk))      # raises InvalidToken
    claims = json_object(jws.payload)
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from jose import jwk as python_jose_keys
from jose import jws as python_jose_jws
from jose.backends.base import Key

from vault import base64url
from vault.crypto import primitives
from vault.crypto.canonical import JsonValue, strict_json
from vault.errors import BadInput

ES256 = "ES256"
EDDSA = "EdDSA"
ALGORITHMS = (ES256, EDDSA)
"""What companies may sign with. RS256, HS* and ``none`` are not among them."""

MAX_TOKEN_BYTES = 16 * 1024
_MAX_DEPTH = 8
_MAX_HEADER_TEXT = 2048
_KEPT_HEADERS = 512
_KEPT_KEYS = 4096
_NOT_PUBLIC = frozenset({"d", "k", "p", "q", "dp", "dq", "qi", "oth"})


class Flaw(StrEnum):
    """What is wrong with a token, an assertion or a proof. A closed vocabulary, for our own log."""

    ALGORITHM = "algorithm"
    AUDIENCE = "audience"
    BINDING = "binding"
    CLAIM = "claim"
    EARLY = "early"
    EXPIRED = "expired"
    HEADER = "header"
    ISSUER = "issuer"
    KEY = "key"
    LIFETIME = "lifetime"
    MALFORMED = "malformed"
    METHOD = "method"
    MISSING = "missing"
    NONCE = "nonce"
    OVERSIZED = "oversized"
    REPLAYED = "replayed"
    SIGNATURE = "signature"
    STALE = "stale"
    TOKEN_HASH = "token_hash"  # noqa: S105  # the name of a flaw
    TYPE = "type"
    URL = "url"


class InvalidToken(Exception):
    """The caller must act: what was presented is refused, for ``flaw``. It names no value."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.value)
        self.flaw = flaw


def must(condition: bool, flaw: Flaw) -> None:  # noqa: FBT001  # reads as a sentence at the check
    """Refuse for ``flaw`` unless ``condition`` holds."""
    if not condition:
        raise InvalidToken(flaw)


@dataclass(frozen=True, slots=True, kw_only=True)
class Jws:
    """A compact JWS taken apart. Nothing in it is to be believed before ``verify``."""

    header: Mapping[str, object]
    signing_input: bytes
    payload: bytes = field(repr=False)
    signature: bytes = field(repr=False)


def parse(compact: str) -> Jws:
    """Take a compact JWS apart (RFC 7515 section 7.1), if it has its one byte form."""
    must(len(compact) <= MAX_TOKEN_BYTES, Flaw.OVERSIZED)
    segments = compact.split(".")
    must(len(segments) == 3, Flaw.MALFORMED)
    must(len(segments[0]) <= _MAX_HEADER_TEXT, Flaw.OVERSIZED)
    return Jws(
        header=_header(segments[0]),
        payload=decode(segments[1]),
        signature=decode(segments[2]),
        signing_input=compact[: compact.rindex(".")].encode("ascii"),
    )


# A client sends the same header with every proof. Bounded in number and length: a flood of strange
# headers pushes others out and costs time, never memory.
@lru_cache(maxsize=_KEPT_HEADERS)
def _header(segment: str) -> Mapping[str, object]:
    members = json_object(decode(segment))
    must(members.keys().isdisjoint(("crit", "b64")), Flaw.HEADER)  # RFC 7515 4.1.11, RFC 7797
    return MappingProxyType(members)


def decode(text: str) -> bytes:
    """The bytes of a base64url ``text``; ``InvalidToken`` unless it is their one text."""
    try:
        return base64url.decode(text)
    except ValueError:
        raise InvalidToken(Flaw.MALFORMED) from None


def json_object(data: bytes) -> dict[str, JsonValue]:
    """The members of a JSON object in strict JSON; ``InvalidToken`` for anything else."""
    try:
        value = strict_json(data, max_bytes=MAX_TOKEN_BYTES, max_depth=_MAX_DEPTH)
    except BadInput:
        raise InvalidToken(Flaw.MALFORMED) from None
    if not isinstance(value, dict):
        raise InvalidToken(Flaw.MALFORMED)
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyingKey:
    """A public key that verifies with one algorithm. ``thumbprint``: RFC 7638, base64url."""

    algorithm: str
    thumbprint: str
    public: Mapping[str, str]
    """The JWK's required members only: ``kty``, ``crv``, ``x`` and, on P-256, ``y``."""
    operation: Key = field(repr=False, compare=False)


def verifying_key(jwk: object) -> VerifyingKey:
    """The key of a public JWK dict (RFC 7517); ``InvalidToken`` (``key``) for any other.

    Refused: what is no dict, holds a private or a shared member, is of another kind or curve, is
    meant for another use (``use``, ``key_ops``, ``alg``), or is no point of its curve.
    """
    if not isinstance(jwk, dict) or not jwk.keys().isdisjoint(_NOT_PUBLIC):
        raise InvalidToken(Flaw.KEY)
    match jwk:
        case {"kty": "EC", "crv": "P-256", "x": str(x), "y": str(y)}:
            key = _made(ES256, kty="EC", crv="P-256", x=x, y=y)
        case {"kty": "OKP", "crv": "Ed25519", "x": str(x)}:
            key = _made(EDDSA, kty="OKP", crv="Ed25519", x=x)
        case _:
            raise InvalidToken(Flaw.KEY)
    must(_is_meant_for(jwk, key.algorithm), Flaw.KEY)
    return key


def p256_key(point: bytes) -> VerifyingKey:
    """The ES256 key of a public point of our own: x and y, 32 bytes each, as the vault keeps it."""
    x, y = base64url.encode(point[:32]), base64url.encode(point[32:])
    return verifying_key({"kty": "EC", "crv": "P-256", "x": x, "y": y})


def _is_meant_for(jwk: Mapping[str, object], algorithm: str) -> bool:
    """RFC 7517 sections 4.2 to 4.4: what is said about the key's use must allow verifying."""
    operations = jwk.get("key_ops", ["verify"])
    return (
        jwk.get("use", "sig") == "sig"
        and jwk.get("alg", algorithm) == algorithm
        and isinstance(operations, list)
        and "verify" in operations
    )


# Making a key object costs half a signature check, and a client proves with one key a thousand
# times. Bounded, for the same reason.
@lru_cache(maxsize=_KEPT_KEYS)
def _made(algorithm: str, **public: str) -> VerifyingKey:
    try:
        # RFC 7518 section 6.2.1.2: full width, so that one point has one text and one thumbprint.
        widths = {len(decode(public[name])) for name in ("x", "y") if name in public}
        must(widths == {32}, Flaw.KEY)
        operation = python_jose_keys.construct(public, algorithm)
    except Exception:  # noqa: BLE001  # python-jose raises what it likes for what is no point
        raise InvalidToken(Flaw.KEY) from None
    return VerifyingKey(
        algorithm=algorithm, thumbprint=thumbprint(public), public=public, operation=operation
    )


def thumbprint(public: Mapping[str, str]) -> str:
    """RFC 7638 section 3 by hand: SHA-256 over the required members, sorted, without spaces.

    ``public`` holds exactly those members, all base64url or plain names: nothing needs escaping.
    """
    members = ",".join(f'"{name}":"{public[name]}"' for name in sorted(public))
    return base64url.encode(primitives.sha256(f"{{{members}}}".encode("ascii")))


def verify(jws: Jws, key: VerifyingKey) -> None:
    """Return if ``jws`` is signed under ``key`` with its one algorithm; else ``InvalidToken``."""
    must(jws.header.get("alg") == key.algorithm, Flaw.ALGORITHM)
    try:
        holds = key.operation.verify(jws.signing_input, jws.signature)
    except Exception:  # noqa: BLE001  # a foreign exception is a no, whatever its kind
        holds = False
    must(holds, Flaw.SIGNATURE)


class _Ed25519Key(Key):
    """EdDSA for python-jose, which has none (RFC 8037 section 3.1)."""

    def __init__(self, key: Mapping[str, str], algorithm: str) -> None:
        super().__init__(key, algorithm)
        self._public = decode(key["x"])

    def verify(self, msg: bytes, sig: bytes) -> bool:
        """Whether ``sig`` is this key's over ``msg``."""
        return primitives.ed25519_verify(public=self._public, message=msg, signature=sig)


python_jose_keys.register_key(EDDSA, _Ed25519Key)


class SigningKey:
    """A P-256 key of our own that signs with ES256. ``scalar``: its 32 private bytes.

    ``kid`` is the thumbprint, so that a key cannot be published under two names.
    """

    __slots__ = ("_operation", "verifying")

    def __init__(self, scalar: bytes) -> None:
        self.verifying = p256_key(primitives.p256_public(scalar))
        private = {**self.verifying.public, "d": base64url.encode(scalar)}
        self._operation = python_jose_keys.construct(private, ES256)

    @property
    def kid(self) -> str:
        """The name of this key in headers and in the JWKS."""
        return self.verifying.thumbprint

    def sign(self, payload: bytes, *, typ: str) -> str:
        """The compact JWS of ``payload`` under a header of ``alg``, ``kid`` and ``typ``."""
        headers = {"typ": typ, "kid": self.kid}
        return python_jose_jws.sign(payload, self._operation, headers=headers, algorithm=ES256)

    def __repr__(self) -> str:
        return f"SigningKey(kid={self.kid})"
