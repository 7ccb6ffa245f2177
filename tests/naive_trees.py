"""The trees of the log and of the heads by their definitions: recursion, and nothing stored."""

from functools import cache
from hashlib import sha256

from consent.ledger.entries import Head


def H(data: bytes) -> bytes:  # noqa: N802 - as the rules write it
    return sha256(data).digest()


def tree_hash(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1 over leaves as bytes."""
    if len(leaves) <= 1:
        return H(b"\0" + leaves[0]) if leaves else H(b"")
    k = largest_power_below(len(leaves))
    return H(b"\1" + tree_hash(leaves[:k]) + tree_hash(leaves[k:]))


def inclusion_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962 section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = largest_power_below(len(leaves))
    if m < k:
        return [*inclusion_path(m, leaves[:k]), tree_hash(leaves[k:])]
    return [*inclusion_path(m - k, leaves[k:]), tree_hash(leaves[:k])]


def consistency_proof(m: int, leaves: list[bytes]) -> list[bytes]:
    """PROOF of RFC 6962 section 2.1.2."""
    return [] if m == 0 else _subproof(m, leaves, is_known=True)


def _subproof(m: int, leaves: list[bytes], *, is_known: bool) -> list[bytes]:
    if m == len(leaves):
        return [] if is_known else [tree_hash(leaves)]
    k = largest_power_below(len(leaves))
    if m <= k:
        return [*_subproof(m, leaves[:k], is_known=is_known), tree_hash(leaves[k:])]
    return [*_subproof(m - k, leaves[k:], is_known=False), tree_hash(leaves[:k])]


def largest_power_below(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def shared_nodes(indexes: list[int], leaves: list[bytes]) -> list[bytes]:
    """Every sibling on the way up from the leaves at ``indexes``, each once, by level and place."""
    wanted = set()
    for index in indexes:
        level, at = 0, index
        while (1 << level) < len(leaves):
            if (at ^ 1) << level < len(leaves):
                wanted.add((level, at ^ 1))
            level, at = level + 1, at >> 1
    return [tree_hash(leaves[at << level : (at + 1) << level]) for level, at in sorted(wanted)]


@cache
def empty_map(d: int) -> bytes:
    """The head map's node of height ``d`` over nobody."""
    if d == 0:
        return H(b"\x10habeas/head/v1/empty\0")
    return H(b"\x11" + empty_map(d - 1) + empty_map(d - 1))


def map_hash(heads: dict[int, Head], d: int, first: int = 0) -> bytes:
    """The head map's node of height ``d`` over the slots from ``first`` on."""
    if not heads:
        return empty_map(d)
    if d == 0:
        (head,) = heads.values()
        numbers = head.slot.to_bytes(8, "big") + head.n.to_bytes(8, "big")
        return H(b"\x12habeas/head/v1\0" + numbers + head.h)
    middle = first + (1 << (d - 1))
    left = {slot: head for slot, head in heads.items() if slot < middle}
    right = {slot: head for slot, head in heads.items() if slot >= middle}
    return H(b"\x11" + map_hash(left, d - 1, first) + map_hash(right, d - 1, middle))


def map_path(heads: dict[int, Head], d: int, slot: int) -> list[bytes]:
    """The siblings from the leaf of ``slot`` up to the root's child."""
    path = []
    for level in range(d):
        first = (slot >> level ^ 1) << level
        inside = {at: head for at, head in heads.items() if first <= at < first + (1 << level)}
        path.append(map_hash(inside, level, first))
    return path
