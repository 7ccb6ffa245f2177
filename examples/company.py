"""A company's side of Habeas in one file: ask, read, check. Public libraries only.

    pip install httpx2 joserfc
    python examples/company.py make-key northbank.jwk > northbank.jwks
    habeas company add --name Northbank --jwks northbank.jwks        # prints the client id
    python examples/company.py read http://localhost:8000 cmp_… northbank.jwk \
        --purpose run_account --consumer p_… --field contact.email

The steps, and where they are said:

1. discover the token endpoint (RFC 8414)
2. sign in with a key: ``private_key_jwt`` (RFC 7523), and bind the token to it: DPoP (RFC 9449)
3. ask for exactly what is needed: ``authorization_details`` (RFC 9396)
4. read, with a fresh proof for each request
5. check that what came back is on the record: recompute the commitment from its opening, find our
   own request in it, and verify the signed promise that the log will hold it

Keep the opening and the promise: they prove, to anybody and without the vault, what was answered.
"""

import argparse
import base64
import hashlib
import hmac
import json
import secrets
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import httpx2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from joserfc import jwt
from joserfc.jwk import ECKey

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LONGEST_MERGE_DELAY_S = 24 * 60 * 60


class Refused(Exception):
    """The vault said no; the words are its own."""


class Dishonest(Exception):
    """The vault's answer does not prove itself. Keep it: it may convict the operator."""


