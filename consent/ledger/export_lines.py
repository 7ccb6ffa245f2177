"""The lines of an export for officers: JSON Lines, each line one object in its one byte form.

Rules kept here:
- A line is the RFC 8785 bytes of its object and one newline, 1 MiB at most. Other bytes that a
  lenient reader would take for the same are refused.
- What may be known of an entry is its P, with the opening that gives its commitment. Q, the
  person's place and the entry's number there stay shut. A person is named by a pseudonym.
- A closed entry keeps its commitment and says why it is closed.

The members are told in ``docs/reference/export-format.md``.

Use::

    parse_manifest(first_line)
    match parse_line(line):
        case OpenLine(opening=opening): ...
        case ClosedLine(why=why): ...
        case BodyLine(body=body): ...       # an epoch, or the beginning of a log
        case EndLine(counts=counts): ...
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

import orjson

from consent.ledger.epochs import EPOCH, ORIGIN
from consent.ledger.export_asked import Asked, moment
from consent.ledger.members import HASH, Members, together
from consent.ledger.openings import Opening
from vault import base64url
from vault.crypto.canonical import JsonValue, canonical
from vault.errors import BadInput

FORMAT = "habeas/log-export"
VERSION = 1
MAX_LINE = 1 << 20
_PSEUDONYM = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){2}")
COUNTED = ("open", "erased", "filtered", "sealed", "epochs", "origins")
_MANIFEST = frozenset(
    {"format", "v", "origin", "size", "root", "first", "last", "asked", "by", "at", "entry"}
)
_OPEN = frozenset({"kind", "leaf", "c", "r", "t", "p", "b"})
_CLOSED = frozenset({"kind", "leaf", "c", "why"})
_BODY = frozenset({"kind", "leaf", "body"})
_END = frozenset({"kind", "checkpoint", "left", "right", "counts", "digest", "entry"})
_KIND_OF = {"epoch": EPOCH, "origin": ORIGIN}


class Why(StrEnum):
    """Why an entry is closed. Permanent names."""

    ERASED = "erased"
    """Its person was erased, and the key of their record destroyed."""
    FILTERED = "filtered"
    """It is not what was asked for."""
    SEALED = "sealed"
    """A law delays its disclosure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The first line. ``at`` in ms; ``entry`` opens the entry that puts the export on record."""

    origin: str
    size: int
    root: bytes
    first: int
    last: int
    asked: Asked
    by: str
    at: int
    entry: Opening = field(repr=False)

    def to_line(self) -> bytes:
        """The line's bytes."""
        return _line(
            {
                "format": FORMAT,
                "v": VERSION,
                "origin": self.origin,
                "size": str(self.size),
                "root": base64url.encode(self.root),
                "first": str(self.first),
                "last": str(self.last),
                "asked": self.asked.to_json(),
                "by": self.by,
                "at": self.at,
                "entry": dict(self.entry.to_json()),
            }
        )

    @classmethod
    def parse(cls, line: bytes) -> "Manifest":
        """The manifest in ``line``; ``BadInput`` unless it has its one form."""
        members = Members(_object(line), names=_MANIFEST)
        members.require_format(FORMAT, VERSION)
        if type(members.all["v"]) is not int:  # 1.0 and true equal 1, and are other bytes
            raise members.bad("v", f"is not {VERSION}")
        manifest = cls(
            origin=members.text("origin"),
            size=members.number("size"),
            root=members.octets("root", HASH),
            first=members.number("first"),
            last=members.number("last"),
            asked=Asked.read(members, "asked"),
            by=members.text("by"),
            at=moment(members, "at"),
            entry=Opening.from_json(members.all["entry"], path="entry"),
        )
        if not manifest.first <= manifest.last < manifest.size:
            raise BadInput("is no run of leaves of the log", member="last")
        return manifest


@dataclass(frozen=True, slots=True)
class OpenLine:
    """An entry that may be looked at. ``who``: whose it is, by pseudonym; None for no person's."""

    leaf: int
    c: bytes
    opening: Opening = field(repr=False)
    who: str | None

    counted = "open"

    def to_line(self) -> bytes:
        """The line's bytes."""
        who = {} if self.who is None else {"who": self.who}
        told = {"kind": "open", "leaf": str(self.leaf), "c": base64url.encode(self.c)}
        return _line({**told, **self.opening.to_json(), **who})


@dataclass(frozen=True, slots=True)
class ClosedLine:
    """An entry of which only its commitment is shown."""

    leaf: int
    c: bytes
    why: Why

    @property
    def counted(self) -> str:
        """Under which name it is counted."""
        return self.why.value

    def to_line(self) -> bytes:
        """The line's bytes."""
        c, why = base64url.encode(self.c), self.why.value
        return _line({"kind": "closed", "leaf": str(self.leaf), "c": c, "why": why})


