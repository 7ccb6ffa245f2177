"""Who used it: a person's record as events, newest first, with every record joined into it.

Rules kept here:
- What is shown is what the ledger holds: each entry is opened and checked against its commitment.
- A record that was joined into this one keeps its chain; its events are shown among the others.
- Lists, pictures and counts all come from here, so that they cannot disagree.
- Nobody waits for a long record: a page opens what it shows. What only opened entries can say (the
  field, the permission) is looked for in a bounded number of them; the answer says since when.

An event is named ``17`` in the person's own chain and ``17.1`` in the first one joined into it.

Use::

    page = access_log.history(consumer, Wanted(company=company), limit=50)
    page.events[0].entry.P["type"], page.next
    access_log.tally(consumer)              # {('read', 'cmp_…'): 412, …}, nothing opened
    access_log.looks(consumer).by_field()   # (company, field) -> how often, when last
    access_log.readers(consumer, "contact.email", versions={3})     # whom a correction must reach
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from heapq import merge
from itertools import islice

from consent import access_rows
from consent.access_looks import READS, Looks, delivered, fields_of
from consent.access_readers import readers
from consent.access_rows import Record, Tally
from consent.ledger.entry_types import EntryType
from consent.ledger.reader import LogReader, OpenedEntry
from vault.database import Database, Transaction
from vault.errors import BadInput
from vault.identifiers import CompanyId, ConsumerId

LOOKED_THROUGH = 1_000
"""How many entries are opened at most to find what only opened entries can say."""

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
    """Events, newest first, and where the next page begins (``None``: there is none).

    A page may hold less than was asked for although there is a next one: so far it was looked.
    """

    events: Sequence[Event]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """The newest events that are wanted, of those looked through; ``since`` (ms) says how far back.

    ``since`` is None when nothing is older. ``first_page`` is what ``history`` begins with.
    """

    events: Sequence[Event]
    since: int | None
    first_page: Page


class AccessLog:
    """The records of people, as events."""

    def __init__(self, *, main: Database, reader: LogReader) -> None:
        self._main = main
        self._reader = reader

    # --- events ---------------------------------------------------------------------------------

    def history(
        self,
        consumer: ConsumerId,
        wanted: Wanted | None = None,
        *,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page:
        """One page of events. ``BadInput`` when the cursor is none of ours."""
        chains, wanted = self._chains(consumer), wanted or Wanted()
        places = _places(cursor, len(chains))
        found: list[Event] = []
        passed: list[Event] = []
        for event in self._walk(chains, wanted, places, at_once=limit + 1):
            if len(found) == limit or len(passed) == LOOKED_THROUGH:
                return Page(events=found, next=_cursor(places, passed))
            passed.append(event)
            found += [event] if wanted.fits(event.entry) else []
        return Page(events=found, next=None)

    def newest(
        self, consumer: ConsumerId, wanted: Wanted | None = None, *, limit: int = 50
    ) -> Newest:
        """Wanted events among those looked through at most, newest first."""
        chains, wanted = self._chains(consumer), wanted or Wanted()
        nowhere: list[int | None] = [None] * len(chains)
        walk = self._walk(chains, wanted, nowhere)
        passed = list(islice(walk, LOOKED_THROUGH))
        more = next(walk, None) is not None
        events = [event for event in passed if wanted.fits(event.entry)]
        shown, upto = events[:limit], len(passed)
        if len(events) > limit:
            upto = passed.index(shown[-1]) + 1
        going_on = _cursor(nowhere, passed[:upto]) if more or len(events) > limit else None
        return Newest(
            events=events,
            since=passed[-1].entry.at if more else None,
            first_page=Page(events=shown, next=going_on),
        )

    def event(self, consumer: ConsumerId, name: str) -> Event | None:
        """The event of this name, or nothing: an event of another person has no name here."""
        match = _NAME.fullmatch(name)
        chains = self._chains(consumer)
        if match is None or (chain := int(match[2] or 0)) >= len(chains):
            return None
        i = int(match[1])
        entries = self._reader.entries(chains[chain], after=i - 1, before=i + 1)
        return Event(chain=chain, entry=entries[0]) if entries else None

    def span(self, consumer: ConsumerId, first: int, last: int) -> list[Event]:
        """The events ``first`` to ``last`` of the person's own chain, oldest first."""
        entries = self._reader.entries(
            consumer, after=first - 1, before=last + 1, limit=max(0, last - first + 1)
        )
        return [Event(chain=0, entry=entry) for entry in entries]

    # --- what they add up to --------------------------------------------------------------------

    def tally(self, consumer: ConsumerId, wanted: Wanted | None = None) -> Tally:
        """How many events there are by type and company; nothing is opened.

        ``ValueError`` for a field: only opened entries name it (``newest``).
        """
        wanted = wanted or Wanted()
        if wanted.field is not None:
            raise ValueError("what is not opened names no field")
        with self._main.reading() as tx:
            return access_rows.tally(
                tx,
                access_rows.chains_of(tx, consumer),
                types=wanted.types,
                company=wanted.company,
                since=wanted.since,
                until=wanted.until,
            )

    def looks(self, consumer: ConsumerId) -> Looks:
        """The newest reads that were allowed and reached their company."""
        newest = self.newest(consumer, Wanted(types=READS))
        entries = delivered(event.entry for event in newest.events)
        return Looks(entries=list(entries), since=newest.since)

    def readers(
        self,
        consumer: ConsumerId,
        name: str,
        *,
        versions: Collection[int],
        since: int | None = None,
        inside: Transaction | None = None,
    ) -> Mapping[CompanyId, int]:
        """Which companies read one of these versions of a field, and when last (ms).

        ``since`` (ms) is a look-back, for none the whole record; ``inside`` is the transaction of
        an act that holds the person's head (consent.access_readers).
        """
        with nullcontext(inside) if inside is not None else self._main.reading() as tx:
            return readers(self._reader, tx, consumer, name, versions=versions, since=since)

    def records(self, consumer: ConsumerId) -> list[Record]:
        """The person's own chain and those joined into it: each can be proved by itself."""
        with self._main.reading() as tx:
            return access_rows.records_of(tx, consumer)

    # --- walking --------------------------------------------------------------------------------

    def _chains(self, consumer: ConsumerId) -> list[ConsumerId]:
        with self._main.reading() as tx:
            return access_rows.chains_of(tx, consumer)

    def _walk(
        self,
        chains: Sequence[ConsumerId],
        wanted: Wanted,
        places: Sequence[int | None],
        *,
        at_once: int = _AT_ONCE,
    ) -> Iterator[Event]:
        """Events of all chains, newest first, each chain from its place backwards.

        Of what is wanted, types, company and ``since`` narrow here; the rest is ``Wanted.fits``.
        """
        walks = [
            self._walk_one(chain, at, wanted, before=place, at_once=at_once)
            for at, (chain, place) in enumerate(zip(chains, places, strict=True))
        ]
        return merge(*walks, key=lambda event: (-event.entry.at, event.chain))

    def _walk_one(
        self, chain: ConsumerId, at: int, wanted: Wanted, *, before: int | None, at_once: int
    ) -> Iterator[Event]:
        while entries := self._reader.entries(
            chain,
            before=before,
            types=tuple(wanted.types),
            company=wanted.company,
            newest_first=True,
            limit=at_once,
        ):
            for entry in entries:
                if wanted.since is not None and entry.at < wanted.since:
                    return  # ``at`` never goes back within a chain
                yield Event(chain=at, entry=entry)
            if len(entries) < at_once:
                return
            before, at_once = entries[-1].i, _AT_ONCE


def _places(cursor: str | None, chains: int) -> list[int | None]:
    """From a cursor, the ``i`` before which each chain goes on; a new chain begins at its end."""
    if cursor is None:
        return [None] * chains
    if not _CURSOR.fullmatch(cursor):
        raise BadInput("is no cursor of this list", member="after")
    kept: list[int | None] = [int(part) or None for part in cursor.split("-")]
    return [*kept, *([None] * chains)][:chains]


def _cursor(places: Sequence[int | None], passed: Sequence[Event]) -> str:
    """``17-4``: one place a chain, 0 where nothing of a chain was passed yet."""
    lowest = [place or 0 for place in places]
    for event in passed:
        lowest[event.chain] = event.entry.i
    return "-".join(map(str, lowest))
