"""Seal and open one value in process: a fresh key, a commitment and a padded ciphertext each time.

python -m benchmarks.sealing
"""

import statistics
import time

from vault.crypto import envelope
from vault.crypto.primitives import random_bytes
from vault.crypto.versioned_key import VersionedKey
from vault.identifiers import new_consumer_id

VALUE = b'"rosa.quint@example.org"'
TIMES = 20_000
RUNS = 7


def main() -> None:
    """Print the median of several runs, in µs a value."""
    key = VersionedKey(1, random_bytes(32))
    place = envelope.Place(
        vault_id=random_bytes(16),
        consumer_id=new_consumer_id(),
        field="contact.email",
        version=1,
        schema_id=1,
    )
    times = [_one_run(key, place) for _ in range(RUNS)]
    seal, open_ = (statistics.median(run[part] for run in times) for part in (0, 1))
    print(f"seal {seal:.1f} µs, open {open_:.1f} µs, together {seal + open_:.1f} µs a value")


def _one_run(key: VersionedKey, place: envelope.Place) -> tuple[float, float]:
    begun = time.perf_counter()
    sealed = [envelope.seal(key, place, VALUE) for _ in range(TIMES)]
    between = time.perf_counter()
    for rec in sealed:
        envelope.open(key, place, rec)
    ended = time.perf_counter()
    return (between - begun) / TIMES * 1e6, (ended - between) / TIMES * 1e6


if __name__ == "__main__":
    main()
