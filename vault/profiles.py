"""Profiles: versions of field values, sealed as they come in, in one line for each source.

Rules kept here:
- Versions are numbered for each person and field over all sources, from 1, and never reused: a
  deleted version keeps its row and loses its record.
- A value equal to any earlier version of the same source changes nothing, also after that version
  was deleted: yesterday's import cannot undo a correction.
- Nothing is decided about permission here. Nothing is opened to write: equality is a keyed hash.
- The caller's transaction holds the person's head locked, so two writes cannot take one number.
  The caller has warmed the keys, so that no key source is asked inside it.

Use::

    keyring.warm([consumer], [KeyUse.DATA, KeyUse.REINSERTION])     # before the transaction
    profiles.put(inside, consumer, new, source=SELF_SOURCE, nature=…, channel=…, written_i=7)
    profiles.open(consumer, sealed)                                 # after it: {'contact.email': …}
"""

from collections.abc import Collection, Sequence

from sqlmodel import col, delete, update

from vault.bulk_insert import Row, insert_many
from vault.clock import Clock
from vault.crypto import envelope
from vault.database import Transaction
from vault.errors import BadInput, Damaged
from vault.identifiers import ConsumerId
from vault.keyring import Keyring, KeyUse
from vault.profile_rows import by_field, choices_of, infos_of, live_versions, pasts_of
from vault.sealing import NewVersions, Sealing, WritingKeys, place_of
from vault.tables import FieldChoice, FieldVersion
from vault.versions import (
    SELF_SOURCE,
    NewVersion,
    SealedVersion,
    Stored,
    Unchanged,
    VersionInfo,
    current_of,
)

__all__ = [
    "SELF_SOURCE",
    "NewVersion",
    "NewVersions",
    "Profiles",
    "SealedVersion",
    "Stored",
    "Unchanged",
    "VersionInfo",
]


