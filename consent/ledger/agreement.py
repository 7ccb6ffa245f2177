"""Whether main store and lock store tell one story: asked at every start and before every batch.

Rules kept here:
- The lock store names size, root, epoch leaf and note of the newest epoch; or of the one before,
  while the newest is staged and not in the lock store yet.
- The stored trees give what the newest epoch says: its tiles the root, its leaf the last leaf, the
  top of the head map the map root. So a bit that flipped is found before it is signed over.
- Nothing is decided here and nothing changed: the answer is a sentence for the operator, or None.

Use::

    sentence = disagreement(tx, newest, locked)
    if sentence is not None:
        raise OperatorMustAct(sentence)
"""

import struct

from consent.ledger import head_map, log_store
from consent.ledger.epochs import encode_epoch
from consent.ledger.lock_store import EMPTY_EPOCH, Locked
from consent.ledger.merkle import EMPTY_ROOT, Node, leaf_hash
from consent.ledger.tiles import StoredTree
from consent.tables import Epoch
from vault.crypto.primitives import sha256
from vault.database import Transaction
from vault.errors import Damaged


def disagreement(tx: Transaction, newest: Epoch | None, locked: Locked) -> str | None:
    """What is wrong between the two stores, and what to do; None when they agree."""
    return _position(_locked_epoch(tx, newest, locked), locked) or _trees(tx, newest)


def _locked_epoch(tx: Transaction, newest: Epoch | None, locked: Locked) -> Epoch | None:
    """The epoch the lock store has to name; None before the first one."""
    if newest is not None and newest.note is None and newest.first_index == locked.size:
        return tx.get(Epoch, newest.k - 1)  # staged, not yet in the lock store
    return newest


def _position(epoch: Epoch | None, locked: Locked) -> str | None:
    size = epoch.size if epoch else 0
    if locked.size != size:
        return _ROLLED_BACK if locked.size > size else _OLD_LOCK
    root = bytes(epoch.root) if epoch else EMPTY_ROOT
    epoch_hash = sha256(_leaf(epoch)) if epoch else EMPTY_EPOCH
    if (locked.root, locked.epoch_hash) != (root, epoch_hash):
        return _UNEQUAL
    published = epoch.note if epoch else None
    return _UNEQUAL if published is not None and locked.note != published else None


def _trees(tx: Transaction, newest: Epoch | None) -> str | None:
    if newest is None:
        return None
    tree = StoredTree(newest.size, lambda level, at: log_store.log_tile(tx, level, at))
    try:
        told = (tree.root(), tree.hash_of(Node(0, newest.size - 1)), _map_root(tx, newest))
    except (Damaged, ValueError):
        return _DAMAGED
    right = (bytes(newest.root), leaf_hash(_leaf(newest)), bytes(newest.map_root))
    return None if told == right else _DAMAGED


def _map_root(tx: Transaction, newest: Epoch) -> bytes:
    return head_map.root(d=newest.depth, read=lambda t, p: log_store.head_tile(tx, t, p))


def _leaf(epoch: Epoch) -> bytes:
    """The epoch's leaf; nothing when a number does not even fit its place."""
    try:
        return encode_epoch(log_store.as_epoch(epoch))
    except struct.error:
        return b""


_ROLLED_BACK = (
    "The main store is older than the last signed checkpoint: it was restored from a backup or"
    " rolled back. Nothing was changed: restore a newer main store."
)
_OLD_LOCK = (
    "The lock store is older than the main store; it must never be restored. Nothing was changed:"
    " put the newest lock store back."
)
_UNEQUAL = (
    "Main store and lock store name different logs of one size: two histories. Nothing was signed"
    " or changed: run `habeas doctor` and find out which store was replaced."
)
_DAMAGED = (
    "The stored trees do not give what the last epoch says: the main store is damaged. Nothing was"
    " signed or changed: run `habeas doctor`, then restore the main store."
)
