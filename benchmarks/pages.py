"""The pages of somebody with a long record: the server's time and the size of each.

python -m benchmarks.pages --entries 10000

Five companies know the person, whose record four others were joined into; ten permissions stand,
twenty have ended, one field has many versions, and every look went through the gate. A time is the
middle of five requests in this process, without a network; a size is the page as sent.
"""

import argparse
import io
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from audit_portal import service_log
from consent.gate.asks import Ask, ReadRequest
from examples.company import Company, new_request_id
from tests.vaults import Vault, served
from vault.identifiers import CompanyId, ConsumerId

COMPANIES = ("Northbank", "Lumen Energy", "Parcelo", "Corner Shoes", "Alder Books")
SUPPLIED = {
    "identity.full_name": "Rosa Example",
    "identity.nickname": "Rosa",
    "identity.age": 46,
    "contact.email": "rosa@example.org",
    "contact.note": "Prefers the morning.",
    "work.title": "Cartographer",
    "work.organisation": "Example Maps",
    "money.personal_loan": False,
}
ASKED = {
    "run_account": ("contact.email", "identity.full_name"),
    "personal_offers": ("identity.nickname", "work.title", "work.organisation"),
}
OWN, VERSIONS, ENDED, TRIES, A_BATCH = "preferences.shoe_size", 300, 20, 5, 50
WEEK_MS, TEN_MINUTES_MS = 7 * 24 * 60 * 60 * 1000, 10 * 60 * 1000


def main() -> None:
    """Print each page's time and size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=10_000)
    entries = parser.parse_args().entries
    service_log.configure(io.StringIO())
    with (
        tempfile.TemporaryDirectory(prefix="habeas-bench-") as folder,
        served(Path(folder)) as vault,
    ):
        rosa = _life(vault, entries)
        token = vault.services.sessions.begin(rosa).token
        vault.http.cookies.set(vault.services.sessions.cookies.session, token.hex())
        print(f"{vault.services.reader.count(rosa):,} entries and 4 joined records")
        for path in _paths(vault, rosa):
            print(_measured(vault, path))


def _measured(vault: Vault, path: str) -> str:
    seconds, size = [], 0
    for _ in range(TRIES):
        begun = time.perf_counter()
        answer = vault.http.get(path)
        seconds.append(time.perf_counter() - begun)
        size = len(answer.raise_for_status().content)
    return f"{path:<46} {statistics.median(seconds) * 1000:6.0f} ms {size / 1000:8.1f} kB"


def _paths(vault: Vault, rosa: ConsumerId) -> Iterator[str]:
    grant = vault.services.portal.permissions(rosa).active[0]
    yield from ("/", "/data", "/data/contact.email", f"/data/{OWN}", f"/data/{OWN}/change")
    yield from ("/used", "/used?kind=looked", "/used?kind=blocked", "/used?kind=yours")
    yield from (
        "/used?field=contact.email",
        f"/used?field={OWN}",
        f"/used?company={grant.company.id}",
    )
    yield from ("/permissions", "/permissions/stop-all", f"/permissions/{grant.grant_id}/stop")
    yield from (f"/done/{vault.services.reader.count(rosa)}", "/copy", "/help", "/used/list.csv")


# --- somebody's life ------------------------------------------------------------------------------


def _life(vault: Vault, entries: int) -> ConsumerId:
    companies = [vault.company(name) for name in COMPANIES]
    known = [vault.enrol(company, "A-1", SUPPLIED) for company in companies]
    portal, codes = vault.services.portal, map(_invited, [vault] * len(companies), companies)
    rosa = portal.claim(next(codes), "rosa@example.org")
    for code in codes:
        portal.join(rosa, code)
    for size in range(VERSIONS):
        portal.change(rosa, OWN, f"EU {size}")
    for _ in range(ENDED):
        portal.revoke(rosa, vault.permit(companies[0], known[0], ["contact.email"]))
    for company, person in zip(companies, known, strict=True):
        for purpose, fields in ASKED.items():
            vault.permit(company, person, fields, purpose=purpose, until="P1Y")
    _looks(vault, companies, known, entries)
    return rosa


def _invited(vault: Vault, company: Company) -> str:
    source = CompanyId(company.client_id)
    return vault.services.enrolment.invite(source, "A-1", valid_ms=WEEK_MS)


def _looks(vault: Vault, companies: list[Company], known: list[str], count: int) -> None:
    """Looks in turn by each company for each purpose; the log keeps up."""
    asks = [
        (company, purpose, Ask(consumer=person, fields=fields, unrestricted=True))
        for company, person in zip(companies, known, strict=True)
        for purpose, fields in ASKED.items()
    ]
    for first in range(0, count, A_BATCH):
        vault.clock.advance(TEN_MINUTES_MS)
        vault.services.sequencer.run_once()
        turn = (asks[(first + n) % len(asks)] for n in range(min(A_BATCH, count - first)))
        vault.services.reads.read([_request(*one) for one in turn])
    while vault.services.sequencer.run_once():
        pass


def _request(company: Company, purpose: str, ask: Ask) -> ReadRequest:
    return ReadRequest(
        company=CompanyId(company.client_id),
        purpose=purpose,
        request_id=new_request_id(),
        request_hash=bytes(32),
        asks=(ask,),
    )


if __name__ == "__main__":
    main()
