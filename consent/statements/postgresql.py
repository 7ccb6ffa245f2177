"""The hot statements on PostgreSQL: two round trips a batch, pipelined, with ``unnest``.

Rules kept here:
- READ COMMITTED and nothing else: each statement sees what was committed when it began, so
  everything read after
  the head lock is at least as new as the lock. Locks are taken in slot order in one statement.
- A pipeline sends all statements of a trip before it waits once; an error inside aborts the rest
  of the trip,
  and ``give_up`` rolls back.
"""

from collections.abc import Sequence
from typing import Any

import psycopg

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

_Connection = psycopg.Connection[tuple[Any, ...]]

_HEADS = (
    "SELECT slot, consumer_id, kind, status, n, head, last_at, secrets FROM heads"
    " WHERE slot = ANY(%b::bigint[]) ORDER BY slot FOR UPDATE"
)
_INSERT_ENTRIES = (
    "INSERT INTO entries (consumer_id, i, slot, at, commitment, previous, row, row_hash,"
    " company_id, type)"
    " SELECT * FROM unnest(%b::bytea[], %b::bigint[], %b::bigint[], %b::bigint[], %b::bytea[],"
    " %b::bytea[],"
    " %b::bytea[], %b::bytea[], %b::text[], %b::text[])"
)
_MOVE_HEADS = (
    "UPDATE heads SET n = m.n, head = m.head, last_at = m.last_at"
    " FROM unnest(%b::bigint[], %b::bytea[], %b::bigint[], %b::bigint[]) AS m(n, head, last_at,"
    " slot)"
    " WHERE heads.slot = m.slot"
)
_TAKE_PROOFS = (
    "INSERT INTO replay_keys (key, keep_until)"
    " SELECT * FROM unnest(%b::bytea[], %b::bigint[]) AS p(key, keep_until) ORDER BY key"
    " ON CONFLICT DO NOTHING RETURNING key"
)
# Shared with other reads, and not with a suspension: one that is under way is waited for, one that
# begins waits for this batch. Locked after the heads, in one order. An active company is locked
# too, so the status is looked at afterwards: a condition here, or around it, would leave it out.
_COMPANIES = (
    "SELECT company_id, status FROM companies WHERE company_id = ANY(%b::text[])"
    " ORDER BY company_id FOR SHARE"
)
# Person by person (``OFFSET 0``), and by the person's own rows (the empty text): before the planner
# has met the table, after an import or a restore, it would walk all people of the company instead.
_GRANTS = (
    "SELECT g.* FROM unnest(%b::bytea[], %b::text[]) AS a(consumer_id, company_id)"
    " CROSS JOIN LATERAL (SELECT g.consumer_id, g.company_id, g.grant_id, g.purpose, g.basis,"
    " g.state, g.version, g.fields, g.from_ms, g.until_ms, g.max_reads, g.reads_used, g.made_at"
    " FROM grants g WHERE g.consumer_id = a.consumer_id AND g.company_id || '' = a.company_id"
    " OFFSET 0) g"
)
_RESTRICTIONS = (
    "SELECT r.consumer_id, r.field, r.contest_id, r.reason, r.serving, r.since, r.statement_id,"
    " t.rec FROM restrictions r LEFT JOIN sealed_texts t ON t.consumer_id = r.consumer_id"
    " AND t.kind = 'statement' AND t.text_id = r.statement_id"
    " WHERE r.consumer_id = ANY(%b::bytea[])"
)
_REQUESTS = (
    "SELECT r.consumer_id, r.company_id, r.request_id, r.request_hash, r.entry_i, r.grant_id,"
    " r.grant_version, r.at FROM unnest(%b::bytea[], %b::text[], %b::text[]) AS a(consumer_id,"
    " company_id,"
    " request_id) JOIN read_requests r ON r.consumer_id = a.consumer_id AND r.company_id ="
    " a.company_id"
    " AND r.request_id = a.request_id"
)
_REFUSALS = (
    "SELECT r.consumer_id, r.company_id, r.reason, r.hour, r.repeated"
    " FROM unnest(%b::bytea[], %b::text[]) AS a(consumer_id, company_id)"
    " JOIN refusals r ON r.consumer_id = a.consumer_id AND r.company_id = a.company_id"
)
_SEALED = (
    "SELECT v.* FROM unnest(%b::bytea[], %b::text[], %b::text[], %b::bytea[]) AS a(consumer_id,"
    " company_id, field, source)"
    " CROSS JOIN LATERAL ("
    " (SELECT v.consumer_id, a.company_id, v.field, false, v.version, v.nature, v.schema_id, v.rec"
    "  FROM field_versions v LEFT JOIN field_choices c"
    "    ON c.consumer_id = v.consumer_id AND c.field = v.field"
    "  WHERE v.consumer_id = a.consumer_id AND v.field = a.field AND v.rec IS NOT NULL"
    "  ORDER BY (v.version IS NOT DISTINCT FROM c.version) DESC,"
    "    (v.source = '\\x00000000000000000000000000000000'::bytea) DESC, v.version DESC LIMIT 1)"
    " UNION ALL"
    " (SELECT consumer_id, a.company_id, field, true, version, nature, schema_id, rec FROM"
    " field_versions"
    "  WHERE consumer_id = a.consumer_id AND field = a.field AND source = a.source AND rec IS"
    " NOT NULL"
    "  ORDER BY version DESC LIMIT 1)) v"
)
_KEEP_REQUESTS = (
    "INSERT INTO read_requests"
    " (consumer_id, company_id, request_id, request_hash, entry_i, grant_id, grant_version, at)"
    " SELECT * FROM unnest(%b::bytea[], %b::text[], %b::text[], %b::bytea[], %b::bigint[],"
    " %b::text[],"
    " %b::int[], %b::bigint[]) ON CONFLICT (consumer_id, company_id, request_id) DO UPDATE SET"
    " request_hash = excluded.request_hash, entry_i = excluded.entry_i, grant_id ="
    " excluded.grant_id,"
    " grant_version = excluded.grant_version, at = excluded.at"
)
_KEEP_REFUSALS = (
    "INSERT INTO refusals (consumer_id, company_id, reason, hour, repeated)"
    " SELECT * FROM unnest(%b::bytea[], %b::text[], %b::text[], %b::bigint[], %b::bigint[])"
    " ON CONFLICT (consumer_id, company_id, reason)"
    " DO UPDATE SET hour = excluded.hour, repeated = excluded.repeated"
)
_COUNT_READS = (
    "UPDATE grants SET reads_used = reads_used + u.reads"
    " FROM unnest(%b::bigint[], %b::bytea[], %b::text[]) AS u(reads, consumer_id, grant_id)"
    " WHERE grants.consumer_id = u.consumer_id AND grants.grant_id = u.grant_id"
)

