"""A sealed file, format 1: bound to its vault, person, case and id; written and read in pieces.

::

    ctx    = SHA-256(LP("habeas/file/v1", suite, vault_id, consumer_id, case_id, file_id,
                        u64 chunks, u64 length))
    EK, CK = committed_keys.derive(CDK, salt, ctx)          one salt, so one key, for each file
    header = suite(1) || cdk_version(4) || salt(32) || CK(32) || u64 chunks || u64 length
    chunk  = AES-256-GCM(EK, u64 number || three zero bytes || last(1), plain, aad = ctx)

``plain`` is 65,536 bytes of the file, of the last chunk what is left of it, padded like a value.

Rules kept here:
- A file moved between vaults, people, cases or ids does not open, nor does a chunk moved to another
  number or another file. CK is compared before anything is decrypted.
- How many chunks there are and how long the file is stand in ``ctx``, and the last chunk says that
  it is the last: a file that was cut or continued does not open to its end.
- What was opened is handed on chunk by chunk. Whoever wants all or nothing waits for the end.

Use::

    header, chunks = seal(cdk, place, pieces, length=204_800)      # chunks: to be stored in order
    for plain in open(cdk, place, header, chunks): ...             # or Damaged, also half-way
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from vault.crypto.committed_keys import COMMITMENT_BYTES, SALT_BYTES, derive
from vault.crypto.padding import pad, unpad
from vault.crypto.primitives import (
    aes256gcm_open,
    aes256gcm_seal,
    equal,
    length_prefixed,
    random_bytes,
    sha256,
)
from vault.crypto.versioned_key import VersionedKey
from vault.errors import BadInput, Damaged
from vault.identifiers import ConsumerId

CHUNK_BYTES = 65_536
HEADER_BYTES = 85

_SUITE = b"\x01"
_SUITES_ALLOWED = frozenset({_SUITE})
_VERSION_END = 1 + 4
_SALT_END = _VERSION_END + SALT_BYTES
_COMMITMENT_END = _SALT_END + COMMITMENT_BYTES
_CHUNKS_END = _COMMITMENT_END + 8
_NOT_WHOLE = "a file has not the chunks it was sealed with"


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlace:
    """Where one sealed file belongs: four ids of 16 bytes each."""

    vault_id: bytes
    consumer_id: ConsumerId
    case_id: bytes
    file_id: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Keyed:
    """One file's key and context, and the shape that its header gives it."""

    key: bytes = field(repr=False)
    context: bytes
    chunks: int
    length: int

    def is_last(self, number: int) -> bool:
        """Whether the file ends with this chunk."""
        return number == self.chunks - 1

    def nonce(self, number: int) -> bytes:
        """One for each number, which serves once: a file has a key of its own, and one pass."""
        return number.to_bytes(8, "big") + bytes(3) + bytes([self.is_last(number)])


def seal(
    cdk: VersionedKey, place: FilePlace, plain: Iterable[bytes], *, length: int
) -> tuple[bytes, Iterator[bytes]]:
    """(header, chunks) of a file of ``length`` bytes under a person's data key.

    ``plain`` comes in pieces of any size, read while the chunks are asked for; ``BadInput`` when it
    turns out longer or shorter.
    """
    return _seal(cdk, place, plain, length=length, salt=random_bytes(SALT_BYTES))


def open(  # noqa: A001 - the opposite of seal
    cdk: VersionedKey, place: FilePlace, header: bytes, chunks: Iterable[bytes]
) -> Iterator[bytes]:
    """The file in pieces, if it was sealed for ``place`` under ``cdk``; else ``Damaged``.

    At once: 1 the suite is allowed and the header names this version of the data key  2 its chunks
    are as many as its length needs  3 the commitment, recomputed from key, salt, place and shape,
    is the stored one (constant time). Then for each chunk: 4 it passes GCM's tag at its number
    5 it has its one length, the last one its one padding; and 6 there are neither fewer nor more.
    """
    if key_version(header) != cdk.version:  # 1
        raise Damaged("a file names another version of the data key")
    length = length_of(header)
    if chunks_of(header) != _chunks_for(length):  # 2
        raise Damaged(_NOT_WHOLE)
    keyed, commitment = _keyed(
        cdk, place, header[:1], salt=header[_VERSION_END:_SALT_END], length=length
    )
    if not equal(commitment, header[_SALT_END:_COMMITMENT_END]):  # 3
        raise Damaged("a file was not sealed for this place under this key")
    return _opened(keyed, chunks)


