"""The consumer bundle: all a person needs to check their record offline, as one JSON document.

Rules kept here:
- A bundle proves nothing by itself; ``verifier`` believes no member of it. The key in it is a hint
  for people and is never used.
- Its reader bounds every length before it builds anything, and knows one form of each member.
- ``P`` and ``Q`` are the texts that were hashed. Bytes are base64url; a list of hashes is one text.

::

    format, v              "habeas/consumer-bundle", 1
    origin, log_key_hint   the log's name and its vkey
    checkpoint             the signed note
    place                  slot, nonce, tag_key
    head                   n, h: what the head map has at the slot
    map                    the hashes from the slot up to the map's root
    since                  size, n: the log and the chain its reader had kept, 0 for none
    consistency            hashes (RFC 6962 section 2.1.2), from ``since.size``
    end                    the hashes that prove the last epoch leaf to be the tree's last leaf
    epochs                 the epoch leaves that hold an entry, and the last one, in order
    entries                i, leaf, r, s, S, P, Q: those after ``since.n``
    nodes                  the hashes that prove all leaves of entries and epochs (``inclusions``)

Use::

    data = assemble(..., tree=StoredTree(size, read)).to_json()
    bundle = Bundle.parse(data)         # BadInput names the member
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from consent.ledger.entries import Head, Opened
from consent.ledger.epochs import decode_epoch
from consent.ledger.inclusions import proof_nodes
from consent.ledger.kept import Place
from consent.ledger.members import HASH, Members, together
from consent.ledger.tiles import StoredTree
from vault import base64url
from vault.crypto.canonical import JsonValue, canonical, strict_json

FORMAT = "habeas/consumer-bundle"
VERSION = 1
MAX_BYTES = 512 << 20
"""What its reader takes in: some 300,000 entries, a hundred looks a day for eight years."""
_MAX_PART = 64 * 1024
_NAMES = frozenset(
    {
        "format",
        "v",
        "origin",
        "log_key_hint",
        "checkpoint",
        "place",
        "head",
        "map",
        "since",
        "consistency",
        "end",
        "epochs",
        "entries",
        "nodes",
    }
)
_ENTRY = frozenset({"i", "leaf", "r", "s", "S", "P", "Q"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What its reader had kept: a log of ``size`` leaves, a chain of ``n`` entries; 0 for none."""

    size: int
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a chain stands in the head map: ``n`` entries ending in ``h``, and the ``d`` hashes."""

    place: Place
    n: int
    h: bytes
    map_proof: tuple[bytes, ...] = field(repr=False)

    @property
    def head(self) -> Head:
        """The head that the map is said to have at the place."""
        return Head(slot=self.place.slot, n=self.n, h=self.h)


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleEntry:
    """Entry ``i`` of the chain, opened, and the index of its leaf in the log."""

    i: int
    leaf: int
    opened: Opened = field(repr=False)

    def to_json(self) -> dict[str, JsonValue]:
        """As it stands in a bundle."""
        opened = self.opened
        return {
            "i": str(self.i),
            "leaf": str(self.leaf),
            "r": base64url.encode(opened.r),
            "s": base64url.encode(opened.s),
            "S": base64url.encode(opened.S),
            "P": opened.P.decode(),
            "Q": opened.Q.decode(),
        }

    @classmethod
    def read(cls, members: Members) -> "BundleEntry":
        """The entry that is one member of ``entries``."""
        opened = Opened(
            r=members.octets("r", HASH),
            s=members.octets("s", HASH),
            S=members.octets("S", HASH),
            P=members.text("P", longest=_MAX_PART).encode(),
            Q=members.text("Q", longest=_MAX_PART).encode(),
        )
        return cls(i=members.number("i"), leaf=members.number("leaf"), opened=opened)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """One bundle; the members are told above."""

    origin: str
    log_key_hint: str
    checkpoint: str
    standing: Standing
    since: Since
    consistency: tuple[bytes, ...]
    end: tuple[bytes, ...]
    epochs: tuple[bytes, ...]
    entries: tuple[BundleEntry, ...] = field(repr=False)
    nodes: tuple[bytes, ...] = field(repr=False)

    def to_json(self) -> bytes:
        """The bundle as RFC 8785 bytes."""
        return canonical(self.members())

    def members(self) -> dict[str, JsonValue]:
        """The members as JSON has them."""
        return {
            "format": FORMAT,
            "v": VERSION,
            "origin": self.origin,
            "log_key_hint": self.log_key_hint,
            "checkpoint": self.checkpoint,
            "place": self.standing.place.to_json(),
            "head": {"n": str(self.standing.n), "h": base64url.encode(self.standing.h)},
            "map": together(self.standing.map_proof),
            "since": {"size": str(self.since.size), "n": str(self.since.n)},
            "consistency": together(self.consistency),
            "end": together(self.end),
            "epochs": [base64url.encode(leaf) for leaf in self.epochs],
            "entries": [entry.to_json() for entry in self.entries],
            "nodes": together(self.nodes),
        }

    @classmethod
    def parse(cls, data: bytes) -> "Bundle":
        """The bundle in ``data``, which may come from anybody. ``BadInput`` names the member."""
        members = Members(strict_json(data, max_bytes=MAX_BYTES, max_depth=4), names=_NAMES)
        members.require_format(FORMAT, VERSION)
        since = members.object("since", names=frozenset({"size", "n"}))
        return cls(
            origin=members.text("origin"),
            log_key_hint=members.text("log_key_hint"),
            checkpoint=members.text("checkpoint"),
            standing=_standing(members),
            since=Since(size=since.number("size"), n=since.number("n")),
            consistency=members.hashes("consistency"),
            end=members.hashes("end"),
            epochs=members.octets_list("epochs"),
            entries=tuple(map(BundleEntry.read, members.objects("entries", names=_ENTRY))),
            nodes=members.hashes("nodes"),
        )


def _standing(members: Members) -> Standing:
    head = members.object("head", names=frozenset({"n", "h"}))
    return Standing(
        place=Place.read(members),
        n=head.number("n"),
        h=head.octets("h", HASH),
        map_proof=members.hashes("map"),
    )


def assemble(
    *,
    checkpoint: str,
    log_key_hint: str,
    standing: Standing,
    since: Since,
    epochs: Sequence[bytes],
    entries: Sequence[BundleEntry],
    tree: StoredTree,
) -> Bundle:
    """The bundle for a reader who kept ``since``, its tree proofs read from ``tree``.

    ``checkpoint`` is the note signed for exactly ``tree.size``; ``standing`` belongs to the last of
    ``epochs``, which are in order and hold every one of ``entries``.
    """
    return Bundle(
        origin=checkpoint.partition("\n")[0],
        log_key_hint=log_key_hint,
        checkpoint=checkpoint,
        standing=standing,
        since=since,
        consistency=tuple(tree.consistency(since.size)),
        end=tuple(tree.inclusion(tree.size - 1)),
        epochs=tuple(epochs),
        entries=tuple(entries),
        nodes=tuple(nodes_of([entry.leaf for entry in entries], epochs, tree)),
    )


def nodes_of(leaves: Iterable[int], epochs: Iterable[bytes], tree: StoredTree) -> list[bytes]:
    """The hashes that prove the leaves of entries, by index, and of epochs, by what they say."""
    proved = {*leaves, *(decode_epoch(leaf).index for leaf in epochs)}
    return tree.hashes_of(proof_nodes(proved, tree.size))