_RECORDED = "SELECT commitment, row FROM entries WHERE consumer_id = %s AND i = %s"
_VERSIONS = (
    "SELECT v.consumer_id, '', v.field, false, v.version, v.nature, v.schema_id, v.rec"
    " FROM unnest(%b::text[], %b::bigint[]) AS a(field, version) JOIN field_versions v"
    " ON v.field = a.field AND v.version = a.version"
    " WHERE v.consumer_id = %s AND v.rec IS NOT NULL"
)


class PostgresStatements:
    """The hot statements over psycopg."""

    def lock_heads(self, connection: _Connection, slots: Sequence[int]) -> list[HeadNow]:
        """Lock the heads of these slots, in slot order."""
        return [HeadNow(*row) for row in connection.execute(_HEADS, (sorted(set(slots)),))]

    def append(
        self, connection: _Connection, entries: Sequence[EntryToWrite], moves: Sequence[HeadMove]
    ) -> None:
        """Insert entries and move heads."""
        if entries:
            connection.execute(_INSERT_ENTRIES, _columns(entries))
            connection.execute(_MOVE_HEADS, _columns(moves))

    def begin_read(
        self,
        connection: _Connection,
        slots: Sequence[int],
        asks: Sequence[AskKey],
        proofs: Sequence[tuple[bytes, int]],
    ) -> ReadFacts:
        """Begin, lock, take the replay keys, and read everything the gate decides upon.

        One trip.
        """
        pairs = sorted({(ask.consumer_id, ask.company_id) for ask in asks})
        people, companies = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        wanted = [
            (ask.consumer_id, ask.company_id, field, ask.source)
            for ask in asks
            for field in ask.fields
        ]
        with connection.pipeline():
            run = connection.execute
            run("BEGIN ISOLATION LEVEL READ COMMITTED")
            heads = run(_HEADS, (sorted(set(slots)),))
            fresh = run(_TAKE_PROOFS, _columns(proofs, 2))
            statuses = run(_COMPANIES, (companies,))
            grants = run(_GRANTS, (people, companies))
            restrictions = run(_RESTRICTIONS, (people,))
            requests = run(_REQUESTS, _columns([ask[:3] for ask in asks], 3))
            refusals = run(_REFUSALS, (people, companies))
            sealed = run(_SEALED, _columns(wanted, 4))
        return ReadFacts(
            heads=[HeadNow(*row) for row in heads],
            fresh_proofs={row[0] for row in fresh},
            suspended={company for company, status in statuses if status != "active"},
            grants=[GrantNow(*row) for row in grants],
            restrictions=[RestrictionNow(*row) for row in restrictions],
            requests=[RequestNow(*row) for row in requests],
            refusals=[RefusalNow(*row) for row in refusals],
            sealed=[SealedNow(*row) for row in sealed],
        )

    def finish_read(self, connection: _Connection, marks: ReadMarks) -> None:
        """Write what the batch leaves behind and commit: one trip."""
        with connection.pipeline():
            run = connection.execute
            self.append(connection, marks.entries, marks.moves)
            if marks.requests:
                run(_KEEP_REQUESTS, _columns(marks.requests))
            if marks.refusals:
                run(_KEEP_REFUSALS, _columns(marks.refusals))
            if marks.counted:
                run(_COUNT_READS, _columns(marks.counted))
            run("COMMIT")

    def recorded(
        self, connection: _Connection, consumer_id: bytes, i: int
    ) -> tuple[bytes, bytes] | None:
        """Commitment and sealed row of one entry."""
        found: tuple[bytes, bytes] | None = connection.execute(
            _RECORDED, (consumer_id, i)
        ).fetchone()
        return found

    def versions(
        self, connection: _Connection, consumer_id: bytes, wanted: Sequence[tuple[str, int]]
    ) -> list[SealedNow]:
        """These very versions of a person's fields."""
        found = connection.execute(_VERSIONS, (*_columns(wanted, 2), consumer_id))
        return [SealedNow(*row) for row in found]

    def give_up(self, connection: _Connection) -> None:
        """Roll back; outside a transaction this says nothing and does nothing."""
        if connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            connection.execute("ROLLBACK")


def _columns(rows: Sequence[Sequence[Any]], width: int = 0) -> list[list[Any]]:
    """Rows turned into one list a column, as ``unnest`` takes them.

    ``width`` for when there are none.
    """
    if not rows:
        return [[] for _ in range(width)]
    return [list(column) for column in zip(*rows, strict=True)]
