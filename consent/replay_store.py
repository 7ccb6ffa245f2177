"""The durable memory of what may be used once, over the main store's ``replay_keys``.

Rules kept here:
- Of two callers at once exactly one is told it is first: the key is the primary key.
- A key is forgotten only after the thing itself would be refused as too old.
- The gate does not come here: it takes the key of a read's proof in the read's own transaction.
"""

from sqlalchemy import delete, text
from sqlmodel import col

from consent.tables import ReadRequestRow, ReplayKey
from vault.database import Database

REQUEST_IDS_KEPT_MS = 24 * 3_600_000
"""A request id that is used again later than a minute after is a conflict for as long as this."""

_TAKE = text(
    "INSERT INTO replay_keys (key, keep_until) VALUES (:key, :keep_until) ON CONFLICT DO NOTHING"
)


class ReplayStore:
    """Keys that were used, shared by every process on this main store."""

    def __init__(self, main: Database) -> None:
        self._main = main

    def first_time(self, key: bytes, *, until_ms: int) -> bool:
        """Remember ``key`` until ``until_ms``; ``False`` if it was remembered already.

        A crash after ``True`` leaves the key used up: its bearer makes a fresh proof.
        """
        with self._main.transaction() as tx:
            row = {"key": key, "keep_until": until_ms}
            return tx.connection().execute(_TAKE, row).rowcount == 1

    def sweep(self, *, now_ms: int) -> int:
        """Forget keys and request ids whose time is over; how many."""
        with self._main.transaction() as tx:
            run = tx.connection().execute
            keys = run(delete(ReplayKey).where(col(ReplayKey.keep_until) < now_ms)).rowcount
            asked = delete(ReadRequestRow).where(
                col(ReadRequestRow.at) < now_ms - REQUEST_IDS_KEPT_MS
            )
            return keys + run(asked).rowcount
