"""A value that was corrected or removed comes again: it is held beside the profile, not taken in.

Rules kept here:
- Whoever sends it: another company, an import, the company that corrected it. Never the person.
- What is held is a sealed text of the person, is no version, and is read by nobody but the person
  and, in its own words, the company that sent it.
- The same value of the same company is held once, in whatever spelling it comes again.
- It becomes a version only by the company's own word (``certify``), which the person's chain
  tells; or it is dropped, and its text destroyed.

The steps of a company's write, numbered at the lines:

1 the guards of these people, under their locks   2 the likeness of what stands behind one
3 sealed, written down, one ``held`` entry for each contest it meets   4 the rest goes on

A crash before the caller's commit leaves nothing.

Use::

    held = holding.hold(act, people, arriving)          # {(consumer, 'contact.email'), ...}
    with log.acting([consumer], uses=HOLDING_KEYS) as act:
        holding.certify(act, company, consumer, held_id)
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from consent import pairwise_store, reinsertion
from consent.confirmations import Answer, NotFound, confirmed
from consent.gate.likenesses import Likenesses
from consent.gate.text_kinds import TextKind
from consent.ledger.entry_types import EntryType
from consent.ledger.log import Act, NewEntry
from consent.reinsertion import Guards, Held, HeldState
from vault.base64url import encode
from vault.clock import Clock
from vault.fields import field_named
from vault.identifiers import CompanyId, ConsumerId, Prefix, new_id, raw
from vault.keyring import KeyUse
from vault.profiles import NewVersion, Profiles, Stored
from vault.sealed_texts import NewText, SealedTexts, TextKey

HOLDING_KEYS = (KeyUse.DATA, KeyUse.REINSERTION)
"""What an act needs besides log keys to hold, certify or drop."""

FieldOf = tuple[ConsumerId, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arriving:
    """A validated value a company sends, as the bytes its field encodes it to."""

    consumer: ConsumerId
    company: CompanyId
    known_as: str
    name: str
    plain: bytes = field(repr=False)
    nature: str
    channel: str


@dataclass(frozen=True, slots=True)
class _Met:
    """A value and the guard it met."""

    value: Arriving
    likeness: bytes
    contest_id: str


class Holding:
    """Holds back what was taken away."""

    def __init__(
        self,
        *,
        profiles: Profiles,
        texts: SealedTexts,
        likenesses: Likenesses,
        clock: Clock,
        country: str | None = None,
    ) -> None:
        """``country`` is that of ``WriteGate``."""
        self._profiles = profiles
        self._texts = texts
        self._likenesses = likenesses
        self._clock = clock
        self._country = country

    # --- coming in ------------------------------------------------------------------------------

    def hold(
        self, inside: Act, people: Collection[ConsumerId], arriving: Iterable[Arriving]
    ) -> frozenset[FieldOf]:
        """Hold what meets a guard; whose fields those are. The others may be written.

        ``arriving`` are values of ``people``, each field once; it is not looked at where nobody has
        a guard. The act was opened with ``uses=HOLDING_KEYS``.
        """
        guards = reinsertion.guards_of(inside.tx, people)  # 1
        if not guards.contests:
            return frozenset()
        met = [one for value in arriving if (one := self._met(guards, value))]  # 2
        new = [one for one in met if _name(one) not in guards.waiting]
        self._enter(inside, new)  # 3
        return frozenset((one.value.consumer, one.value.name) for one in met)  # 4

    def _met(self, guards: Guards, value: Arriving) -> _Met | None:
        if (value.consumer, value.name) not in guards.fields:
            return None
        decoded = field_named(value.name).decode(value.plain)
        like = self._likenesses.of(value.consumer, value.name, decoded)
        hashes = (like.alike, like.same)
        found = guards.met(value.consumer, value.company, value.name, hashes)
        return None if found is None else _Met(value, *found)

    def _enter(self, inside: Act, new: Sequence[_Met]) -> None:
        together: dict[tuple[ConsumerId, str], list[tuple[_Met, Held, bytes]]] = defaultdict(list)
        for one in new:
            held = _held(one, now_ms=self._clock.now_ms())
            sealed = NewText(key=_text(held), plain=one.value.plain)
            [record_hash] = self._texts.put(inside.tx, [sealed])
            reinsertion.hold(inside.tx, held, one.likeness)
            together[held.consumer, held.contest_id].append((one, held, record_hash))
        inside.append(*map(_held_entry, together.values()))

    # --- the company's word ---------------------------------------------------------------------

    def certify(
        self,
        inside: Act,
        company: CompanyId,
        consumer: ConsumerId,
        held_id: str,
        *,
        handler: str | None = None,
    ) -> Answer:
        """The company stands by a held value: it becomes a version of the company's line.

        ``handler`` is who says so for the company, for the person to read.

        ``NotFound`` for what does not wait for this company. ``Damaged`` when it does not open.
        """
        held = self._waiting(inside, company, consumer, held_id)
        if held is None:
            return NotFound()
        [plain] = self._texts.open(
            self._texts.fetch(inside.tx, [consumer], TextKind.HELD, [raw(held_id)])
        )
        known = field_named(held.field)
        normalised = known.normalise(known.decode(plain), country=self._country)
        [result] = self._profiles.put(
            inside.tx,
            consumer,
            [
                NewVersion(
                    field=held.field,
                    plain=plain,
                    normalised=known.encode(normalised),
                    schema_id=known.schema_id,
                )
            ],
            source=raw(company),
            nature=held.nature,
            channel=held.channel,
            written_i=inside.chains[consumer].head.n + 1,
            again=True,
        )
        told = _written(result) if isinstance(result, Stored) else {}
        self._decide(inside, held, HeldState.CERTIFIED)
        entry = _decided(inside, held, EntryType.CERTIFIED, told, handler=handler)
        return confirmed(held_id, inside.append(entry))

    def drop(self, inside: Act, company: CompanyId, consumer: ConsumerId, held_id: str) -> Answer:
        """The company takes a held value back; ``NotFound`` for what does not wait for it."""
        held = self._waiting(inside, company, consumer, held_id)
        if held is None:
            return NotFound()
        self._decide(inside, held, HeldState.DROPPED)
        return confirmed(held_id, inside.append(_decided(inside, held, EntryType.DELETED, {})))

    def _waiting(
        self, inside: Act, company: CompanyId, consumer: ConsumerId, held_id: str
    ) -> Held | None:
        return reinsertion.waiting(inside.tx, company, consumer, [held_id]).get(held_id)

    def _decide(self, inside: Act, held: Held, state: HeldState) -> None:
        """What was held is a version now, or nothing: either way its text goes."""
        now = self._clock.now_ms()
        reinsertion.decide(inside.tx, held.consumer, held.held_id, state, now_ms=now)
        self._texts.delete(inside.tx, [_text(held)])


def _name(one: _Met) -> tuple[ConsumerId, CompanyId, str, bytes]:
    return one.value.consumer, one.value.company, one.value.name, one.likeness


def _held(one: _Met, *, now_ms: int) -> Held:
    return Held(
        consumer=one.value.consumer,
        held_id=new_id(Prefix.HELD),
        company=one.value.company,
        field=one.value.name,
        contest_id=one.contest_id,
        nature=one.value.nature,
        channel=one.value.channel,
        state=HeldState.WAITING,
        held_at=now_ms,
        decided_at=None,
    )


def _text(held: Held) -> TextKey:
    return TextKey(consumer=held.consumer, kind=TextKind.HELD, text_id=raw(held.held_id))


def _written(stored: Stored) -> dict[str, object]:
    return {
        "versions": {stored.field: str(stored.version)},
        "records": encode(stored.record_hash),
    }


def _held_entry(several: Sequence[tuple[_Met, Held, bytes]]) -> NewEntry:
    """What met the guards of one contest, in one entry; whose they are is the same for all."""
    first, held, _ = several[0]
    return NewEntry(
        owner=held.consumer,
        type=EntryType.HELD,
        actor=held.company,
        company=held.company,
        P={
            "consumer": first.value.known_as,
            "contest_id": held.contest_id,
            "fields": sorted(one.field for _, one, _ in several),
            "channel": held.channel,
            "nature": held.nature,
        },
        Q={
            "held": {
                one.field: {"id": one.held_id, "record": encode(record_hash)}
                for _, one, record_hash in several
            }
        },
    )


def _decided(
    inside: Act,
    held: Held,
    kind: EntryType,
    written: Mapping[str, object],
    *,
    handler: str | None = None,
) -> NewEntry:
    known_as = pairwise_store.known_as(inside.tx, held.company, held.consumer)
    return NewEntry(
        owner=held.consumer,
        type=kind,
        actor=held.company,
        company=held.company,
        P={
            **({} if known_as is None else {"consumer": known_as}),
            "contest_id": held.contest_id,
            "fields": [held.field],
            "channel": held.channel,
            "nature": held.nature,
            **({} if handler is None else {"handler": handler}),
        },
        Q={**written, "held": {held.field: {"id": held.held_id}}},
    )
