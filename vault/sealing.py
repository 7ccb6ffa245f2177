"""Turning new values into sealed rows, for a batch of people at once.

Rules kept here:
- A value equal to an earlier one of the same source makes no row (see ``versions``).
- A number is one above the highest the field ever had, over all sources and within the batch.
- Nothing is read or written here: rows come in as ``Past`` and go out as ``rows``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vault.crypto import envelope
from vault.crypto.versioned_key import VersionedKey
from vault.errors import KeyDestroyed
from vault.identifiers import ConsumerId
from vault.versions import (
    NewVersion,
    Past,
    SealedVersion,
    Stored,
    Unchanged,
    equal_before,
    equality_tag,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVersions:
    """Values of one person from one source, written by one entry of the person's chain."""

    consumer: ConsumerId
    versions: Sequence[NewVersion]
    source: bytes
    nature: str
    channel: str
    written_i: int
    again: bool = False
    """Whether a value the source gave before, but not last, is written again: see ``versions``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WritingKeys:
    """The keys of the people of a batch: to seal with, and to compare by."""

    data: Mapping[ConsumerId, VersionedKey]
    reinsertion: Mapping[ConsumerId, VersionedKey]

    def of(self, consumer: ConsumerId) -> tuple[VersionedKey, VersionedKey]:
        """(data key, reinsertion key); ``KeyDestroyed`` when they are gone."""
        try:
            return self.data[consumer], self.reinsertion[consumer]
        except KeyError:
            raise KeyDestroyed("a person was erased: there is no key to write with") from None


@dataclass(slots=True, kw_only=True)
class Sealing:
    """One batch. ``pasts`` and ``rows`` grow with every value that is new."""

    vault_id: bytes
    now_ms: int
    keys: WritingKeys
    pasts: dict[tuple[ConsumerId, str], list[Past]]
    rows: list[dict[str, object]] = field(default_factory=list)

    def add(self, write: NewVersions, new: NewVersion) -> Stored | Unchanged:
        """Seal a value into a row, unless it is unchanged."""
        data_key, reinsertion_key = self.keys.of(write.consumer)
        past = self.pasts.setdefault((write.consumer, new.field), [])
        equality = equality_tag(reinsertion_key, new.field, new.normalised)
        before = equal_before(past, source=write.source, equality=equality, again=write.again)
        if before is not None:
            return Unchanged(field=new.field, version=before.version)
        version = past[-1].version + 1 if past else 1
        place = envelope.Place(
            vault_id=self.vault_id,
            consumer_id=write.consumer,
            field=new.field,
            version=version,
            schema_id=new.schema_id,
        )
        rec = envelope.seal(data_key, place, new.plain)
        past.append(Past(version=version, source=write.source, equality=equality, live=True))
        self.rows.append(self._row(write, place, equality, rec))
        return Stored(field=new.field, version=version, record_hash=envelope.record_hash(rec))

    def _row(
        self, write: NewVersions, place: envelope.Place, equality: bytes, rec: bytes
    ) -> dict[str, object]:
        return {
            "consumer_id": write.consumer,
            "field": place.field,
            "version": place.version,
            "source": write.source,
            "schema_id": place.schema_id,
            "written_i": write.written_i,
            "written_at": self.now_ms,
            "nature": write.nature,
            "channel": write.channel,
            "equality": equality,
            "rec": rec,
        }


def place_of(version: SealedVersion, vault_id: bytes) -> envelope.Place:
    """Where a stored version belongs: what its record must have been sealed for."""
    return envelope.Place(
        vault_id=vault_id,
        consumer_id=version.consumer_id,
        field=version.field,
        version=version.version,
        schema_id=version.schema_id,
    )
