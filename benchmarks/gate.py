"""Gated reads without HTTP: lock, decide, entry, durable commit, open five fields, promise.

python -m benchmarks.gate --store sqlite
"""

import argparse
import os
import time
from collections.abc import Sequence

from audit_portal.bootstrap.opening import opened
from audit_portal.page_services import PageServices
from benchmarks.vaults import FIELDS, PURPOSE, Vault
from consent.gate.asks import Answered, Ask, ReadRequest
from vault.identifiers import CompanyId

SIZES = (1, 16, 100)
READS = 4_000


def main() -> None:
    """Print reads a second, and processor time a read, for each size of batch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--people", type=int, default=1_000)
    asked = parser.parse_args()
    with (
        Vault.made(asked.store, people=asked.people) as vault,
        opened(vault.settings) as services,
    ):
        _measured(services, vault, SIZES[-1])  # warms up
        for size in SIZES:
            print(f"{asked.store}, batches of {size}: {_measured(services, vault, size)}")


def _measured(services: PageServices, vault: Vault, size: int) -> str:
    count = max(1, (READS if size > 1 else READS // 8) // size)
    batches = [_batch(vault, size, at) for at in range(count)]
    begun, processor = time.perf_counter(), time.process_time()
    answers = [services.reads.read(batch) for batch in batches]
    seconds, processor = time.perf_counter() - begun, time.process_time() - processor
    allowed = sum(
        outcome.outcome == "allowed"
        for batch in answers
        for answer in batch
        if isinstance(answer, Answered)
        for outcome in answer.outcomes
    )
    reads = count * size
    wrong = reads - allowed
    return (
        f"{reads / seconds:,.0f} reads/s, {processor / reads * 1e6:,.0f} µs of processor a read,"
        f" {wrong} not allowed"
    )


def _batch(vault: Vault, size: int, at: int) -> Sequence[ReadRequest]:
    people = vault.people
    return [
        ReadRequest(
            company=CompanyId(vault.client_id),
            purpose=PURPOSE,
            request_id=os.urandom(12).hex(),
            request_hash=bytes(32),
            asks=(
                Ask(
                    consumer=people[(at * size + n) % len(people)],
                    fields=tuple(FIELDS),
                    unrestricted=True,
                ),
            ),
        )
        for n in range(size)
    ]


if __name__ == "__main__":
    main()
