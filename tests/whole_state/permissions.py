"""Every permission, followed again through its chain; every read under one that stood then.

The order is that of the chain, never that of time. What the tables say must be what the chains say.
"""

import hmac
import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from tests.whole_state.chains import Chain, Family, Told
from tests.whole_state.disputes import Disputes
from tests.whole_state.rows import Row, Rows, same, wrong
from vault.base64url import decode, encode
from vault.identifiers import ConsumerId

REQUEST_IDS_KEPT_MS = 24 * 3_600_000
"""For so long a request id stands for one request; whoever uses it again later asks anew."""

_ENDS = {"revoke": "revoked", "expired": "expired", "waive": "waived"}
_MOVES = {"pause": "paused", "resume": "active", **_ENDS}


@dataclass(slots=True, kw_only=True)
class Permission:
    """A permission as the chain has it so far."""

    company: str
    purpose: str
    basis: str
    fields: dict[str, str]
    start: int
    until: int
    max_reads: int | None
    terms_hash: bytes
    state: str = "active"
    version: int = 1
    reads: int = 0


@dataclass(slots=True, kw_only=True)
class Followed:
    """What one chain leaves standing."""

    chain: Chain
    permissions: dict[str, Permission] = field(default_factory=dict)
    disputes: Disputes = field(default_factory=Disputes)
    read: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    """(company, request id) -> when it was answered and not taken back."""

    def wrong(self, told: Told, what: str) -> None:
        """Fail the check at one entry."""
        wrong(f"entry {told.i} of {self.chain}: {what}")


def check_permissions(rows: Rows, chains: list[Chain]) -> None:
    """Follow every chain; compare with the rows the gate decides upon."""
    family = Family(chains)
    all_followed = {chain.owner: follow(chain) for chain in family.farthest_first(chains)}
    found: dict[tuple[ConsumerId, str], Permission] = {}
    for owner, followed in all_followed.items():
        _check_carried(followed, all_followed)
        found |= {(family.home(owner), n): one for n, one in followed.permissions.items()}
    grants = {(ConsumerId(bytes(row["consumer_id"])), row["grant_id"]): row for row in rows.grants}
    same(grants.keys(), found.keys(), "a permission without its entry, or an entry without it")
    told_why = {(r["consumer_id"], r["company_id"]) for r in rows.pairwise if r["had_grant"]}
    for key, row in grants.items():
        _check_row(row, found[key])
        if (key[0], row["company_id"]) not in told_why:
            wrong(f"{row['grant_id']} is a permission of a stranger")
    _check_restrictions(rows, all_followed)
    _check_requests(rows, chains)


def _check_carried(followed: Followed, all_followed: Mapping[ConsumerId, Followed]) -> None:
    """What stood in a record that was joined goes on in the record it was joined into."""
    if followed.chain.joined_into is None:
        return
    into = all_followed[ConsumerId(followed.chain.joined_into)]
    live = {name for name, one in followed.permissions.items() if one.state in ("active", "paused")}
    same(
        live - into.permissions.keys(), set(), f"{followed.chain}: a permission was lost in a join"
    )
    lost = followed.disputes.standing.keys() - into.disputes.ever
    same(lost, set(), f"{followed.chain}: a restriction was lost in a join")


def _check_restrictions(rows: Rows, all_followed: Mapping[ConsumerId, Followed]) -> None:
    stored = {
        (bytes(row["consumer_id"]), row["field"], row["contest_id"]): row["serving"]
        for row in rows.restrictions
    }
    told = {
        (owner, *held): serving
        for owner, followed in all_followed.items()
        if followed.chain.joined_into is None
        for held, serving in followed.disputes.standing.items()
    }
    same(stored, told, "the restrictions are not what the chains say")


def _check_requests(rows: Rows, chains: list[Chain]) -> None:
    """What is remembered of a request is the entry that answered it."""
    reads = {
        (chain.owner, told.i): told.P
        for chain in chains
        for told in chain.told
        if told.type == "read"
    }
    for row in rows.requests:
        p = reads.get((ConsumerId(bytes(row["consumer_id"])), row["entry_i"]))
        named = p and (p["actor"], p["request_id"], p["grant_id"])
        right = (row["company_id"], row["request_id"], row["grant_id"])
        same(named, right, "a remembered request is not the one its entry tells of")


def follow(chain: Chain) -> Followed:
    """Take the entries of a chain one after the other."""
    followed = Followed(chain=chain)
    for told in chain.told:
        step = _STEPS.get(told.type)
        if step is not None:
            step(followed, told)
    return followed


def _give(followed: Followed, told: Told) -> None:
    p = told.P
    by_consumer = told.type == "grant"
    same(p["actor"], "consumer" if by_consumer else p["company"], "a permission nobody could give")
    same(p["basis"] == "consent", by_consumer, "a permission on the wrong basis")
    before = followed.permissions.get(p["grant_id"])
    followed.permissions[p["grant_id"]] = Permission(
        **_terms(p),
        version=before.version + 1 if before else 1,
        reads=before.reads if before else 0,
    )


def _carry(followed: Followed, told: Told) -> None:
    """What stood in a record that was joined into this one goes on as it stood."""
    p = told.P
    same(p["actor"], "consumer", "a permission carried over by somebody else")
    if p["state"] not in ("active", "paused"):
        followed.wrong(told, "a permission that ended was carried over")
    followed.permissions[p["grant_id"]] = Permission(
        **_terms(p), state=p["state"], reads=p["reads"]
    )


