"""Values come in: from companies about people they know, from a person about themselves.

Rules kept here:
- Writes take the caller's open transaction, whose heads are locked: value, entry and whatever else
  the act
  changes stand together or not at all.
- Every value is validated by its field before anything is written; one bad value refuses its whole
  write.
- A company writes only about people it knows by a pairwise id of its own. A person changes at once
  what they
  supplied or what nobody supplied yet; what a company supplied they dispute.
- A value that was corrected or removed is held when a company sends it again (``holding``), also
  the one that sent it first. The person's own word is never held.
- A value equal to any earlier one of the same source changes nothing and makes no entry:
  yesterday's import
  cannot undo a correction.
- What a company concluded says from what, if the company does: sealed beside the version.

Use::

    with log.acting([consumer], uses=WRITING_KEYS) as act:
        gate.write([Write(consumer=consumer, source=company, values={…}, …)], inside=act)
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import repeat
from typing import TypeAlias

from sqlmodel import col, select, tuple_

from consent.decision import Reason, decide_company_write, decide_own_write
from consent.gate.derivations import Derivations, Words, checked
from consent.gate.holding import HOLDING_KEYS, Arriving, FieldOf, Holding
from consent.gate.write_entries import Write, Written, enter, source_of, written_as
from consent.ledger.log import Act
from consent.tables import CompanyRow, Pairwise
from vault.errors import BadInput
from vault.fields import field_named
from vault.identifiers import ConsumerId
from vault.profiles import (
    SELF_SOURCE,
    NewVersion,
    NewVersions,
    Profiles,
    Stored,
    Unchanged,
)

__all__ = ["WRITING_KEYS", "Write", "WriteGate", "Written", "source_of", "written_as"]

INFERRED = "inferred"
WRITING_KEYS = HOLDING_KEYS
"""What an act needs besides log keys to write values."""

Encoded: TypeAlias = tuple[bytes, bytes, int]
"""Bytes to seal, bytes to compare by, schema id."""


class WriteGate:
    """Writes of companies and of people."""

    def __init__(
        self,
        *,
        profiles: Profiles,
        holding: Holding,
        derivations: Derivations,
        country: str | None = None,
    ) -> None:
        """``country`` (ISO 3166-1): where a phone number without a country is taken to be from."""
        self._profiles = profiles
        self._holding = holding
        self._derivations = derivations
        self._country = country

    def write(self, writes: Sequence[Write], *, inside: Act) -> list[Written]:
        """Write values inside an open act; answers in the order of ``writes``.

        The act was opened with ``uses=WRITING_KEYS``. ``BadInput`` names the first value that does
        not fit its field, or a person written about twice; nothing of the act may then stand.
        """
        if len({write.consumer for write in writes}) != len(writes):
            raise BadInput("names a person twice", member="writes")
        encoded = [_encoded(write, self._country) for write in writes]
        derived = [_derived(write) for write in writes]
        known_as = _pairwise(inside, writes)
        current = self._current_sources(inside, writes)
        refused = [_refused(write, known_as, current) for write in writes]
        held = self._held(inside, writes, encoded, refused, known_as)
        kept_out = [
            {*reasons, *(name for name in write.values if (write.consumer, name) in held)}
            for write, reasons in zip(writes, refused, strict=True)
        ]
        results = self._profiles.put_many(
            inside.tx, list(map(_versions, writes, encoded, kept_out, repeat(inside)))
        )
        stored = [[one for one in result if isinstance(one, Stored)] for result in results]
        for write, new, words in zip(writes, stored, derived, strict=True):
            self._explain(inside, write.consumer, new, words)
        entries = enter(writes, stored, known_as, inside)
        return [
            Written(
                stored=tuple(one.field for one in new),
                unchanged=tuple(one.field for one in result if isinstance(one, Unchanged)),
                held=tuple(name for name in write.values if (write.consumer, name) in held),
                refused=reasons,
                entry_i=entries.get(write.consumer),
            )
            for write, result, new, reasons in zip(writes, results, stored, refused, strict=True)
        ]

    def _held(
        self,
        inside: Act,
        writes: Sequence[Write],
        encoded: Sequence[Mapping[str, Encoded]],
        refused: Sequence[Mapping[str, Reason]],
        known_as: Mapping[tuple[bytes, str], str],
    ) -> AbstractSet[FieldOf]:
        """What companies send that may not come back unnoticed; nothing of what a person writes."""
        by_companies = [write.consumer for write in writes if write.source is not None]
        arriving = (
            one
            for write, values, reasons in zip(writes, encoded, refused, strict=True)
            for one in _arriving(write, values, reasons, known_as)
        )
        return self._holding.hold(inside, by_companies, arriving)

    def _explain(
        self, inside: Act, consumer: ConsumerId, stored: Sequence[Stored], words: Words
    ) -> None:
        if words and stored:
            versions = dict.fromkeys(((one.field, one.version) for one in stored), words)
            self._derivations.put(inside.tx, consumer, versions)

    def _current_sources(
        self, inside: Act, writes: Sequence[Write]
    ) -> dict[tuple[bytes, str], bytes]:
        """Whose the current value of each field is, where a person writes about themselves."""
        own = [write.consumer for write in writes if write.source is None]
        if not own:
            return {}
        fields = {name for write in writes if write.source is None for name in write.values}
        found = self._profiles.current_many(inside.tx, own, fields)
        return {(one, v.field): v.source for one, versions in found.items() for v in versions}


def _encoded(write: Write, country: str | None) -> dict[str, Encoded]:
    """Each value, validated by its field, by the name of the field."""
    encoded = {}
    for name, value in write.values.items():
        known = field_named(name, member=name)
        kept = known.validate(value)
        plain = known.encode(kept)
        normalised = known.normalise(kept, country=country)
        has_one_spelling = normalised is kept or (isinstance(kept, str) and normalised == kept)
        compared = plain if has_one_spelling else known.encode(normalised)
        encoded[name] = (plain, compared, known.schema_id)
    return encoded


def _derived(write: Write) -> Words:
    """What its values were concluded from; ``BadInput`` where nobody concluded anything."""
    if write.derived_from and write.nature != INFERRED:
        raise BadInput("goes with inferred values alone", member="derived_from")
    return checked(write.derived_from)


def _pairwise(inside: Act, writes: Sequence[Write]) -> dict[tuple[bytes, str], str]:
    """How the writing companies know these people; those of suspended companies are left out."""
    pairs = [(write.consumer, write.source) for write in writes if write.source is not None]
    if not pairs:
        return {}
    found = inside.tx.exec(
        select(Pairwise.consumer_id, Pairwise.company_id, Pairwise.pairwise_id)
        .join(CompanyRow, col(CompanyRow.company_id) == col(Pairwise.company_id))
        .where(
            tuple_(col(Pairwise.consumer_id), col(Pairwise.company_id)).in_(pairs),
            CompanyRow.status == "active",
        )
        .with_for_update(read=True, of=CompanyRow)  # a suspension waits for what it comes after
    )
    return {(bytes(consumer), company): pairwise for consumer, company, pairwise in found}


def _refused(
    write: Write,
    known_as: Mapping[tuple[bytes, str], str],
    current: Mapping[tuple[bytes, str], bytes],
) -> dict[str, Reason]:
    """The fields of a write that may not go in, each with its reason."""
    if write.source is not None:
        related = (write.consumer, write.source) in known_as
        reason = decide_company_write(suspended=False, related=related)
        return dict.fromkeys(write.values, reason) if reason is not None else {}
    reasons = {name: _own(current.get((write.consumer, name))) for name in write.values}
    return {name: reason for name, reason in reasons.items() if reason is not None}


def _own(source: bytes | None) -> Reason | None:
    return decide_own_write(
        current_source_is_self=None if source is None else source == SELF_SOURCE
    )


def _arriving(
    write: Write,
    encoded: Mapping[str, Encoded],
    refused: Mapping[str, Reason],
    known_as: Mapping[tuple[bytes, str], str],
) -> Iterator[Arriving]:
    if write.source is None:
        return
    for name in encoded.keys() - refused.keys():
        yield Arriving(
            consumer=write.consumer,
            company=write.source,
            known_as=known_as[write.consumer, write.source],
            name=name,
            plain=encoded[name][0],
            nature=write.nature,
            channel=write.channel,
        )


def _versions(
    write: Write,
    encoded: Mapping[str, Encoded],
    kept_out: Container[str],
    inside: Act,
) -> NewVersions:
    """The values of a write that may go in, and the entry that will tell of them."""
    new = [
        NewVersion(field=name, plain=plain, normalised=normalised, schema_id=schema_id)
        for name, (plain, normalised, schema_id) in encoded.items()
        if name not in kept_out
    ]
    return NewVersions(
        consumer=write.consumer,
        versions=new,
        source=source_of(write.source),
        nature=write.nature,
        channel=write.channel,
        written_i=inside.chains[write.consumer].head.n + 1,
        # A person may go back to a value they gave before; a company's old value stays old.
        again=write.source is None,
    )
