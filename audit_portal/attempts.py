"""Attempts: how often one address, one person or one network may ask within a quarter of an hour.

Rules kept here:
- What is counted is kept as a keyed hash only; the row of a passed quarter is deleted.
- Counting does not look at whether anybody has the address, so the limit tells nothing about it.
- A refusal says when to come again: the start of the next quarter.
- Of an IPv6 address the first 64 bits count: the rest is the bearer's to choose.

Use::

    match attempts.count(inside, Attempt(kind="code", who=address, most=5)):
        case TooMany(again_at=at): ...
"""

import ipaddress
from dataclasses import dataclass, field

from sqlalchemy import text

from vault.clock import Clock
from vault.crypto.primitives import hmac_sha256, length_prefixed
from vault.database import Transaction

PERIOD_MS = 15 * 60 * 1000

# Counting and reading the count are one statement, so that two askers never read the same number.
_COUNT = text(
    "INSERT INTO sign_in_attempts (who, period, count) VALUES (:who, :period, 1) "
    "ON CONFLICT (who, period) DO UPDATE SET count = sign_in_attempts.count + 1 RETURNING count"
)
_FORGET = text("DELETE FROM sign_in_attempts WHERE period < :period")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One thing to count: what kind, by whom, and how many are let through in a period."""

    kind: str
    who: bytes = field(repr=False)
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TooMany:
    """Come again at ``again_at`` (ms)."""

    again_at: int


class Attempts:
    """Counts attempts in the main store. ``secret`` is 32 bytes that no other store holds."""

    def __init__(self, clock: Clock, *, secret: bytes) -> None:
        self._clock = clock
        self._secret = secret

    def count(self, inside: Transaction, *attempts: Attempt) -> TooMany | None:
        """Count every one of ``attempts``; TooMany when any is over its limit."""
        self.sweep(inside)
        period, connection = self._period(), inside.connection()
        over = False
        for attempt in attempts:
            who = self.key(attempt.kind, attempt.who)
            counted = connection.execute(_COUNT, {"who": who, "period": period}).scalar_one()
            over |= counted > attempt.most
        return TooMany(again_at=(period + 1) * PERIOD_MS) if over else None

    def sweep(self, inside: Transaction) -> int:
        """Forget the counts of passed quarters; how many."""
        return inside.connection().execute(_FORGET, {"period": self._period()}).rowcount

    def _period(self) -> int:
        return self._clock.now_ms() // PERIOD_MS

    def key(self, kind: str, who: bytes) -> bytes:
        """What stands for ``who`` in a row: useless without the secret."""
        return hmac_sha256(self._secret, length_prefixed(b"habeas/attempt/v1", kind.encode(), who))


def network_of(host: str) -> bytes:
    """What is counted of a caller's IP address; anything else counts as one network."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return b"unknown"
    return address.packed[:8] if address.version == 6 else address.packed
