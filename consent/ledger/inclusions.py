"""Many inclusion proofs for one tree, their shared nodes sent once.

Rules kept here:
- Which nodes a proof needs follows from the leaves' indexes and the tree's size. Only their hashes
  are sent, ordered by level, then index: a proof has one byte form and one length.
- Each leaf is judged by itself: one that is not in the tree does not drag its neighbours down.
- Every hash sent must be the tree's, also one that nobody needed in the end.

Use::

    sent = [hash_of(node) for node in proof_nodes(indexes, size)]
    Inclusions(indexes, size=size, root=root, sent=sent).proves(5, leaf_hash(leaf))
"""

from collections.abc import Collection, Iterable, Sequence

from consent.ledger.merkle import MAX_SIZE, Node, node_hash
from vault.errors import BadInput


def proof_nodes(indexes: Iterable[int], size: int) -> list[Node]:
    """The places whose hashes prove the leaves at ``indexes``; ``ValueError`` for one outside."""
    here = set(indexes)
    if here and not 0 <= min(here) <= max(here) < size <= MAX_SIZE:
        raise ValueError("there is no such leaf in a tree of this size")
    nodes: list[Node] = []
    level, last = 0, size - 1
    while here and last > 0:
        siblings = sorted({index ^ 1 for index in here if index ^ 1 <= last})
        nodes += [Node(level, index) for index in siblings]
        here = {index >> 1 for index in here}
        level, last = level + 1, last >> 1
    return nodes


class Inclusions:
    """One proof, judged leaf by leaf. What was proved is kept, so that shared nodes count once."""

    def __init__(
        self, indexes: Collection[int], *, size: int, root: bytes, sent: Sequence[bytes]
    ) -> None:
        """``BadInput`` when ``sent`` has not the length for these indexes, or one is outside."""
        try:
            nodes = proof_nodes(indexes, size)
        except ValueError:
            raise BadInput("a leaf stands beyond the tree", member="nodes") from None
        if len(nodes) != len(sent):
            raise BadInput("is not the proof for these leaves", member="nodes")
        self._given = dict(zip(nodes, sent, strict=True))
        self._known = {Node(max(size - 1, 0).bit_length(), 0): root}
        self._last = size - 1

    def proves(self, index: int, leaf: bytes) -> bool:
        """Whether the leaf with hash ``leaf`` stands at ``index``, one of those given before.

        Climbs to the first node known to be in the tree; what it met is known from then on.
        """
        node, here, last = Node(0, index), leaf, self._last
        way = {}
        while node not in self._known:
            way[node] = here
            sibling = Node(node.level, node.at ^ 1)
            if sibling.at <= last:
                other = way[sibling] = self._given[sibling]
                here = node_hash(other, here) if node.at & 1 else node_hash(here, other)
            node, last = Node(node.level + 1, node.at >> 1), last >> 1
        if self._known[node] != here:
            return False
        self._known.update(way)
        return True

    def contradicts_itself(self) -> bool:
        """Whether, all leaves proved, a hash was sent that is not the tree's."""
        return not self._given.items() <= self._known.items()
