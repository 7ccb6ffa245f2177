"""What the tables say of a person or a company, against what their chain says. Changes nothing.

A grant, a pairwise id, a value, a company's key stand in a table because an entry told of them; the
gate decides upon the table, for speed. Whoever can write to the database can put a row there by
hand, or put an old one back. This finds it, once somebody looks.

Rules kept here:
- The chain is believed: that it is whole and in the log is the verifier's to check.
- A live grant is given by its chain, with the same terms. One that ended may have come with a
  record joined into this one, and opens nothing.
- Every version of a field was written by an entry that holds H(rec), and none is missing.
- Contests hold fields, guards stand and values are held as entries say (dispute_projections).
- A company knows the person by the id that its first entry about them has.
- A company signs with the keys its chain added and did not remove, and is suspended or not.
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

from consent import dispute_projections
from consent.companies import ACTIVE, SUSPENDED
from consent.dispute_projections import Disputes
from consent.gate.soundness import Soundness, Version
from consent.grant_store import LIVE
from consent.key_actions import public_key
from consent.ledger.entry_types import EntryType
from consent.ledger.permits import Permit, Permits, State
from consent.ledger.reader import LogReader, OpenedEntry
from consent.tables import CompanyKey, CompanyRow, GrantRow, Head, Pairwise
from vault import base64url
from vault.crypto.primitives import sha256
from vault.database import Database
from vault.identifiers import ConsumerId, Prefix, encode

_AT_ONCE = 200
_HASH = 32
_STATUS = {
    EntryType.COMPANY_SUSPENDED.value: SUSPENDED,
    EntryType.COMPANY_ACTIVATED.value: ACTIVE,
}
_STATES = {"active": State.ACTIVE, "paused": State.PAUSED}


@dataclass(slots=True, kw_only=True)
class Told:
    """What a chain says should stand. ``written`` maps a version to its entry and H(rec)."""

    permits: Permits = field(default_factory=lambda: Permits({}))
    agreed: dict[str, str] = field(default_factory=dict)
    """Of each grant, the hash of its terms as last agreed."""
    written: dict[Version, tuple[int, bytes]] = field(default_factory=dict)
    deleted: set[Version] = field(default_factory=set)
    """Versions whose record an entry destroyed."""
    disputes: Disputes = field(default_factory=Disputes)
    known_as: dict[str, str] = field(default_factory=dict)
    renamed: list[int] = field(default_factory=list)
    """Entries that call the person by another id than the first of their company did."""

    def follow(self, entry: OpenedEntry) -> None:
        """Take one entry into account; ``BadInput`` for one whose form is not its type's."""
        p: dict[str, Any] = dict(entry.P)
        self.permits.follow(entry.i, p)
        self.disputes.follow(entry)
        if "terms_hash" in p and "grant_id" in p:
            self.agreed[p["grant_id"]] = p["terms_hash"]
        if entry.company and "consumer" in p:
            known = self.known_as.setdefault(entry.company, p["consumer"])
            self.renamed += [entry.i] if known != p["consumer"] else []
        if "records" in entry.Q:
            self._write(entry)
        for name, versions in entry.Q.get("deleted", {}).items():
            self.deleted |= {(name, int(version)) for version in versions}

    def _write(self, entry: OpenedEntry) -> None:
        """The hashes stand one after the other, in the order of the field names."""
        hashes, versions = base64url.decode(entry.Q["records"]), entry.Q["versions"]
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
    disputes: Disputes


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

    def _look(self, owner: ConsumerId) -> Iterator[str]:
        with self._main.reading() as tx:
            head = tx.exec(select(Head).where(col(Head.consumer_id) == owner)).one()
        if head.kind == "company":
            yield from self._of_company(owner)
        if head.kind == "consumer":
            standing, told = self._standing(head), self._told(owner)
            yield from _of_grants(standing, told)
            yield from _of_values(standing, told)
            yield from _of_names(standing, told)
            if standing.open:
                yield from dispute_projections.differences(standing.disputes, told.disputes)

    def _of_company(self, owner: ConsumerId) -> Iterator[str]:
        company = encode(Prefix.COMPANY, owner)
        with self._main.reading() as tx:
            row = tx.get_one(CompanyRow, company)
            live = (CompanyKey.company_id == company, col(CompanyKey.removed_at).is_(None))
            keys = {key.kid: key.jwk for key in tx.exec(select(CompanyKey).where(*live))}
        status, told = ACTIVE, dict[str, str]()
        for entry in self._entries(owner):
            status = _STATUS.get(entry.type, status)
            if entry.type == EntryType.COMPANY_KEY_ADDED:
                told[entry.P["kid"]] = entry.P["thumbprint"]
            if entry.type == EntryType.COMPANY_KEY_REMOVED:
                told.pop(entry.P["kid"], None)
        if row.status != status:
            yield f"the company is {row.status}, and its entries say {status}"
        for kid, jwk in keys.items():
            if told.get(kid) != public_key(orjson.loads(jwk)).thumbprint:
                yield f"key {kid} of the company is not one that an entry added"

    def _standing(self, head: Head) -> Standing:
        consumer = ConsumerId(bytes(head.consumer_id))
        with self._main.reading() as tx:
            grants = tx.exec(select(GrantRow).where(col(GrantRow.consumer_id) == consumer)).all()
            known = tx.exec(select(Pairwise).where(col(Pairwise.consumer_id) == consumer)).all()
            disputes = dispute_projections.rows_of(tx, consumer)
        return Standing(
            open=head.status == "open",
            grants=list(grants),
            known_as={row.company_id: row.pairwise_id for row in known},
            kept=self._soundness.kept(consumer),
            disputes=disputes,
        )

    def _told(self, consumer: ConsumerId) -> Told:
        told = Told()
        for entry in self._entries(consumer):
            told.follow(entry)
        return told

    def _entries(self, owner: ConsumerId) -> Iterator[OpenedEntry]:
        after = 0
        while entries := self._reader.entries(owner, after=after, limit=_AT_ONCE):
            yield from entries
            after = entries[-1].i


def _of_grants(standing: Standing, told: Told) -> Iterator[str]:
    permits = told.permits.standing
    for row in standing.grants:
        permit = permits.get(row.grant_id)
        if permit is None and row.state in LIVE:
            yield f"grant {row.grant_id} is {row.state}, and no entry gives it"
        if permit is not None and (other := _other_than(row, permit, told.agreed)):
            yield f"grant {row.grant_id} has another {other} than its entries say"
    rows = {row.grant_id for row in standing.grants}
    for grant_id, permit in permits.items():
        if standing.open and permit.state is not State.ENDED and grant_id not in rows:
            yield f"grant {grant_id} is {permit.state}, and its row is gone"


def _other_than(row: GrantRow, permit: Permit, agreed: Mapping[str, str]) -> str:
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
        "wording": (base64url.encode(sha256(row.terms.encode())), agreed.get(row.grant_id)),
    }
    return next((name for name, (here, there) in said.items() if here != there), "")


def _of_values(standing: Standing, told: Told) -> Iterator[str]:
    for (name, version), kept in standing.kept.items():
        written = told.written.get((name, version))
        if written is None:
            yield f"{name} version {version} is there, and no entry writes it"
        elif (kept[1] is None) != ((name, version) in told.deleted):
            yield f"{name} version {version} is {'gone' if kept[1] is None else 'back'}, untold"
        elif kept[0] != written[0] or kept[1] not in (None, written[1]):
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
