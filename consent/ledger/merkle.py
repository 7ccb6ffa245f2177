"""The Merkle tree of the log (RFC 6962 section 2.1): roots, inclusion, consistency.

Rules kept here:
- Leaf = H(0x00 || bytes), node = H(0x01 || left || right), the empty tree's root is H of nothing.
- A proof has exactly one length for its place. One hash more or less is refused, and so is a place
  outside the tree. Sizes go up to 2^63.
- Every function takes leaf *hashes*, so that no leaf is hashed twice and none is taken for a node.

Geometry. Node ``(level, at)`` stands over the leaves ``at << level`` up to
``(at + 1) << level`` or the end of the tree, whichever comes first. A node without a right child
*is* its left child. That is the RFC's tree, written so that a place's sibling is ``at ^ 1``.

Use::

    levels = build([leaf_hash(leaf) for leaf in leaves])
    verify_inclusion(h, index=5, size=len(leaves), proof=path(levels, 5), root=top(levels))
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

EMPTY_ROOT = sha256(b"").digest()
MAX_SIZE = 1 << 63


class Node(NamedTuple):
    """A place in the tree: number ``at`` of its ``level``; level 0 is the leaves."""

    level: int
    at: int


def leaf_hash(leaf: bytes) -> bytes:
    """The hash that stands for a leaf's bytes."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two children."""
    return sha256(b"\x01" + left + right).digest()


def build(leaf_hashes: Sequence[bytes]) -> list[list[bytes]]:
    """All levels of the tree over ``leaf_hashes``, leaves first; for trees that fit in memory."""
    levels = [list(leaf_hashes)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        above = [node_hash(*pair) for pair in zip(below[::2], below[1::2], strict=False)]
        levels.append(above + below[len(above) * 2 :])
    return levels


def top(levels: list[list[bytes]]) -> bytes:
    """The root of a tree made by ``build``."""
    return levels[-1][0] if levels[0] else EMPTY_ROOT


def path(levels: list[list[bytes]], index: int) -> list[bytes]:
    """The inclusion proof of leaf ``index`` in a tree made by ``build``."""
    _require_leaf(index, len(levels[0]))
    siblings = [index >> level ^ 1 for level in range(len(levels))]
    return [nodes[at] for nodes, at in zip(levels, siblings, strict=True) if at < len(nodes)]


def path_nodes(index: int, size: int) -> list[Node]:
    """The places an inclusion proof lists: the siblings from leaf ``index`` up."""
    _require_leaf(index, size)
    return _siblings(0, index, size - 1)


def _require_leaf(index: int, size: int) -> None:
    if not 0 <= index < size <= MAX_SIZE:
        raise ValueError("there is no such leaf in a tree of this size")


def consistency_nodes(first: int, second: int) -> list[Node]:
    """The places a proof lists that the tree of ``first`` leaves is a beginning of ``second``."""
    if not 0 <= first <= second <= MAX_SIZE:
        raise ValueError("the first tree is not the smaller one")
    if first in (0, second):
        return []
    start = _last_full(first)
    siblings = _siblings(start.level, start.at, (second - 1) >> start.level)
    return siblings if start.at == 0 else [start, *siblings]


def verify_inclusion(
    leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Whether the leaf with hash ``leaf`` stands at ``index`` in the tree (RFC 9162, 2.1.3.2)."""
    return root_from_path(leaf, index=index, size=size, proof=proof) == root


def root_from_path(leaf: bytes, *, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root that ``proof`` leads to; None when it has not exactly the length for its place."""
    if not 0 <= index < size <= MAX_SIZE:
        return None
    climbed = _climb([leaf], index, size - 1, proof)
    return climbed[0] if climbed else None


def verify_consistency(
    *, first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether the first tree is a beginning of the second one (RFC 9162 section 2.1.4.2).

    The empty tree is a beginning of every tree; equal sizes need equal roots. Neither has a proof.
    """
    if not 0 <= first <= second <= MAX_SIZE:
        return False
    if first in (0, second):
        return not proof and first_root == (EMPTY_ROOT if first == 0 else second_root)
    start = _last_full(first)
    # A first tree that is full is its own last full node, and the proof does not repeat it.
    steps = list(proof) if start.at else [first_root, *proof]
    if not steps:
        return False
    # The same hash climbs twice: with left siblings only it ends in the first root, with all of
    # them in the second.
    begun = [steps[0], steps[0]]
    ends = _climb(begun, start.at, (second - 1) >> start.level, steps[1:])
    return ends == [first_root, second_root]


def _climb(
    hashes: list[bytes], index: int, last: int, proof: Sequence[bytes]
) -> list[bytes] | None:
    """Where ``hashes`` at place ``index`` lead; None unless ``proof`` has exactly the length.

    ``last`` is the last place of that level. The last of ``hashes`` takes every sibling, those
    before it only the ones to the left.
    """
    taken = 0
    while last:
        if index ^ 1 <= last:
            if taken == len(proof):
                return None
            sibling = proof[taken]
            taken += 1
            if index & 1:
                hashes = [node_hash(sibling, h) for h in hashes]
            else:
                hashes[-1] = node_hash(hashes[-1], sibling)
        index >>= 1
        last >>= 1
    return hashes if taken == len(proof) else None


def _siblings(level: int, index: int, last: int) -> list[Node]:
    """The siblings met on the way up from ``index``, whose level ends at place ``last``."""
    met = []
    while last:
        if index ^ 1 <= last:
            met.append(Node(level, index ^ 1))
        level, index, last = level + 1, index >> 1, last >> 1
    return met


def _last_full(size: int) -> Node:
    """The largest full subtree that ends exactly at the end of a tree of ``size`` > 0 leaves."""
    level = (size & -size).bit_length() - 1
    return Node(level, (size >> level) - 1)


class Frontier:
    """A tree of which only the full subtrees are known, so that it can grow and tell its root.

    ``subtrees`` are the roots of the full subtrees that make up ``size`` leaves, the largest first;
    ``ValueError`` unless there are as many as the size has bits.
    """

    def __init__(self, size: int, subtrees: Sequence[bytes]) -> None:
        if size < 0 or size.bit_count() != len(subtrees):
            raise ValueError("these are not the full subtrees of a tree of this size")
        self.size = size
        self._subtrees = list(subtrees)

    def append(self, leaf: bytes) -> None:
        """Add the next leaf, given by its hash."""
        merges = (~self.size & (self.size + 1)).bit_length() - 1
        for _ in range(merges):
            leaf = node_hash(self._subtrees.pop(), leaf)
        self._subtrees.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The root over all leaves so far."""
        if not self._subtrees:
            return EMPTY_ROOT
        *others, here = self._subtrees
        for left in reversed(others):
            here = node_hash(left, here)
        return here


def frontier_nodes(size: int) -> list[Node]:
    """The full subtrees that make up a tree of ``size`` leaves, the largest first."""
    levels = [level for level in reversed(range(size.bit_length())) if size >> level & 1]
    return [Node(level, (size >> level) - 1) for level in levels]
