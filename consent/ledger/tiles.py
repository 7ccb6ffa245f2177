"""How the log's tree is stored: tiles of up to 256 hashes, as C2SP tlog-tiles lays them out.

Rules kept here:
- Tile ``(level, index)`` holds the hashes of the nodes of tree level ``8 * level`` from
  ``256 * index`` on. Only full subtrees are stored: a tile grows to the right, nothing else.
- A tile may have grown beyond the size asked about; what is too new is not looked at.
- A tile shorter than its size demands is ``Damaged``, never a silent zero.

Use::

    changed = append(leaf_hashes, size=size, read=read)           # {(level, index): bytes} to store
    tree = StoredTree(size + len(leaf_hashes), read)
    tree.root(), tree.inclusion(5), tree.consistency(size)
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Protocol, TypeAlias

from consent.ledger import merkle
from consent.ledger.merkle import EMPTY_ROOT, Node, node_hash
from vault.errors import Damaged

HEIGHT = 8
WIDTH = 1 << HEIGHT
HASH = 32

TilePlace: TypeAlias = tuple[int, int]


class TileReader(Protocol):
    """Reads one tile: up to 256 hashes of 32 bytes; empty bytes when there is none."""

    def __call__(self, level: int, index: int, /) -> bytes:
        """The tile's bytes."""
        ...


def append(leaf_hashes: Sequence[bytes], *, size: int, read: TileReader) -> dict[TilePlace, bytes]:
    """The whole new bytes of every tile that changes when a tree of ``size`` leaves grows."""
    changed: dict[TilePlace, bytes] = {}
    level, width, new = 0, size, list(leaf_hashes)
    while new:
        above = []
        for index, hashes in _filled(level, width, new, read):
            changed[level, index] = b"".join(hashes)
            if len(hashes) == WIDTH:
                above.append(merkle.top(merkle.build(hashes)))
        level, width, new = level + 1, width // WIDTH, above
    return changed


def width_at(*, level: int, index: int, size: int) -> int:
    """How many hashes a tile has in a tree of ``size`` leaves; 0 if there is none."""
    return max(0, min(WIDTH, (size >> (HEIGHT * level)) - WIDTH * index))


class StoredTree:
    """The tree of the first ``size`` leaves as its tiles hold it.

    Tiles are read once and kept; but those under the many places of ``hashes_of`` are let go again,
    one by one.

    ``Damaged`` from any method when a tile is missing or too short.
    """

    def __init__(self, size: int, read: TileReader) -> None:
        self.size = size
        self._read = read
        self._tiles: dict[TilePlace, list[list[bytes]]] = {}

    def root(self) -> bytes:
        """The tree's root."""
        if not self.size:
            return EMPTY_ROOT
        return self.hash_of(Node((self.size - 1).bit_length(), 0))

    def inclusion(self, index: int) -> list[bytes]:
        """The proof that leaf ``index`` is in the tree; ``ValueError`` if there is none such."""
        return [self.hash_of(node) for node in merkle.path_nodes(index, self.size)]

    def consistency(self, first: int) -> list[bytes]:
        """The proof that the tree of ``first`` leaves is a beginning of this one."""
        return [self.hash_of(node) for node in merkle.consistency_nodes(first, self.size)]

    def hashes_of(self, nodes: Iterable[Node]) -> list[bytes]:
        """The hashes of ``nodes``, for ``inclusions.proof_nodes`` and the like."""
        wanted = list(nodes)
        full = {node for node in wanted if (node.at + 1) << node.level <= self.size}
        found: dict[Node, bytes] = {}
        for place, inside in groupby(sorted(full, key=_tile_of), key=_tile_of):
            tile = self._built(place)
            found |= {node: _within(tile, node) for node in inside}
        return [found[node] if node in found else self.hash_of(node) for node in wanted]

    def hash_of(self, node: Node) -> bytes:
        """The hash of one node (see the geometry in ``merkle``)."""
        level, at = node
        if (at + 1) << level <= self.size:
            return self._full(level, at)
        left = self.hash_of(Node(level - 1, 2 * at))
        if (2 * at + 1) << (level - 1) >= self.size:
            return left
        return node_hash(left, self.hash_of(Node(level - 1, 2 * at + 1)))

    def _full(self, level: int, at: int) -> bytes:
        """The hash of a full subtree: it stands inside one tile, some levels above its hashes."""
        node = Node(level, at)
        place = _tile_of(node)
        if place not in self._tiles:
            self._tiles[place] = self._built(place)
        return _within(self._tiles[place], node)

    def _built(self, place: TilePlace) -> list[list[bytes]]:
        """The levels of the small tree over one tile's hashes."""
        level, index = place
        width = width_at(level=level, index=index, size=self.size)
        hashes = _hashes(self._read(level, index), place)[:width]
        if len(hashes) < width:
            raise Damaged(f"tile {level}/{index} of the log is shorter than the log's size")
        return merkle.build(hashes)


def _tile_of(node: Node) -> TilePlace:
    """The one tile a full subtree stands in."""
    tile_level, inside = divmod(node.level, HEIGHT)
    return tile_level, (node.at << inside) // WIDTH


def _within(tile: list[list[bytes]], node: Node) -> bytes:
    """A full subtree's hash, some levels above the hashes of its tile."""
    inside = node.level % HEIGHT
    return tile[inside][((node.at << inside) % WIDTH) >> inside]


def _filled(
    level: int, width: int, new: Sequence[bytes], read: TileReader
) -> Iterable[tuple[int, list[bytes]]]:
    """The tiles of one level that take ``new`` behind ``width`` hashes, one after the other."""
    index, begun = divmod(width, WIDTH)
    hashes = _hashes(read(level, index), (level, index))[:begun] if begun else []
    if len(hashes) != begun:
        raise Damaged(f"tile {level}/{index} of the log is shorter than the log's size")
    for at in range(-begun, len(new), WIDTH):
        yield index, hashes + list(new[max(at, 0) : at + WIDTH])
        index, hashes = index + 1, []


def _hashes(tile: bytes, place: TilePlace) -> list[bytes]:
    if len(tile) % HASH:
        raise Damaged(f"tile {place[0]}/{place[1]} of the log is not whole hashes")
    return [tile[at : at + HASH] for at in range(0, len(tile), HASH)]
