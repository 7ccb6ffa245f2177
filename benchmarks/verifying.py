"""The offline check of one's own record: 10,000 entries, every one of them proved.

python -m benchmarks.verifying
"""

import argparse
import statistics
import time

from consent.ledger.kept import Kept
from consent.ledger.verifier import Verified, verify_bundle
from tests.ledger_double import LedgerDouble

RUNS = 5
READER = "cmp_" + "0" * 26


def main() -> None:
    """Print the median time and the bundle's size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=10_000)
    parser.add_argument("--an-epoch", type=int, default=10, help="entries an epoch holds")
    asked = parser.parse_args()
    log = LedgerDouble()
    place = log.enrol("person")
    grant = log.grant("person", READER, ["contact.email"])
    for n in range(asked.entries - 2):
        log.read_by("person", READER, grant=grant)
        if n % asked.an_epoch == 0:
            log.close_epoch()
    log.close_epoch()
    data = log.bundle("person").to_json()
    times = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        verdict = verify_bundle(data, log_key=log.key, kept=Kept.enrolled(place), now=log.now)
        times.append(time.perf_counter() - begun)
        if not isinstance(verdict, Verified):
            raise SystemExit(f"the bundle did not verify: {verdict}")
    print(
        f"{asked.entries:,} entries in {len(log.epochs):,} epochs, {len(data) / 1e6:.1f} MB:"
        f" {statistics.median(times):.2f} s, {asked.entries / statistics.median(times):,.0f}/s"
    )


if __name__ == "__main__":
    main()
