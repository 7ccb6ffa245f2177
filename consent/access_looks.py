"""Looks: reads that reached a company, and what they add up to for a field or a permission. Pure.

Rules kept here:
- A read that never left the vault (``undelivered``) is no look.
- What was counted says since when: a record may hold more than anybody waits for.

Use::

    looks = access_log.looks(consumer)
    looks.by_field()[company, "contact.email"].last_at
    looks.by_grant()["grt_…"].reads
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from consent.ledger.entry_types import EntryType
from consent.ledger.reader import OpenedEntry
from vault.identifiers import CompanyId

READS = (EntryType.READ, EntryType.UNDELIVERED)
"""The entries that tell of looks."""

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """How often something was read, and when last (ms)."""

    reads: int
    last_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """Delivered reads, newest first. ``since`` (ms): none before it was counted; None: all were."""

    entries: Sequence[OpenedEntry] = field(repr=False)
    since: int | None

    def by_field(self) -> Mapping[tuple[CompanyId, str], Use]:
        """How often each company read each field."""
        return self._added_up(lambda entry: [(_company(entry), one) for one in fields_of(entry)])

    def by_grant(self) -> Mapping[str, Use]:
        """How often each permission was used, by its id."""
        return self._added_up(lambda entry: [str(entry.P.get("grant_id", ""))])

    def _added_up(self, keys: Callable[[OpenedEntry], Iterable[Key]]) -> Mapping[Key, Use]:
        found: dict[Key, Use] = {}
        for entry in self.entries:
            for key in keys(entry):
                before = found.get(key, Use(reads=0, last_at=entry.at))
                found[key] = Use(reads=before.reads + 1, last_at=max(before.last_at, entry.at))
        return found


def delivered(entries: Iterable[OpenedEntry]) -> Iterator[OpenedEntry]:
    """Of ``READS``, newest first, those whose answer left the vault."""
    lost: set[tuple[str | None, str]] = set()
    for entry in entries:
        request = (entry.company, entry.P["request_id"])
        if entry.type == EntryType.UNDELIVERED:
            lost.add(request)
        elif request in lost:
            lost.discard(request)
        else:
            yield entry


def fields_of(entry: OpenedEntry) -> list[str]:
    """The fields an entry names, however its type writes them."""
    named = entry.P.get("fields", ())
    return [item["name"] if isinstance(item, Mapping) else item for item in named]


def _company(entry: OpenedEntry) -> CompanyId:
    return CompanyId(entry.company or "")
