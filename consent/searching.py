"""Officers search the record: by company, kind of entry and time. Nothing is opened.

Rules kept here:
- A search is an entry of the vault's chain, with who searched and all it was narrowed by, and it is
  durable before anything is shown. Each page is a search.
- What is looked at are the columns that stand in the clear: when, which type, which company. No
  field, value, name, permission or pairwise id is among them.
- A person is a pseudonym under their own log key, the same in every search until that key is
  replaced or destroyed; a record that was joined goes under the name of whom it was joined to.
- A search shows what happened before it, to the millisecond: what is added while somebody turns
  pages moves no line.
- Nobody waits for a long record: only so many entries are looked through for one page, and the page
  says how far it came.

The steps of a search (numbers repeated at the lines):

1 what is asked is checked   2 the entry, durable   3 rows   4 pseudonyms

A crash after 2 leaves the entry of a search that showed nothing.

Use::

    found = searches.run("stf_…", Sought(types=(EntryType.READ,), since=day), limit=50)
    found.lines[0].bearer.name, found.next
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from heapq import merge
from typing import NamedTuple

from sqlalchemy import select, tuple_
from sqlmodel import col

from consent.access_rows import under
from consent.ledger.entries import Entry
from consent.ledger.entry_types import EntryType
from consent.ledger.log import Log
from consent.ledger.reader import LogReader
from consent.staff_entries import of_staff
from consent.tables import CompanyRow, EntryRow, Head
from vault.database import Database, Transaction
from vault.errors import BadInput
from vault.identifiers import CompanyId, ConsumerId

LOOKED_THROUGH = 5_000
"""How many entries are looked through at most for one page."""

_AT_ONCE = 200
_CURSOR = re.compile(r"([0-9]{1,16})-([0-9]{1,6})")


class Bearer(StrEnum):
    """Whose record an entry stands in."""

    PERSON = "consumer"
    COMPANY = "company"
    VAULT = "vault"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What a search is narrowed by; times in ms, ``since <= at < until``."""

    company: CompanyId | None = None
    types: tuple[EntryType, ...] = ()
    since: int | None = None
    until: int | None = None

    def told(self) -> dict[str, object]:
        """The same, as the entry of the search has it."""
        named = {
            "company": self.company,
            "types": sorted(self.types),
            "since": self.since,
            "until": self.until,
        }
        return {name: said for name, said in named.items() if said not in (None, [])}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry, as an officer may see it. ``pseudonym`` is empty unless a person bears it."""

    at: int
    type: str
    i: int
    company: CompanyId | None
    bearer: Bearer
    pseudonym: str
    is_logged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page, newest first. ``next`` is where the next one begins; None on the last.

    ``entry_i``: the search's own entry. ``looked_to`` (ms): how far back, if not to the end.
    """

    lines: tuple[Line, ...]
    next: str | None
    entry_i: int
    looked_to: int | None


class _Row(NamedTuple):
    """The clear columns of one entry; ``place`` orders what happened in one millisecond."""

    at: int
    slot: int
    i: int
    owner: bytes
    company: str | None
    type: str
    leaf_index: int | None

    @property
    def place(self) -> tuple[int, int, int]:
        return (self.at, self.slot, self.i)


class Searches:
    """Searches over one vault's record."""

    def __init__(self, *, main: Database, log: Log, reader: LogReader, vault: ConsumerId) -> None:
        self._main = main
        self._log = log
        self._reader = reader
        self._vault = vault

    def run(
        self, staff_id: str, sought: Sought, *, cursor: str | None = None, limit: int = 50
    ) -> Found:
        """One page. ``BadInput`` for a cursor that is none of ours."""
        place = _place(cursor)  # 1
        entry = self._record(staff_id, sought, cursor)  # 2
        before = entry.at if sought.until is None else min(sought.until, entry.at)
        with self._main.reading() as tx:  # 3
            walk = _walk(tx, replace(sought, until=before), place, at_once=limit + 1)
            rows, passed, is_more = _taken(walk, sought, limit)
            heads = _heads(tx, {row.owner for row in rows})
        return Found(
            lines=self._lines(rows, heads),  # 4
            next=_cursor(place, passed) if is_more else None,
            entry_i=entry.i,
            looked_to=passed[-1].at if is_more else None,
        )

    def _record(self, staff_id: str, sought: Sought, cursor: str | None) -> Entry:
        filters = sought.told() | ({"after": cursor} if cursor else {})
        entry = of_staff(self._vault, EntryType.SEARCH, staff_id, filters=filters)
        with self._log.acting([self._vault]) as act:
            [made] = act.append(entry)
        return made.entry

    def _lines(self, rows: Sequence[_Row], heads: Mapping[bytes, Head]) -> tuple[Line, ...]:
        homes = {owner: ConsumerId(_home(owner, heads)) for owner in heads}
        people = {homes[owner] for owner, head in heads.items() if head.kind == Bearer.PERSON}
        names = self._reader.pseudonyms(people)
        return tuple(
            Line(
                at=row.at,
                type=row.type,
                i=row.i,
                company=CompanyId(row.company) if row.company else None,
                bearer=Bearer(heads[row.owner].kind),
                pseudonym=names.get(homes[row.owner], ""),
                is_logged=row.leaf_index is not None,
            )
            for row in rows
        )


