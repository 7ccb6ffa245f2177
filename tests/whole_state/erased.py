"""Who was erased: a head in the log, a tombstone, and nothing else; set aside for other checks.

A person whose log key is gone and whose rows are not gone yet is between two steps of the erasure:
their rows can be checked by nobody any more, and are set aside as well.
"""

from collections.abc import Collection
from dataclasses import fields, replace

from tests.whole_state.rows import Row, Rows, same, wrong
from tests.world import World
from vault.identifiers import ConsumerId
from vault.keyring import KeyUse

KEPT_KEYS = [KeyUse.DATA, KeyUse.REINSERTION, KeyUse.LOG]


def set_aside(world: World, rows: Rows) -> Rows:
    """The rows of everybody else; the heads of those who are gone stand in ``gone``."""
    erased = [head for head in rows.heads if head["status"] == "erased"]
    _check_erased(world, rows, erased)
    gone = _closing(world, rows) | {bytes(head["consumer_id"]) for head in erased}
    lists = {one.name: getattr(rows, one.name) for one in fields(rows) if one.name != "gone"}
    return replace(
        rows,
        gone=[head for head in rows.heads if bytes(head["consumer_id"]) in gone],
        **{
            name: [row for row in table if not _is_of(row, gone)]
            for name, table in lists.items()
            if isinstance(table, list)
        },
    )


def _is_of(row: Row, owners: Collection[bytes]) -> bool:
    return "consumer_id" in row and bytes(row["consumer_id"]) in owners


def _check_erased(world: World, rows: Rows, erased: list[Row]) -> None:
    logged = {row["slot"]: (row["n"], bytes(row["head"])) for row in rows.head_leaves}
    buried = {row["slot"]: row["i"] for row in rows.tombstones}
    owners = {ConsumerId(bytes(head["consumer_id"])) for head in erased}
    for head in erased:
        who = f"the erased chain at slot {head['slot']}"
        same((head["n"], bytes(head["head"])), logged.get(head["slot"]), f"{who} is not as logged")
        same(buried.get(head["slot"]), head["n"], f"{who} has no tombstone, or another one")
        same((bytes(head["secrets"]), head["joined_into"]), (b"", None), f"{who} kept secrets")
    tables = (rows.entries, rows.grants, rows.offers, rows.pairwise, rows.versions, rows.requests)
    if any(_is_of(row, owners) for table in tables for row in table):
        wrong("somebody erased has rows")
    if world.keyring.holding(owners, KEPT_KEYS):
        wrong("somebody erased has keys")


def _closing(world: World, rows: Rows) -> set[bytes]:
    """People being erased of whom one chain, and so soon all, cannot be opened any more."""
    family: dict[bytes, set[bytes]] = {}
    for head in rows.heads:
        if head["status"] == "erasing":
            home = bytes(head["joined_into"] or head["consumer_id"])
            family.setdefault(home, set()).add(bytes(head["consumer_id"]))
    closing: set[bytes] = set()
    for chains in family.values():
        owners = {ConsumerId(chain) for chain in chains}
        if world.keyring.holding(owners, [KeyUse.LOG]) != owners:
            closing |= chains
    return closing
