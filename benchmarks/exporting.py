"""An officer's export of the whole log: written, checked by us, checked by the program for Node.

python -m benchmarks.exporting --entries 100000 --people 1000
python -m benchmarks.exporting --entries 1000000 --people 10000 --kind postgresql

Entries are reads of five fields, spread over all people, as they come in from many companies.
"""

import argparse
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from joserfc.jwk import ECKey

from audit_portal.bootstrap.opening import opened
from audit_portal.exports.files import save, save_table
from audit_portal.page_services import PageServices
from audit_portal.settings import Settings
from benchmarks.vaults import FIELDS, PURPOSE, Kind, _urls
from consent.ledger.checkpoint import VerifierKey
from consent.ledger.entry_types import EntryType
from consent.ledger.export_asked import Asked
from consent.ledger.export_check import check_export, lines_of
from consent.ledger.export_verdicts import Exported
from consent.ledger.log import NewEntry
from tests import node
from tests.finding import Found
from vault.identifiers import CompanyId, Prefix, new_id

_CHUNK = 1_000
_STRANGER = Path(__file__).parents[1] / "tests" / "strangers" / "verify-export.mjs"


def main() -> None:
    """Print seconds, entries a second, the file's size and the most memory that was in use."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--kind", choices=("sqlite", "postgresql"), default="sqlite")
    asked = parser.parse_args()
    kind: Kind = asked.kind
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="habeas-bench-")))
        settings = Settings(data_dir=folder, **_urls(kind, stack))
        with opened(settings, making=True) as services:
            _lived_in(services, entries=asked.entries, people=asked.people)
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            file, table = folder / "log.jsonl", folder / "log.csv"
            told = _timed("written", asked.entries, lambda: _save(services, file))
            grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
            size = file.stat().st_size
            print(f"{told}, {size / 1e6:.0f} MB, {grown / 1e3:.0f} MB more memory")
            print(_timed("as a table", asked.entries, lambda: save_table(file, table)))
            key = services.log_keys["log"]
            print(_timed("checked", asked.entries, lambda: _check(file, key)))
            print(_timed("checked in Node", asked.entries, lambda: _check_in_node(file, key)))


def _timed(what: str, entries: int, work: Callable[[], object]) -> str:
    begun, computed = time.perf_counter(), time.process_time()
    work()
    seconds, busy = time.perf_counter() - begun, time.process_time() - computed
    each = (
        f"{busy / entries * 1e6:.0f} us of processor each" if busy > 0.1 else "in another process"
    )
    return f"{what}: {seconds:.1f} s, {entries / seconds:,.0f} entries/s, {each}"


def _save(services: PageServices, file: Path) -> None:
    nudge = services.sequencer.run_once
    save(services.exports, Asked(), by="stf_1", file=file, show=lambda *_: None, nudge=nudge)


def _check(file: Path, key: str) -> None:
    with file.open("rb") as stream:
        answer = check_export(lines_of(stream), log_key=VerifierKey.parse(key))
    if not isinstance(answer, Exported):
        raise SystemExit(f"the export did not verify: {answer}")


def _check_in_node(file: Path, key: str) -> None:
    found = node.find()
    if isinstance(found, Found):
        subprocess.run([found.at, _STRANGER, key, file], check=True, stdout=subprocess.DEVNULL)


def _lived_in(services: PageServices, *, entries: int, people: int) -> None:
    key = ECKey.generate_key("P-256")
    company = services.companies.add("Northbank", {"keys": [key.as_dict(private=False)]})
    known = []
    for first in range(0, people, _CHUNK):
        numbers = range(first, min(first + _CHUNK, people))
        enrolled = services.enrolment.enrol_many(company, [f"A-{n}" for n in numbers])
        known += [person.consumer_id for person in enrolled]
    for first in range(0, entries, _CHUNK):
        owners = [known[n % people] for n in range(first, first + _CHUNK)]
        reads = [_read(owner, company) for owner in owners]
        with services.log.acting(owners) as act:
            act.append(*reads)
        services.sequencer.run_once()
    while services.sequencer.run_once():
        pass


def _read(owner: bytes, company: CompanyId) -> NewEntry:
    names = sorted(FIELDS)
    told = {
        "consumer": new_id(Prefix.PAIRWISE),
        "grant_id": new_id(Prefix.GRANT),
        "fields": names,
        "withheld": [],
        "purpose": PURPOSE,
        "request_id": new_id(Prefix.REQUEST),
        "decision": "allowed",
        "company_versions": dict.fromkeys(names, "uvJxMfO5cga66l82"),
    }
    return NewEntry(
        owner=owner,
        type=EntryType.READ,
        actor=company,
        company=company,
        P=told,
        Q={"versions": dict.fromkeys(names, "1")},
    )


if __name__ == "__main__":
    main()
