"""Company reads over HTTP: token, a fresh DPoP proof a request, a durable entry, a promise.

    python -m benchmarks.reads --store sqlite
    python -m benchmarks.reads --store postgresql --processes 2
    python -m benchmarks.reads --store sqlite --people-a-request 100

Client, service and database share the machine. Proofs are signed before the clock starts: signing
is the
company's work. The first run of each kind is a warm-up and is not counted.
"""

import argparse
import json
import statistics
import time
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import islice
from secrets import token_urlsafe

import httpx2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from benchmarks.load import Result, Sender, run
from benchmarks.vaults import FIELDS, PURPOSE, Served, Vault
from examples.company import Company
from vault.base64url import encode
from vault.identifiers import Prefix, new_id

CONNECTIONS = 16
PATH = "/v1/field-reads"


def main() -> None:
    """Measure and print one line a run."""
    asked = _asked()
    with (
        Vault.made(asked.store, people=asked.people) as vault,
        vault.serving(processes=asked.processes) as served,
    ):
        requests = Requests(vault, people_a_request=asked.people_a_request)
        results = [_measured(requests, served, asked.requests) for _ in range(asked.runs + 1)][1:]
    for result, cpu in results:
        print(_line(asked, result, cpu))
    middle = statistics.median(result.per_second for result, _ in results)
    print(f"median {middle:,.0f} requests/s, {middle * asked.people_a_request:,.0f} people/s")


class Requests:
    """Prepares requests of one company: each with a proof of its own."""

    def __init__(self, vault: Vault, *, people_a_request: int) -> None:
        self._vault = vault
        self._people_a_request = people_a_request
        self._private = vault.key.private_key
        self._jwk = vault.key.as_dict(private=False)
        self._token = ""
        self._at = 0

    def sign_in(self) -> None:
        """A token for everybody who consented; good for five minutes."""
        with httpx2.Client() as http:
            company = Company(
                http,
                issuer=self._vault.issuer,
                client_id=self._vault.client_id,
                key=self._vault.key,
            )
            self._token = company.token(
                details={
                    "type": f"{self._vault.issuer}/rar/customer-profile-access/v1",
                    "locations": [f"{self._vault.issuer}{PATH}"],
                    "actions": ["read"],
                    "subjects": {"cohort": "all_consented"},
                    "datatypes": list(FIELDS),
                    "purpose": {"code": PURPOSE},
                }
            )

    def prepared(self) -> Iterator[bytes]:
        """Requests without end, over the people in turn."""
        people = self._vault.people
        while True:
            asked = [people[(self._at + n) % len(people)] for n in range(self._people_a_request)]
            self._at += self._people_a_request
            yield self._request(asked)

    def _request(self, people: Sequence[str]) -> bytes:
        reads = [{"consumer": person, "fields": list(FIELDS)} for person in people]
        body = json.dumps({"request_id": new_id(Prefix.REQUEST), "reads": reads}).encode()
        head = (
            f"POST {PATH} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
            f"authorization: DPoP {self._token}\r\ndpop: {self._proof()}\r\n"
            f"content-length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def _proof(self) -> str:
        """RFC 9449 section 4.2, ES256."""
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self._public()}
        claims = {
            "jti": token_urlsafe(16),
            "htm": "POST",
            "htu": self._vault.issuer + PATH,
            "iat": int(time.time()),
            "ath": encode(sha256(self._token.encode()).digest()),
        }
        signed = ".".join(encode(json.dumps(part).encode()) for part in (header, claims))
        der = self._private.sign(signed.encode(), ec.ECDSA(hashes.SHA256()))
        r, s = decode_dss_signature(der)
        return f"{signed}.{encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    def _public(self) -> dict[str, object]:
        return {name: self._jwk[name] for name in ("kty", "crv", "x", "y")}


def _measured(requests: Requests, served: Served, count: int) -> tuple[Result, float]:
    """One run, and the processor time the service took for each request, in µs."""
    requests.sign_in()
    prepared = list(islice(requests.prepared(), count))
    ports = [int(url.rpartition(":")[2]) for url in served.urls]
    senders = [
        Sender(port=ports[n % len(ports)], requests=prepared[n::CONNECTIONS])
        for n in range(CONNECTIONS)
    ]
    before = served.cpu_seconds()
    result = run(senders)
    return result, (served.cpu_seconds() - before) / count * 1e6


def _line(asked: argparse.Namespace, result: Result, cpu: float) -> str:
    return (
        f"{asked.store}, {asked.processes} process(es), {asked.people_a_request} people a request: "
        f"{result.per_second:,.0f} requests/s, p50 {result.percentile(50):.1f} ms, "
        f"p95 {result.percentile(95):.1f} ms, p99 {result.percentile(99):.1f} ms, "
        f"{cpu:,.0f} µs of processor a request, {result.unexpected} unexpected"
    )


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--processes", type=int, default=1, help="PostgreSQL only")
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--people-a-request", type=int, default=1)
    parser.add_argument("--requests", type=int, default=20_000, help="requests of one run")
    parser.add_argument("--runs", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
