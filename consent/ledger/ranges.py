"""A run of leaves that stand next to each other, and how it leads to the root of the whole tree.

Rules kept here:
- Whoever goes through the leaves in order keeps a few hashes, not the leaves: two for each level of
  the tree at most, whatever the length of the run.
- What is missing to the root is exactly what stands left and right of the run: the full subtrees
  before its first leaf, and the siblings to the right on the way up from its last one. A hash more
  or less is refused.
- It proves the place of every leaf of the run at once: no leaf can be left out, added or moved.

Use::

    run = LeafRun(first)
    for leaf in leaves:
        run.append(leaf_hash(leaf))
    run.root(size, left=[…], right=[…])     # hashes of left_nodes(first), right_nodes(end, size)
"""

from collections.abc import Sequence

from consent.ledger.merkle import MAX_SIZE, Node, frontier_nodes, node_hash


def left_nodes(first: int) -> list[Node]:
    """The full subtrees before leaf ``first``, the largest first."""
    return frontier_nodes(first)


def right_nodes(end: int, size: int) -> list[Node]:
    """What stands to the right of leaf ``end - 1`` on its way up, in a tree of ``size`` leaves.

    ``ValueError`` unless the run ends inside the tree.
    """
    if not 0 < end <= size <= MAX_SIZE:
        raise ValueError("the run does not end inside the tree")
    met = []
    level, at, last = 0, end - 1, size - 1
    while last:
        if not at & 1 and at < last:
            met.append(Node(level, at + 1))
        level, at, last = level + 1, at >> 1, last >> 1
    return met


class LeafRun:
    """Leaves ``first`` to ``end - 1``, as the roots of the largest subtrees they fill."""

    def __init__(self, first: int) -> None:
        self.first = first
        self.end = first
        self._subtrees: list[tuple[Node, bytes]] = []

    def append(self, leaf: bytes) -> None:
        """Add the next leaf, given by its hash."""
        _push(self._subtrees, Node(0, self.end), leaf)
        self.end += 1

    def root(self, size: int, *, left: Sequence[bytes], right: Sequence[bytes]) -> bytes | None:
        """The root of the tree of ``size`` leaves; None unless the hashes are as many as needed."""
        before, after = left_nodes(self.first), self._after(size)
        if after is None or (len(left), len(right)) != (len(before), len(after)):
            return None
        whole: list[tuple[Node, bytes]] = []
        for node, hashed in [*zip(before, left, strict=True), *self._subtrees]:
            _push(whole, node, hashed)
        return _climb(whole, size, right)

    def _after(self, size: int) -> list[Node] | None:
        if not self.first < self.end <= size <= MAX_SIZE:
            return None
        return right_nodes(self.end, size)


def _push(subtrees: list[tuple[Node, bytes]], node: Node, hashed: bytes) -> None:
    """Put a subtree behind the others, joined with those that are its left siblings."""
    level, at = node
    while at & 1 and subtrees and subtrees[-1][0].level == level:
        hashed = node_hash(subtrees.pop()[1], hashed)
        level, at = level + 1, at >> 1
    subtrees.append((Node(level, at), hashed))


def _climb(subtrees: list[tuple[Node, bytes]], size: int, right: Sequence[bytes]) -> bytes:
    """From the last subtree up to the root: the others to the left, ``right`` to the right."""
    (level, at), here = subtrees.pop()
    coming = iter(right)
    last = (size - 1) >> level
    while last:
        if at & 1:
            here = node_hash(subtrees.pop()[1], here)
        elif at < last:
            here = node_hash(here, next(coming))
        at, last = at >> 1, last >> 1
    return here