class Company:
    """One company at one vault. ``key`` is an EC P-256 key that the vault knows."""

    def __init__(
        self,
        http: httpx2.Client,
        *,
        issuer: str,
        client_id: str,
        key: ECKey,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.http = http
        self.now = now
        self.issuer = issuer
        self.client_id = client_id
        self.key = key
        self.metadata = self._fetch("/.well-known/oauth-authorization-server")  # 1
        if self.metadata["issuer"] != issuer:
            raise Dishonest("the metadata names another issuer")  # RFC 8414 section 3.3
        self.log_keys = self._fetch("/log/keys")

    # --- 2 and 3: a token -------------------------------------------------------------------

    def token(self, *, details: Mapping[str, object] | None = None, scope: str = "") -> str:
        """A token for reading what ``details`` names, or for the API of ``scope``."""
        endpoint = self.metadata["token_endpoint"]
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION,
            "client_assertion": self._assertion(),
            **({"scope": scope} if scope else {}),
            **({"authorization_details": json.dumps([details])} if details else {}),
        }
        proof = self._proof("POST", endpoint)
        answer = self.http.post(endpoint, data=form, headers={"DPoP": proof})
        if answer.status_code != httpx2.codes.OK:
            raise Refused(answer.text)
        return answer.json()["access_token"]

    def details(
        self, *, purpose: str, consumers: Sequence[str], fields: Sequence[str]
    ) -> dict[str, object]:
        """Whose fields, which, and why: one element, one purpose."""
        return {
            "type": f"{self.issuer}/rar/customer-profile-access/v1",
            "locations": [f"{self.issuer}/v1/field-reads"],
            "actions": ["read"],
            "subjects": {"consumers": list(consumers)},
            "datatypes": list(fields),
            "purpose": {"code": purpose},
        }

    def _assertion(self) -> str:
        now = int(self.now())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.issuer,
            "jti": secrets.token_urlsafe(16),
            "iat": now,
            "exp": now + 60,
        }
        header = {"alg": "ES256", "kid": self.key.thumbprint()}
        return jwt.encode(header, claims, self.key)

    def _proof(self, method: str, url: str, token: str = "") -> str:
        claims = {
            "jti": secrets.token_urlsafe(16),
            "htm": method,
            "htu": url,
            "iat": int(self.now()),
        }
        if token:
            claims["ath"] = unpadded(hashlib.sha256(token.encode()).digest())
        public = self.key.as_dict(private=False)
        jwk = {name: public[name] for name in ("kty", "crv", "x", "y")}
        return jwt.encode({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk}, claims, self.key)

    # --- 4: requests ------------------------------------------------------------------------

    def send(
        self, method: str, path: str, token: str, *, body: bytes = b"", query: str = ""
    ) -> httpx2.Response:
        """One request with the token and a fresh proof of its key; the proof knows no query."""
        url = self.issuer + path
        headers = {"Authorization": f"DPoP {token}", "DPoP": self._proof(method, url, token)}
        if method == "POST":
            headers["Content-Type"] = "application/json"
        address = f"{url}?{query}" if query else url
        return self.http.request(method, address, content=body, headers=headers)

    def read(self, token: str, reads: Mapping[str, Sequence[str]]) -> list[dict[str, object]]:
        """The outcomes for ``{consumer: fields}``, each checked before it is believed."""
        request_id = new_request_id()
        listed = [{"consumer": who, "fields": list(fields)} for who, fields in reads.items()]
        body = json.dumps({"request_id": request_id, "reads": listed}).encode()
        answer = self.send("POST", "/v1/field-reads", token, body=body)
        if answer.status_code != httpx2.codes.OK:
            raise Refused(answer.text)
        outcomes = answer.json()["outcomes"]
        for outcome in outcomes:
            if "opening" in outcome:
                self._check(outcome, request_id=request_id, body=body)
        return outcomes

    # --- disputes: what people say is wrong ---------------------------------------------------

    def disputes(self) -> list[dict[str, object]]:
        """What still waits for our answer, oldest first: up to 200. Nothing of it is opened."""
        return self._dispute("GET", "", query="open=true&limit=200")["contests"]

    def dispute(self, contest_id: str) -> dict[str, object]:
        """One dispute with its words. The person sees on their record that we opened them."""
        return self._dispute("GET", f"/{contest_id}")

    def respond(self, contest_id: str, what: str, **said: object) -> dict[str, object]:
        """``acknowledgement``, ``messages``, ``extension`` or ``answer``; how it stands then."""
        return self._dispute("POST", f"/{contest_id}/{what}", body=json.dumps(said).encode())

    def _dispute(self, method: str, path: str, **sent: object) -> dict[str, object]:
        token = self.token(scope="contests")
        answer = self.send(method, f"/v1/contests{path}", token, **sent)
        if answer.status_code != httpx2.codes.OK:
            raise Refused(answer.text)
        return answer.json()

    # --- 5: is it on the record? ------------------------------------------------------------

    def _check(self, outcome: Mapping[str, object], *, request_id: str, body: bytes) -> None:
        opening, promise = outcome["opening"], outcome["promise"]
        said = json.loads(opening["p"])
        if said["request_id"] != request_id or said["consumer"] != outcome["consumer"]:
            raise Dishonest("the entry is about another request")
        told = ("allowed", sorted(outcome.get("fields", ())))
        if outcome["outcome"] == "allowed" and (said["decision"], said["fields"]) != told:
            raise Dishonest("the entry tells of something else than was answered")
        if promise["mmd_s"] > LONGEST_MERGE_DELAY_S:
            raise Dishonest("the log may take longer than agreed")
        if not promise_holds(
            promise,
            commitment=commitment(opening),
            request_hash=hashlib.sha256(body).digest(),
            verifier_key=self.log_keys["promise"],
        ):
            raise Dishonest("the promise was not signed for this answer")

    def _fetch(self, path: str) -> dict[str, str]:
        return self.http.get(self.issuer + path).raise_for_status().json()


# --- what the ledger's formats say, written from their description ------------------------------


def commitment(opening: Mapping[str, str]) -> bytes:
    """C = H("habeas/commit/v1" 0 || A || B), A = HMAC(KA, r || T || u32 len(P) || P)."""
    said = opening["p"].encode()
    key = hashlib.sha256(b"habeas/commit-a/v1").digest()
    message = octets(opening["r"]) + octets(opening["t"]) + len(said).to_bytes(4, "big") + said
    a = hmac.digest(key, message, "sha256")
    return hashlib.sha256(b"habeas/commit/v1\0" + a + octets(opening["b"])).digest()


