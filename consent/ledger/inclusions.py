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

from collections.abc import Iterable, Sequence

from consent.ledger.merkle import MAX_SIZE, Node, node_hash
from vault.errors import BadInput


def proof_nodes(indexes: Iterable[int], size: int) -> list[Node]:
    """The places whose hashes prove the leaves at ``indexes``; ``ValueError`` for one outside."""
    levels = _siblings(indexes, size)
    return [Node(level, at) for level, siblings in enumerate(levels) for at in siblings]


class Inclusions:
    """One proof, judged leaf by leaf. What was proved is kept, so that shared nodes count once."""

    def __init__(
        self, indexes: Iterable[int], *, size: int, root: bytes, sent: Sequence[bytes]
    ) -> None:
        """``BadInput`` when ``sent`` has not the length for these indexes, or one is outside."""
        try:
            levels = _siblings(indexes, size)
        except ValueError:
            raise BadInput("a leaf stands beyond the tree", member="nodes") from None
        if sum(map(len, levels)) != len(sent):
            raise BadInput("is not the proof for these leaves", member="nodes")
        hashes = iter(sent)
        self._given = [dict(zip(siblings, hashes, strict=False)) for siblings in levels]
        self._known: list[dict[int, bytes]] = [{} for _ in levels] + [{0: root}]
        self._last = size - 1

    def proves(self, index: int, leaf: bytes) -> bool:
        """Whether the leaf with hash ``leaf`` stands at ``index``, one of those given before.

        Climbs to the first node known to be in the tree; what it met is known from then on.
        """
        level, at, here, last = 0, index, leaf, self._last
        way = []
        while at not in self._known[level]:
            other = self._given[level][at ^ 1] if at ^ 1 <= last else None
            way.append((at, here, other))
            if other is not None:
                here = node_hash(other, here) if at & 1 else node_hash(here, other)
            level, at, last = level + 1, at >> 1, last >> 1
        if self._known[level][at] != here:
            return False
        self._learn(way)
        return True

    def contradicts_itself(self) -> bool:
        """Whether, all leaves proved, a hash was sent that is not the tree's."""
        pairs = zip(self._given, self._known, strict=False)
        return any(known.get(at) != sent for given, known in pairs for at, sent in given.items())

    def _learn(self, way: list[tuple[int, bytes, bytes | None]]) -> None:
        for known, (at, here, other) in zip(self._known, way, strict=False):
            known[at] = here
            if other is not None:
                known[at ^ 1] = other


def _siblings(indexes: Iterable[int], size: int) -> list[list[int]]:
    """Level by level from the leaves up, the siblings met on the way from ``indexes``, in order."""
    here = set(indexes)
    if here and not 0 <= min(here) <= max(here) < size <= MAX_SIZE:
        raise ValueError("there is no such leaf in a tree of this size")
    levels, last = [], size - 1
    while last > 0:
        levels.append(sorted({at ^ 1 for at in here if at ^ 1 <= last}))
        here = {at >> 1 for at in here}
        last >>= 1
    return levels
