"""What a write is, what it came to, and what the person's chain says of it.

Rules kept here:
- The entry carries (field, version, H(rec)) of what was written, in the part only the person can
  open; the company's part has names alone.
- One entry for each person something was stored of.

Use::

    Write(consumer=consumer, source=company, values={"contact.email": "rosa@example.org"})
    enter(writes, stored, known_as, act)                # {consumer: number of the entry}
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from consent.decision import Reason
from consent.ledger.entry_types import EntryType
from consent.ledger.log import Act, NewEntry
from vault.base64url import encode
from vault.identifiers import CompanyId, ConsumerId, raw
from vault.profiles import SELF_SOURCE, Stored

CONSUMER = "consumer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """Values of one person from one source. ``source`` is a company, or ``None`` for the person."""

    consumer: ConsumerId
    source: CompanyId | None
    values: Mapping[str, object] = field(repr=False)
    nature: str = "provided"
    channel: str = "portal"
    derived_from: tuple[str, ...] = ()
    """What inferred values were concluded from: names of fields, or a few plain words each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a write came to. ``entry_i`` is that of what was stored, ``None`` for nothing."""

    stored: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    """Fields whose value was taken away once and waits, beside the profile, to be certified."""
    refused: Mapping[str, Reason] = field(default_factory=dict)
    entry_i: int | None = None


def source_of(company: CompanyId | None) -> bytes:
    """A company as an opaque source of versions; the person is 16 zero bytes."""
    return SELF_SOURCE if company is None else raw(company)


def enter(
    writes: Sequence[Write],
    stored: Sequence[Sequence[Stored]],
    known_as: Mapping[tuple[bytes, str], str],
    inside: Act,
) -> dict[ConsumerId, int]:
    """One entry for each person something was stored of; their numbers."""
    entries = [
        _entry(write, new, known_as.get((write.consumer, write.source or "")))
        for write, new in zip(writes, stored, strict=True)
        if new
    ]
    return {one.owner: one.entry.i for one in inside.append(*entries)}


def _entry(write: Write, stored: Sequence[Stored], known_as: str | None) -> NewEntry:
    """Names for the company, versions and record hashes for the person alone."""
    told: dict[str, Any] = {
        "fields": sorted(one.field for one in stored),
        "channel": write.channel,
        "nature": write.nature,
    }
    if known_as is not None:
        told["consumer"] = known_as
    return NewEntry(
        owner=write.consumer,
        type=EntryType.WRITE,
        actor=write.source or CONSUMER,
        company=write.source,
        P=told,
        Q=written_as(stored),
    )


def written_as(stored: Sequence[Stored]) -> dict[str, Any]:
    """What only the person is told of a write: versions, and the hashes of their records.

    The hashes stand one after the other in the order of the field names: with a name to each, the
    entry of a record of 120 fields would be three times as long.
    """
    ordered = sorted(stored, key=lambda one: one.field)
    return {
        "versions": {one.field: str(one.version) for one in ordered},
        "records": encode(b"".join(one.record_hash for one in ordered)),
    }
