"""Shapes of the hot statements, and the protocol that each engine's room keeps.

Rules kept here:
- ``lock_heads`` is the first statement of every transaction that touches a person, in slot order:
  locks taken
  in one order cannot deadlock, and what is read after the lock cannot be older than it.
- A room decides nothing. It brings rows in and out, in as few round trips as the engine allows.
- ``begin`` and ``commit`` belong to the gate's own transactions only; an act of another room uses
  ``lock_heads``
  and ``append`` inside the transaction it already holds.
"""

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple, Protocol, TypeVar

import psycopg

Connection = sqlite3.Connection | psycopg.Connection[tuple[object, ...]]
C_contra = TypeVar("C_contra", contravariant=True)


class HeadNow(NamedTuple):
    """One chain's head, locked."""

    slot: int
    consumer_id: bytes
    kind: str
    status: str
    n: int
    head: bytes
    last_at: int
    secrets: bytes


class EntryToWrite(NamedTuple):
    """One entry's row, as ``entries`` holds it before it is sequenced."""

    consumer_id: bytes
    i: int
    slot: int
    at: int
    commitment: bytes
    previous: bytes
    row: bytes
    row_hash: bytes
    company_id: str | None
    type: str


class HeadMove(NamedTuple):
    """Where a chain's head stands after the entries of this transaction."""

    n: int
    head: bytes
    last_at: int
    slot: int


class AskKey(NamedTuple):
    """One person in one read: what the first trip looks up."""

    consumer_id: bytes
    company_id: str
    request_id: str
    fields: tuple[str, ...]
    source: bytes
    """The asking company as an opaque source: its own line of versions."""


class GrantNow(NamedTuple):
    """One grant as it stands under the lock."""

    consumer_id: bytes
    company_id: str
    grant_id: str
    purpose: str
    basis: str
    state: str
    version: int
    fields: str
    from_ms: int
    until_ms: int
    max_reads: int | None
    reads_used: int
    made_at: int


class SealedNow(NamedTuple):
    """One value version, still ciphertext. ``own`` marks the asking company's own line."""

    consumer_id: bytes
    company_id: str
    field: str
    own: bool
    version: int
    nature: str
    schema_id: int
    rec: bytes


class RestrictionNow(NamedTuple):
    """One contest that holds a field, and the sealed statement that is served with it."""

    consumer_id: bytes
    field: str
    contest_id: str
    reason: str
    serving: str
    since: int
    statement_id: bytes | None
    statement: bytes | None
    """The statement's record, still ciphertext; None also where it is not looked for."""


class RequestNow(NamedTuple):
    """What an earlier request under the same id was answered with."""

    consumer_id: bytes
    company_id: str
    request_id: str
    request_hash: bytes
    entry_i: int
    grant_id: str | None
    grant_version: int | None
    at: int


class RefusalNow(NamedTuple):
    """How often a company was refused one person in one hour, coalesced."""

    consumer_id: bytes
    company_id: str
    reason: str
    hour: int
    repeated: int


class ReadFacts(NamedTuple):
    """Everything the gate decides upon, read under the lock in one trip."""

    heads: list[HeadNow]
    fresh_proofs: set[bytes]
    """The replay keys that were new; the others were used before."""
    suspended: set[str]
    grants: list[GrantNow]
    restrictions: list[RestrictionNow]
    requests: list[RequestNow]
    refusals: list[RefusalNow]
    sealed: list[SealedNow]


class ReadMarks(NamedTuple):
    """What a batch of reads leaves behind, written in one trip with its commit."""

    entries: list[EntryToWrite]
    moves: list[HeadMove]
    requests: list[RequestNow]
    refusals: list[RefusalNow]
    counted: list[tuple[int, bytes, str]]
    """(how many reads, consumer, grant) of grants whose reads are limited."""


class Statements(Protocol[C_contra]):
    """The hot statements of one engine."""

    def lock_heads(self, connection: C_contra, slots: Sequence[int]) -> list[HeadNow]:
        """Lock the heads of these slots, in slot order."""
        ...

    def append(
        self, connection: C_contra, entries: Sequence[EntryToWrite], moves: Sequence[HeadMove]
    ) -> None:
        """Insert entries and move heads, inside a transaction the caller commits."""
        ...

    def begin_read(
        self,
        connection: C_contra,
        slots: Sequence[int],
        asks: Sequence[AskKey],
        proofs: Sequence[tuple[bytes, int]],
    ) -> ReadFacts:
        """Begin, lock, take the replay keys, and read everything the gate decides upon."""
        ...

    def finish_read(self, connection: C_contra, marks: ReadMarks) -> None:
        """Write what the batch leaves behind and commit: from here it is on the record."""
        ...

    def recorded(
        self, connection: C_contra, consumer_id: bytes, i: int
    ) -> tuple[bytes, bytes] | None:
        """Commitment and sealed row of one entry: what an earlier request was answered with."""
        ...

    def versions(
        self, connection: C_contra, consumer_id: bytes, wanted: Sequence[tuple[str, int]]
    ) -> list[SealedNow]:
        """These very versions of a person's fields, still ciphertext."""
        ...

    def give_up(self, connection: C_contra) -> None:
        """Roll back. Nothing of the batch stands, its replay keys included."""
        ...
