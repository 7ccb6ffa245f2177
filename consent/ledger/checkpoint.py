"""What the log signs: a C2SP signed note whose text is a tlog-checkpoint.

Rules kept here:
- A note has one byte form: UTF-8 without control characters, canonical base64, every line ended. It
  is at most 256 KiB with at most 64 signatures; longer ones are refused before they are looked at.
- A signature by a key nobody named is ignored. One by a named key must verify, and so must every
  repetition of it; a note without any good signature of the named key is not signed by it.
- The log's key is named like its origin and signs the text with Ed25519 (type 0x01). A witness
  signs time and text (type 0x04, tlog-cosignature).

::

    <origin>                    the text: three lines or more
    <size, decimal>
    <root hash, base64>

    — <key name> base64(key id || signature)

Use::

    note = CheckpointSigner(key).sign(origin="vault.example/log", size=7, root=root)
    signed = parse_note(note)
    if signed_by(signed, VerifierKey.parse(vkey)):
        checkpoint = parse_checkpoint(signed.text)
"""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256

from consent.ledger.members import decimal
from vault.crypto.signing import PUBLIC_BYTES, SIGNATURE_BYTES, SigningKey, verify
from vault.errors import BadInput

MAX_NOTE = 256 * 1024
MAX_SIGNATURES = 64
ED25519 = 0x01
COSIGNATURE = 0x04

_DASH = "— "
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_VKEY = re.compile(r"(?P<name>[^+\s]+)\+(?P<id>[0-9a-f]{8})\+(?P<key>[A-Za-z0-9+/]+={0,2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """A public key that notes are checked with: its name, what it signs (``kind``), its bytes."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes that tell one key of a name from another (signed-note, "Signatures")."""
        name = self.name.encode()
        return sha256(name + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        """The vkey: ``name+key id in hex+base64(kind || public key)``."""
        key = b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{key}"

    @classmethod
    def parse(cls, vkey: str) -> "VerifierKey":
        """The key of a vkey; ``BadInput`` unless it is one of the two kinds known here."""
        match = _VKEY.fullmatch(vkey) if len(vkey) <= 1024 else None
        if not match:
            raise BadInput("is not name+id+key", member="vkey")
        encoded = decode_base64(match["key"], member="vkey")
        key = cls(name=match["name"], kind=encoded[0], public=encoded[1:])
        if key.kind not in (ED25519, COSIGNATURE) or len(key.public) != PUBLIC_BYTES:
            raise BadInput("is not an Ed25519 key of a known kind", member="vkey")
        if key.key_id.hex() != match["id"]:
            raise BadInput("names another key id than its key has", member="vkey")
        return key


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature line: whose it is, and the bytes behind the key id."""

    name: str
    key_id: bytes
    value: bytes

    def __str__(self) -> str:
        """The line, with its end."""
        return f"{_DASH}{self.name} {b64encode(self.key_id + self.value).decode()}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A text, its last line ended, and the signatures under it, unchecked."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        """The note as it is sent."""
        return f"{self.text}\n{''.join(map(str, self.signatures))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The state of a log: how many leaves it has and the root over them."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The text that is signed."""
        lines = (self.origin, str(self.size), b64encode(self.root).decode(), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


def log_key(origin: str, public: bytes) -> VerifierKey:
    """The key that checks the notes of the log ``origin``."""
    return VerifierKey(name=origin, kind=ED25519, public=public)


class CheckpointSigner:
    """Signs checkpoints with a log's key. Never two for one size is the caller's care."""

    def __init__(self, key: SigningKey) -> None:
        self._key = key

    def sign(self, *, origin: str, size: int, root: bytes) -> str:
        """The note of a checkpoint."""
        text = str(Checkpoint(origin=origin, size=size, root=root))
        line = Signature(
            name=origin,
            key_id=log_key(origin, self._key.public).key_id,
            value=self._key.sign(text.encode()),
        )
        return str(Note(text=text, signatures=(line,)))


def parse_note(note: str) -> Note:
    """Text and signatures of a note; ``BadInput`` unless it has its one form."""
    if len(note) > MAX_NOTE or _CONTROL.search(note) or not _is_unicode(note):
        raise BadInput("is too long or not plain text", member="note")
    body, split, signatures = note.rpartition("\n\n")
    if not split or not signatures.endswith("\n"):
        raise BadInput("has no signatures, or ends in the middle of a line", member="note")
    lines = signatures[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise BadInput(f"has more than {MAX_SIGNATURES} signatures", member="note")
    return Note(text=f"{body}\n", signatures=tuple(map(_signature, lines)))


def parse_checkpoint(text: str) -> Checkpoint:
    """The checkpoint that is the text of a note; ``BadInput`` unless it has its one form."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise BadInput("is not three full lines or more", member="checkpoint")
    origin, size, root, *extensions = lines[:-1]
    return Checkpoint(
        origin=origin,
        size=decimal(size, member="checkpoint.size"),
        root=decode_base64(root, member="checkpoint.root", length=32),
        extensions=tuple(extensions),
    )


def signed_by(note: Note, key: VerifierKey) -> bool:
    """Whether ``key`` signed the note's text, and nothing under its name and id fails to verify."""
    if key.kind != ED25519:
        return False
    message = note.text.encode()
    found = [
        verify(public=key.public, message=message, signature=signature.value)
        for signature in _of(note, key)
    ]
    return bool(found) and all(found)


def cosigned_at(note: Note, key: VerifierKey) -> int | None:
    """When, in seconds since the epoch, the witness ``key`` last cosigned; None if it did not.

    A cosignature says: of what I saw of this log, this is the latest, and all of it is consistent.
    None as well when any signature under its name and id fails to verify (tlog-cosignature).
    """
    times = [_cosigned(note, signature, key) for signature in _of(note, key)]
    if key.kind != COSIGNATURE or not times or None in times:
        return None
    return max(time for time in times if time is not None)


def _cosigned(note: Note, signature: Signature, key: VerifierKey) -> int | None:
    time, value = signature.value[:8], signature.value[8:]
    if len(value) != SIGNATURE_BYTES:
        return None
    seconds = int.from_bytes(time, "big")
    message = f"cosignature/v1\ntime {seconds}\n{note.text}".encode()
    return seconds if verify(public=key.public, message=message, signature=value) else None


def _of(note: Note, key: VerifierKey) -> list[Signature]:
    """The signatures under a key's name and id. Others share one of the two by chance or malice."""
    return [s for s in note.signatures if (s.name, s.key_id) == (key.name, key.key_id)]


def _signature(line: str) -> Signature:
    name, space, encoded = line.removeprefix(_DASH).rpartition(" ")
    if not line.startswith(_DASH) or not space or not _is_name(name):
        raise BadInput("has a line that is no signature", member="note")
    value = decode_base64(encoded, member="note")
    if len(value) < 5:
        raise BadInput("has a signature shorter than a key id", member="note")
    return Signature(name=name, key_id=value[:4], value=value[4:])


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(map(str.isspace, name))


def _is_unicode(text: str) -> bool:
    try:
        return len(text.encode()) <= MAX_NOTE
    except UnicodeEncodeError:
        return False


def decode_base64(encoded: str, *, member: str, length: int | None = None) -> bytes:
    """Standard base64 in its one form (RFC 4648 sections 3.5 and 4)."""
    try:
        value = b64decode(encoded, validate=True)
    except ValueError:
        value = b""
    if not value or b64encode(value).decode() != encoded or length not in (None, len(value)):
        raise BadInput("is not base64 of the right length in its one form", member=member)
    return value
