"""A second record of one person is re-sealed into the first.

Rules kept here:
- Everything of the second record is opened under its own key and sealed again under the first
  one's, in the
  order in which it was written; sources, natures and channels stay, and so does what a value was
  concluded from.
- Values are opened before the transaction, as a snapshot; under the locks it is checked that
  nothing was written
  since, else the caller tries again.
- The entries, the pairwise ids and the grants are the caller's (enrolment): same transaction.

Use::

    snapshot = joins.open(second)
    with log.acting([first, second], uses=WRITING_KEYS) as act:
        for written in joins.reseal(act, snapshot, into=first):
            act.append(...)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from consent.gate.derivations import Derivations, Version, Words
from consent.gate.names import Name, Names
from consent.gate.text_kinds import TextKind
from consent.ledger.log import Act
from vault.database import Database
from vault.errors import Unready
from vault.fields import field_named
from vault.identifiers import CompanyId, ConsumerId
from vault.profiles import NewVersion, NewVersions, Profiles, SealedVersion, Stored, VersionInfo
from vault.sealed_texts import NewText, SealedTexts, StoredText

_WORDS = frozenset(TextKind) - {TextKind.DERIVED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A record opened to be re-sealed: its versions in the order written, its names."""

    consumer: ConsumerId
    versions: Sequence[tuple[SealedVersion, bytes]] = field(repr=False)
    names: Sequence[Name] = field(repr=False)
    derived: Mapping[Version, Words] = field(repr=False)
    words: Sequence[tuple[StoredText, bytes]] = field(repr=False)
    """The words of its cases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resealed:
    """A version as it stands in the record that goes on; ``before`` is its number in the other."""

    stored: Stored
    before: int


class Joins:
    """Re-seals one record into another."""

    def __init__(
        self,
        *,
        main: Database,
        profiles: Profiles,
        names: Names,
        texts: SealedTexts,
        country: str | None = None,
    ) -> None:
        """``country`` is that of ``WriteGate``: what was one value when written stays one."""
        self._main = main
        self._texts = texts
        self._derivations = Derivations(texts=texts)
        self._country = country
        self._profiles = profiles
        self._names = names

    def open(self, consumer: ConsumerId, companies: Sequence[CompanyId]) -> Snapshot:
        """Everything of ``consumer``, opened; ``companies`` are those that know them."""
        with self._main.reading() as tx:
            infos = self._profiles.versions(tx, consumer)
            sealed = [
                version
                for info in sorted(infos, key=_order)
                if not info.deleted
                and (version := self._profiles.fetch(tx, consumer, info.field, info.version))
            ]
            texts = self._names.of(tx, consumer)
            derived = self._derivations.fetch(tx, consumer, [(v.field, v.version) for v in sealed])
            words = [one for kind in _WORDS for one in self._texts.fetch(tx, [consumer], kind)]
        plain = self._profiles.open_many(sealed)
        return Snapshot(
            consumer=consumer,
            versions=list(zip(sealed, plain, strict=True)),
            names=self._names.opened(texts, companies),
            derived=self._derivations.open(derived),
            words=list(zip(words, self._texts.open(words), strict=True)),
        )

    def reseal(self, inside: Act, snapshot: Snapshot, *, into: ConsumerId) -> list[list[Resealed]]:
        """Write a snapshot into another record and take the old one's names and values away.

        What was written, in one list for each act of writing the old record had, in their order:
        the caller tells of each list in an entry of its own, the next ones of the chain.
        ``Unready`` when the old record was written since the snapshot: nothing stands, try again.
        """
        self._require_unchanged(inside, snapshot)
        acts = sorted({version.written_i for version, _ in snapshot.versions})
        first_i = inside.chains[into].head.n + 1
        writes = [
            self._again(into, version, plain, first_i + acts.index(version.written_i))
            for version, plain in snapshot.versions
        ]
        results = self._profiles.put_many(inside.tx, writes)
        self._move_names(inside, snapshot, into)
        self._profiles.erase(inside.tx, [snapshot.consumer])
        told: list[list[Resealed]] = [[] for _ in acts]
        for write, [result], (version, _) in zip(writes, results, snapshot.versions, strict=True):
            if isinstance(result, Stored):
                resealed = Resealed(stored=result, before=version.version)
                told[write.written_i - first_i].append(resealed)
        self._move_words(inside, snapshot, into, [one for act in told for one in act])
        return told

    def _again(
        self, into: ConsumerId, version: SealedVersion, plain: bytes, written_i: int
    ) -> NewVersions:
        known = field_named(version.field)
        normalised = known.encode(known.normalise(known.decode(plain), country=self._country))
        new = NewVersion(
            field=version.field, plain=plain, normalised=normalised, schema_id=version.schema_id
        )
        return NewVersions(
            consumer=into,
            versions=[new],
            source=version.source,
            nature=version.nature,
            channel=version.channel,
            written_i=written_i,
            again=True,
        )

    def _require_unchanged(self, inside: Act, snapshot: Snapshot) -> None:
        now = self._profiles.versions(inside.tx, snapshot.consumer)
        live = sorted((v.field, v.version) for v in now if not v.deleted)
        if live != sorted((v.field, v.version) for v, _ in snapshot.versions):
            raise Unready("the other record was changed a moment ago; try again")

    def _move_names(self, inside: Act, snapshot: Snapshot, into: ConsumerId) -> None:
        self._names.remove(inside.tx, snapshot.consumer, snapshot.names)
        for name in snapshot.names:
            self._names.put(inside.tx, self._names.mark({into: name}))

    def _move_words(
        self, inside: Act, snapshot: Snapshot, into: ConsumerId, resealed: Sequence[Resealed]
    ) -> None:
        """What belongs to a version goes to its new number; the words of cases keep their ids."""
        derived = {
            (one.stored.field, one.stored.version): snapshot.derived[one.stored.field, one.before]
            for one in resealed
            if (one.stored.field, one.before) in snapshot.derived
        }
        again = [
            NewText(key=replace(text.key, consumer=into), plain=plain)
            for text, plain in snapshot.words
        ]
        self._texts.erase(inside.tx, [snapshot.consumer])
        self._derivations.put(inside.tx, into, derived)
        self._texts.put(inside.tx, again)


def _order(info: VersionInfo) -> tuple[int, str, int]:
    return info.written_i, info.field, info.version
