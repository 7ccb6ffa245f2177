"""Every row the whole-state check looks at, read in one snapshot, as plain mappings.

Read with plain SQL on purpose: the check shares no query with the rooms it checks.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from sqlalchemy import text

from tests.world import World

Row = Mapping[str, Any]

_TABLES = {
    "leaves": "SELECT * FROM log_leaves ORDER BY leaf_index",
    "epochs": "SELECT * FROM epochs ORDER BY k",
    "log_tiles": "SELECT * FROM log_tiles",
    "heads": "SELECT * FROM heads ORDER BY slot",
    "head_leaves": "SELECT * FROM head_leaves",
    "head_tiles": "SELECT * FROM head_tiles",
    "entries": "SELECT * FROM entries ORDER BY slot, i",
    "grants": "SELECT * FROM grants",
    "offers": "SELECT * FROM offers",
    "pairwise": "SELECT * FROM pairwise",
    "restrictions": "SELECT * FROM restrictions",
    "versions": "SELECT * FROM field_versions",
    "requests": "SELECT * FROM read_requests",
    "companies": "SELECT * FROM companies",
    "guards": "SELECT * FROM reinsertion_guards",
    "held_values": "SELECT * FROM held_values",
    "texts": "SELECT * FROM sealed_texts",
    "contests": "SELECT * FROM contests",
    "contest_texts": "SELECT * FROM contest_texts",
    "deadlines": "SELECT * FROM deadlines",
    "notices": "SELECT * FROM notices",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The main store and the lock as they stood at one moment."""

    leaves: list[Row]
    epochs: list[Row]
    log_tiles: list[Row]
    heads: list[Row]
    head_leaves: list[Row]
    head_tiles: list[Row]
    entries: list[Row]
    grants: list[Row]
    offers: list[Row]
    pairwise: list[Row]
    restrictions: list[Row]
    versions: list[Row]
    requests: list[Row]
    companies: list[Row]
    guards: list[Row]
    held_values: list[Row]
    texts: list[Row]
    contests: list[Row]
    contest_texts: list[Row]
    deadlines: list[Row]
    notices: list[Row]
    lock: Row
    tombstones: list[Row]
    gone: Sequence[Row] = ()
    """The heads of people whose log key was destroyed: set aside by ``whole_state.erased``."""

    @property
    def published(self) -> list[Row]:
        """The epochs that were signed and published."""
        return [epoch for epoch in self.epochs if epoch["note"] is not None]


def read_rows(world: World) -> Rows:
    """Everything, in one snapshot of the main store."""
    with world.stores.lock.reading() as tx:
        [lock] = [
            dict(row) for row in tx.connection().execute(text("SELECT * FROM lock")).mappings()
        ]
        buried = tx.connection().execute(text("SELECT * FROM tombstones ORDER BY slot")).mappings()
        tombstones = [dict(row) for row in buried]
    with world.stores.main.reading() as tx:
        tables = {
            name: [dict(row) for row in tx.connection().execute(text(question)).mappings()]
            for name, question in _TABLES.items()
        }
    return Rows(**tables, lock=lock, tombstones=tombstones)


def by(rows: Iterable[Row], column: str) -> dict[Any, list[Row]]:
    """Rows grouped by a column, in their order."""
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[column]].append(row)
    return groups


def same(found: object, right: object, what: str) -> None:
    """``found`` is what it has to be, or the check fails with a sentence."""
    if found != right:
        wrong(what)


def wrong(what: str) -> NoReturn:
    """Fail the check. Only names, places and counts: no value of a person."""
    raise AssertionError(what)
