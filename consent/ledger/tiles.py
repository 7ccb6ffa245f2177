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
    """The tree of the first ``size`` leaves as its tiles hold it. Tiles are read once and kept.

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
        return self.hashes_of(merkle.path_nodes(index, self.size))

    def consistency(self, first: int) -> list[bytes]:
        """The proof that the tree of ``first`` leaves is a beginning of this one."""
        return self.hashes_of(merkle.consistency_nodes(first, self.size))

    def hashes_of(self, nodes: Iterable[Node]) -> list[bytes]:
        """The hashes of ``nodes``, for ``inclusions.proof_nodes`` and the like."""
        return [self.hash_of(node) for node in nodes]

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
        tile_level, inside = divmod(level, HEIGHT)
        tile_index, first = divmod(at << inside, WIDTH)
        return self._tile(tile_level, tile_index)[inside][first >> inside]

    def _tile(self, level: int, index: int) -> list[list[bytes]]:
        place = (level, index)
        if place not in self._tiles:
            width = width_at(level=level, index=index, size=self.size)
            self._tiles[place] = merkle.build(_hashes(self._read(level, index), place)[:width])
            if len(self._tiles[place][0]) < width:
                raise Damaged(f"tile {level}/{index} of the log is shorter than the log's size")
        return self._tiles[place]


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
