"""How a company proves who it is: ``private_key_jwt`` and nothing else (RFC 7523, FAPI 2.0).

Rules kept here:
- The key is one the company registered, picked by ``kid``; whatever key a token brings is ignored
  by being refused (``jwk``, ``jku``, ``x5u``, ``x5c``).
- ``aud`` is exactly the issuer, as one text: a list or the address of an endpoint is what mix-up
  attacks are made of.
- An assertion lives five minutes at most and serves once.
- Who fails is told ``invalid_client`` and no more; the flaw is for our own log.

Use::

    client = authenticate(form, issuer=issuer, clients=clients, seen=seen, now_ms=now_ms)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from consent import claims as claim
from consent.claims import CLOCK_AHEAD_MS, Claims
from consent.jose import (
    Flaw,
    InvalidToken,
    Jws,
    VerifyingKey,
    json_object,
    must,
    parse,
    verify,
    verifying_key,
)
from consent.replay import SeenOnce, once_key
from consent.scopes import Scope
from vault.errors import BadInput
from vault.identifiers import CompanyId

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
MAX_LIFE_MS = 300_000
MAX_KEYS = 16

KEYS_IN_HEADER = frozenset({"jwk", "jku", "x5u", "x5c"})
"""Header members that bring a key or point to one (RFC 7515 sections 4.1.2 to 4.1.6)."""

_TYPES = ("JWT", "client-authentication+jwt")
_JTI = "jti"


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A registered company as the authorisation server knows it."""

    company: CompanyId
    """Also its ``client_id``."""
    keys: Mapping[str, VerifyingKey] = field(repr=False)
    """By ``kid``, as ``registered_keys`` gives them."""
    scopes: frozenset[Scope] = frozenset(Scope)
    """What it may ask for."""
    suspended: bool = False


Clients = Callable[[CompanyId], Client | None]
"""Looks a company up; None for an unknown one."""


def registered_keys(jwks: object) -> Mapping[str, VerifyingKey]:
    """The keys of a company's JWK set by ``kid`` (RFC 7517 section 5), at most 16.

    A key without ``kid`` goes by its thumbprint. Raises ``BadInput`` naming the member.
    """
    if not isinstance(jwks, dict) or not isinstance(jwks.get("keys"), list):
        raise BadInput("is not a JWK set", member="keys")
    if not 0 < len(jwks["keys"]) <= MAX_KEYS:
        raise BadInput(f"holds no key, or more than {MAX_KEYS}", member="keys")
    keys: dict[str, VerifyingKey] = {}
    for place, jwk in enumerate(jwks["keys"]):
        kid, key = _registered_key(jwk, member=f"keys[{place}]")
        if kid in keys:
            raise BadInput("has the kid of another key", member=f"keys[{place}].kid")
        keys[kid] = key
    return keys


def _registered_key(jwk: object, *, member: str) -> tuple[str, VerifyingKey]:
    try:
        key = verifying_key(jwk)
        kid = claim.text({"kid": key.thumbprint, **jwk}, "kid") if isinstance(jwk, dict) else ""
    except InvalidToken:
        raise BadInput("is not a public signing key on P-256 or Ed25519", member=member) from None
    return kid, key


def authenticate(
    form: Mapping[str, str], *, issuer: str, clients: Clients, seen: SeenOnce, now_ms: int
) -> Client:
    """The company whose assertion this is (RFC 7523 section 3); ``InvalidToken`` for any flaw.

    1. The parameters say that a signed assertion is meant.
    2. A compact JWS in its one byte form, of a fitting ``typ``, bringing no key of its own.
    3. ``iss`` = ``sub`` = ``client_id``: a company we know.
    4. Signed under the one key of that company which ``kid`` names.
    5. ``aud`` is exactly the issuer.
    6. ``exp`` ahead by at most five minutes; ``iat`` and ``nbf`` not ahead.
    7. ``jti`` not seen before. Last, so that only what is otherwise good is remembered.
    """
    must(form.get("client_assertion_type") == ASSERTION_TYPE, Flaw.MISSING)  # 1
    must("client_secret" not in form, Flaw.HEADER)
    jws = parse(form.get("client_assertion", ""))  # 2
    must(jws.header.get("typ", "JWT") in _TYPES, Flaw.TYPE)
    must(jws.header.keys().isdisjoint(KEYS_IN_HEADER), Flaw.HEADER)
    claims = json_object(jws.payload)
    client = clients(_named_company(claims, form))  # 3
    if client is None:
        raise InvalidToken(Flaw.ISSUER)
    verify(jws, _picked_key(jws, client))  # 4
    must(claims.get("aud") == issuer, Flaw.AUDIENCE)  # 5
    _check_life(claims, now_ms=now_ms)  # 6
    once = once_key("client-assertion", client.company.encode(), claim.text(claims, _JTI).encode())
    until_ms = claim.time_ms(claims, "exp") + CLOCK_AHEAD_MS
    must(seen.first_time(once, until_ms=until_ms), Flaw.REPLAYED)  # 7
    return client


def _named_company(claims: Claims, form: Mapping[str, str]) -> CompanyId:
    named = claim.text(claims, "iss")
    must(claim.text(claims, "sub") == named, Flaw.ISSUER)
    must(form.get("client_id", named) == named, Flaw.ISSUER)
    return CompanyId(named)


def _picked_key(jws: Jws, client: Client) -> VerifyingKey:
    """The key ``kid`` names; a company with one key need not name it."""
    if "kid" not in jws.header and len(client.keys) == 1:
        return next(iter(client.keys.values()))
    key = client.keys.get(claim.text(jws.header, "kid"))
    if key is None:
        raise InvalidToken(Flaw.KEY)
    return key


def _check_life(claims: Claims, *, now_ms: int) -> None:
    """Five minutes from ``iat``; without one, from now, by the company's clock."""
    claim.check_times(claims, now_ms=now_ms)
    expires_ms = claim.time_ms(claims, "exp")
    must(expires_ms <= now_ms + CLOCK_AHEAD_MS + MAX_LIFE_MS, Flaw.LIFETIME)
    if "iat" in claims:
        must(expires_ms - claim.time_ms(claims, "iat") <= MAX_LIFE_MS, Flaw.LIFETIME)