@dataclass(frozen=True, slots=True)
class BodyLine:
    """A leaf that is no entry, as its bytes: an epoch, or the beginning of a log after a loss."""

    leaf: int
    body: bytes

    @property
    def is_epoch(self) -> bool:
        """Whether it is an epoch leaf."""
        return self.body[:1] == EPOCH

    @property
    def counted(self) -> str:
        """Under which name it is counted."""
        return "epochs" if self.is_epoch else "origins"

    def to_line(self) -> bytes:
        """The line's bytes."""
        kind, body = "epoch" if self.is_epoch else "origin", base64url.encode(self.body)
        return _line({"kind": kind, "leaf": str(self.leaf), "body": body})


@dataclass(frozen=True, slots=True, kw_only=True)
class EndLine:
    """The last line: what proves the leaves, what counts them, where the export is on record.

    ``left`` and ``right`` lead from the leaves to the root of the checkpoint (``ranges``); so does
    ``proof`` from the export's own entry, leaf ``entry_leaf``. ``digest`` is SHA-256 of all bytes
    before this line.
    """

    checkpoint: str
    left: tuple[bytes, ...] = field(repr=False)
    right: tuple[bytes, ...] = field(repr=False)
    counts: dict[str, int]
    digest: bytes
    entry_leaf: int
    proof: tuple[bytes, ...] = field(repr=False)

    def to_line(self) -> bytes:
        """The line's bytes."""
        return _line(
            {
                "kind": "end",
                "checkpoint": self.checkpoint,
                "left": together(self.left),
                "right": together(self.right),
                "counts": {name: str(self.counts[name]) for name in COUNTED},
                "digest": base64url.encode(self.digest),
                "entry": {"leaf": str(self.entry_leaf), "proof": together(self.proof)},
            }
        )


LeafLine: TypeAlias = OpenLine | ClosedLine | BodyLine
Line: TypeAlias = LeafLine | EndLine


def parse_line(line: bytes) -> Line:
    """Any line but the first; ``BadInput`` unless it has its one form."""
    value = _object(line)
    match value.get("kind"):
        case "open":
            return _open(Members(value, names=_OPEN, optional=frozenset({"who"})))
        case "closed":
            return _closed(Members(value, names=_CLOSED))
        case "epoch" | "origin" as kind:
            return _body(Members(value, names=_BODY), _KIND_OF[kind])
        case "end":
            return _end(Members(value, names=_END))
        case _:
            raise BadInput("is no kind of line", member="kind")


def _open(members: Members) -> OpenLine:
    told = {name: members.all[name] for name in ("r", "t", "p", "b")}
    return OpenLine(
        leaf=members.number("leaf"),
        c=members.octets("c", HASH),
        opening=Opening.from_json(told, path=""),
        who=_pseudonym(members) if "who" in members else None,
    )


def _pseudonym(members: Members) -> str:
    who = members.text("who")
    if not _PSEUDONYM.fullmatch(who):
        raise members.bad("who", "is no pseudonym")
    return who


def _closed(members: Members) -> ClosedLine:
    leaf, c, why = members.number("leaf"), members.octets("c", HASH), members.text("why")
    if why not in list(Why):
        raise members.bad("why", "is no reason to close an entry")
    return ClosedLine(leaf=leaf, c=c, why=Why(why))


def _body(members: Members, tag: bytes) -> BodyLine:
    line = BodyLine(leaf=members.number("leaf"), body=members.octets("body"))
    if line.body[:1] != tag:
        raise members.bad("body", "is another kind of leaf")
    return line


def _end(members: Members) -> EndLine:
    counts = members.object("counts", names=frozenset(COUNTED))
    entry = members.object("entry", names=frozenset({"leaf", "proof"}))
    return EndLine(
        checkpoint=members.text("checkpoint"),
        left=members.hashes("left"),
        right=members.hashes("right"),
        counts={name: counts.number(name) for name in COUNTED},
        digest=members.octets("digest", HASH),
        entry_leaf=entry.number("leaf"),
        proof=entry.hashes("proof"),
    )


def _line(value: dict[str, JsonValue]) -> bytes:
    return canonical(value) + b"\n"


def _object(line: bytes) -> dict[str, JsonValue]:
    """The object that a line is the one form of.

    What survives being read and written again is that form: every member of ours is ASCII, and of
    type text, small integer, list or object.
    """
    try:
        value: JsonValue = orjson.loads(line)
        again = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        raise BadInput("is not JSON") from None
    if not isinstance(value, dict) or again + b"\n" != line:
        raise BadInput("is not an object in its one form")
    return value
