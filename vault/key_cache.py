"""Keys held for a few seconds, so that hot reads do not ask the key store each time.

Rules kept here:
- At most ``cap`` owners for each use; the oldest go first. Nothing is held beyond its time.
- What was dropped is gone at once, also from a fetch that began before the drop and ends after it.

Owner of the mutable state: one ``KeyCache`` per ``Keyring``, shared by its threads.
"""

import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from vault.clock import Clock
from vault.crypto.versioned_key import VersionedKey
from vault.identifiers import ConsumerId


class _Held(NamedTuple):
    until: int
    versions: tuple[VersionedKey, ...]

    def __repr__(self) -> str:
        return "_Held()"


class KeyCache:
    """(use, owner) to all live versions of that key, oldest version first; bounded and timed."""

    def __init__(self, *, clock: Clock, cap: int, hold_ms: int) -> None:
        self._clock = clock
        self._cap = cap
        self._hold_ms = hold_ms
        self._lock = threading.Lock()
        self._uses: dict[str, dict[ConsumerId, _Held]] = {}
        self._drops = 0

    def get(
        self, use: str, owners: Iterable[ConsumerId]
    ) -> dict[ConsumerId, tuple[VersionedKey, ...]]:
        """What is held of these owners; the others are missing from the answer."""
        held, now = self._uses.get(use, {}), self._clock.monotonic_ms()
        return {
            owner: entry.versions
            for owner in owners
            if (entry := held.get(owner)) is not None and entry.until > now
        }

    def ticket(self) -> int:
        """Take it before fetching keys, hand it to ``put``: keys dropped between are not held."""
        return self._drops

    def put(
        self, use: str, fetched: Mapping[ConsumerId, tuple[VersionedKey, ...]], *, ticket: int
    ) -> None:
        """Hold what was fetched, unless anything was dropped since the ticket was taken."""
        until = self._clock.monotonic_ms() + self._hold_ms
        with self._lock:
            if ticket != self._drops:
                return
            held = self._uses.setdefault(use, {})
            for owner, versions in fetched.items():
                held.pop(owner, None)  # to the end: entries stand in the order they expire
                held[owner] = _Held(until, versions)
            self._trim(held)

    def drop(self, owners: Sequence[ConsumerId], uses: Iterable[str]) -> None:
        """Forget these keys now."""
        with self._lock:
            self._drops += 1
            for use in uses:
                for owner in owners:
                    self._uses.get(use, {}).pop(owner, None)

    def _trim(self, held: dict[ConsumerId, _Held]) -> None:
        now = self._clock.monotonic_ms()
        while held:
            oldest = next(iter(held))
            if len(held) <= self._cap and held[oldest].until > now:
                return
            del held[oldest]
