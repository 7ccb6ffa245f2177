"""Where each version of a field came from, with its value: the person's own look at its past.

Rules kept here:
- A look is an entry, durable before anything is opened: P1 holds for the person too. One entry for
  a field's whole past.
- Every version is told, the deleted ones too: who supplied it, by which channel, whether it was
  provided, observed or inferred, from what, when, and after which contest.
- A version whose record fails its check is told without its value; the others are shown.

The steps, numbered at the lines:

1 lock the person's head   2 the versions, sealed   3 the entry   4 commit   5 open

A crash between 4 and 5 leaves a recorded view that nobody saw.

Use::

    origins.show(consumer, "inferred.segment")      # [Past(version=3, value='loyal', …), …]
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from consent.gate.derivations import Derivations, Words
from consent.ledger.entry_types import BY_CONSUMER, EntryType
from consent.ledger.log import Log, NewEntry
from consent.ledger.reader import LogReader
from vault.errors import Damaged
from vault.fields import FieldValue, field_named
from vault.identifiers import CompanyId, ConsumerId, Prefix, encode
from vault.profiles import SELF_SOURCE, Profiles, SealedVersion, VersionInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One version of a field. ``company`` is None for the person's own; ``at`` is in ms."""

    version: int
    company: CompanyId | None
    channel: str
    nature: str
    at: int
    entry_i: int
    """The entry that wrote it, in the person's own chain."""
    is_current: bool
    is_deleted: bool
    contest_id: str | None
    """After which contest it was written: as its correction, or certified against it."""
    derived_from: Words = ()
    value: FieldValue | None = field(default=None, repr=False)
    """None where the record was deleted or fails its check."""


class Origins:
    """What people see of the past of their values."""

    def __init__(
        self, *, log: Log, reader: LogReader, profiles: Profiles, derivations: Derivations
    ) -> None:
        self._log = log
        self._reader = reader
        self._profiles = profiles
        self._derivations = derivations

    def show(self, consumer: ConsumerId, name: str) -> list[Past]:
        """Every version of a field, the newest first. ``BadInput`` for what is no field."""
        known = field_named(name, member=name)
        with self._log.acting([consumer]) as act:  # 1
            infos = self._profiles.versions(act.tx, consumer, [known.name])  # 2
            live = [one.version for one in infos if not one.deleted]
            fetched = (self._profiles.fetch(act.tx, consumer, name, one) for one in live)
            sealed = {one.version: one for one in fetched if one is not None}
            current = {one.version for one in self._profiles.current(act.tx, consumer, [name])}
            words = self._derivations.fetch(act.tx, consumer, [(name, one) for one in live])
            act.append(_entry(consumer, name, live))  # 3
        said = self._derivations.open(words)  # 4, 5
        return [
            Past(
                version=info.version,
                company=_company(info.source),
                channel=info.channel,
                nature=info.nature,
                at=info.written_at,
                entry_i=info.written_i,
                is_current=info.version in current,
                is_deleted=info.deleted,
                contest_id=self._contest(consumer, info),
                derived_from=said.get((name, info.version), ()),
                value=self._value(consumer, sealed.get(info.version)),
            )
            for info in infos
        ]

    def _value(self, consumer: ConsumerId, sealed: SealedVersion | None) -> FieldValue | None:
        if sealed is None:
            return None
        try:
            [plain] = self._profiles.open(consumer, [sealed]).values()
        except Damaged:
            return None
        return field_named(sealed.field).decode(plain)

    def _contest(self, consumer: ConsumerId, info: VersionInfo) -> str | None:
        """What the entry that wrote a version says; nothing for what the person wrote."""
        if info.source == SELF_SOURCE:
            return None
        i = info.written_i
        found = self._reader.entries(consumer, after=i - 1, before=i + 1)
        return found[0].P.get("contest_id") if found else None


def _company(source: bytes) -> CompanyId | None:
    return None if source == SELF_SOURCE else CompanyId(encode(Prefix.COMPANY, source))


def _entry(consumer: ConsumerId, name: str, versions: Sequence[int]) -> NewEntry:
    """An own view of several versions of one field: ``past`` says which."""
    return NewEntry(
        owner=consumer,
        type=EntryType.OWN_VIEW,
        actor=BY_CONSUMER,
        P={"fields": [name]},
        Q={"past": {name: [str(one) for one in versions]}},
    )
