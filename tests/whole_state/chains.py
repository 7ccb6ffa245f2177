"""Every chain, folded again from its rows: order, hashes, commitments, the place in the log."""

import hmac
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from consent.ledger.chain_secrets import ChainSecrets
from consent.ledger.entries import Opened, open_row
from tests.naive_trees import H
from tests.whole_state.rows import Row, Rows, by, same, wrong
from tests.world import World
from vault.crypto.canonical import canonical
from vault.identifiers import ConsumerId
from vault.keyring import KeyUse

KEY_A, KEY_B = H(b"habeas/commit-a/v1"), H(b"habeas/commit-b/v1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One entry as its bearer may read it."""

    i: int
    at: int
    type: str
    P: Mapping[str, Any] = field(repr=False)
    Q: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """One chain, opened. ``links`` maps a number to the head after that entry."""

    owner: ConsumerId
    slot: int
    status: str
    joined_into: bytes | None
    tag_key: bytes = field(repr=False)
    told: Sequence[Told]
    links: Mapping[int, bytes]
    logged: int
    """How many of its entries stand in the log."""

    def __str__(self) -> str:
        """Its place, which names nobody."""
        return f"the chain at slot {self.slot}"


class Family:
    """Which records became which others by joins."""

    def __init__(self, chains: Sequence[Chain]) -> None:
        self._into = {chain.owner: chain.joined_into for chain in chains}

    def way(self, owner: ConsumerId) -> list[ConsumerId]:
        """The records ``owner`` was joined into, one after the other; the last one is open."""
        into = self._into[owner]
        return [] if into is None else [ConsumerId(into), *self.way(ConsumerId(into))]

    def home(self, owner: ConsumerId) -> ConsumerId:
        """Where what belonged to ``owner`` stands now."""
        return [owner, *self.way(owner)][-1]

    def farthest_first(self, chains: Sequence[Chain]) -> list[Chain]:
        """What the later record says of a thing comes after what the earlier one said."""
        return sorted(chains, key=lambda chain: -len(self.way(chain.owner)))


def open_chains(world: World, rows: Rows) -> list[Chain]:
    """Every chain of the vault, each checked on the way."""
    entries = by(rows.entries, "slot")
    same(entries.keys() - {head["slot"] for head in rows.heads}, set(), "entries without a head")
    leaves = {row["leaf_index"]: bytes(row["body"]) for row in rows.leaves}
    chains = [_open_chain(world, head, entries[head["slot"]], leaves) for head in rows.heads]
    logged = sum(chain.logged for chain in chains) + sum(head["n"] for head in rows.gone)
    same(logged, sum(epoch["count"] for epoch in rows.epochs), "leaves without an entry")
    commitments = [bytes(row["commitment"]) for row in rows.entries]
    same(len(set(commitments)), len(commitments), "two entries have one commitment")
    return chains


def _open_chain(world: World, head: Row, entries: list[Row], leaves: Mapping[int, bytes]) -> Chain:
    owner, slot = ConsumerId(bytes(head["consumer_id"])), head["slot"]
    who = f"the chain at slot {slot}"
    lk = world.keyring.keys([owner], KeyUse.LOG).get(owner)
    if lk is None:
        wrong(f"{who} cannot be opened: its log key is gone")
    secrets = ChainSecrets.open(bytes(head["secrets"]), vault_id=world.vault_id, slot=slot, lk=lk)
    links = {0: H(b"habeas/chain/v1/init\0" + struct.pack(">Q", slot) + secrets.nonce)}
    told: list[Told] = []
    last_at = 0
    for row in entries:
        i, c = row["i"], bytes(row["commitment"])
        same(i, len(told) + 1, f"{who} has a gap or a number twice at {i}")
        same(bytes(row["consumer_id"]), owner, f"entry {i} of {who} is another bearer's")
        same(bytes(row["previous"]), links[i - 1], f"entry {i} of {who} does not continue its head")
        same(bytes(row["row_hash"]), _row_hash(row), f"the row of entry {i} of {who} was changed")
        if row["at"] < last_at:
            wrong(f"time goes back with entry {i} of {who}")
        last_at = row["at"]
        told.append(_open_entry(world, owner, row, secrets.tag_key, who))
        links[i] = H(b"habeas/chain/v1/step\0" + links[i - 1] + struct.pack(">Q", i) + c)
    same(
        (head["n"], bytes(head["head"])), (len(told), links[len(told)]), f"the head of {who} is off"
    )
    if head["last_at"] < last_at:
        wrong(f"the head of {who} is older than its last entry")
    return Chain(
        owner=owner,
        slot=slot,
        status=head["status"],
        joined_into=head["joined_into"] and bytes(head["joined_into"]),
        tag_key=secrets.tag_key,
        told=told,
        links=links,
        logged=_logged(entries, leaves, who),
    )


def _open_entry(world: World, owner: ConsumerId, row: Row, tag_key: bytes, who: str) -> Told:
    i, c, sealed = row["i"], bytes(row["commitment"]), bytes(row["row"])
    version = int.from_bytes(sealed[1:5], "big")
    lk = world.keyring.key(owner, KeyUse.LOG, version)
    if lk is None:
        wrong(f"entry {i} of {who} names a log key that does not exist")
    opened = open_row(sealed, slot=row["slot"], i=i, c=c, vault_id=world.vault_id, lk=lk)
    p, q = json.loads(opened.P), json.loads(opened.Q)
    same((canonical(p), canonical(q)), (opened.P, opened.Q), f"entry {i} of {who} has another form")
    told = Told(i=i, at=row["at"], type=row["type"], P=p, Q=q)
    same(
        (p["v"], p["at"], p["type"]),
        (1, told.at, told.type),
        f"entry {i} of {who} contradicts its row",
    )
    concerned = p.get("company") or p["actor"]
    same(row["company_id"] or p["actor"], concerned, f"entry {i} of {who} is tagged for another")
    same(
        _commitment(opened, row["slot"], i, tag_key, concerned),
        c,
        f"entry {i} of {who} opens nothing",
    )
    return told


def _commitment(opened: Opened, slot: int, i: int, tag_key: bytes, actor: str) -> bytes:
    name = actor.encode()
    tag = _mac(tag_key, b"habeas/slot-tag/v1\0" + _counted(name))
    a = _mac(KEY_A, opened.r + tag + _counted(opened.P))
    b = _mac(KEY_B, opened.s + struct.pack(">QQ", slot, i) + opened.S + _counted(opened.Q))
    return H(b"habeas/commit/v1\0" + a + b)


def _row_hash(row: Row) -> bytes:
    parts = [
        b"habeas/row-hash/v1",
        bytes(row["consumer_id"]),
        *(struct.pack(">Q", row[name]) for name in ("slot", "i", "at")),
        *(bytes(row[name]) for name in ("commitment", "previous", "row")),
        (row["company_id"] or "").encode(),
        row["type"].encode(),
    ]
    return H(b"".join(map(_counted, parts)))


def _logged(entries: list[Row], leaves: Mapping[int, bytes], who: str) -> int:
    """How many entries stand in the log: an unbroken beginning of the chain, each by its leaf."""
    indexes = [row["leaf_index"] for row in entries]
    logged = [index for index in indexes if index is not None]
    same(indexes[: len(logged)], logged, f"{who} has a hole in the log")
    for row in entries[: len(logged)]:
        leaf = leaves.get(row["leaf_index"])
        same(
            leaf, b"\x01" + bytes(row["commitment"]), f"entry {row['i']} of {who} has another leaf"
        )
    return len(logged)


def _counted(part: bytes) -> bytes:
    return struct.pack(">I", len(part)) + part


def _mac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, sha256)
