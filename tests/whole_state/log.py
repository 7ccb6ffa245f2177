"""The log as a whole: leaves, epochs, notes, tiles, lock store, all computed again from the leaves.

Nothing of the product's tree code is used: ``naive_trees`` is recursion over ``hashlib``.
"""

import struct
from base64 import b64decode, b64encode
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.naive_trees import H, tree_hash
from tests.whole_state.rows import Row, Rows, same, wrong
from tests.world import ORIGIN

TILE = 256


def check_log(rows: Rows, *, log_key: bytes) -> None:
    """Every leaf, every epoch and every note; the lock; the tiles."""
    leaves = [bytes(row["body"]) for row in rows.leaves]
    numbers = [row["leaf_index"] for row in rows.leaves]
    same(numbers, list(range(len(leaves))), "the log has a gap or a leaf twice")
    before: Row | None = None
    for epoch in rows.epochs:
        _check_epoch(epoch, before, leaves, log_key, is_newest=epoch is rows.epochs[-1])
        before = epoch
    size = rows.epochs[-1]["size"] if rows.epochs else 0
    same(len(leaves), size, "there are leaves behind the newest epoch")
    _check_lock(rows, leaves)
    stored = {(row["level"], row["position"]): bytes(row["hashes"]) for row in rows.log_tiles}
    same(stored, _tiles(leaves), "the tiles of the log are not those of its leaves")


def _check_epoch(
    epoch: Row, before: Row | None, leaves: list[bytes], log_key: bytes, *, is_newest: bool
) -> None:
    k, first, count, size = (epoch[name] for name in ("k", "first_index", "count", "size"))
    same(k, before["k"] + 1 if before else 1, f"epoch {k} does not follow the one before")
    same(first, before["size"] if before else 0, f"epoch {k} does not begin where the log ended")
    same(size, first + count + 1, f"epoch {k} does not end right behind its entries")
    batch, leaf = leaves[first : size - 1], leaves[size - 1]
    for entry in batch:
        same((len(entry), entry[:1]), (33, b"\x01"), f"epoch {k} holds a leaf that is no entry")
    if batch != sorted(set(batch)):
        wrong(f"the leaves of epoch {k} are not in ascending order")
    same(leaf, epoch_leaf(epoch), f"the leaf of epoch {k} says something else than its row")
    if before and (epoch["ts"] < before["ts"] or epoch["depth"] < before["depth"]):
        wrong(f"time or depth goes back with epoch {k}")
    root = tree_hash(leaves[:size])
    same(bytes(epoch["root"]), root, f"the root of epoch {k} is not that of its leaves")
    if epoch["note"] is not None:
        _check_note(epoch["note"], size=size, root=root, log_key=log_key)
    elif not is_newest:
        wrong(f"epoch {k} was never signed and is not the newest")


def epoch_leaf(epoch: Row) -> bytes:
    """The 66 bytes of an epoch's leaf."""
    numbers = [epoch[name] for name in ("k", "ts", "first_index", "count", "depth")]
    return b"\x02" + struct.pack(">QQQQB", *numbers) + bytes(epoch["map_root"])


def _check_note(note: str, *, size: int, root: bytes, log_key: bytes) -> None:
    """A C2SP signed note: the text, an empty line, one signature by the log's key."""
    text, _, line = note.partition("\n\n")
    said = f"{ORIGIN}\n{size}\n{b64encode(root).decode()}"
    same(text, said, f"the note for size {size} says something else")
    dash, name, encoded = line.split(" ")
    same((dash, name), ("—", ORIGIN), f"the note for size {size} is signed by another name")
    key_id = sha256(ORIGIN.encode() + b"\n\x01" + log_key).digest()[:4]
    signed = b64decode(encoded)
    same(signed[:4], key_id, f"the note for size {size} names another key")
    try:
        Ed25519PublicKey.from_public_bytes(log_key).verify(signed[4:], f"{text}\n".encode())
    except InvalidSignature:
        wrong(f"the signature under the note for size {size} is wrong")


def _check_lock(rows: Rows, leaves: list[bytes]) -> None:
    """The lock stands at the newest epoch, or one before it while the newest is only staged."""
    lock, newest = rows.lock, rows.epochs[-1] if rows.epochs else None
    if newest and newest["note"] is None and lock["size"] == newest["first_index"]:
        return
    size = newest["size"] if newest else 0
    same(lock["size"], size, "the lock store does not stand at the newest epoch")
    same(bytes(lock["root"]), tree_hash(leaves), "the lock store has another root")
    if newest and newest["note"] is not None:
        same(bytes(lock["epoch_hash"]), H(leaves[-1]), "the lock store has another epoch")
        same(lock["note"], newest["note"], "the lock store has another note")


def _tiles(leaves: list[bytes]) -> dict[tuple[int, int], bytes]:
    """Every tile of a log with these leaves, as C2SP tlog-tiles lays them out."""
    found = {}
    level, hashes = 0, [H(b"\0" + leaf) for leaf in leaves]
    while hashes:
        for at in range(0, len(hashes), TILE):
            found[level, at // TILE] = b"".join(hashes[at : at + TILE])
        span = TILE ** (level + 1)
        whole = len(leaves) // span
        hashes = [tree_hash(leaves[at * span : (at + 1) * span]) for at in range(whole)]
        level += 1
    return found
