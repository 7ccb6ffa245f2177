"""A fictional company and the parts of a vault it speaks to, for tests of the token rooms.

The company signs with ``joserfc``, a library the house does not use, so that both sides of a
signature are not written by the same hand. Every claim and header member can be bent:
``ABSENT`` takes it away.

Use::

    company = OAuthCompany()
    desk = Desk(company)
    answer = desk.server.token(company.token_request(desk.now_ms), now_ms=desk.now_ms)
"""

import base64
import hashlib
import itertools
import json
import warnings
from dataclasses import dataclass, field

from joserfc import jws
from joserfc.jwk import ECKey, OKPKey

from consent.authorization_server import AuthorizationServer, TokenRequest
from consent.client_auth import ASSERTION_TYPE, Client, registered_keys
from consent.jose import SigningKey
from consent.resource_server import ResourceServer
from consent.tokens import AccessTokens, TokenKeys
from tests.fakes import START_MS
from vault.crypto.primitives import p256_generate
from vault.identifiers import CompanyId, PairwiseId

ISSUER = "https://vault.example"
TOKEN_URL = f"{ISSUER}/oauth/token"
READS_URL = f"{ISSUER}/v1/field-reads"
ABSENT = object()
ANNA = PairwiseId("p_01J8ZQ4M7T3VXW2Y5N6B8C9D0E")
BEN = PairwiseId("p_11J8ZQ4M7T3VXW2Y5N6B8C9D0E")
STRANGER = PairwiseId("p_21J8ZQ4M7T3VXW2Y5N6B8C9D0E")
CATALOGUE = {"contact.email", "contact.phone", "address.home", "name.given"}

_numbers = itertools.count()


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def bent(members: dict, changes: dict) -> dict:
    """``members`` with ``changes``; those changed to ABSENT are gone."""
    return {name: value for name, value in {**members, **changes}.items() if value is not ABSENT}


class AnyHeader(jws.JWSRegistry):
    """joserfc's registry without its opinion on headers: forgers have none."""

    def check_header(self, header) -> None:
        pass


def signed(header: dict, claims: dict | bytes, key) -> str:
    """A compact JWS as joserfc makes it."""
    payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    registry = AnyHeader(algorithms=["ES256", "EdDSA"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # joserfc deprecates EdDSA's old name, which clients send
        return jws.serialize_compact(header, payload, key, registry=registry)


def opened(compact: str, jwk: dict) -> tuple[dict, dict]:
    """Header and claims of a compact JWS, its signature checked by joserfc."""
    found = jws.deserialize_compact(compact, ECKey.import_key(jwk), algorithms=["ES256"])
    return found.headers(), json.loads(found.payload)


def element(consumers=(ANNA,), fields=("contact.email",), code="run_account", **changes) -> dict:
    """An authorisation element of our type."""
    return bent(
        {
            "type": f"{ISSUER}/rar/customer-profile-access/v1",
            "locations": [READS_URL],
            "actions": ["read"],
            "subjects": {"consumers": list(consumers)},
            "datatypes": list(fields),
            "purpose": {"code": code},
        },
        changes,
    )


@dataclass
class OAuthCompany:
    """A registered company: one key to authenticate with, one to prove possession of."""

    client_id: str = "cmp_01J8ZQ4M7T3VXW2Y5N6B8C9D0E"
    kid: str = "acme-1"
    key: ECKey | OKPKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    proof_key: ECKey | OKPKey = field(default_factory=lambda: ECKey.generate_key("P-256"))

    def jwks(self) -> dict:
        return {"keys": [{**self.key.as_dict(private=False), "kid": self.kid, "use": "sig"}]}

    def client(self, **changes) -> Client:
        keys = registered_keys(self.jwks())
        return Client(**{"company": CompanyId(self.client_id), "keys": keys, **changes})

    def assertion(self, now_ms: int, *, header: dict | None = None, **changes) -> str:
        now_s = now_ms // 1000
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": ISSUER,
            "iat": now_s,
            "exp": now_s + 60,
            "jti": f"assertion-{next(_numbers)}",
        }
        head = bent({"alg": algorithm(self.key), "kid": self.kid, "typ": "JWT"}, header or {})
        return signed(head, bent(claims, changes), self.key)

    def proof(
        self, now_ms: int, *, header: dict | None = None, token: str | None = None, **changes
    ) -> str:
        claims = {
            "jti": f"proof-{next(_numbers)}",
            "htm": "POST",
            "htu": TOKEN_URL if token is None else READS_URL,
            "iat": now_ms // 1000,
        }
        if token is not None:
            claims["ath"] = b64(hashlib.sha256(token.encode()).digest())
        public = self.proof_key.as_dict(private=False)
        head = {"alg": algorithm(self.proof_key), "typ": "dpop+jwt", "jwk": public}
        return signed(bent(head, header or {}), bent(claims, changes), self.proof_key)

    def form(self, now_ms: int, **changes) -> dict[str, str]:
        """The parameters of a good token request."""
        return bent(
            {
                "grant_type": "client_credentials",
                "client_id": self.client_id,
                "client_assertion_type": ASSERTION_TYPE,
                "client_assertion": self.assertion(now_ms),
                "scope": "offers people",
            },
            changes,
        )

    def token_request(self, now_ms: int, *, proof: str | None = None, **changes) -> TokenRequest:
        form = self.form(now_ms, **changes)
        return TokenRequest(form=tuple(form.items()), dpop=(proof or self.proof(now_ms),))


def algorithm(key) -> str:
    return "ES256" if isinstance(key, ECKey) else "EdDSA"


class Seen:
    """A ``SeenOnce`` in memory."""

    def __init__(self) -> None:
        self.until: dict[bytes, int] = {}

    def first_time(self, key: bytes, *, until_ms: int) -> bool:
        if key in self.until:
            return False
        self.until[key] = until_ms
        return True


class Desk:
    """A vault's token endpoint and company API for one company, at the time the clock begins.

    ``consented``: person -> fields, for the purpose ``run_account``.
    """

    def __init__(self, company: OAuthCompany, **client_changes) -> None:
        self.now_ms = START_MS
        self.signing = SigningKey(p256_generate())
        self.seen = Seen()
        self.consented = {ANNA: {"contact.email", "contact.phone"}, BEN: {"address.home"}}
        self.asked_ledger: list[tuple] = []
        self.blocked: list[dict] = []
        self.tokens = AccessTokens(issuer=ISSUER, keys=TokenKeys(signing=self.signing))
        self.server = AuthorizationServer(
            tokens=self.tokens,
            clients={company.client_id: company.client(**client_changes)}.get,
            consents=self.consents,
            blocked=lambda **told: self.blocked.append(told),
            catalogue=CATALOGUE,
            seen=self.seen,
            started_at_ms=START_MS - 3_600_000,
        )
        self.resource = ResourceServer(tokens=self.tokens, started_at_ms=START_MS - 3_600_000)

    def consents(self, *, company, purpose, consumers):
        self.asked_ledger.append((company, purpose, frozenset(consumers)))
        if purpose != "run_account":
            return {}
        return {who: self.consented[who] for who in consumers if who in self.consented}

    def admit(self, token: str, proof: str, **changes):
        request = {
            "authorization": [f"DPoP {token}"],
            "dpop": [proof],
            "method": "POST",
            "path": "/v1/field-reads",
            "query": "",
            "scope": None,
            "now_ms": self.now_ms,
        }
        return self.resource.admit(**{**request, **changes})
