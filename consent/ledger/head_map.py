r"""The head map: a perfect binary tree with one place, the slot, for the head of each chain.

Rules kept here:
- A chain has one slot and a slot one leaf, so one root fixes every chain's length and head. A proof
  is exactly ``d`` hashes; no other length is looked at.
- No leaf, empty place or node can be taken for another kind, or for a node of the log.
- Stored are the nodes of every fifth level, 32 to a tile; a tile that is absent is all empty. The
  levels between are computed: at most 31 hashes, which cost less than four more rows.
- A map of depth ``d`` grows to ``d + 1`` by putting an empty half beside itself. It never shrinks.

::

    leaf   H(0x12 || "habeas/head/v1\0" || u64 slot || u64 n || h)
    empty  H(0x10 || "habeas/head/v1/empty\0")
    node   H(0x11 || left || right)
    tile   (t, p) holds the nodes of level 5 * t (0 is the leaves) from 32 * p on

Use::

    changed, root = update({slot: leaf_of(head)}, d=20, read=read)     # {(t, p): bytes} to store
    verify(leaf_of(head), slot=slot, d=20, proof=proof(slot, d=20, read=read), root=root)
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Protocol, TypeAlias

from consent.ledger.entries import Head
from consent.ledger.epochs import MAX_DEPTH
from vault.errors import Damaged

HEIGHT = 5
WIDTH = 1 << HEIGHT
HASH = 32

TilePlace: TypeAlias = tuple[int, int]
_LEAF = b"\x12habeas/head/v1\0"
_NUMBERS = struct.Struct(">QQ")


class TileReader(Protocol):
    """Reads one tile of 32 hashes; empty bytes when there is none."""

    def __call__(self, t: int, p: int, /) -> bytes:
        """The tile's bytes."""
        ...


def leaf_of(head: Head) -> bytes:
    """The leaf for a chain's head; a chain without entries leaves its place empty."""
    if not head.n:
        return EMPTY[0]
    return sha256(_LEAF + _NUMBERS.pack(head.slot, head.n) + head.h).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two children."""
    return sha256(b"\x11" + left + right).digest()


def _empty_nodes() -> Iterator[bytes]:
    node = sha256(b"\x10habeas/head/v1/empty\0").digest()
    for _ in range(MAX_DEPTH + 1):
        yield node
        node = node_hash(node, node)


EMPTY = tuple(_empty_nodes())
"""The hash of an empty subtree, by its height; ``EMPTY[d]`` is the root of an empty map."""


def verify(leaf: bytes, *, slot: int, d: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether ``leaf`` stands at ``slot`` of a map ``d`` deep. ``proof`` runs from leaf to root."""
    if not (0 < d <= MAX_DEPTH and 0 <= slot < 1 << d and len(proof) == d):
        return False
    here = leaf
    for level, sibling in enumerate(proof):
        right = slot >> level & 1
        here = node_hash(sibling, here) if right else node_hash(here, sibling)
    return here == root


def update(
    changes: Mapping[int, bytes], *, d: int, read: TileReader
) -> tuple[dict[TilePlace, bytes], bytes]:
    """Set leaves, slot to leaf hash: the whole new bytes of the changed tiles, and the new root.

    ``Damaged`` when a tile is not what the one above it says. Left to the caller: that the root
    was the one it knows.
    """
    _check_depth(d)
    if not changes:
        return {}, root(d=d, read=read)
    if not 0 <= min(changes) <= max(changes) < 1 << d:
        raise ValueError("a slot lies outside the map")
    changed: dict[TilePlace, bytes] = {}
    nodes, stood = changes, dict[int, bytes]()
    for t in range(_tiers(d)):
        above, stood_above = {}, {}
        for p, inside in _by_tile(nodes).items():
            tile = _tile(t, p, read)
            _require_children(tile, inside, stood, place=(t, p))
            levels = _fold(tile, t=t, d=d)
            stood_above[p] = levels[-1]
            changed[t, p], above[p] = _changed(tile, inside), _top(levels, inside)
        nodes, stood = above, stood_above
    return changed, nodes[0]


def root(*, d: int, read: TileReader) -> bytes:
    """The root of the map of depth ``d``."""
    _check_depth(d)
    t = _tiers(d) - 1
    return _fold(_tile(t, 0, read), t=t, d=d)[-1]


