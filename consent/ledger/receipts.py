"""A company's receipt: one text file that proves an entry is in the log, and opens it.

Rules kept here:
- It is a C2SP tlog-proof. Its extra line is the opening as RFC 8785 JSON; that is not signed and
  needs no trust, because the commitment it gives must be the leaf that is proved.
- One byte form: canonical base64, decimal index, exactly the hashes for the place.

::

    c2sp.org/tlog-proof@v1
    extra <opening, base64>
    index <leaf index>
    <hash, base64>              none or more, from the leaf's sibling up

    <checkpoint, a signed note>

Use::

    text = str(Receipt(opening=opening, index=7, proof=proof, checkpoint=note))
    match verify_receipt(text, log_key=key):
        case Proven(receipt=receipt, checkpoint=checkpoint): ...
        case Refused(reason=reason): ...
"""

import re
from base64 import b64encode
from dataclasses import dataclass, field

from consent.ledger.checkpoint import (
    Checkpoint,
    VerifierKey,
    decode_base64,
    parse_checkpoint,
    parse_note,
    signed_by,
)
from consent.ledger.epochs import entry_leaf
from consent.ledger.members import HASH, decimal
from consent.ledger.merkle import leaf_hash, verify_inclusion
from consent.ledger.openings import Opening
from consent.ledger.reasons import Reason
from consent.ledger.verdicts import Refused
from vault.crypto.canonical import canonical, strict_json
from vault.errors import BadInput

FIRST_LINE = "c2sp.org/tlog-proof@v1"
MAX_LENGTH = 1 << 20
_HEAD = re.compile(
    FIRST_LINE + r"\nextra (?P<extra>[^\n]*)\nindex (?P<index>[^\n]*)(?P<proof>(\n[^\n]+)*)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """An opened entry, its leaf index, the inclusion proof and the note it leads to."""

    opening: Opening = field(repr=False)
    index: int
    proof: tuple[bytes, ...] = field(repr=False)
    checkpoint: str

    def __str__(self) -> str:
        """The receipt as a text file."""
        lines = [
            FIRST_LINE,
            f"extra {b64encode(canonical(self.opening.to_json())).decode()}",
            f"index {self.index}",
            *(b64encode(node).decode() for node in self.proof),
        ]
        return "\n".join(lines) + "\n\n" + self.checkpoint

    @classmethod
    def parse(cls, text: str) -> "Receipt":
        """The receipt in ``text``; ``BadInput`` unless it has its one form."""
        if len(text) > MAX_LENGTH:
            raise BadInput("is too long", member="receipt")
        proof, _, checkpoint = text.partition("\n\n")
        head = _HEAD.fullmatch(proof)
        if not head:
            raise BadInput(f"is no {FIRST_LINE} with an opening", member="receipt")
        extra = decode_base64(head["extra"], member="receipt.extra")
        return cls(
            opening=Opening.from_json(strict_json(extra, max_bytes=MAX_LENGTH, max_depth=2)),
            index=decimal(head["index"], member="receipt.index"),
            proof=tuple(
                decode_base64(line, member="receipt", length=HASH)
                for line in head["proof"].split("\n")[1:]
            ),
            checkpoint=checkpoint,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """The entry the receipt opens is in the log, at this size at the latest."""

    receipt: Receipt
    checkpoint: Checkpoint


def verify_receipt(text: str, *, log_key: VerifierKey) -> Proven | Refused:
    """Whether a receipt proves that the entry it opens is in the log. Never raises."""
    try:
        receipt = Receipt.parse(text)
        note = parse_note(receipt.checkpoint)
        checkpoint = parse_checkpoint(note.text)
    except BadInput as bad:
        return Refused(reason=Reason.MALFORMED, step="0", detail=str(bad))
    if checkpoint.origin != log_key.name or not signed_by(note, log_key):
        detail = "the log's key did not sign the checkpoint"
        return Refused(reason=Reason.BAD_SIGNATURE, step="1", detail=detail)
    leaf = leaf_hash(entry_leaf(receipt.opening.c))
    index, size = receipt.index, checkpoint.size
    if not verify_inclusion(
        leaf, index=index, size=size, proof=receipt.proof, root=checkpoint.root
    ):
        detail = "the entry this opens is not in the log at this place"
        return Refused(reason=Reason.NOT_IN_LOG, step="5a", detail=detail)
    return Proven(receipt=receipt, checkpoint=checkpoint)