def key_version(header: bytes) -> int:
    """Which version of the person's data key opens the file; ``Damaged`` if it is no header."""
    if len(header) != HEADER_BYTES or header[:1] not in _SUITES_ALLOWED:
        raise Damaged("a file's header has another length or a suite that is not allowed")
    return int.from_bytes(header[1:_VERSION_END], "big")


def length_of(header: bytes) -> int:
    """How many bytes the file has, as its header says and ``open`` proves."""
    return int.from_bytes(header[_CHUNKS_END:], "big")


def chunks_of(header: bytes) -> int:
    """How many chunks belong to the header."""
    return int.from_bytes(header[_COMMITMENT_END:_CHUNKS_END], "big")


def header_hash(header: bytes) -> bytes:
    """H(header), 32 bytes: what a ledger entry says of the file, as stored."""
    return sha256(header)


def _seal(
    cdk: VersionedKey, place: FilePlace, plain: Iterable[bytes], *, length: int, salt: bytes
) -> tuple[bytes, Iterator[bytes]]:
    keyed, commitment = _keyed(cdk, place, _SUITE, salt=salt, length=length)
    shape = _shape(keyed.chunks, length)
    header = b"".join((_SUITE, cdk.version.to_bytes(4, "big"), salt, commitment, *shape))
    return header, _sealed(keyed, plain)


def _keyed(
    cdk: VersionedKey, place: FilePlace, suite: bytes, *, salt: bytes, length: int
) -> tuple[_Keyed, bytes]:
    """The file's key with its context, and the commitment."""
    chunks = _chunks_for(length)
    context = sha256(
        length_prefixed(
            b"habeas/file/v1",
            suite,
            place.vault_id,
            place.consumer_id,
            place.case_id,
            place.file_id,
            *_shape(chunks, length),
        )
    )
    key, commitment = derive(cdk.key, salt, context)
    return _Keyed(key=key, context=context, chunks=chunks, length=length), commitment


def _shape(chunks: int, length: int) -> tuple[bytes, bytes]:
    return chunks.to_bytes(8, "big"), length.to_bytes(8, "big")


def _chunks_for(length: int) -> int:
    """Also an empty file has a last chunk."""
    return max(1, -(-length // CHUNK_BYTES))


def _sealed(keyed: _Keyed, plain: Iterable[bytes]) -> Iterator[bytes]:
    left = keyed.length
    for number, piece in enumerate(_regrouped(plain)):
        if len(piece) != min(left, CHUNK_BYTES):
            break
        left -= len(piece)
        yield aes256gcm_seal(
            key=keyed.key,
            nonce=keyed.nonce(number),
            plain=pad(piece) if keyed.is_last(number) else piece,
            aad=keyed.context,
        )
    else:
        if not left:
            return
    raise BadInput("is not as long as it was said to be", member="file")


def _regrouped(plain: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in chunks of their one length, and what is left of them in a last one."""
    held = bytearray()
    for piece in plain:
        held += piece
        at = 0
        while len(held) - at > CHUNK_BYTES:
            yield bytes(held[at : at + CHUNK_BYTES])
            at += CHUNK_BYTES
        del held[:at]
    yield bytes(held)


def _opened(keyed: _Keyed, chunks: Iterable[bytes]) -> Iterator[bytes]:
    left, found = keyed.length, 0
    for number, sealed in enumerate(chunks):
        if number >= keyed.chunks:  # 6
            raise Damaged(_NOT_WHOLE)
        plain = aes256gcm_open(  # 4
            key=keyed.key, nonce=keyed.nonce(number), sealed=sealed, aad=keyed.context
        )
        piece = unpad(plain) if keyed.is_last(number) else plain
        if len(piece) != min(left, CHUNK_BYTES):  # 5
            raise Damaged("a chunk of a file has not its one length")
        left, found = left - len(piece), number + 1
        yield piece
    if found != keyed.chunks:  # 6
        raise Damaged(_NOT_WHOLE)
