"""The durable memory of what may be used once, over the main store's ``replay_keys``.

Rules kept here:
- Of two callers at once exactly one is told it is first: the key is the primary key.
- A key is forgotten only after the thing itself would be refused as too old.
- Forgetting takes turns with the reads: a few at a time, with a pause in which others get theirs.
- The gate does not come here: it takes the key of a read's proof in the read's own transaction.
"""

import time
from collections.abc import Callable

from sqlalchemy import TextClause, text

from vault.database import Database

REQUEST_IDS_KEPT_MS = 24 * 3_600_000
"""A request id that is used again later than a minute after is a conflict for as long as this."""

_TAKE = text(
    "INSERT INTO replay_keys (key, keep_until) VALUES (:key, :keep_until) ON CONFLICT DO NOTHING"
)

AT_ONCE = 500
"""Rows forgotten in one transaction: some milliseconds of the one writer's time on SQLite."""

_PAUSE_S = 0.005

_FORGET_KEYS = text(
    "DELETE FROM replay_keys WHERE key IN (SELECT key FROM replay_keys"
    " WHERE keep_until < :before ORDER BY keep_until LIMIT :at_once)"
)
_FORGET_REQUESTS = text(
    "DELETE FROM read_requests WHERE (consumer_id, company_id, request_id) IN"
    " (SELECT consumer_id, company_id, request_id FROM read_requests"
    " WHERE at < :before ORDER BY at LIMIT :at_once)"
)


class ReplayStore:
    """Keys that were used, shared by every process on this main store."""

    def __init__(self, main: Database, *, pause: Callable[[float], None] = time.sleep) -> None:
        self._main = main
        self._pause = pause

    def first_time(self, key: bytes, *, until_ms: int) -> bool:
        """Remember ``key`` until ``until_ms``; ``False`` if it was remembered already.

        A crash after ``True`` leaves the key used up: its bearer makes a fresh proof.
        """
        with self._main.transaction() as tx:
            row = {"key": key, "keep_until": until_ms}
            return tx.connection().execute(_TAKE, row).rowcount == 1

    def sweep(self, *, now_ms: int) -> int:
        """Forget keys and request ids whose time is over; how many."""
        return self._forget(_FORGET_KEYS, before=now_ms) + self._forget(
            _FORGET_REQUESTS, before=now_ms - REQUEST_IDS_KEPT_MS
        )

    def _forget(self, few: TextClause, *, before: int) -> int:
        """A crash between two transactions leaves the rest for the next sweep."""
        forgotten, more = 0, True
        while more:
            with self._main.transaction() as tx:
                told = {"before": before, "at_once": AT_ONCE}
                found = tx.connection().execute(few, told).rowcount
            forgotten, more = forgotten + found, found == AT_ONCE
            if more:
                self._pause(_PAUSE_S)
        return forgotten