# --- rows -----------------------------------------------------------------------------------------


def _taken(walk: Iterable[_Row], sought: Sought, limit: int) -> tuple[list[_Row], list[_Row], bool]:
    """The rows of one page, all that were passed for them, and whether there is more."""
    rows: list[_Row] = []
    passed: list[_Row] = []
    for row in walk:
        if len(rows) == limit or len(passed) == LOOKED_THROUGH:
            return rows, passed, True
        passed.append(row)
        rows += [row] if not sought.types or row.type in sought.types else []
    return rows, passed, False


def _walk(
    tx: Transaction, sought: Sought, start: tuple[int, int] | None, *, at_once: int
) -> Iterator[_Row]:
    """Rows newest first, one lane a company: each lane is read along its index."""
    lanes: list[str | None] = [sought.company]
    if sought.company is None:
        lanes = [None, *tx.scalars(select(col(CompanyRow.company_id)))]
    walks = [_walk_lane(tx, lane, sought, start, at_once=at_once) for lane in lanes]
    together = merge(*walks, key=lambda row: row.place, reverse=True)
    at, skip = start or (None, 0)
    for row in together:
        if row.at == at and skip:
            skip -= 1  # it stood on the page before
        else:
            yield row


def _walk_lane(
    tx: Transaction,
    company: str | None,
    sought: Sought,
    start: tuple[int, int] | None,
    *,
    at_once: int,
) -> Iterator[_Row]:
    place = (start[0] + 1, 0, 0) if start else None
    while rows := _rows(tx, company, sought, place, at_once):
        yield from rows
        if len(rows) < at_once:
            return
        place, at_once = rows[-1].place, _AT_ONCE


def _rows(
    tx: Transaction,
    company: str | None,
    sought: Sought,
    before: tuple[int, int, int] | None,
    limit: int,
) -> list[_Row]:
    here = (col(EntryRow.at), col(EntryRow.slot), col(EntryRow.i))
    wanted = select(
        *here,
        col(EntryRow.consumer_id),
        col(EntryRow.company_id),
        col(EntryRow.type),
        col(EntryRow.leaf_index),
    ).where(under(company))
    if sought.since is not None:
        wanted = wanted.where(col(EntryRow.at) >= sought.since)
    if sought.until is not None:
        wanted = wanted.where(col(EntryRow.at) < sought.until)
    if before is not None:  # the first condition is for the index
        wanted = wanted.where(col(EntryRow.at) <= before[0], tuple_(*here) < before)
    found = tx.execute(wanted.order_by(*(column.desc() for column in here)).limit(limit))
    return [_Row(*row) for row in found]


def _heads(tx: Transaction, owners: set[bytes]) -> dict[bytes, Head]:
    """The heads of these chains, and of those they were joined into, one after the other."""
    heads: dict[bytes, Head] = {}
    while owners:
        rows = tx.scalars(select(Head).where(col(Head.consumer_id).in_(owners))).all()
        heads |= {bytes(row.consumer_id): row for row in rows}
        owners = {bytes(row.joined_into) for row in rows if row.joined_into} - heads.keys()
    return heads


def _home(owner: bytes, heads: Mapping[bytes, Head]) -> bytes:
    """The record that goes on, of one that was joined."""
    while into := heads[owner].joined_into:
        owner = bytes(into)
    return owner


# --- cursors --------------------------------------------------------------------------------------


def _place(cursor: str | None) -> tuple[int, int] | None:
    """(ms, how many of that ms were shown); a place in time, which names nobody."""
    if cursor is None:
        return None
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise BadInput("is no cursor of this list", member="after")
    return int(found[1]), int(found[2])


def _cursor(start: tuple[int, int] | None, passed: Sequence[_Row]) -> str:
    at = passed[-1].at
    shown = sum(row.at == at for row in passed)
    before = start[1] if start and start[0] == at else 0
    return f"{at}-{shown + before}"
