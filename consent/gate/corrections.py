"""What a contest does to values: the right one beside the wrong ones, or the wrong ones gone.

Rules kept here:
- A remedy takes the caller's open act: it shares lock and commit with the verdict.
- A correction is a new version in the line of the company that supplied the wrong one, channel
  ``contest``, of the same nature. The wrong versions stay, for the person to see.
- A deletion destroys the records of the versions; their numbers, and what was said of them in the
  chain, stay.
- Either leaves a guard for each contested value, so that none comes back unnoticed; where the
  correction differs only in its spelling, the guard knows the wrong spelling alone.
- Nobody's choice keeps a contested version current.
- What is opened here is hashed under the person's key and dropped: nothing leaves, so the entry of
  the remedy is the entry.

The steps of a remedy, numbered at the lines:

1 the versions are there and this company's   2 the likeness of each that still opens
3 the new version, or none   4 guards   5 choices   6 the entry, with versions and guards in ``Q``

A crash before the caller's commit leaves nothing.

Use::

    with log.acting([consumer], uses=CORRECTING_KEYS) as act:
        corrections.correct(act, consumer, "contact.email", "rosa@example.org",
                            company=company, contest_id=contest_id, versions=[3])
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from consent import pairwise_store, reinsertion
from consent.gate.derivations import Derivations
from consent.gate.likenesses import Likenesses
from consent.gate.texts import CaseText
from consent.gate.writes import WRITING_KEYS, source_of, written_as
from consent.ledger.entry_types import EntryType
from consent.ledger.log import Act, NewEntry
from vault.base64url import encode
from vault.clock import Clock
from vault.errors import BadInput
from vault.fields import FieldValue, field_named
from vault.identifiers import CompanyId, ConsumerId
from vault.likeness import Likeness
from vault.profiles import NewVersion, Profiles, SealedVersion, Stored
from vault.sealed_texts import SealedTexts, TextKey

CHANNEL = "contest"
CORRECTING_KEYS = WRITING_KEYS
"""What an act needs besides log keys to correct or delete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedied:
    """What a remedy came to. ``version`` is the one that is right now, None after a deletion."""

    version: int | None
    entry_i: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """What a remedy is about, and in whose name it is done."""

    consumer: ConsumerId
    field: str
    company: CompanyId
    contest_id: str
    versions: tuple[int, ...]
    actor: str