def proof(slot: int, *, d: int, read: TileReader) -> list[bytes]:
    """The ``d`` hashes from the sibling of ``slot``'s leaf up to the root's child."""
    _check_depth(d)
    if not 0 <= slot < 1 << d:
        raise ValueError("the slot lies outside the map")
    hashes = []
    for t in range(_tiers(d)):
        p, at = divmod(slot >> HEIGHT * t, WIDTH)
        levels = _fold(_tile(t, p, read), t=t, d=d)
        hashes += [_hash_at(nodes, at >> up ^ 1) for up, nodes in enumerate(levels[:-1])]
    return hashes


def grow(*, d: int, read: TileReader) -> tuple[dict[TilePlace, bytes], bytes]:
    """The tiles that change when depth ``d`` becomes ``d + 1``, and the new root."""
    _check_depth(d + 1)
    old = root(d=d, read=read)
    changed = {}
    if d % HEIGHT == 0:  # the old root is the first node of a level not stored so far
        changed[d // HEIGHT, 0] = old + EMPTY[d] * (WIDTH - 1)
    return changed, node_hash(old, EMPTY[d])


def _check_depth(d: int) -> None:
    if not 0 < d <= MAX_DEPTH:
        raise ValueError(f"a head map is 1 to {MAX_DEPTH} deep")


def _tiers(d: int) -> int:
    """How many tiers of tiles a map of depth ``d`` has."""
    return -(-d // HEIGHT)


def _by_tile(nodes: Mapping[int, bytes]) -> dict[int, dict[int, bytes]]:
    """Nodes of one level, sorted into the tiles they stand in."""
    tiles: dict[int, dict[int, bytes]] = {}
    for index, node in nodes.items():
        tiles.setdefault(index // WIDTH, {})[index % WIDTH] = node
    return tiles


def _tile(t: int, p: int, read: TileReader) -> bytes:
    stored = read(t, p)
    if not stored:
        return EMPTY[HEIGHT * t] * WIDTH
    if len(stored) != WIDTH * HASH:
        raise Damaged(f"tile {t}/{p} of the head map is not 32 hashes")
    return stored


def _changed(tile: bytes, nodes: Mapping[int, bytes]) -> bytes:
    new = bytearray(tile)
    for at, node in nodes.items():
        new[at * HASH : (at + 1) * HASH] = node
    return bytes(new)


def _require_children(
    tile: bytes, inside: Mapping[int, bytes], stood: Mapping[int, bytes], *, place: TilePlace
) -> None:
    """A tile names its children as they stood: one that changed by itself is not folded in."""
    first = place[1] * WIDTH
    for at in inside:
        if stood and stood[first + at] != _hash_at(tile, at):
            raise Damaged(f"a tile of the head map is not what tile {place[0]}/{place[1]} says")


def _hash_at(nodes: bytes, at: int) -> bytes:
    return nodes[at * HASH : (at + 1) * HASH]


def _top(levels: Sequence[bytes], changed: Mapping[int, bytes]) -> bytes:
    """The node over a tile whose lowest level changed: only what stands above that is hashed."""
    for nodes in levels[:-1]:
        changed = {
            up: node_hash(
                changed.get(2 * up) or _hash_at(nodes, 2 * up),
                changed.get(2 * up + 1) or _hash_at(nodes, 2 * up + 1),
            )
            for up in {at >> 1 for at in changed}
        }
    return changed[0]


def _fold(tile: bytes, *, t: int, d: int) -> list[bytes]:
    """The levels over a tile, each as one string, up to the next tier or to the map's root."""
    height = min(HEIGHT, d - HEIGHT * t)
    levels = [tile[: HASH << height]]
    for level in range(HEIGHT * t, HEIGHT * t + height):
        levels.append(_level_above(levels[-1], empty=EMPTY[level], empty_above=EMPTY[level + 1]))
    return levels


def _level_above(nodes: bytes, *, empty: bytes, empty_above: bytes) -> bytes:
    """The parents of a level's nodes. Most pairs are empty, and those need no hashing."""
    empty_pair = empty + empty
    pairs = [nodes[at : at + 2 * HASH] for at in range(0, len(nodes), 2 * HASH)]
    return b"".join(
        [empty_above if pair == empty_pair else sha256(b"\x11" + pair).digest() for pair in pairs]
    )