class Profiles:
    """The sealed profiles of one vault."""

    def __init__(self, *, keyring: Keyring, clock: Clock, vault_id: bytes) -> None:
        self._keyring = keyring
        self._clock = clock
        self._vault_id = vault_id

    # --- in -----------------------------------------------------------------------------------

    def put(
        self,
        inside: Transaction,
        consumer: ConsumerId,
        versions: Sequence[NewVersion],
        *,
        source: bytes,
        nature: str,
        channel: str,
        written_i: int,
        again: bool = False,
    ) -> list[Stored | Unchanged]:
        """``put_many`` of one."""
        write = NewVersions(
            consumer=consumer,
            versions=versions,
            source=source,
            nature=nature,
            channel=channel,
            written_i=written_i,
            again=again,
        )
        return self.put_many(inside, [write])[0]

    def put_many(
        self, inside: Transaction, writes: Sequence[NewVersions]
    ) -> list[list[Stored | Unchanged]]:
        """Seal and insert what is new; what became of each value, in the order given.

        ``BadInput`` for a value above 64 KiB, ``Conflict`` for a person whose keys are destroyed;
        nothing of the batch was written then.
        """
        people = {write.consumer for write in writes}
        keys = WritingKeys(
            data=self._keyring.keys(people, KeyUse.DATA),
            reinsertion=self._keyring.keys(people, KeyUse.REINSERTION),
        )
        touched = {(write.consumer, new.field) for write in writes for new in write.versions}
        sealing = Sealing(
            vault_id=self._vault_id,
            now_ms=self._clock.now_ms(),
            keys=keys,
            pasts=pasts_of(inside, touched),
        )
        results = [[sealing.add(write, new) for new in write.versions] for write in writes]
        # In the order of their keys: pages are filled one after the other, not split at random.
        insert_many(inside, FieldVersion, sorted(sealing.rows, key=_key_of))
        return results

    def choose(
        self, inside: Transaction, consumer: ConsumerId, field: str, version: int | None
    ) -> None:
        """Make a version the current one; None leaves it to the rule.

        ``BadInput`` for a version that never was or is deleted.
        """
        chosen = (col(FieldChoice.consumer_id) == consumer, col(FieldChoice.field) == field)
        inside.exec(delete(FieldChoice).where(*chosen))
        if version is None:
            return
        if self.fetch(inside, consumer, field, version) is None:
            raise BadInput("is no version that can be chosen", member=field)
        inside.add(FieldChoice(consumer_id=consumer, field=field, version=version))
        inside.flush()

    def unchoose(
        self, inside: Transaction, consumer: ConsumerId, field: str, versions: Collection[int]
    ) -> None:
        """Leave it to the rule what is current, if the person had chosen one of these versions."""
        inside.exec(
            delete(FieldChoice).where(
                col(FieldChoice.consumer_id) == consumer,
                col(FieldChoice.field) == field,
                col(FieldChoice.version).in_(versions),
            )
        )

    # --- out ----------------------------------------------------------------------------------

    def versions(
        self, inside: Transaction, consumer: ConsumerId, fields: Collection[str] | None = None
    ) -> list[VersionInfo]:
        """All versions of a person's fields, deleted ones too: by field, the newest first."""
        return infos_of(inside, consumer, fields)

    def fetch(
        self, inside: Transaction, consumer: ConsumerId, field: str, version: int
    ) -> SealedVersion | None:
        """One version; None when there is none, or it was deleted."""
        found = live_versions(inside, [consumer], [field], col(FieldVersion.version) == version)
        return found[0] if found else None

    def current(
        self, inside: Transaction, consumer: ConsumerId, fields: Collection[str] | None = None
    ) -> list[SealedVersion]:
        """``current_many`` of one."""
        return self.current_many(inside, [consumer], fields)[consumer]

    def current_many(
        self,
        inside: Transaction,
        consumers: Collection[ConsumerId],
        fields: Collection[str] | None = None,
    ) -> dict[ConsumerId, list[SealedVersion]]:
        """The current versions of these people's fields (all of them by default), by field."""
        chosen = choices_of(inside, consumers)
        found: dict[ConsumerId, list[SealedVersion]] = {consumer: [] for consumer in consumers}
        for key, versions in by_field(live_versions(inside, consumers, fields)).items():
            current = current_of(versions, chosen=chosen.get(key))
            if current is not None:
                found[key[0]].append(current)
        return found

    def newest_of_source(
        self,
        inside: Transaction,
        consumer: ConsumerId,
        source: bytes,
        fields: Collection[str] | None = None,
    ) -> list[SealedVersion]:
        """The newest live version of each field in the line of ``source``, by field."""
        line = live_versions(inside, [consumer], fields, col(FieldVersion.source) == source)
        return [versions[-1] for versions in by_field(line).values()]

    def open(self, consumer: ConsumerId, sealed: Sequence[SealedVersion]) -> dict[str, bytes]:
        """The values of one person's versions by field; ``Damaged`` if any fails its check.

        After the transaction, never inside it: the keyring may ask the key source. One version for
        each field.
        """
        if any(version.consumer_id != consumer for version in sealed):
            raise Damaged("a version is another person's")
        opened = self.open_many(sealed)
        return {version.field: plain for version, plain in zip(sealed, opened, strict=True)}

    def open_many(self, sealed: Sequence[SealedVersion]) -> list[bytes]:
        """The values of versions of many people, in their order; otherwise as ``open``."""
        named = [(one.consumer_id, envelope.key_version(one.rec)) for one in sealed]
        keys = self._keyring.keys_named(named, KeyUse.DATA)
        return [
            envelope.open(key, place_of(one, self._vault_id), one.rec)
            for key, one in zip(keys, sealed, strict=True)
        ]

    # --- away ---------------------------------------------------------------------------------

    def delete(
        self, inside: Transaction, consumer: ConsumerId, field: str, versions: Collection[int]
    ) -> None:
        """Destroy the records of some versions; their rows, and so their numbers, stay."""
        inside.exec(
            update(FieldVersion)
            .where(
                col(FieldVersion.consumer_id) == consumer,
                col(FieldVersion.field) == field,
                col(FieldVersion.version).in_(versions),
            )
            .values(rec=None)
        )

    def erase(self, inside: Transaction, consumers: Collection[ConsumerId]) -> None:
        """Delete every row of these people."""
        for table in (FieldVersion, FieldChoice):
            inside.exec(delete(table).where(col(table.consumer_id).in_(consumers)))


def _key_of(row: Row) -> tuple[object, ...]:
    return row["consumer_id"], row["field"], row["version"]