def _terms(p: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "company": p["company"],
        "purpose": p["purpose"],
        "basis": p["basis"],
        "fields": _masks(p),
        "start": p["from"],
        "until": p["until"],
        "max_reads": p.get("max_reads"),
        "terms_hash": decode(p["terms_hash"]),
    }


def _narrow(followed: Followed, told: Told) -> None:
    p, permission = told.P, followed.permissions[told.P["grant_id"]]
    if permission.state not in ("active", "paused"):
        followed.wrong(told, "a permission that ended was narrowed")
    fields = _masks(p)
    if not fields.keys() <= permission.fields.keys() or p["until"] > permission.until:
        followed.wrong(told, "a narrowing gives more")
    permission.fields, permission.until = fields, p["until"]
    permission.max_reads = p.get("max_reads", permission.max_reads)
    permission.terms_hash = decode(p["terms_hash"])
    permission.version += 1


def _move(followed: Followed, told: Told) -> None:
    permission = followed.permissions[told.P["grant_id"]]
    if permission.state in _ENDS.values():
        followed.wrong(told, "a permission that ended was moved")
    permission.state = _MOVES[told.type]
    permission.version += 1


def _read(followed: Followed, told: Told) -> None:
    p = told.P
    permission = followed.permissions.get(p["grant_id"])
    if permission is None:
        followed.wrong(told, "a read without a permission")
        return
    lacks = {
        "by another company": permission.company != p["actor"],
        "for another purpose": permission.purpose != p["purpose"],
        f"of a permission that was {permission.state}": permission.state != "active",
        "before the permission began": told.at < permission.start,
        "after the permission ended": told.at >= permission.until,
        "of a field that was not granted": not set(p["fields"]) <= permission.fields.keys(),
        "of a field under dispute": bool(set(p["fields"]) & followed.disputes.withheld),
        "of a disputed value as if it were fine": _flags(p)
        != followed.disputes.flagged(p["fields"]),
        "of no field": not p["fields"],
        "beyond the number of reads": permission.reads == permission.max_reads,
    }
    for lack, is_so in lacks.items():
        if is_so:
            followed.wrong(told, f"a read {lack}")
    permission.reads += permission.max_reads is not None
    answered = followed.read[p["actor"], p["request_id"]]
    if answered and told.at - answered[-1] <= REQUEST_IDS_KEPT_MS:
        followed.wrong(told, "one request has two entries")
    answered.append(told.at)
    _check_labels(followed, told)


def _check_labels(followed: Followed, told: Told) -> None:
    """What the company was told of the versions is made from the true ones."""
    p, versions = told.P, told.Q["versions"]
    same(sorted(versions), p["fields"], f"entry {told.i}: versions of other fields")
    labels = {
        name: _label(followed.chain.tag_key, p["actor"], name, int(version))
        for name, version in versions.items()
    }
    same(p["company_versions"], labels, f"entry {told.i}: labels of other versions")


def _label(tag_key: bytes, company: str, name: str, version: int) -> str:
    parts = [company.encode(), name.encode(), version.to_bytes(8, "big")]
    counted = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    message = b"habeas/company-version/v1\0" + counted
    return encode(hmac.digest(tag_key, message, sha256)[:12])


def _give_back(followed: Followed, told: Told) -> None:
    p = told.P
    answered = followed.read[p["actor"], p["request_id"]]
    if not answered:
        followed.wrong(told, "what was never read was not delivered")
    answered.pop()
    permission = followed.permissions[p["grant_id"]]
    permission.reads -= permission.max_reads is not None


def _flags(p: Mapping[str, Any]) -> set[str]:
    """The fields whose value went out as disputed."""
    return set(p.get("disputed", ()))


_STEPS: Mapping[str, Callable[[Followed, Told], None]] = {
    "grant": _give,
    "declared": _give,
    "carried": _carry,
    "narrow": _narrow,
    **dict.fromkeys(_MOVES, _move),
    "read": _read,
    "undelivered": _give_back,
    "restrict": lambda followed, told: followed.disputes.restrict(told.P),
    "lift": lambda followed, told: followed.disputes.lift(told.P),
}


def _masks(p: Mapping[str, Any]) -> dict[str, str]:
    return {one["name"]: one["mask"] for one in p["fields"]}


def _check_row(row: Row, permission: Permission) -> None:
    """The row of a permission is the projection of its entries."""
    right = {
        "company_id": permission.company,
        "purpose": permission.purpose,
        "basis": permission.basis,
        "state": permission.state,
        "version": permission.version,
        "from_ms": permission.start,
        "until_ms": permission.until,
        "max_reads": permission.max_reads,
        "reads_used": permission.reads,
    }
    for column, value in right.items():
        same(row[column], value, f"{column} of {row['grant_id']} is not what its entries say")
    same(json.loads(row["fields"]), permission.fields, f"the fields of {row['grant_id']} are not")
    same(bytes(row["terms_hash"]), permission.terms_hash, f"the terms of {row['grant_id']} are not")
    hashed = sha256(row["terms"].encode()).digest()
    same(hashed, permission.terms_hash, f"{row['grant_id']} carries other terms than its hash")
