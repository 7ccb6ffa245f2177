"""The head map as it is stored: one batch of heads written into its tiles.

Rules kept here:
- Tiles come with one query a tier, not one a tile; nothing is written here.
- The map doubles in the same step in which it is updated, never by itself.

Use::

    changed, root = update(tx, newest, depth=depth, folded={slot: (n, head)})
"""

from collections.abc import Mapping

from consent.ledger import head_map, log_store
from consent.ledger.entries import Head
from consent.ledger.log_store import Place
from consent.tables import Epoch
from vault.database import Transaction


def update(
    tx: Transaction,
    newest: Epoch | None,
    *,
    depth: int,
    folded: Mapping[int, tuple[int, bytes]],
) -> tuple[dict[Place, bytes], bytes]:
    """The changed tiles and the root, one level deeper than in ``newest`` if ``depth`` is.

    ``Damaged`` when a tile on the way is not what the one above it says.
    """
    changes = {
        slot: head_map.leaf_of(Head(slot=slot, n=n, h=head)) for slot, (n, head) in folded.items()
    }
    stored = _reader(tx, changes, depth)
    grown: dict[Place, bytes] = {}
    if newest is not None and newest.depth < depth:
        grown, _ = head_map.grow(d=newest.depth, read=stored)
    changed, root = head_map.update(
        changes, d=depth, read=lambda t, p: grown.get((t, p)) or stored(t, p)
    )
    return {**grown, **changed}, root


def _reader(tx: Transaction, changes: Mapping[int, bytes], depth: int) -> head_map.TileReader:
    """Reads the tiles of all changed slots, fetched beforehand; others one by one."""
    fetched: dict[Place, bytes] = {}
    for tier in range(-(-depth // head_map.HEIGHT)):
        shift = head_map.HEIGHT * (tier + 1)
        wanted = sorted({slot >> shift for slot in changes})
        fetched |= dict.fromkeys(((tier, position) for position in wanted), b"")
        fetched |= log_store.head_tiles(tx, tier, wanted)
    return lambda tier, position: _either(fetched.get((tier, position)), tx, tier, position)


def _either(fetched: bytes | None, tx: Transaction, tier: int, position: int) -> bytes:
    return log_store.head_tile(tx, tier, position) if fetched is None else fetched
