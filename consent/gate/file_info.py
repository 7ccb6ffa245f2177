"""What is known of a file beside its bytes: name, media type, SHA-256 and length. Pure.

Rules kept here:
- A file is at most 10 MiB and not empty; its name is one line without a folder; its media type has
  the form of RFC 6838 section 4.2. What both claim about the bytes is believed by nobody.
- All of it is kept as a sealed text under the file's id: a name tells as much as a letter.

Use::

    new = NewFile(contest_id=…, company=…, name="invoice.pdf", media_type="application/pdf",
                  pieces=gathered(chunks))
    FileInfo.read(file_id, plain).name
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from consent.ledger.entry_types import BY_CONSUMER
from consent.ledger.members import HASH, Members
from vault import base64url
from vault.crypto.canonical import canonical, strict_json
from vault.errors import BadInput, Damaged
from vault.identifiers import CompanyId

MAX_BYTES = 10 << 20
LONGEST_NAME = 200

_MEMBERS = frozenset({"name", "media_type", "sha256", "length"})
_MOST = 4_096
_WORD = r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}"
_MEDIA_TYPE = re.compile(f"{_WORD}/{_WORD}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    """A file about to be put into a case; ``BadInput`` names the member that is wrong.

    ``pieces`` are its bytes, at hand: nobody waits for a network while a record is locked.
    ``actor``: who gives it, the person or the company that answers.
    """

    contest_id: str
    company: CompanyId
    name: str
    media_type: str
    pieces: Sequence[bytes] = field(repr=False)
    actor: str = BY_CONSUMER

    def __post_init__(self) -> None:
        if not 0 < len(self.name) <= LONGEST_NAME or not self.name.isprintable():
            raise BadInput(f"is not one line of 1 to {LONGEST_NAME} characters", member="file.name")
        if {"/", "\\"} & set(self.name) or self.name in {".", ".."}:
            raise BadInput("names a folder", member="file.name")
        if not _MEDIA_TYPE.fullmatch(self.media_type):
            raise BadInput("has not the form of a media type", member="file.media_type")
        if not 0 < self.length <= MAX_BYTES:
            raise BadInput(f"is empty or longer than {MAX_BYTES} bytes", member="file")

    @property
    def length(self) -> int:
        """How many bytes it has."""
        return sum(map(len, self.pieces))


@dataclass(frozen=True, slots=True, kw_only=True)
class FileInfo:
    """A file of a case. ``file_id``: 16 bytes; ``sha256``: of the bytes as they were sent."""

    file_id: bytes
    name: str
    media_type: str
    sha256: bytes
    length: int

    @classmethod
    def of(cls, file_id: bytes, new: NewFile) -> "FileInfo":
        """What is to be known of a new file."""
        digest = sha256()
        for piece in new.pieces:
            digest.update(piece)
        return cls(
            file_id=file_id,
            name=new.name,
            media_type=new.media_type,
            sha256=digest.digest(),
            length=new.length,
        )

    def to_bytes(self) -> bytes:
        """The sealed text's plain bytes (RFC 8785)."""
        return canonical(
            {
                "name": self.name,
                "media_type": self.media_type,
                "sha256": base64url.encode(self.sha256),
                "length": self.length,
            }
        )

    @classmethod
    def read(cls, file_id: bytes, plain: bytes) -> "FileInfo":
        """The same read back; ``Damaged`` for anything else."""
        try:
            members = Members(strict_json(plain, max_bytes=_MOST, max_depth=2), names=_MEMBERS)
            return cls(
                file_id=file_id,
                name=members.text("name"),
                media_type=members.text("media_type"),
                sha256=members.octets("sha256", HASH),
                length=members.integer("length"),
            )
        except BadInput:
            raise Damaged("what is kept of a file cannot be read") from None


def gathered(chunks: Iterable[bytes]) -> list[bytes]:
    """Chunks as they come in, until they are at hand; ``BadInput`` as soon as they are too many."""
    pieces, length = [], 0
    for chunk in chunks:
        length += len(chunk)
        if length > MAX_BYTES:
            raise BadInput(f"is longer than {MAX_BYTES} bytes", member="file")
        pieces.append(chunk)
    return pieces
