"""The hot statements on SQLite.

One local connection, the writer's, so each statement costs microseconds.

Rules kept here:
- ``BEGIN IMMEDIATE`` takes the one write lock of the file; the order of the heads then needs no
  locks of its own.
- ``synchronous=FULL`` is set where the connection is opened: ``COMMIT`` returns when the bytes are
  on the disk.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from consent.statements.rows import (
    AskKey,
    EntryToWrite,
    GrantNow,
    HeadMove,
    HeadNow,
    ReadFacts,
    ReadMarks,
    RefusalNow,
    RequestNow,
    RestrictionNow,
    SealedNow,
)

_HEADS = (
    "SELECT slot, consumer_id, kind, status, n, head, last_at, secrets FROM heads"
    " WHERE slot IN ({}) ORDER BY slot"
)
_INSERT_ENTRY = (
    "INSERT INTO entries (consumer_id, i, slot, at, commitment, previous, row, row_hash,"
    " company_id, type)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_MOVE_HEAD = "UPDATE heads SET n = ?, head = ?, last_at = ? WHERE slot = ?"
_TAKE_PROOF = "INSERT INTO replay_keys (key, keep_until) VALUES (?, ?) ON CONFLICT DO NOTHING"
_SUSPENDED = "SELECT company_id FROM companies WHERE status <> 'active' AND company_id IN ({})"
# The plus keeps the planner on the person's own rows: a company's index holds millions of people.
_GRANTS = (
    "SELECT consumer_id, company_id, grant_id, purpose, basis, state, version, fields, from_ms,"
    " until_ms, max_reads, reads_used, made_at FROM grants"
    " WHERE consumer_id = ? AND +company_id = ?"
)
_RESTRICTIONS = (
    "SELECT r.consumer_id, r.field, r.contest_id, r.reason, r.serving, r.since, r.statement_id,"
    " t.rec FROM restrictions r LEFT JOIN sealed_texts t ON t.consumer_id = r.consumer_id"
    " AND t.kind = 'statement' AND t.text_id = r.statement_id WHERE r.consumer_id IN ({})"
)
_REQUEST = (
    "SELECT consumer_id, company_id, request_id, request_hash, entry_i, grant_id, grant_version, at"
    " FROM read_requests WHERE consumer_id = ? AND company_id = ? AND request_id = ?"
)
_REFUSALS = (
    "SELECT consumer_id, company_id, reason, hour, repeated FROM refusals"
    " WHERE consumer_id = ? AND company_id = ?"
)
_CURRENT = (
    "WITH asked(consumer_id, company_id) AS (VALUES (?, ?)), a(field) AS (VALUES {})"
    " SELECT v.consumer_id, asked.company_id, v.field, 0, v.version, v.nature, v.schema_id, v.rec"
    " FROM asked CROSS JOIN a CROSS JOIN field_versions v"
    " WHERE v.consumer_id = asked.consumer_id AND v.field = a.field AND v.version = coalesce("
    " (SELECT c.version FROM field_choices c JOIN field_versions o USING (consumer_id, field,"
    " version)"
    "  WHERE c.consumer_id = asked.consumer_id AND c.field = a.field AND o.rec IS NOT NULL),"
    " (SELECT o.version FROM field_versions o WHERE o.consumer_id = asked.consumer_id"
    "  AND o.field = a.field AND o.source = zeroblob(16) AND o.rec IS NOT NULL"
    "  ORDER BY o.version DESC LIMIT 1),"
    " (SELECT o.version FROM field_versions o WHERE o.consumer_id = asked.consumer_id"
    "  AND o.field = a.field AND o.rec IS NOT NULL ORDER BY o.version DESC LIMIT 1))"
)
_OWN_LINE = (
    "SELECT consumer_id, ?, field, 1, version, nature, schema_id, rec FROM field_versions"
    " WHERE consumer_id = ? AND field = ? AND source = ? AND rec IS NOT NULL"
    " ORDER BY version DESC LIMIT 1"
)
_KEEP_REQUEST = (
    "INSERT INTO read_requests"
    " (consumer_id, company_id, request_id, request_hash, entry_i, grant_id, grant_version, at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (consumer_id, company_id, request_id) DO"
    " UPDATE SET"
    " request_hash = excluded.request_hash, entry_i = excluded.entry_i, grant_id ="
    " excluded.grant_id,"
    " grant_version = excluded.grant_version, at = excluded.at"
)
_KEEP_REFUSAL = (
    "INSERT INTO refusals (consumer_id, company_id, reason, hour, repeated) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (consumer_id, company_id, reason)"
    " DO UPDATE SET hour = excluded.hour, repeated = excluded.repeated"
)
_COUNT_READS = (
    "UPDATE grants SET reads_used = reads_used + ? WHERE consumer_id = ? AND grant_id = ?"
)

_RECORDED = "SELECT commitment, row FROM entries WHERE consumer_id = ? AND i = ?"
_VERSION = (
    "SELECT consumer_id, '', field, 0, version, nature, schema_id, rec FROM field_versions"
    " WHERE consumer_id = ? AND field = ? AND version = ? AND rec IS NOT NULL"
)


class SqliteStatements:
    """The hot statements on the writing connection."""

    def lock_heads(self, connection: sqlite3.Connection, slots: Sequence[int]) -> list[HeadNow]:
        """Read the heads in slot order; ``BEGIN IMMEDIATE`` already locked the file."""
        return [HeadNow(*row) for row in _in(connection, _HEADS, sorted(set(slots)))]

    def append(
        self,
        connection: sqlite3.Connection,
        entries: Sequence[EntryToWrite],
        moves: Sequence[HeadMove],
    ) -> None:
        """Insert entries and move heads."""
        connection.executemany(_INSERT_ENTRY, entries)
        connection.executemany(_MOVE_HEAD, moves)

    def begin_read(
        self,
        connection: sqlite3.Connection,
        slots: Sequence[int],
        asks: Sequence[AskKey],
        proofs: Sequence[tuple[bytes, int]],
    ) -> ReadFacts:
        """Begin, lock, take the replay keys, and read everything the gate decides upon."""
        connection.execute("BEGIN IMMEDIATE")
        run = connection.execute
        pairs = {(ask.consumer_id, ask.company_id) for ask in asks}
        heads = self.lock_heads(connection, slots)
        grants = [GrantNow(*row) for pair in pairs for row in run(_GRANTS, pair)]
        # Only a permission that does not rest on consent looks at the company's own line.
        own = {grant[:2] for grant in grants if grant.basis != "consent"}
        return ReadFacts(
            heads=heads,
            fresh_proofs={proof[0] for proof in proofs if run(_TAKE_PROOF, proof).rowcount == 1},
            suspended={row[0] for row in _in(connection, _SUSPENDED, {pair[1] for pair in pairs})},
            grants=grants,
            restrictions=[
                RestrictionNow(*row)
                for row in _in(connection, _RESTRICTIONS, {pair[0] for pair in pairs})
            ],
            requests=[RequestNow(*row) for ask in asks for row in run(_REQUEST, ask[:3])],
            refusals=[RefusalNow(*row) for pair in pairs for row in run(_REFUSALS, pair)],
            sealed=[
                row for ask in asks for row in _sealed(connection, ask, own_line=(ask[:2] in own))
            ],
        )

    def finish_read(self, connection: sqlite3.Connection, marks: ReadMarks) -> None:
        """Write what the batch leaves behind and commit."""
        self.append(connection, marks.entries, marks.moves)
        connection.executemany(_KEEP_REQUEST, marks.requests)
        if marks.refusals:
            connection.executemany(_KEEP_REFUSAL, marks.refusals)
        if marks.counted:
            connection.executemany(_COUNT_READS, marks.counted)
        connection.execute("COMMIT")

    def recorded(
        self, connection: sqlite3.Connection, consumer_id: bytes, i: int
    ) -> tuple[bytes, bytes] | None:
        """Commitment and sealed row of one entry."""
        found: tuple[bytes, bytes] | None = connection.execute(
            _RECORDED, (consumer_id, i)
        ).fetchone()
        return found

    def versions(
        self, connection: sqlite3.Connection, consumer_id: bytes, wanted: Sequence[tuple[str, int]]
    ) -> list[SealedNow]:
        """These very versions of a person's fields."""
        run = connection.execute
        return [SealedNow(*row) for one in wanted for row in run(_VERSION, (consumer_id, *one))]

    def give_up(self, connection: sqlite3.Connection) -> None:
        """Roll back."""
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _in(connection: sqlite3.Connection, statement: str, keys: Iterable[object]) -> Iterable[Any]:
    """Run a statement over a list of keys; only question marks are written into its text."""
    given = list(keys)
    if not given:
        return []
    return connection.execute(statement.format(",".join("?" * len(given))), given)


def _sealed(connection: sqlite3.Connection, ask: AskKey, *, own_line: bool) -> Iterable[SealedNow]:
    """The current version of each asked field; the company's own newest only where it matters."""
    if not ask.fields:
        return
    current = _CURRENT.format(",".join(["(?)"] * len(ask.fields)))
    for row in connection.execute(current, (ask.consumer_id, ask.company_id, *ask.fields)):
        yield SealedNow(*row)
    for field in ask.fields if own_line else ():
        wanted = (ask.company_id, ask.consumer_id, field, ask.source)
        for row in connection.execute(_OWN_LINE, wanted):
            yield SealedNow(*row)
