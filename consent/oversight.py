"""What the operator's side may see without opening anything: how the log stands, and counts.

Rules kept here:
- Nothing here is about one person: only columns that stand in the clear are counted, and no count
  names anybody. Small ones are hidden by the page.
- Counting is bounded: nobody waits for a vault of millions. A count that reached its bound says so.

Use::

    oversight.log().waiting, oversight.vault().people
    oversight.company(company, since=month).of_type["read"]
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select
from sqlmodel import col

from consent.access_rows import under
from consent.ledger import log_store
from consent.tables import CompanyKey, CompanyRow, EntryRow, GrantRow, Head, Notice
from vault.database import Database, Transaction
from vault.identifiers import CompanyId

MOST = 100_000


@dataclass(frozen=True, slots=True)
class Count:
    """How many; ``is_more``: at least so many."""

    number: int
    is_more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LogState:
    """The newest signed checkpoint, if there is one, and what waits for the next. Times in ms."""

    size: int | None
    root: bytes
    signed_at: int | None
    waiting: Count
    oldest_waiting_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultCounts:
    """What a vault holds, and what happened in it since a moment, by type of entry."""

    people: Count
    companies: int
    suspended: int
    permissions: Count
    of_type: Mapping[str, int]
    is_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A public key of a company. Times in ms; ``removed_at`` is None while it may sign."""

    kid: str
    added_at: int
    removed_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyCounts:
    """One company: its keys, what it may and did since a moment, and what it left unanswered."""

    keys: tuple[Key, ...]
    permissions: Count
    of_type: Mapping[str, int]
    is_more: bool
    silent: Count
    """Notices it neither acknowledged nor was given up on in time."""


class Oversight:
    """Counts of one vault."""

    def __init__(self, main: Database) -> None:
        self._main = main

    def log(self) -> LogState:
        """How the log stands."""
        with self._main.reading() as tx:
            newest = log_store.newest_epoch(tx)
            waiting = select(col(EntryRow.i)).where(col(EntryRow.leaf_index).is_(None))
            signed = newest if newest and newest.note else None
            return LogState(
                size=signed.size if signed else None,
                root=bytes(signed.root) if signed else b"",
                signed_at=signed.ts if signed else None,
                waiting=_count(tx, waiting),
                oldest_waiting_at=log_store.oldest_waiting(tx),
            )

    def vault(self, *, since: int) -> VaultCounts:
        """What the vault holds, and what happened in it since then (ms)."""
        with self._main.reading() as tx:
            statuses = tx.execute(select(col(CompanyRow.company_id), col(CompanyRow.status))).all()
            people = select(col(Head.slot)).where(
                col(Head.kind) == "consumer", col(Head.status) == "open"
            )
            of_type: dict[str, int] = {}
            is_more = False
            for company in (None, *(one for one, _ in statuses)):
                met, more = _tally(tx, company, since)
                is_more |= more
                for kind, number in met.items():
                    of_type[kind] = of_type.get(kind, 0) + number
            return VaultCounts(
                people=_count(tx, people),
                companies=len(statuses),
                suspended=sum(status != "active" for _, status in statuses),
                permissions=_count(tx, select(col(GrantRow.version)).where(_live())),
                of_type=of_type,
                is_more=is_more,
            )

    def company(self, company: CompanyId, *, since: int, told_before: int) -> CompanyCounts:
        """One company; notices made before ``told_before`` (ms) should have been acknowledged."""
        silent = select(col(Notice.made_at)).where(
            col(Notice.company_id) == company,
            col(Notice.acknowledged_at).is_(None),
            col(Notice.made_at) < told_before,
        )
        with self._main.reading() as tx:
            keys = tx.scalars(
                select(CompanyKey)
                .where(col(CompanyKey.company_id) == company)
                .order_by(col(CompanyKey.added_at), col(CompanyKey.kid))
            )
            held = [
                Key(kid=one.kid, added_at=one.added_at, removed_at=one.removed_at) for one in keys
            ]
            granted = select(col(GrantRow.version)).where(
                col(GrantRow.company_id) == company, _live()
            )
            of_type, is_more = _tally(tx, company, since)
            return CompanyCounts(
                keys=tuple(held),
                permissions=_count(tx, granted),
                of_type=of_type,
                is_more=is_more,
                silent=_count(tx, silent),
            )


def _live() -> ColumnElement[bool]:
    return col(GrantRow.state) == "active"


def _count(tx: Transaction, rows: Select[int]) -> Count:
    """How many rows, counted no further than the bound."""
    some = rows.limit(MOST + 1).subquery()
    number = tx.execute(select(func.count()).select_from(some)).scalar_one()
    return Count(min(number, MOST), is_more=number > MOST)


def _tally(tx: Transaction, company: str | None, since: int) -> tuple[dict[str, int], bool]:
    """How many entries of each type under a company since then, newest first up to the bound."""
    some = (
        select(col(EntryRow.type))
        .where(under(company), col(EntryRow.at) >= since)
        .order_by(col(EntryRow.at).desc())
        .limit(MOST)
        .subquery()
    )
    rows = tx.execute(select(some.c.type, func.count()).group_by(some.c.type))
    counted: dict[str, int] = {row[0]: row[1] for row in rows}
    return counted, sum(counted.values()) == MOST
