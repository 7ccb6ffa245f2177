"""What only two parties together can show: a receipt against a record, a promise against the log.

Rules kept here:
- A company's receipt convicts when its leaf is in the log and carries this person's tag, but the
  person's whole chain, as signed, does not hold it: the entry was logged and hidden from them.
- A promise convicts when every leaf between an epoch that could not hold the entry yet and one that
  had to hold it is on the table, and the entry is not among them. Somebody other than the operator
  therefore keeps the leaves.
- What does not convict says why not; it is no proof that all is well.

Use::

    match convict(verified, receipt_text, log_key=key):
        case Conviction() as conviction: ...
        case Cleared(why=why): ...
"""

from dataclasses import dataclass, field
from enum import StrEnum

from consent.ledger.checkpoint import VerifierKey, parse_checkpoint, parse_note, signed_by
from consent.ledger.entries import slot_tag
from consent.ledger.entry_types import concerned
from consent.ledger.epochs import decode_epoch, entry_leaf
from consent.ledger.merkle import Frontier, leaf_hash
from consent.ledger.openings import Opening
from consent.ledger.promises import Promise
from consent.ledger.receipts import verify_receipt
from consent.ledger.verdicts import Conviction, Refused, Statement, Verified
from vault import base64url
from vault.crypto.canonical import JsonValue, strict_json
from vault.crypto.primitives import sha256
from vault.errors import BadInput


class Why(StrEnum):
    """Why nobody is convicted. Permanent names."""

    NOT_PROVEN = "not_proven"
    """The receipt or the promise does not hold by itself."""
    NOT_THIS_PERSON = "not_this_person"
    NOT_YET = "not_yet"
    """The record is older than the entry, or the merge delay is not over: look again later."""
    NEEDS_WHOLE_RECORD = "needs_whole_record"
    """Only a part of the chain was examined: ask for all of it."""
    IN_THE_CHAIN = "in_the_chain"
    IN_THE_LOG = "in_the_log"
    INCOMPLETE = "incomplete"
    """The leaves shown are not all that could hold the entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """No conviction, and why."""

    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafRange:
    """All leaves from an epoch leaf, or from leaf 0, to the end of the log that was signed.

    ``frontier`` are the roots of the full subtrees that stand before the first of ``leaves``, the
    largest first. They need no signature of their own: the checkpoint's root is over them too.
    """

    frontier: tuple[bytes, ...]
    leaves: tuple[bytes, ...] = field(repr=False)
    checkpoint: str


def convict(verified: Verified, receipt: str, *, log_key: VerifierKey) -> Conviction | Cleared:
    """Hold a company's receipt against a person's record.

    1 the receipt proves its entry; 2 the entry carries this person's tag towards that actor; 3 it
    is not in the chain examined, which 4 is new enough to hold it and 5 was examined whole.
    """
    proven = verify_receipt(receipt, log_key=log_key)
    if isinstance(proven, Refused):  # 1
        return Cleared(why=Why.NOT_PROVEN)
    if not _is_towards(verified, proven.receipt.opening):  # 2
        return Cleared(why=Why.NOT_THIS_PERSON)
    if proven.receipt.opening.c in verified.commitments:  # 3
        return Cleared(why=Why.IN_THE_CHAIN)
    if proven.receipt.index >= verified.checkpoint.size:  # 4
        return Cleared(why=Why.NOT_YET)
    if verified.first > 1:  # 5
        return Cleared(why=Why.NEEDS_WHOLE_RECORD)
    return Conviction(
        reason="hidden_from_the_person",
        origin=log_key.name,
        evidence=base64url.encode(sha256(receipt.encode())),
        statements=({"receipt": receipt}, verified.kept.to_statement()),
    )


def convict_unkept(
    promise: Promise,
    opening: Opening,
    between: LeafRange,
    *,
    request_hash: bytes,
    promise_key: VerifierKey,
    log_key: VerifierKey,
) -> Conviction | Cleared:
    """Hold a promise against the leaves of the log.

    1 the promise is signed, for this entry and request; 2 the leaves lead to the signed checkpoint;
    3 they begin with an epoch older than the entry and end with one after the promise was due;
    4 the entry is not among them.
    """
    if not promise.holds(c=opening.c, request_hash=request_hash, key=promise_key):  # 1
        return Cleared(why=Why.NOT_PROVEN)
    start = _start(between, log_key)
    if start is None:  # 2
        return Cleared(why=Why.INCOMPLETE)
    begun, ended = _time_at(between.leaves[0]), _time_at(between.leaves[-1])
    if start > 0 and not (begun and begun < _time_of(opening)):  # 3
        return Cleared(why=Why.INCOMPLETE)
    if not (ended and ended > promise.due):  # 3
        return Cleared(why=Why.NOT_YET)
    if entry_leaf(opening.c) in between.leaves:  # 4
        return Cleared(why=Why.IN_THE_LOG)
    said: Statement = {"promise": dict(promise.to_json()), "opening": dict(opening.to_json())}
    return Conviction(
        reason="promise_not_kept",
        origin=log_key.name,
        evidence=base64url.encode(sha256(b"".join(between.leaves))),
        statements=(said, {"note": between.checkpoint, "leaves_from": str(start)}),
    )


def _is_towards(verified: Verified, opening: Opening) -> bool:
    """Whether the opening carries this person's tag towards the actor its P names."""
    p = _members_of(opening)
    if "actor" not in p:
        return False
    return slot_tag(verified.kept.place.tag_key, concerned(p)) == opening.T


def _time_of(opening: Opening) -> int:
    """``at`` of an opened entry; 0 when it has none, so that no earlier checkpoint can do."""
    at = _members_of(opening).get("at")
    return at if isinstance(at, int) else 0


def _members_of(opening: Opening) -> dict[str, JsonValue]:
    """What P says; nothing when it is not JSON."""
    try:
        p = strict_json(opening.P, max_bytes=len(opening.P), max_depth=8)
    except BadInput:
        return {}
    return p if isinstance(p, dict) else {}


def _start(between: LeafRange, log_key: VerifierKey) -> int | None:
    """The index of the first leaf of a range; None unless its leaves lead to the signed root."""
    try:
        note = parse_note(between.checkpoint)
        checkpoint = parse_checkpoint(note.text)
        start = checkpoint.size - len(between.leaves)
        tree = Frontier(start, between.frontier)
    except ValueError:
        return None
    for leaf in between.leaves:
        tree.append(leaf_hash(leaf))
    leads = tree.root() == checkpoint.root and checkpoint.origin == log_key.name
    return start if between.leaves and leads and signed_by(note, log_key) else None


def _time_at(leaf: bytes) -> int | None:
    """``ts`` of an epoch leaf; None for any other leaf."""
    try:
        return decode_epoch(leaf).ts
    except BadInput:
        return None
