"""Giving new bearers their chains, many at a time: each a random unused slot and fresh secrets.

Rules kept here:
- A slot is drawn, never counted: it says nothing about when its bearer came. Of two who draw the
  same one the row decides; the later one draws again.
- The keys of a bearer exist before its chain. A crash before the caller's commit leaves keys
  without a chain, which the sweep of orphan keys removes.

Use::

    chains = open_chains(tx, {consumer: lk}, kind="consumer", vault_id=vault_id, now_ms=now)
"""

from collections.abc import Mapping, Sequence
from secrets import randbelow
from typing import Literal

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select

from consent.ledger.chain_secrets import ChainSecrets
from consent.ledger.composing import Chain, Chains
from consent.ledger.entries import new_chain
from consent.tables import Epoch, Head
from vault.crypto.versioned_key import VersionedKey
from vault.database import Transaction
from vault.identifiers import ConsumerId

FIRST_DEPTH = 20
"""Depth of a new vault's head map: a million slots; the sequencer doubles it at half full."""

Kind = Literal["consumer", "company", "vault"]


def open_chains(
    tx: Transaction,
    log_keys: Mapping[ConsumerId, VersionedKey],
    *,
    kind: Kind,
    vault_id: bytes,
    now_ms: int,
) -> Chains:
    """A chain without entries for each owner of these log keys, in the caller's transaction."""
    chains: Chains = {}
    while waiting := log_keys.keys() - chains.keys():
        drawn = {
            chain.head.slot: chain
            for chain in _drawn(tx, {owner: log_keys[owner] for owner in waiting}, now_ms)
        }
        rows = [_row(chain, kind, vault_id, now_ms) for chain in drawn.values()]
        for slot in _take(tx, rows):
            chains[drawn[slot].owner] = drawn[slot]
    return chains


def _drawn(
    tx: Transaction, log_keys: Mapping[ConsumerId, VersionedKey], now_ms: int
) -> list[Chain]:
    newest = select(Epoch.depth).order_by(col(Epoch.k).desc()).limit(1)
    slots = 1 << (tx.exec(newest).one_or_none() or FIRST_DEPTH)
    return [_draw(owner, lk, randbelow(slots), now_ms) for owner, lk in log_keys.items()]


def _draw(owner: ConsumerId, lk: VersionedKey, slot: int, now_ms: int) -> Chain:
    secrets = ChainSecrets.fresh()
    return Chain(
        owner=owner,
        head=new_chain(slot=slot, nonce=secrets.nonce),
        last_at=now_ms,
        status="open",
        secrets=secrets,
        lk=lk,
    )


def _row(chain: Chain, kind: Kind, vault_id: bytes, now_ms: int) -> dict[str, object]:
    slot = chain.head.slot
    return {
        "slot": slot,
        "consumer_id": chain.owner,
        "kind": kind,
        "status": chain.status,
        "n": chain.head.n,
        "head": chain.head.h,
        "last_at": now_ms,
        "secrets": chain.secrets.seal(vault_id=vault_id, slot=slot, lk=chain.lk),
        "created_at": now_ms,
    }


def _take(tx: Transaction, rows: Sequence[Mapping[str, object]]) -> list[int]:
    """Insert the rows whose slot nobody has; which slots these are."""
    connection = tx.connection()
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    taking = dialect.insert(Head).on_conflict_do_nothing(index_elements=["slot"])
    return list(connection.execute(taking.returning(col(Head.slot)), rows).scalars())
