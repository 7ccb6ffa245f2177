"""An officer's export written the obvious way, from a ``LedgerDouble``: to check, to tamper with.

Rules kept here:
- Nothing is shared with the product's writer but the words of the format: JSON by the standard
  library, trees by recursion.
- ``lines`` are what a test changes. ``sealed`` puts the last line over them, as whoever tampers
  with a file would: counts and digest right, the proofs those of the true log.

Use::

    double = ExportDouble.of(log, asked={"types": ["read"]})
    lines = double.lines()
    lines[3] = …
    check_export(double.sealed(lines), log_key=log.key)
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from consent.ledger.entries import Entry
from tests.ledger_double import BANK, SHOP, LedgerDouble
from tests.naive_trees import inclusion_path, largest_power_below, tree_hash

OFFICER = "stf_0123456789abcdef"
PSEUDONYMS = {"rosa": "7F3K-22QM-9XTD", "tom": "0000-1111-2222", "ada": "ZZZZ-ZZZZ-ZZZZ"}
KINDS = ("open", "erased", "filtered", "sealed", "epochs", "origins")


def a_log(*, seed: int = 5) -> LedgerDouble:
    """Three people, two companies, seven epochs, one of them empty."""
    log = LedgerDouble(d=5, seed=seed)
    for name in ("vault", "rosa", "tom", "ada"):
        log.enrol(name)
    grants = {name: log.grant(name, SHOP, ["contact.email"]) for name in ("rosa", "tom", "ada")}
    log.close_epoch()
    for _ in range(4):
        for name, grant in grants.items():
            log.read_by(name, SHOP, grant=grant)
        log.read_by("rosa", BANK, grant=grants["rosa"])
        log.close_epoch()
    log.close_epoch()
    return log


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def line_of(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + (
        b"\n"
    )


@dataclass(kw_only=True)
class ExportDouble:
    """One export of a log, with its entry in the log."""

    log: LedgerDouble
    asked: dict[str, object]
    first: int
    last: int
    entry: Entry
    entry_leaf: int
    erased: frozenset[str] = frozenset()
    entries: dict[int, tuple[str, Entry]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        log: LedgerDouble,
        *,
        asked: Mapping[str, object] | None = None,
        first: int = 0,
        last: int | None = None,
        erased: Sequence[str] = (),
    ) -> "ExportDouble":
        """Ask for an export; its entry is logged before anything else."""
        asked = dict(asked or {})
        told = {"actor": "operator", "staff_id": OFFICER, "asked": asked}
        entry = log.write("vault", "export", **told)
        log.close_epoch()
        entries = {
            person.leaf[e.i]: (name, e)
            for name, person in log.people.items()
            for e in person.entries
        }
        return cls(
            log=log,
            asked=asked,
            first=first,
            last=len(log.leaves) - 1 if last is None else last,
            entry=entry,
            entry_leaf=log.people["vault"].leaf[entry.i],
            erased=frozenset(erased),
            entries=entries,
        )

    # --- lines --------------------------------------------------------------------------------

    def lines(self) -> list[dict[str, object]]:
        """The first line and one for each leaf."""
        return [self.manifest(), *(self.leaf(at) for at in range(self.first, self.last + 1))]

    def manifest(self) -> dict[str, object]:
        return {
            "format": "habeas/log-export",
            "v": 1,
            "origin": self.log.origin,
            "size": str(len(self.log.leaves)),
            "root": b64(tree_hash(self.log.leaves)),
            "first": str(self.first),
            "last": str(self.last),
            "asked": self.asked,
            "by": OFFICER,
            "at": self.entry.at,
            "entry": half(self.entry),
        }

    def leaf(self, at: int) -> dict[str, object]:
        body = self.log.leaves[at]
        if body[:1] != b"\x01":
            return {"kind": "epoch", "leaf": str(at), "body": b64(body)}
        name, entry = self.entries[at]
        if name in self.erased:
            return self.closed(at, "erased")
        return self.opened(at) if self.wants(entry) else self.closed(at, "filtered")

    def opened(self, at: int) -> dict[str, object]:
        name, entry = self.entries[at]
        who = {} if name == "vault" else {"who": PSEUDONYMS[name]}
        return {"kind": "open", "leaf": str(at), "c": b64(entry.C), **half(entry), **who}

    def closed(self, at: int, why: str) -> dict[str, object]:
        return {"kind": "closed", "leaf": str(at), "c": b64(self.log.leaves[at][1:]), "why": why}

    def wants(self, entry: Entry) -> bool:
        p, asked = json.loads(entry.P), self.asked
        return (
            p["type"] in asked.get("types", [p["type"]])
            and asked.get("company") in (None, p.get("company") or p["actor"])
            and asked.get("since", 0) <= p["at"] < asked.get("until", 1 << 60)
        )

    # --- the last line ------------------------------------------------------------------------

    def sealed(self, lines: Sequence[Mapping[str, object]], **changed: object) -> list[bytes]:
        """All lines as bytes, the last line over them; ``changed`` lies in a member of it."""
        told = [line_of(line) for line in lines]
        return [*told, line_of({**self.end(lines[1:], b"".join(told)), **changed})]

    def end(self, leaves: Sequence[Mapping[str, object]], told: bytes) -> dict[str, object]:
        left, right = outside(self.log.leaves, self.first, self.last + 1)
        counted = [_counted(line) for line in leaves]
        proof = inclusion_path(self.entry_leaf, self.log.leaves)
        return {
            "kind": "end",
            "checkpoint": self.log.epochs[-1].note,
            "left": b64(b"".join(left)),
            "right": b64(b"".join(right)),
            "counts": {kind: str(counted.count(kind)) for kind in KINDS},
            "digest": b64(hashlib.sha256(told).digest()),
            "entry": {"leaf": str(self.entry_leaf), "proof": b64(b"".join(proof))},
        }

    def whole(self) -> list[bytes]:
        """The true export."""
        return self.sealed(self.lines())


def half(entry: Entry) -> dict[str, object]:
    """What an officer may open of an entry."""
    return {"r": b64(entry.r), "t": b64(entry.T), "p": entry.P.decode(), "b": b64(entry.B)}


def outside(leaves: list[bytes], first: int, end: int, start: int = 0) -> tuple[list, list]:
    """The largest subtrees that hold nothing of leaves ``first`` to ``end - 1``: left, right."""
    stop = start + len(leaves)
    if stop <= first:
        return [tree_hash(leaves)], []
    if start >= end:
        return [], [tree_hash(leaves)]
    if first <= start and stop <= end:
        return [], []
    k = largest_power_below(len(leaves))
    left, right = outside(leaves[:k], first, end, start), outside(leaves[k:], first, end, start + k)
    return left[0] + right[0], left[1] + right[1]


def _counted(line: Mapping[str, object]) -> object:
    kind = str(line.get("kind"))
    return {"open": "open", "epoch": "epochs", "origin": "origins"}.get(kind, line.get("why"))
