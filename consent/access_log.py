"""Who used it: a person's record as events, newest first, with every record joined into it.

Rules kept here:
- What is shown is what the ledger holds: each entry is opened and checked against its commitment.
- A record that was joined into this one keeps its chain; its events are shown among the others.
- Lists, pictures and counts all come from here, so that they cannot disagree.

An event is named ``17`` in the person's own chain and ``17.1`` in the first one joined into it.

Use::

    page = access_log.history(consumer, Wanted(company=company), limit=50)
    page.events[0].entry.P["type"], page.next
    access_log.uses(consumer)               # (company, field) -> how often, when last
    access_log.readers(consumer, "contact.email", versions={3})     # whom a correction must reach
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import merge
from itertools import islice

from sqlmodel import col, select

from consent.ledger.entry_types import EntryType
from consent.ledger.reader import LogReader, OpenedEntry
from consent.tables import Head
from vault.database import Database
from vault.errors import BadInput
from vault.identifiers import CompanyId, ConsumerId

_AT_ONCE = 200
_NAME = re.compile(r"([1-9][0-9]{0,17})(?:\.([1-9][0-9]{0,3}))?")
_CURSOR = re.compile(r"[0-9]{1,18}(?:-[0-9]{1,18}){0,999}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which events. An empty filter wants all; times in ms, ``since <= at < until``."""

    types: Collection[EntryType] = ()
    company: CompanyId | None = None
    field: str | None = None
    since: int | None = None
    until: int | None = None

    def fits(self, entry: OpenedEntry) -> bool:
        """Whether an opened entry is wanted, as far as only its opened parts can say."""
        return (
            (self.field is None or self.field in fields_of(entry))
            and (self.since is None or entry.at >= self.since)
            and (self.until is None or entry.at < self.until)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry, and which of the person's chains it stands in (0: their own)."""

    chain: int
    entry: OpenedEntry = field(repr=False)

    @property
    def name(self) -> str:
        """How a page names it: ``17``, or ``17.1`` in a joined chain."""
        return f"{self.entry.i}.{self.chain}" if self.chain else str(self.entry.i)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Events, newest first, and where the next page begins (``None``: there is none)."""

    events: Sequence[Event]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """How often one company read one field, and when last (ms)."""

    reads: int
    last_at: int


class AccessLog:
    """The records of people, as events."""

    def __init__(self, *, main: Database, reader: LogReader) -> None:
        self._main = main
        self._reader = reader

    def history(
        self,
        consumer: ConsumerId,
        wanted: Wanted | None = None,
        *,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page:
        """One page of events. ``BadInput`` when the cursor is none of ours."""
        chains = self._chains(consumer)
        places = _places(cursor, len(chains))
        found = self._walk(chains, wanted or Wanted(), places)
        events = list(islice(found, limit + 1))
        if len(events) <= limit:
            return Page(events=events, next=None)
        return Page(events=events[:limit], next=_cursor(places, events[:limit]))

    def event(self, consumer: ConsumerId, name: str) -> Event | None:
        """The event of this name, or nothing: an event of another person has no name here."""
        match = _NAME.fullmatch(name)
        chains = self._chains(consumer)
        if match is None or (chain := int(match[2] or 0)) >= len(chains):
            return None
        i = int(match[1])
        entries = self._reader.entries(chains[chain], after=i - 1, before=i + 1)
        return Event(chain=chain, entry=entries[0]) if entries else None

    def uses(
        self, consumer: ConsumerId, wanted: Wanted | None = None
    ) -> Mapping[tuple[CompanyId, str], Use]:
        """How often each company read each field: reads that were allowed and reached it."""
        uses: dict[tuple[CompanyId, str], Use] = {}
        for entry in self._delivered(consumer, wanted or Wanted()):
            for name in fields_of(entry):
                cell = CompanyId(entry.company or ""), name
                before = uses.get(cell, Use(reads=0, last_at=entry.at))
                uses[cell] = Use(reads=before.reads + 1, last_at=max(before.last_at, entry.at))
        return uses

    def readers(
        self, consumer: ConsumerId, name: str, *, versions: Collection[int]
    ) -> Mapping[CompanyId, int]:
        """Which companies read one of these versions of a field, and when last (ms)."""
        told = {str(version) for version in versions}
        found: dict[CompanyId, int] = {}
        for entry in self._delivered(consumer, Wanted(field=name)):
            if entry.Q.get("versions", {}).get(name) in told:
                company = CompanyId(entry.company or "")
                found[company] = max(entry.at, found.get(company, 0))
        return found

    def _delivered(self, consumer: ConsumerId, wanted: Wanted) -> Iterator[OpenedEntry]:
        """Allowed reads whose answer left the vault: newest first, ``undelivered`` left out."""
        kinds = (EntryType.READ, EntryType.UNDELIVERED)
        chains = self._chains(consumer)
        asked = Wanted(types=kinds, company=wanted.company, since=wanted.since)
        lost: set[tuple[str | None, str]] = set()
        for event in self._walk(chains, asked, [None] * len(chains)):
            entry = event.entry
            request = (entry.company, entry.P["request_id"])
            if entry.type == EntryType.UNDELIVERED:
                lost.add(request)
            elif request in lost:
                lost.discard(request)
            elif wanted.fits(entry):
                yield entry

    def _chains(self, consumer: ConsumerId) -> list[ConsumerId]:
        """A person's own chain and those joined into it, in the order they were joined."""
        joined = select(Head.consumer_id).where(col(Head.joined_into) == consumer)
        with self._main.reading() as tx:
            # A joined chain takes no entry any more: its last one is the joining.
            rows = tx.exec(joined.order_by(col(Head.last_at), col(Head.slot)))
            return [consumer, *(ConsumerId(bytes(row)) for row in rows)]

    def _walk(
        self, chains: Sequence[ConsumerId], wanted: Wanted, places: Sequence[int | None]
    ) -> Iterator[Event]:
        """Wanted events of all chains, newest first, each chain from its place backwards."""
        walks = [
            self._walk_one(chain, at, wanted, before=place)
            for at, (chain, place) in enumerate(zip(chains, places, strict=True))
        ]
        return merge(*walks, key=lambda event: (-event.entry.at, event.chain))

    def _walk_one(
        self, chain: ConsumerId, at: int, wanted: Wanted, *, before: int | None
    ) -> Iterator[Event]:
        while entries := self._reader.entries(
            chain,
            before=before,
            types=tuple(wanted.types),
            company=wanted.company,
            newest_first=True,
            limit=_AT_ONCE,
        ):
            yield from (Event(chain=at, entry=entry) for entry in entries if wanted.fits(entry))
            before = entries[-1].i
            if wanted.since is not None and entries[-1].at < wanted.since:
                return


def fields_of(entry: OpenedEntry) -> list[str]:
    """The fields an entry names, however its type writes them."""
    named = entry.P.get("fields", ())
    return [item["name"] if isinstance(item, Mapping) else item for item in named]


def _places(cursor: str | None, chains: int) -> list[int | None]:
    """From a cursor, the ``i`` before which each chain goes on; a new chain begins at its end."""
    if cursor is None:
        return [None] * chains
    if not _CURSOR.fullmatch(cursor):
        raise BadInput("is no cursor of this list", member="after")
    kept: list[int | None] = [int(part) or None for part in cursor.split("-")]
    return [*kept, *([None] * chains)][:chains]


def _cursor(places: Sequence[int | None], shown: Sequence[Event]) -> str:
    """``17-4``: one place a chain, 0 where nothing of a chain was shown yet."""
    lowest = [place or 0 for place in places]
    for event in shown:
        lowest[event.chain] = event.entry.i
    return "-".join(map(str, lowest))
