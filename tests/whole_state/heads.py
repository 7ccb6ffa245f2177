"""The head map, computed again from the entries that stand in the log, for every epoch."""

from collections.abc import Iterator, Mapping

from consent.ledger.entries import Head
from tests.naive_trees import map_hash
from tests.whole_state.rows import Row, Rows, same

TIER = 5
"""The map's tiles hold every fifth level."""

Heads = dict[int, Head]


def check_heads(rows: Rows, links: Mapping[int, Mapping[int, bytes]]) -> None:
    """``links``: slot to the chain's heads by their number, as folded from its entries."""
    # How long the chain of somebody erased was at an earlier epoch went with its rows.
    for epoch in rows.epochs[-1:] if rows.gone else rows.epochs:
        heads = _heads_at(rows, links, size=epoch["size"])
        root = map_hash(heads, epoch["depth"])
        same(bytes(epoch["map_root"]), root, f"epoch {epoch['k']} names another head map")
    if not rows.epochs:
        return
    newest = rows.epochs[-1]
    heads = _heads_at(rows, links, size=newest["size"])
    stored = {
        r["slot"]: Head(slot=r["slot"], n=r["n"], h=bytes(r["head"])) for r in rows.head_leaves
    }
    same(stored, heads, "the leaves of the head map are not the heads of the sequenced entries")
    tiles = {(r["height"], r["position"]): bytes(r["hashes"]) for r in rows.head_tiles}
    same(tiles, dict(_tiles(heads, newest["depth"])), "the tiles of the head map are not its nodes")


def _heads_at(rows: Rows, links: Mapping[int, Mapping[int, bytes]], *, size: int) -> Heads:
    """The head of each chain when the log had ``size`` leaves."""
    last: dict[int, Row] = {}
    for row in rows.entries:  # by slot and i: the last one wins
        if row["leaf_index"] is not None and row["leaf_index"] < size:
            last[row["slot"]] = row
    gone = {
        head["slot"]: Head(slot=head["slot"], n=head["n"], h=bytes(head["head"]))
        for head in rows.gone
    }
    return gone | {
        slot: Head(slot=slot, n=row["i"], h=links[slot][row["i"]]) for slot, row in last.items()
    }


def _tiles(heads: Heads, depth: int) -> Iterator[tuple[tuple[int, int], bytes]]:
    """Every tile on the way from a head to the root, each node by its definition."""
    for tier in range(-(-depth // TIER)):
        height = TIER * tier
        groups: dict[int, Heads] = {}
        for slot, head in heads.items():
            groups.setdefault(slot >> (height + TIER), {})[slot] = head
        for position, inside in groups.items():
            yield (tier, position), b"".join(_nodes(inside, height, position))


def _nodes(inside: Heads, height: int, position: int) -> Iterator[bytes]:
    for at in range(position << TIER, (position + 1) << TIER):
        first, beyond = at << height, (at + 1) << height
        under = {slot: head for slot, head in inside.items() if first <= slot < beyond}
        yield map_hash(under, height, first)
