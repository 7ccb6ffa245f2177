"""Whom a correction must reach: exactly the companies that got one of these versions of a field.

Rules kept here:
- Counted are reads whose answer left the vault; an entry of a read carries the versions it gave.
- In a record that was joined into this one a version had another number. The entries of the join
  say which (``before``), so that the readers of then are found, and nobody else.
- All of it is looked through, however long the record; a look-back narrows by time alone.

Use::

    readers(log_reader, tx, consumer, "contact.email", versions=[3])    # {'cmp_…': last read, ms}
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from consent import access_rows
from consent.access_looks import READS, delivered
from consent.ledger.entry_types import EntryType
from consent.ledger.reader import LogReader, OpenedEntry
from vault.database import Transaction
from vault.identifiers import CompanyId, ConsumerId

_AT_ONCE = 200


def readers(
    reader: LogReader,
    inside: Transaction,
    consumer: ConsumerId,
    name: str,
    *,
    versions: Collection[int],
    since: int | None = None,
) -> Mapping[CompanyId, int]:
    """Who read one of these versions of a field at ``since`` (ms) or later, and when last (ms).

    Inside an act that holds the person's head, nobody can read one meanwhile.
    """
    found: dict[CompanyId, int] = {}
    for chain, numbers in _numbers(reader, inside, consumer, name, versions).items():
        for entry in delivered(_newest_first(reader, inside, chain, READS, since)):
            if entry.Q.get("versions", {}).get(name) in numbers:
                company = CompanyId(entry.company or "")
                found[company] = max(entry.at, found.get(company, 0))
    return found


def _numbers(
    reader: LogReader,
    inside: Transaction,
    consumer: ConsumerId,
    name: str,
    versions: Collection[int],
) -> dict[ConsumerId, set[str]]:
    """By chain, the numbers these versions have there; chains that have none are left out."""
    found: dict[ConsumerId, set[str]] = defaultdict(set)
    found[consumer] = own = {str(version) for version in versions}
    joined = {str(slot): chain for chain, slot in access_rows.joined_slots(inside, consumer)}
    for entry in _newest_first(reader, inside, consumer, [EntryType.JOINED]) if joined else ():
        before = entry.Q.get("before", {}).get(name)
        if before is not None and entry.Q["versions"][name] in own:
            found[joined[entry.Q["slot"]]].add(before)
    return found


def _newest_first(
    reader: LogReader,
    inside: Transaction,
    chain: ConsumerId,
    types: Sequence[EntryType],
    since: int | None = None,
) -> Iterator[OpenedEntry]:
    before: int | None = None
    while entries := reader.entries(
        chain, before=before, types=types, newest_first=True, limit=_AT_ONCE, inside=inside
    ):
        for entry in entries:
            if since is not None and entry.at < since:
                return  # ``at`` never goes back within a chain
            yield entry
        before = entries[-1].i
