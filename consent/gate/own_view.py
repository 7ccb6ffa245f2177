"""The person looks at their own values, and at the whole of their profile without opening any.

Rules kept here:
- An own view is an entry, durable before anything is opened: P1 holds for the person too, so that
  somebody
  else at their screen leaves a mark.
- The overview (names, sources, dates) opens nothing and makes no entry.

Use::

    gate.overview(consumer)                       # every field's versions, nothing opened
    gate.show(consumer, ["contact.email"])        # entry, commit, then the values
"""

from collections.abc import Mapping, Sequence

from consent.ledger.entry_types import EntryType
from consent.ledger.log import Log, NewEntry
from consent.restrictions import restrictions
from vault.database import Database
from vault.fields import FieldValue, field_named
from vault.identifiers import ConsumerId
from vault.profiles import Profiles, VersionInfo


class OwnView:
    """What a person sees of their own profile."""

    def __init__(self, *, main: Database, log: Log, profiles: Profiles) -> None:
        self._main = main
        self._log = log
        self._profiles = profiles

    def overview(self, consumer: ConsumerId) -> list[VersionInfo]:
        """Every version of every field, newest first within a field, nothing opened."""
        with self._main.reading() as tx:
            return self._profiles.versions(tx, consumer)

    def current(self, consumer: ConsumerId) -> Mapping[str, int]:
        """Which version of each field counts now; nothing opened, no entry made."""
        with self._main.reading() as tx:
            return {one.field: one.version for one in self._profiles.current(tx, consumer)}

    def disputed(self, consumer: ConsumerId) -> frozenset[str]:
        """The fields that no company gets as if they were right; nothing opened, no entry made."""
        with self._main.reading() as tx:
            return frozenset(restrictions(tx, consumer))

    def show(self, consumer: ConsumerId, fields: Sequence[str]) -> Mapping[str, FieldValue]:
        """The current values of these fields; those without a value are left out.

        ``BadInput`` names a field that is not in the catalogue. A crash after the commit leaves a
        recorded view that nobody saw.
        """
        wanted = [field_named(name, member=name).name for name in fields]
        with self._log.acting([consumer]) as act:
            sealed = self._profiles.current(act.tx, consumer, wanted)
            act.append(
                NewEntry(
                    owner=consumer,
                    type=EntryType.OWN_VIEW,
                    actor="consumer",
                    P={"fields": sorted(wanted)},
                    Q={"versions": {one.field: str(one.version) for one in sealed}},
                )
            )
        opened = self._profiles.open(consumer, sealed)
        return {name: field_named(name).decode(plain) for name, plain in opened.items()}