def promise_holds(
    promise: Mapping[str, object], *, commitment: bytes, request_hash: bytes, verifier_key: str
) -> bool:
    """Whether the signed root is the one that this entry, this request and the path give."""
    name, key_id, public = read_verifier_key(verifier_key)
    if promise["origin"] != name or octets(promise["key_id"]) != key_id:
        return False
    leaf = hashlib.sha256(b"\x00" + commitment + request_hash).digest()
    path = octets(promise["path"])
    siblings = [path[at : at + 32] for at in range(0, len(path), 32)]
    root = root_of(leaf, index=promise["index"], size=promise["size"], siblings=siblings)
    numbers = [(promise["ts"], 8), (promise["mmd_s"], 4), (promise["size"], 4)]
    parts = [name.encode(), key_id, root, *(n.to_bytes(width, "big") for n, width in numbers)]
    message = b"habeas/promise/v1\0" + b"".join(len(p).to_bytes(4, "big") + p for p in parts)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(octets(promise["signature"]), message)
    except InvalidSignature:
        return False
    return True


def root_of(leaf: bytes, *, index: int, size: int, siblings: Sequence[bytes]) -> bytes:
    """The root of an RFC 6962 tree from one leaf and its path (RFC 9162 section 2.1.3.2)."""
    node, at, last = leaf, index, size - 1
    for sibling in siblings:
        if at % 2 or at == last:
            node = hashlib.sha256(b"\x01" + sibling + node).digest()
            while at and not at % 2:
                at, last = at >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\x01" + node + sibling).digest()
        at, last = at >> 1, last >> 1
    return node


def read_verifier_key(text: str) -> tuple[str, bytes, bytes]:
    """``name+hex id+base64(type || key)`` (C2SP signed note): name, id, 32 bytes of Ed25519."""
    name, key_id, key = text.split("+", 2)
    return name, bytes.fromhex(key_id), base64.b64decode(key)[1:]


def new_request_id() -> str:
    """``req_`` and 26 digits of Crockford base32 over 128 random bits."""
    number = secrets.randbits(128)
    return "req_" + "".join(CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))


def unpadded(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def octets(text: str) -> bytes:
    """The bytes of base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


# --- the program --------------------------------------------------------------------------------


def make_key(path: Path) -> str:
    """Write a new private key to ``path`` for nobody else to read; its public JWK set as text."""
    key = ECKey.generate_key("P-256")
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(json.dumps(key.as_dict(private=True)), encoding="utf-8")
    public = {**key.as_dict(private=False), "kid": key.thumbprint(), "use": "sig"}
    return json.dumps({"keys": [public]}, indent=1)


def main() -> None:
    """Make a key, or read and check."""
    parser = argparse.ArgumentParser(description="A company's side of Habeas.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    making = verbs.add_parser("make-key")
    making.add_argument("path", type=Path)
    reading = verbs.add_parser("read")
    for name in ("issuer", "client_id", "key"):
        reading.add_argument(name)
    reading.add_argument("--purpose", required=True)
    reading.add_argument("--consumer", action="append", required=True)
    reading.add_argument("--field", action="append", required=True)
    asked = parser.parse_args()
    if asked.verb == "make-key":
        print(make_key(asked.path))
        return
    key = ECKey.import_key(json.loads(Path(asked.key).read_text(encoding="utf-8")))
    with httpx2.Client(timeout=30) as http:
        company = Company(http, issuer=asked.issuer, client_id=asked.client_id, key=key)
        details = company.details(
            purpose=asked.purpose, consumers=asked.consumer, fields=asked.field
        )
        token = company.token(details=details)
        outcomes = company.read(token, dict.fromkeys(asked.consumer, asked.field))
    print(json.dumps(outcomes, indent=1))


if __name__ == "__main__":
    try:
        main()
    except (Refused, Dishonest) as no:
        sys.exit(f"{type(no).__name__}: {no}")
