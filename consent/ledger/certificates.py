r"""The certificate of an erasure: what is gone, when, what is kept until when and why. Pure.

Rules kept here:
- It is one JSON object, signed by the log's key under a label of its own: no checkpoint, promise or
  certificate can be shown for another.
- It holds the receipt of the ``erase`` entry (its opening, its place in the log, the checkpoint),
  so that it proves itself with no server running.
- It names no value, no field and no address; companies that were told stand by their ids.
- It is handed out while the log key still lives. What goes after that stands with the last moment
  at which it goes, ``rest_destroyed_by``.

::

    signed   "habeas/erasure-certificate/v1\0" || LP(origin, key id, RFC 8785 bytes of the rest)

Use::

    certificate.signed(key)                                 # the file, as bytes
    match verify_certificate(data, log_key=key):
        case Attested(certificate=certificate): ...
        case Refused(reason=reason): ...
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import orjson

from consent.ledger.checkpoint import VerifierKey, log_key
from consent.ledger.entry_types import EntryType
from consent.ledger.members import Members
from consent.ledger.reasons import Reason
from consent.ledger.receipts import Proven, verify_receipt
from consent.ledger.verdicts import Refused
from vault import base64url
from vault.crypto.canonical import JsonValue, canonical, strict_json
from vault.crypto.primitives import length_prefixed
from vault.crypto.signing import SIGNATURE_BYTES, SigningKey, verify
from vault.errors import BadInput

FORMAT, VERSION = "habeas/erasure-certificate", 1
MAX_BYTES = 1 << 20
_DOMAIN = b"habeas/erasure-certificate/v1\0"
_DEPTH = 4
_NAMES = frozenset(
    {
        *("format", "v", "origin", "erased_at", "values_destroyed_at", "rest_destroyed_by"),
        *("erased", "kept", "stays", "told", "receipt", "signature"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBack:
    """What a duty keeps of an erased person: how many pieces, under which law, until when (ms)."""

    duty: str
    law: str
    why: str
    pieces: int
    until: int

    def to_json(self) -> dict[str, JsonValue]:
        """As the certificate says it."""
        return {
            "duty": self.duty,
            "law": self.law,
            "why": self.why,
            "pieces": self.pieces,
            "until": self.until,
        }

    @classmethod
    def from_json(cls, members: Members) -> "KeptBack":
        """``BadInput`` names the member that has not its one form."""
        return cls(
            duty=members.text("duty"),
            law=members.text("law"),
            why=members.text("why"),
            pieces=members.integer("pieces"),
            until=members.integer("until"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What the vault attests of one erasure. Times in ms.

    ``erased`` counts what goes, by name; ``stays`` says what is never taken away, in plain words.
    """

    origin: str
    erased_at: int
    """When the ``erase`` entry was made and the gate closed."""
    values_destroyed_at: int
    rest_destroyed_by: int
    erased: Mapping[str, int]
    kept: Sequence[KeptBack]
    stays: Sequence[str]
    told: Sequence[str]
    receipt: str = field(repr=False)

    def signed(self, key: SigningKey) -> bytes:
        """The certificate as the file a person keeps, signed by the log's key."""
        value = key.sign(_message(self, log_key(self.origin, key.public)))
        whole = {**self._to_json(), "signature": base64url.encode(value)}
        return orjson.dumps(whole, option=orjson.OPT_APPEND_NEWLINE)

    def _to_json(self) -> dict[str, JsonValue]:
        return {
            "format": FORMAT,
            "v": VERSION,
            "origin": self.origin,
            "erased_at": self.erased_at,
            "values_destroyed_at": self.values_destroyed_at,
            "rest_destroyed_by": self.rest_destroyed_by,
            "erased": dict(self.erased),
            "kept": [one.to_json() for one in self.kept],
            "stays": list(self.stays),
            "told": list(self.told),
            "receipt": self.receipt,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested:
    """The log's key signed this certificate, and its ``erase`` entry is in the log."""

    certificate: Certificate
    proven: Proven


def is_certificate(beginning: bytes) -> bool:
    """Whether a file that begins so is meant as a certificate: what a program checks it as."""
    return beginning.startswith(f'{{"format":"{FORMAT}"'.encode())


def verify_certificate(data: bytes, *, log_key: VerifierKey) -> Attested | Refused:
    """Whether a certificate is the log's, and its entry is what it says. Never raises.

    1 the signature; 2 the receipt: the entry is in the log; 3 the entry is an erasure of a person,
    at this moment.
    """
    try:
        certificate, value = _parsed(data)
    except BadInput as bad:
        return Refused(reason=Reason.MALFORMED, step="0", detail=str(bad))
    message = _message(certificate, log_key)
    if certificate.origin != log_key.name or not verify(
        public=log_key.public, message=message, signature=value
    ):
        detail = "the log's key did not sign the certificate"
        return Refused(reason=Reason.BAD_SIGNATURE, step="1", detail=detail)  # 1
    proven = verify_receipt(certificate.receipt, log_key=log_key)  # 2
    if isinstance(proven, Refused):
        return proven
    if _said(proven) != (EntryType.ERASE, "person", certificate.erased_at):  # 3
        detail = "the entry it proves is not this erasure"
        return Refused(reason=Reason.EDITED, step="5", detail=detail)
    return Attested(certificate=certificate, proven=proven)


def _said(proven: Proven) -> tuple[object, object, object]:
    p = orjson.loads(proven.receipt.opening.P)
    return p.get("type"), p.get("scope"), p.get("at")


def _parsed(data: bytes) -> tuple[Certificate, bytes]:
    members = Members(strict_json(data, max_bytes=MAX_BYTES, max_depth=_DEPTH), names=_NAMES)
    members.require_format(FORMAT, VERSION)
    certificate = Certificate(
        origin=members.text("origin"),
        erased_at=members.integer("erased_at"),
        values_destroyed_at=members.integer("values_destroyed_at"),
        rest_destroyed_by=members.integer("rest_destroyed_by"),
        erased=_counts(members),
        kept=[KeptBack.from_json(one) for one in members.objects("kept", names=_KEPT_NAMES)],
        stays=_texts(members, "stays"),
        told=_texts(members, "told"),
        receipt=members.text("receipt"),
    )
    return certificate, members.octets("signature", SIGNATURE_BYTES)


_KEPT_NAMES = frozenset({"duty", "law", "why", "pieces", "until"})


def _counts(members: Members) -> dict[str, int]:
    value = members.all["erased"]
    if not isinstance(value, dict):
        raise members.bad("erased", "is not an object")
    counted = Members(value, names=frozenset(value), path="erased")
    return {name: counted.integer(name) for name in value}


def _texts(members: Members, name: str) -> list[str]:
    value = members.all[name]
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise members.bad(name, "is not a list of texts")
    return [str(one) for one in value]


def _message(certificate: Certificate, key: VerifierKey) -> bytes:
    rest = canonical(certificate._to_json())  # noqa: SLF001 - the same file
    return _DOMAIN + length_prefixed(key.name.encode(), key.key_id, rest)
