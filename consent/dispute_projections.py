"""Disputes in tables against what a person's chain says of them. Changes nothing. See projections.

Rules kept here:
- A contest holds a field as its last ``restrict`` says, until its ``lift``.
- A guard stands because a remedy's entry put it, for the contest of the last one that did, until
  an entry releases it.
- A held value waits, or was certified or dropped, as the entries with its id say.
- Only a record that is open has such rows: a joined one left its disputes to the other.

Use::

    told.follow(entry)                      # one entry after the other
    differences(rows_of(tx, consumer), told)
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from sqlmodel import col, select

from consent.ledger.entry_types import EntryType
from consent.ledger.reader import OpenedEntry
from consent.reinsertion import HeldState
from consent.tables import Guard, HeldValue, Restriction
from vault import base64url
from vault.database import Transaction
from vault.identifiers import ConsumerId
from vault.likeness import LIKENESS_BYTES

Name = TypeVar("Name")

_WORD = {
    EntryType.HELD.value: HeldState.WAITING,
    EntryType.CERTIFIED.value: HeldState.CERTIFIED,
    EntryType.DELETED.value: HeldState.DROPPED,
}
"""What each entry that names a held value makes of it."""


@dataclass(slots=True, kw_only=True)
class Disputes:
    """What stands of a person's disputes, as rows or as entries have it."""

    holds: dict[tuple[str, str], tuple[str, str, bytes | None]] = field(default_factory=dict)
    """(field, contest) -> (serving, reason, id of the statement)."""
    guards: dict[tuple[str, bytes], str] = field(default_factory=dict)
    """(field, hash) -> contest."""
    held: dict[str, tuple[str, str, str, str]] = field(default_factory=dict)
    """Held value -> (company, field, contest, state)."""

    def follow(self, entry: OpenedEntry) -> None:
        """Take one entry into account."""
        if entry.type == EntryType.RESTRICT:
            said = entry.Q.get("statement")
            way = entry.P["serving"], entry.P["reason"], said and base64url.decode(said)
            self.holds |= dict.fromkeys(_named(entry), way)
        if entry.type == EntryType.LIFT:
            for name in _named(entry):
                self.holds.pop(name, None)
        for guard in _hashes(entry.Q.get("released", {})):
            self.guards.pop(guard, None)
        for guard in _hashes(entry.Q.get("guards", {})):
            self.guards[guard] = entry.P["contest_id"]
        for of_field, held in entry.Q.get("held", {}).items():
            word = entry.company or "", of_field, entry.P["contest_id"], _WORD[entry.type].value
            self.held[held["id"]] = word


def rows_of(inside: Transaction, consumer: ConsumerId) -> Disputes:
    """The rows of a person."""
    mine = Disputes()
    for row in inside.exec(select(Restriction).where(col(Restriction.consumer_id) == consumer)):
        way = row.serving, row.reason, row.statement_id and bytes(row.statement_id)
        mine.holds[row.field, row.contest_id] = way
    for guard in inside.exec(select(Guard).where(col(Guard.consumer_id) == consumer)):
        mine.guards[guard.field, bytes(guard.likeness)] = guard.contest_id
    for held in inside.exec(select(HeldValue).where(col(HeldValue.consumer_id) == consumer)):
        mine.held[held.held_id] = held.company_id, held.field, held.contest_id, held.state
    return mine


def differences(standing: Disputes, told: Disputes) -> Iterator[str]:
    """A sentence for each row of an open record that its entries do not account for, or miss."""
    for name, contest_id in _differing(standing.holds, told.holds):
        yield f"{name} is not held by contest {contest_id} as its entries say"
    for name, _ in _differing(standing.guards, told.guards):
        yield f"a guard of {name} is not the one its entries put there"
    for held_id in _differing(standing.held, told.held):
        yield f"held value {held_id} does not stand as its entries say"


def _differing(here: Mapping[Name, object], there: Mapping[Name, object]) -> Iterator[Name]:
    for name in dict.fromkeys((*here, *there)):
        if here.get(name) != there.get(name):
            yield name


def _named(entry: OpenedEntry) -> list[tuple[str, str]]:
    return [(name, entry.P["contest_id"]) for name in entry.P["fields"]]


def _hashes(together: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """(field, hash) of hashes that stand one after the other."""
    for name, several in together.items():
        hashes = base64url.decode(several)
        for at in range(0, len(hashes), LIKENESS_BYTES):
            yield name, hashes[at : at + LIKENESS_BYTES]
