"""Many inclusion proofs for one tree, their shared nodes sent once.

Rules kept here:
- Which nodes a proof needs follows from the leaves' indexes and the tree's size. Only their hashes
  are sent, ordered by level, then index: a proof has one byte form and one length.
- Each leaf is judged by itself: one that is not in the tree does not drag its neighbours down.
- Every hash sent is used. One that contradicts the tree is refused although nobody needed it.

Use::

    sent = [hash_of(node) for node in proof_nodes(indexes, size)]
    unproved({5: leaf_hash(leaf)}, size=size, root=root, sent=sent)    # frozenset(): all are in it
"""

from collections.abc import Iterable, Mapping, Sequence

from consent.ledger.merkle import MAX_SIZE, Node, node_hash


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


def unproved(
    leaves: Mapping[int, bytes], *, size: int, root: bytes, sent: Sequence[bytes]
) -> frozenset[int] | None:
    """Which of ``leaves`` (index to leaf hash) are not shown to be in the tree.

    None when ``sent`` is not the proof for exactly these indexes: too long, too short, a place
    outside the tree, or a hash that contradicts the others.
    """
    try:
        nodes = proof_nodes(leaves, size)
    except ValueError:
        return None
    if len(nodes) != len(sent):
        return None
    given = dict(zip(nodes, sent, strict=True))
    known = {Node(max(size - 1, 0).bit_length(), 0): root}
    lost = frozenset(
        index
        for index, leaf in leaves.items()
        if not _joins(known, given, index=index, leaf=leaf, size=size)
    )
    if not lost and not given.items() <= known.items():
        return None
    return lost


def _joins(
    known: dict[Node, bytes], given: Mapping[Node, bytes], *, index: int, leaf: bytes, size: int
) -> bool:
    """Climb from a leaf to the first node known to be in the tree; learn the way if it fits."""
    node, here, last = Node(0, index), leaf, size - 1
    way = {}
    while node not in known:
        way[node] = here
        sibling = Node(node.level, node.at ^ 1)
        if sibling.at <= last:
            other = way[sibling] = given[sibling]
            here = node_hash(other, here) if node.at & 1 else node_hash(here, other)
        node, last = Node(node.level + 1, node.at >> 1), last >> 1
    if known[node] != here:
        return False
    known.update(way)
    return True
