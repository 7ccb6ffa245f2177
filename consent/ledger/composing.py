"""Computing the next entries of locked chains: commitments, links, sealed rows. No I/O.

Rules kept here:
- ``at`` never goes back within a chain: it is the later of the time given and the entry before.
- Heads move in memory, in the order of the entries; the rows that say so are written by the log.
- A chain that was joined or erased takes no entry any more.

Use::

    composed = compose(chains, [NewEntry(...)], vault_id=vault_id, now_ms=now)
    statements.append(connection, composed.records, composed.moves)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from consent.ledger.chain_secrets import ChainSecrets
from consent.ledger.entries import Entry, Head, fresh_openings, seal_row, slot_tag, write_entry
from consent.ledger.entry_types import EntryType, concerned
from consent.ledger.row_hash import row_hash
from consent.statements.rows import EntryToWrite, HeadMove
from vault.crypto.canonical import canonical
from vault.crypto.versioned_key import VersionedKey
from vault.errors import Conflict
from vault.identifiers import CompanyId, ConsumerId


class ChainClosed(Conflict):
    """The record was joined into another one or erased; it takes no entry any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """An entry to be written. ``P`` and ``Q`` lack what the log adds: v, type, at, actor."""

    owner: ConsumerId
    type: EntryType
    actor: str
    company: CompanyId | None = None
    """The company concerned: officers find the entry under it. ``P`` names it too."""
    P: Mapping[str, Any] = field(default_factory=dict)
    Q: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """An entry as written, with what a company needs to open its half of the commitment."""

    owner: ConsumerId
    entry: Entry


@dataclass(slots=True, kw_only=True)
class Chain:
    """One locked chain. Owned by one transaction; ``compose`` moves ``head`` forward."""

    owner: ConsumerId
    head: Head
    last_at: int
    status: str
    secrets: ChainSecrets = field(repr=False)
    lk: VersionedKey = field(repr=False)


Chains = dict[ConsumerId, Chain]


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """The rows of a batch, computed and not yet written."""

    records: list[EntryToWrite]
    moves: list[HeadMove]
    appended: list[Appended]


def compose(
    chains: Chains, entries: Sequence[NewEntry], *, vault_id: bytes, now_ms: int
) -> Composed:
    """The rows of ``entries``, in the order given; the chains' heads move in memory."""
    appended, records = [], []
    for new in entries:
        chain = chains[new.owner]
        written = _written(chain, new, now_ms)
        appended.append(Appended(owner=new.owner, entry=written))
        records.append(_record(chain, new, written, vault_id))
    moved = {new.owner: chains[new.owner] for new in entries}
    moves = [HeadMove(c.head.n, c.head.h, c.last_at, c.head.slot) for c in moved.values()]
    return Composed(records=records, moves=moves, appended=appended)


def _written(chain: Chain, new: NewEntry, now_ms: int) -> Entry:
    at = max(now_ms, chain.last_at)
    p = {"v": 1, "type": new.type, "at": at, "actor": new.actor, **new.P}
    entry, chain.head = write_entry(
        chain.head,
        at=at,
        tag=slot_tag(chain.secrets.tag_key, concerned(p)),
        p=canonical(p),
        q=canonical(dict(new.Q)),
        openings=fresh_openings(),
    )
    chain.last_at = at
    return entry


def _record(chain: Chain, new: NewEntry, entry: Entry, vault_id: bytes) -> EntryToWrite:
    slot = chain.head.slot
    record = EntryToWrite(
        consumer_id=new.owner,
        i=entry.i,
        slot=slot,
        at=entry.at,
        commitment=entry.C,
        previous=entry.previous,
        row=seal_row(entry, slot=slot, vault_id=vault_id, lk=chain.lk),
        row_hash=b"",
        company_id=new.company,
        type=new.type,
    )
    return record._replace(row_hash=row_hash(record))


def require_open(chain: Chain) -> None:
    """``ChainClosed`` unless the chain takes entries."""
    if chain.status != "open":
        raise ChainClosed("this record was joined into another one or erased; nothing was changed")
