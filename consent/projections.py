"""What the tables say of a person, against what their chain says. It changes nothing.

A grant, a pairwise id and a value stand in a table because an entry told of them; the gate decides
upon the table, for speed. Whoever can write to the database can put a row there by hand, or put an
old one back. This finds it, once somebody looks.

Rules kept here:
- The chain is believed: that it is whole and in the log is the verifier's to check.
- A live grant is given by its chain, with the same terms. One that ended may have come with a
  record joined into this one, and opens nothing.
- Every version of a field was written by an entry that holds H(rec), and none is missing.
- A company knows the person by the id that its first entry about them has.
- A difference names ids, fields and numbers, never a value. One that is gone when looked at again
  was an act under way, and is not told.

Use::

    projections.differences(consumer)       # ['grant grt_… is active, and no entry gives it']
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlmodel import col, select

from consent.gate.soundness import Soundness, Version
from consent.grant_store import LIVE
from consent.ledger.permits import Permit, Permits, State
from consent.ledger.reader import LogReader, OpenedEntry
from consent.tables import GrantRow, Head, Pairwise
from vault.base64url import decode
from vault.database import Database
from vault.identifiers import ConsumerId

_AT_ONCE = 200
_HASH = 32
_STATES = {"active": State.ACTIVE, "paused": State.PAUSED}


@dataclass(slots=True, kw_only=True)
class Told:
    """What a chain says should stand. ``written`` maps a version to its entry and H(rec)."""

    permits: Permits = field(default_factory=lambda: Permits({}))
    written: dict[Version, tuple[int, bytes]] = field(default_factory=dict)
    known_as: dict[str, str] = field(default_factory=dict)
    renamed: list[int] = field(default_factory=list)
    """Entries that call the person by another id than the first of their company did."""

    def follow(self, entry: OpenedEntry) -> None:
        """Take one entry into account; ``BadInput`` for one whose form is not its type's."""
        p: dict[str, Any] = dict(entry.P)
        self.permits.follow(entry.i, p)
        if entry.company and "consumer" in p:
            known = self.known_as.setdefault(entry.company, p["consumer"])
            self.renamed += [entry.i] if known != p["consumer"] else []
        if "records" in entry.Q:
            self._write(entry)

    def _write(self, entry: OpenedEntry) -> None:
        """The hashes stand one after the other, in the order of the field names."""
        hashes, versions = decode(entry.Q["records"]), entry.Q["versions"]
        for at, name in enumerate(sorted(versions)):
            record_hash = hashes[at * _HASH : (at + 1) * _HASH]
            self.written[name, int(versions[name])] = entry.i, record_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The rows of one person. ``open``: the record was not joined into another."""

    open: bool
    grants: list[GrantRow]
    known_as: Mapping[str, str]
    kept: Mapping[Version, tuple[int, bytes | None]]


class Projections:
    """Compares tables with chains, one person at a time."""

    def __init__(self, *, main: Database, reader: LogReader, soundness: Soundness) -> None:
        self._main = main
        self._reader = reader
        self._soundness = soundness

    def differences(self, consumer: ConsumerId) -> list[str]:
        """A sentence for each row that no entry accounts for, and each that is missing."""
        found = list(self._look(consumer))
        again = set(self._look(consumer)) if found else set()
        return [one for one in found if one in again]

    def _look(self, consumer: ConsumerId) -> Iterator[str]:
        standing = self._standing(consumer)
        if standing is None:
            return
        told = self._told(consumer)
        yield from _of_grants(standing, told)
        yield from _of_values(standing, told)
        yield from _of_names(standing, told)

    def _standing(self, consumer: ConsumerId) -> Standing | None:
        """The rows; None for a chain that is not a person's."""
        with self._main.reading() as tx:
            head = tx.exec(select(Head).where(col(Head.consumer_id) == consumer)).one()
            if head.kind != "consumer":
                return None
            grants = tx.exec(select(GrantRow).where(col(GrantRow.consumer_id) == consumer)).all()
            known = tx.exec(select(Pairwise).where(col(Pairwise.consumer_id) == consumer)).all()
        return Standing(
            open=head.status == "open",
            grants=list(grants),
            known_as={row.company_id: row.pairwise_id for row in known},
            kept=self._soundness.kept(consumer),
        )

    def _told(self, consumer: ConsumerId) -> Told:
        told, after = Told(), 0
        while entries := self._reader.entries(consumer, after=after, limit=_AT_ONCE):
            for entry in entries:
                told.follow(entry)
            after = entries[-1].i
        return told


def _of_grants(standing: Standing, told: Told) -> Iterator[str]:
    permits = told.permits.standing
    for row in standing.grants:
        permit = permits.get(row.grant_id)
        if permit is None and row.state in LIVE:
            yield f"grant {row.grant_id} is {row.state}, and no entry gives it"
        if permit is not None and (other := _other_than(row, permit)):
            yield f"grant {row.grant_id} has another {other} than its entries say"
    rows = {row.grant_id for row in standing.grants}
    for grant_id, permit in permits.items():
        if standing.open and permit.state is not State.ENDED and grant_id not in rows:
            yield f"grant {grant_id} is {permit.state}, and its row is gone"


def _other_than(row: GrantRow, permit: Permit) -> str:
    """The first part of a grant's row that its entries say otherwise; empty when there is none."""
    said = {
        "company": (row.company_id, permit.company),
        "purpose": (row.purpose, permit.purpose),
        "basis": (row.basis, permit.basis),
        "fields": (orjson.loads(row.fields), permit.fields),
        "begin": (row.from_ms, permit.start),
        "end": (row.until_ms, permit.until),
        "number of reads": (row.max_reads, permit.max_reads),
        "state": (_STATES.get(row.state, State.ENDED), permit.state),
    }
    return next((name for name, (here, there) in said.items() if here != there), "")


def _of_values(standing: Standing, told: Told) -> Iterator[str]:
    for (name, version), kept in standing.kept.items():
        written = told.written.get((name, version))
        if written is None:
            yield f"{name} version {version} is there, and no entry writes it"
        elif kept != written:
            yield f"{name} version {version} is not the record that was written"
    for name, version in sorted(told.written.keys() - standing.kept.keys()):
        if standing.open:
            yield f"{name} version {version} was written, and its row is gone"


def _of_names(standing: Standing, told: Told) -> Iterator[str]:
    for entry in told.renamed:
        yield f"entry {entry} names the person by another id than its company has"
    for company, pairwise in standing.known_as.items():
        if told.known_as.get(company, pairwise) != pairwise:
            yield f"{company} would reach this person by another id than the chain says"
