"""What a person keeps from one check of their record to the next.

Rules kept here:
- The place (slot, nonce, tag key) is pinned at enrolment and never changes.
- The state moves only by a check that verified (``verdicts.Verified.kept``). Losing it is no harm
  but to memory: the next check is a first visit again.
- It holds ids and names, never values; whoever reads it learns who may read what.

Use::

    kept = Kept.enrolled(Place(slot=slot, nonce=nonce, tag_key=tag_key))
    kept = Kept.parse(kept.to_json())
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from consent.ledger.checkpoint import Checkpoint, parse_checkpoint, parse_note
from consent.ledger.entries import Head, new_chain
from consent.ledger.members import HASH, Members
from consent.ledger.permits import Permit, read_permits
from vault import base64url
from vault.crypto.canonical import JsonValue, canonical, strict_json

FORMAT = "habeas/kept"
VERSION = 1
_MAX_BYTES = 4 << 20
_NAMES = frozenset({"format", "v", "place", "n", "h", "at", "grants"})
_PLACE = frozenset({"slot", "nonce", "tag_key"})
_LOG = frozenset({"checkpoint", "k", "ts", "d"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A person's place in the head map and the two secrets of their chain."""

    slot: int
    nonce: bytes = field(repr=False)
    tag_key: bytes = field(repr=False)

    def to_json(self) -> dict[str, JsonValue]:
        """As it stands in a bundle and in what is kept."""
        return {
            "slot": str(self.slot),
            "nonce": base64url.encode(self.nonce),
            "tag_key": base64url.encode(self.tag_key),
        }

    @classmethod
    def read(cls, members: Members) -> "Place":
        """The place that is the member ``place``."""
        place = members.object("place", names=_PLACE)
        return cls(
            slot=place.number("slot"),
            nonce=place.octets("nonce", HASH),
            tag_key=place.octets("tag_key", HASH),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLog:
    """The last checkpoint seen, as its note, and the epoch it was signed after."""

    checkpoint: str
    k: int
    ts: int
    d: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """``n`` entries ending in ``h`` were checked, the last one at ``at`` (ms)."""

    place: Place
    n: int
    h: bytes
    at: int
    grants: Mapping[str, Permit] = field(repr=False)
    log: KeptLog | None

    @classmethod
    def enrolled(cls, place: Place) -> "Kept":
        """What there is to keep before the first check: the place alone."""
        h = new_chain(slot=place.slot, nonce=place.nonce).h
        return cls(place=place, n=0, h=h, at=0, grants={}, log=None)

    @property
    def head(self) -> Head:
        """Where the checked chain ends."""
        return Head(slot=self.place.slot, n=self.n, h=self.h)

    def checkpoint(self, origin: str) -> Checkpoint | None:
        """The kept checkpoint of the log ``origin``; None if nothing was kept of it."""
        if not self.log:
            return None
        old = parse_checkpoint(parse_note(self.log.checkpoint).text)
        return old if old.origin == origin else None

    def to_statement(self) -> dict[str, JsonValue]:
        """What was checked before, as one side of a conviction."""
        log = {"note": self.log.checkpoint, **_numbers(self.log)} if self.log else {}
        return {**log, "n": str(self.n), "h": base64url.encode(self.h)}

    def to_json(self) -> bytes:
        """The state as RFC 8785 bytes."""
        log = self.log
        return canonical(
            {
                "format": FORMAT,
                "v": VERSION,
                "place": self.place.to_json(),
                "n": str(self.n),
                "h": base64url.encode(self.h),
                "at": self.at,
                "grants": {name: permit.to_json() for name, permit in self.grants.items()},
                **({"log": {"checkpoint": log.checkpoint, **_numbers(log)}} if log else {}),
            }
        )

    @classmethod
    def parse(cls, data: bytes) -> "Kept":
        """The state in ``data``; ``BadInput`` names the member that has not its form."""
        value = strict_json(data, max_bytes=_MAX_BYTES, max_depth=8)
        members = Members(value, names=_NAMES, optional=frozenset({"log"}))
        members.require_format(FORMAT, VERSION)
        return cls(
            place=Place.read(members),
            n=members.number("n"),
            h=members.octets("h", HASH),
            at=members.integer("at"),
            grants=read_permits(members, "grants"),
            log=_log(members.object("log", names=_LOG)) if "log" in members else None,
        )


def _numbers(log: KeptLog) -> dict[str, JsonValue]:
    return {"k": str(log.k), "ts": log.ts, "d": log.d}


def _log(members: Members) -> KeptLog:
    return KeptLog(
        checkpoint=members.text("checkpoint"),
        k=members.number("k"),
        ts=members.integer("ts"),
        d=members.integer("d"),
    )