class Corrections:
    """Remedies for contested values."""

    def __init__(
        self,
        *,
        profiles: Profiles,
        texts: SealedTexts,
        likenesses: Likenesses,
        clock: Clock,
        country: str | None = None,
    ) -> None:
        """``country`` is that of ``WriteGate``: one value is compared in one way everywhere."""
        self._profiles = profiles
        self._texts = texts
        self._derivations = Derivations(texts=texts)
        self._likenesses = likenesses
        self._clock = clock
        self._country = country

    def correct(
        self,
        inside: Act,
        consumer: ConsumerId,
        field: str,
        value: object,
        *,
        company: CompanyId,
        contest_id: str,
        versions: Collection[int],
        actor: str | None = None,
    ) -> Remedied:
        """Put ``value`` in the place of contested ``versions`` that ``company`` supplied.

        The act was opened with ``uses=CORRECTING_KEYS``; ``actor`` is who decided, the company
        itself by default. ``BadInput`` for a value that does not fit its field or is the contested
        one, and for versions that are not this company's; ``Damaged`` when one does not open.
        """
        case = _case(consumer, field, company, contest_id, versions, actor)
        kept = field_named(field, member=field).validate(value)
        contested = self._contested(inside, case)  # 1
        wrong = self._values(case, contested)  # 2
        guards, let_in = self._guards_beside(case, wrong, kept)
        new = self._new_version(case, kept)
        [result] = self._profiles.put(  # 3
            inside.tx,
            consumer,
            [new],
            source=source_of(company),
            nature=_nature(contested),
            channel=CHANNEL,
            written_i=inside.chains[consumer].head.n + 1,
            again=True,
        )
        stored = [result] if isinstance(result, Stored) else []
        released = reinsertion.release(inside.tx, consumer, field, let_in)
        self._guard(inside, case, guards)  # 4
        told = {
            **(written_as(stored) if stored else {}),
            "contested": {field: [str(one) for one in case.versions]},
            **_hashes("guards", field, guards),
            **_hashes("released", field, released),
        }
        more = {"nature": _nature(contested)}
        return self._enter(inside, case, EntryType.WRITE, more, told, version=result.version)

    def correct_as_proposed(
        self,
        inside: Act,
        consumer: ConsumerId,
        field: str,
        proposed: CaseText,
        *,
        company: CompanyId,
        contest_id: str,
        versions: Collection[int],
        actor: str | None = None,
    ) -> Remedied:
        """``correct`` with the value the person proposed, which nobody else gets to see for it.

        ``KeyError`` when there is no such text.
        """
        key = TextKey(consumer=consumer, kind=proposed.kind, text_id=proposed.text_id)
        sealed = self._texts.fetch(inside.tx, [consumer], key.kind, [key.text_id])
        if not sealed:
            raise KeyError("no such text")
        [plain] = self._texts.open(sealed)
        return self.correct(
            inside,
            consumer,
            field,
            field_named(field, member=field).decode(plain),
            company=company,
            contest_id=contest_id,
            versions=versions,
            actor=actor,
        )

    def delete(
        self,
        inside: Act,
        consumer: ConsumerId,
        field: str,
        *,
        company: CompanyId,
        contest_id: str,
        versions: Collection[int],
        actor: str | None = None,
    ) -> Remedied:
        """Destroy contested ``versions`` that ``company`` supplied; otherwise as ``correct``.

        What is left decides what is current: an older version of the same company would be, unless
        it is named too.
        """
        case = _case(consumer, field, company, contest_id, versions, actor)
        contested = self._contested(inside, case)  # 1
        guards = {self._likeness(case, wrong).alike for wrong in self._values(case, contested)}  # 2
        self._profiles.delete(inside.tx, consumer, field, case.versions)  # 3
        gone = [(field, version) for version in case.versions]
        self._derivations.destroy(inside.tx, consumer, gone)
        self._guard(inside, case, guards)  # 4
        told = {
            "deleted": {field: [str(one) for one in case.versions]},
            **_hashes("guards", field, guards),
        }
        return self._enter(inside, case, EntryType.DELETED, {}, told, version=None)

    # --- the contested values -------------------------------------------------------------------

    def _contested(self, inside: Act, case: _Case) -> list[SealedVersion]:
        infos = self._profiles.versions(inside.tx, case.consumer, [case.field])
        theirs = {one.version for one in infos if one.source == source_of(case.company)}
        if not case.versions or not theirs.issuperset(case.versions):
            raise BadInput("are no versions this company supplied", member="versions")
        found = (
            self._profiles.fetch(inside.tx, case.consumer, case.field, one) for one in case.versions
        )
        return [one for one in found if one is not None]

    def _values(self, case: _Case, contested: Sequence[SealedVersion]) -> list[FieldValue]:
        known = field_named(case.field)
        return [known.decode(plain) for plain in self._profiles.open_many(contested)]

    def _likeness(self, case: _Case, value: FieldValue) -> Likeness:
        return self._likenesses.of(case.consumer, case.field, value)

    def _guards_beside(
        self, case: _Case, wrong: Sequence[FieldValue], right: FieldValue
    ) -> tuple[set[bytes], frozenset[bytes]]:
        """What guards the wrong values without holding the right one; what the right one has."""
        good = self._likeness(case, right)
        bad = [self._likeness(case, value) for value in wrong]
        if any(one.same == good.same for one in bad):
            raise BadInput("is the value that is contested", member=case.field)
        guards = {one.same if one.alike == good.alike else one.alike for one in bad}
        return guards, good.both

    def _new_version(self, case: _Case, value: FieldValue) -> NewVersion:
        known = field_named(case.field)
        return NewVersion(
            field=case.field,
            plain=known.encode(value),
            normalised=known.encode(known.normalise(value, country=self._country)),
            schema_id=known.schema_id,
        )

    # --- what a remedy leaves behind ------------------------------------------------------------

    def _guard(self, inside: Act, case: _Case, guards: Collection[bytes]) -> None:
        now = self._clock.now_ms()
        reinsertion.guard(
            inside.tx, case.consumer, case.field, guards, contest_id=case.contest_id, now_ms=now
        )

    def _enter(
        self,
        inside: Act,
        case: _Case,
        kind: EntryType,
        more: Mapping[str, object],
        kept_back: Mapping[str, object],
        *,
        version: int | None,
    ) -> Remedied:
        self._profiles.unchoose(inside.tx, case.consumer, case.field, case.versions)  # 5
        known_as = pairwise_store.known_as(inside.tx, case.company, case.consumer)
        told = {
            "fields": [case.field],
            "channel": CHANNEL,
            "contest_id": case.contest_id,
            **more,
            **({} if known_as is None else {"consumer": known_as}),
            **({} if case.actor == case.company else {"company": case.company}),
        }
        [written] = inside.append(  # 6
            NewEntry(
                owner=case.consumer,
                type=kind,
                actor=case.actor,
                company=case.company,
                P=told,
                Q=kept_back,
            )
        )
        return Remedied(version=version, entry_i=written.entry.i)


def _case(
    consumer: ConsumerId,
    field: str,
    company: CompanyId,
    contest_id: str,
    versions: Collection[int],
    actor: str | None,
) -> _Case:
    return _Case(
        consumer=consumer,
        field=field_named(field, member=field).name,
        company=company,
        contest_id=contest_id,
        versions=tuple(sorted(set(versions))),
        actor=actor or company,
    )


def _nature(contested: Sequence[SealedVersion]) -> str:
    """The nature of the newest contested version; what is deleted already was once provided."""
    return contested[-1].nature if contested else "provided"


def _hashes(name: str, field: str, hashes: Collection[bytes]) -> dict[str, object]:
    """Guards as the person's chain tells of them: one after the other, in order."""
    return {name: {field: encode(b"".join(sorted(hashes)))}} if hashes else {}
