"""From a value to the people who may have it, without the value being stored.

Rules kept here:
- The index only proposes. Whoever asks opens the value and compares, sign-in included.
- Marks are made before the transaction (they need the vault's key) and used inside it.
- While two versions of the vault's key live, a value has a mark under each: all are written, all
  are looked up.
- ``only_one``: the database itself keeps a second person from the same mark. Those indexes have 128
  bits, so equal marks are equal values: a company's external id, a verified sign-in address.

Use::

    index = Index(scope=company, field="external_id", only_one=True, bits=128)
    marks = lookup.marks(index, [b"4711"])[0]
    with main.transaction() as inside:
        lookup.put(inside, consumer, marks)
        lookup.candidates(inside, marks)        # [consumer]
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, delete, insert, select

from vault.crypto.blind_index import MAX_BITS, IndexPlace, blind_index
from vault.database import Transaction
from vault.errors import Conflict
from vault.identifiers import ConsumerId
from vault.keyring import Keyring
from vault.tables import LookupRow
from vault.vault_keys import VaultKeyUse


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """Which values are found among which. ``scope`` is a company's id, or empty."""

    scope: str
    field: str
    bits: int
    name: str = "equal"
    norm_version: int = 1
    only_one: bool = False

    def __post_init__(self) -> None:
        if self.only_one and self.bits != MAX_BITS:
            raise ValueError("an index that names one person has 128 bits")


@dataclass(frozen=True, slots=True)
class Mark:
    """The hash of one value in one index, under one version of the vault's key."""

    index: Index
    hash: bytes


class Lookup:
    """The blind indexes of one vault."""

    def __init__(self, *, keyring: Keyring, vault_id: bytes) -> None:
        self._keyring = keyring
        self._vault_id = vault_id

    def marks(self, index: Index, values: Sequence[bytes]) -> list[list[Mark]]:
        """The marks of normalised values, in their order: one for each live version of the key."""
        keys = self._keyring.vault_key_versions(VaultKeyUse.BLIND_INDEX)
        place = IndexPlace(
            vault_id=self._vault_id,
            scope=index.scope,
            field=index.field,
            index=index.name,
            norm_version=index.norm_version,
        )
        return [
            [Mark(index, blind_index(key, place, value, bits=index.bits)) for key in keys]
            for value in values
        ]

    def put(self, inside: Transaction, consumer: ConsumerId, marks: Iterable[Mark]) -> None:
        """``put_many`` of one person."""
        self.put_many(inside, {consumer: marks})

    def put_many(self, inside: Transaction, marks: Mapping[ConsumerId, Iterable[Mark]]) -> None:
        """Let these people be found by these marks.

        ``Conflict`` when an ``only_one`` mark is another person's: the transaction is then void.
        """
        pairs = [(consumer, mark) for consumer, each in marks.items() for mark in each]
        if not pairs:
            return
        # Everybody writes in one order: two who write the same marks wait, never for each other.
        rows = [_row(*pair) for pair in sorted(pairs, key=lambda pair: pair[1].hash)]
        try:
            inside.connection().execute(insert(LookupRow), rows)
        except IntegrityError:
            raise Conflict("a value that names one person is another person's") from None

    def candidates(self, inside: Transaction, marks: Collection[Mark]) -> list[ConsumerId]:
        """The people one of these marks proposes, each once."""
        found = self.candidates_many(inside, marks)
        return list(dict.fromkeys(person for people in found.values() for person in people))

    def candidates_many(
        self, inside: Transaction, marks: Collection[Mark]
    ) -> dict[Mark, list[ConsumerId]]:
        """Whom each mark proposes; a mark of nobody is missing. One query for each index."""
        hashes: dict[Index, set[bytes]] = defaultdict(set)
        for mark in marks:
            hashes[mark.index].add(mark.hash)
        found: dict[Mark, list[ConsumerId]] = defaultdict(list)
        for index, wanted in hashes.items():
            statement = (
                select(LookupRow.hash, LookupRow.consumer_id)
                .where(*_in(index), col(LookupRow.hash).in_(wanted))
                .order_by(col(LookupRow.consumer_id))
            )
            for hashed, consumer in inside.exec(statement):
                found[Mark(index, hashed)].append(ConsumerId(consumer))
        return found

    def remove(self, inside: Transaction, consumer: ConsumerId, index: Index) -> None:
        """Let a person not be found by this index any more, whatever the value was."""
        inside.exec(delete(LookupRow).where(*_in(index), col(LookupRow.consumer_id) == consumer))

    def erase(self, inside: Transaction, consumers: Collection[ConsumerId]) -> None:
        """Let these people not be found at all."""
        inside.exec(delete(LookupRow).where(col(LookupRow.consumer_id).in_(consumers)))


def _in(index: Index) -> tuple[ColumnElement[bool], ...]:
    return (
        col(LookupRow.scope) == index.scope,
        col(LookupRow.field) == index.field,
        col(LookupRow.index_name) == index.name,
    )


def _row(consumer: ConsumerId, mark: Mark) -> dict[str, object]:
    return {
        "scope": mark.index.scope,
        "field": mark.index.field,
        "index_name": mark.index.name,
        "hash": mark.hash,
        "consumer_id": consumer,
        "only_one": mark.index.only_one,
    }
