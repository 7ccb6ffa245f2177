"""The leaves of the log: one per entry, one per epoch, one when a log begins anew after a loss.

Rules kept here:
- A batch is its entry leaves in ascending order of their commitments, then exactly one epoch leaf.
  The order is uniform, needs no randomness and can be checked by whoever holds two of the leaves.
- A leaf has one byte form. Its first byte says which kind it is; other lengths are refused.

::

    entry   0x01 || C                                                                   33 bytes
    epoch   0x02 || u64 k || u64 ts || u64 first_index || u64 count || u8 d || map_root 66 bytes
    origin  0x03 || LP(old note, H(claims file), u64 ts)

Use::

    leaves = batch(commitments, epoch)
    decode_epoch(leaves[-1]).size        # how large the tree is right after this batch
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from vault.crypto.primitives import length_prefixed
from vault.errors import BadInput

ENTRY, EPOCH, ORIGIN = b"\x01", b"\x02", b"\x03"
ENTRY_LENGTH = 33
EPOCH_LENGTH = 66
MAX_DEPTH = 40
_EPOCH = struct.Struct(">cQQQQB32s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """What the log says at the end of a batch.

    ``k`` counts epochs from 1, ``ts`` is in ms, the batch's entries are leaves ``first_index`` to
    ``first_index + count - 1``, and ``map_root`` is the root of the head map of depth ``d``.
    """

    k: int
    ts: int
    first_index: int
    count: int
    d: int
    map_root: bytes

    @property
    def index(self) -> int:
        """Where the epoch leaf itself stands: right behind its entries."""
        return self.first_index + self.count

    @property
    def size(self) -> int:
        """How many leaves the tree has right after this epoch: the only sizes that are signed."""
        return self.index + 1


def entry_leaf(c: bytes) -> bytes:
    """The leaf of an entry with commitment ``c`` (32 bytes)."""
    return ENTRY + c


def encode_epoch(epoch: Epoch) -> bytes:
    """The 66 bytes of an epoch leaf."""
    return _EPOCH.pack(
        EPOCH,
        epoch.k,
        epoch.ts,
        epoch.first_index,
        epoch.count,
        epoch.d,
        epoch.map_root,
    )


def decode_epoch(leaf: bytes) -> Epoch:
    """The epoch in a leaf; ``BadInput`` unless it has the right type, length and depth."""
    if len(leaf) != EPOCH_LENGTH or leaf[:1] != EPOCH:
        raise BadInput("is not an epoch leaf of 66 bytes", member="epoch")
    _, k, ts, first_index, count, d, map_root = _EPOCH.unpack(leaf)
    if not 1 <= d <= MAX_DEPTH:
        raise BadInput(f"has a head map deeper than {MAX_DEPTH} or none", member="epoch.d")
    if first_index + count >= 1 << 63:
        raise BadInput("stands beyond leaf 2^63", member="epoch.first_index")
    return Epoch(k=k, ts=ts, first_index=first_index, count=count, d=d, map_root=map_root)


def origin_leaf(*, old_note: bytes, claims: bytes, ts: int) -> bytes:
    """The first leaf of a log that follows a lost one.

    ``old_note`` is the last note known of the lost log, ``claims`` the file of receipts that
    companies handed in, ``ts`` the time of the new beginning in ms.
    """
    return ORIGIN + length_prefixed(old_note, sha256(claims).digest(), ts.to_bytes(8, "big"))


def batch(commitments: Iterable[bytes], epoch: Epoch) -> list[bytes]:
    """All leaves of a batch in their order; ``ValueError`` unless ``epoch`` counts them."""
    ordered = [entry_leaf(c) for c in sorted(commitments)]
    if len(ordered) != epoch.count:
        raise ValueError("the epoch leaf counts other entries")
    return [*ordered, encode_epoch(epoch)]
