"""The sealed file, format 1: frozen bytes, and everything that must not open."""

import dataclasses
import hashlib
import hmac
import struct
import tracemalloc

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from vault.crypto import sealed_file
from vault.crypto.padding import pad
from vault.crypto.sealed_file import CHUNK_BYTES, HEADER_BYTES, FilePlace
from vault.crypto.versioned_key import VersionedKey
from vault.errors import BadInput, Damaged
from vault.identifiers import ConsumerId

KEY = VersionedKey(1, bytes(range(32)))
PLACE = FilePlace(
    vault_id=bytes.fromhex("00112233445566778899aabbccddeeff"),
    consumer_id=ConsumerId(bytes.fromhex("0f0e0d0c0b0a09080706050403020100")),
    case_id=bytes([3] * 16),
    file_id=bytes([4] * 16),
)
PLAIN = b"The invoice of 3 March."
SALT = bytes(range(100, 132))
FROZEN_HEADER = bytes.fromhex(
    "01000000016465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182832126b7"
    "b4e5cdc413bcb8ffb69cdf1c7db483e7422ab36afc0d975f33efa1d32d0000000000000001000000"
    "0000000017"
)
FROZEN_CHUNK = bytes.fromhex(
    "413546917149f177dd5601a615fd7415c738c0930310e11804db9ca22ce3872a778e2d5e7e4beeeb"
    "bab41e3944ac2af7"
)
FROZEN_TWO = "96ca95661f936648480f1b7847ede6f385a3146ec3b152d77ac7bc9c96de6384"

ELSEWHERE = {
    "vault": dataclasses.replace(PLACE, vault_id=bytes(16)),
    "consumer": dataclasses.replace(PLACE, consumer_id=ConsumerId(bytes(16))),
    "case": dataclasses.replace(PLACE, case_id=bytes(16)),
    "file": dataclasses.replace(PLACE, file_id=bytes(16)),
}
SIZES = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 200_000]


def content(size):
    return bytes(n % 251 for n in range(size))


def sealed(plain, *, key=KEY, place=PLACE):
    header, chunks = sealed_file.seal(key, place, [plain], length=len(plain))
    return header, list(chunks)


def opened(header, chunks, *, key=KEY, place=PLACE):
    return b"".join(sealed_file.open(key, place, header, chunks))


def refused(header, chunks, **how):
    with pytest.raises(Damaged):
        opened(header, chunks, **how)


def test_the_bytes_of_a_sealed_file_are_frozen():
    header, chunks = sealed_file._seal(KEY, PLACE, [PLAIN], length=len(PLAIN), salt=SALT)
    assert (header, list(chunks)) == (FROZEN_HEADER, [FROZEN_CHUNK])
    assert opened(FROZEN_HEADER, [FROZEN_CHUNK]) == PLAIN


def test_the_bytes_of_a_file_of_two_chunks_are_frozen():
    plain = content(CHUNK_BYTES + 7)
    header, chunks = sealed_file._seal(KEY, PLACE, [plain], length=len(plain), salt=SALT)
    assert hashlib.sha256(header + b"".join(chunks)).hexdigest() == FROZEN_TWO


@pytest.mark.parametrize("size", [23, CHUNK_BYTES + 7])
def test_the_bytes_are_those_of_the_format_as_written_down(size):
    """Format 1 once more, from the standard library and nothing of the house but the padding."""

    def mac(key, message):
        return hmac.digest(key, message, "sha512")

    plain = content(size)
    count = 1 if size <= CHUNK_BYTES else 2
    shape = struct.pack(">QQ", count, size)
    parts = [
        b"habeas/file/v1", b"\x01", PLACE.vault_id, PLACE.consumer_id, PLACE.case_id,
        PLACE.file_id, shape[:8], shape[8:],
    ]  # fmt: skip
    context = hashlib.sha256(b"".join(struct.pack(">I", len(p)) + p for p in parts)).digest()
    field_key = mac(mac(SALT, KEY.key), b"habeas/fk/v1" + context + b"\x01")
    encryption_key = mac(field_key, b"DERIVEKEY" + context + b"\x01")[:32]
    commitment = mac(field_key, b"COMMITKEY" + context + b"\x01")[:32]
    expected = []
    for number in range(count):
        last = number == count - 1
        piece = plain[number * CHUNK_BYTES : (number + 1) * CHUNK_BYTES]
        nonce = struct.pack(">Q", number) + b"\0\0\0" + bytes([last])
        expected.append(
            AESGCM(encryption_key).encrypt(nonce, pad(piece) if last else piece, context)
        )
    header, chunks = sealed_file._seal(KEY, PLACE, [plain], length=size, salt=SALT)
    assert header == b"\x01\0\0\0\x01" + SALT + commitment + shape
    assert list(chunks) == expected


@pytest.mark.parametrize("size", SIZES)
def test_a_sealed_file_opens_at_its_place(size):
    header, chunks = sealed(content(size))
    assert len(header) == HEADER_BYTES
    assert len(chunks) == sealed_file.chunks_of(header)
    assert sealed_file.length_of(header) == size
    assert opened(header, chunks) == content(size)


@given(st.lists(st.binary(max_size=300), max_size=8), st.integers(1, 64))
@settings(max_examples=50)
def test_the_pieces_a_file_came_in_do_not_show(pieces, width):
    with pytest.MonkeyPatch.context() as small:
        small.setattr(sealed_file, "CHUNK_BYTES", width)
        plain = b"".join(pieces)
        header, chunks = sealed_file._seal(KEY, PLACE, pieces, length=len(plain), salt=SALT)
        chunks = list(chunks)
        whole = sealed_file._seal(KEY, PLACE, [plain], length=len(plain), salt=SALT)
        assert (header, chunks) == (whole[0], list(whole[1]))
        assert opened(header, chunks) == plain


@pytest.mark.parametrize("said", [0, 22, 24, CHUNK_BYTES, CHUNK_BYTES + 1, 10**7])
def test_a_file_of_another_length_than_said_is_refused(said):
    _, chunks = sealed_file.seal(KEY, PLACE, [PLAIN], length=said)
    with pytest.raises(BadInput) as refusal:
        list(chunks)
    assert refusal.value.member == "file"


def test_a_file_that_ends_where_a_chunk_ends_is_refused_when_more_was_said():
    _, chunks = sealed_file.seal(KEY, PLACE, [bytes(CHUNK_BYTES)], length=CHUNK_BYTES + 1)
    with pytest.raises(BadInput):
        list(chunks)


# --- what must not open -------------------------------------------------------------------------


@pytest.mark.parametrize("moved", ELSEWHERE)
def test_a_file_moved_elsewhere_does_not_open(moved):
    header, chunks = sealed(PLAIN)
    with pytest.raises(Damaged, match="not sealed for this place"):
        sealed_file.open(KEY, ELSEWHERE[moved], header, chunks)


@pytest.mark.parametrize("key", [VersionedKey(1, bytes(32)), VersionedKey(2, KEY.key)])
def test_another_key_or_another_version_of_it_does_not_open(key):
    refused(*sealed(PLAIN), key=key)


def test_a_cut_reordered_repeated_or_continued_file_does_not_open():
    header, chunks = sealed(content(3 * CHUNK_BYTES - 5))
    first, second, last = chunks
    for other in (
        [],
        [first],
        [first, second],
        [first, last],
        [last],
        [second, first, last],
        [first, last, second],
        [first, first, last],
        [first, second, second],
        [first, second, last, last],
        [first, second, last, b""],
        [first, second, last[:-1]],
        [first, second, last + b"\0"],
        [first + second, last],
    ):
        refused(header, other)


def test_chunks_of_another_file_of_the_same_size_do_not_open():
    one = sealed(content(2 * CHUNK_BYTES))
    place = dataclasses.replace(PLACE, file_id=bytes([5] * 16))
    other = sealed(content(2 * CHUNK_BYTES), place=place)
    again = sealed(content(2 * CHUNK_BYTES))
    refused(one[0], other[1])
    refused(one[0], [one[1][0], other[1][1]])
    refused(one[0], [one[1][0], again[1][1]])
    refused(again[0], one[1])


def test_a_file_said_to_be_shorter_or_longer_does_not_open():
    """Cut together with its header: chunks and length are bound to the key."""
    header, chunks = sealed(content(2 * CHUNK_BYTES))
    for count, length in ((1, CHUNK_BYTES), (2, 2 * CHUNK_BYTES - 1), (3, 2 * CHUNK_BYTES + 1)):
        shape = struct.pack(">QQ", count, length)
        refused(header[:-16] + shape, chunks[:count])
    for count in (0, 1, 3, 2**64 - 1):
        refused(header[:-16] + struct.pack(">QQ", count, 2 * CHUNK_BYTES), chunks)


def test_a_header_with_any_one_bit_flipped_does_not_open():
    header, chunks = sealed(PLAIN)
    for bit in range(len(header) * 8):
        flipped = bytearray(header)
        flipped[bit // 8] ^= 1 << bit % 8
        refused(bytes(flipped), chunks)


def test_a_chunk_with_any_one_bit_flipped_does_not_open():
    header, [chunk] = sealed(PLAIN)
    for bit in range(len(chunk) * 8):
        flipped = bytearray(chunk)
        flipped[bit // 8] ^= 1 << bit % 8
        refused(header, [bytes(flipped)])


@given(st.binary(max_size=2 * HEADER_BYTES))
def test_bytes_that_are_no_header_do_not_open(header):
    refused(header, [])


@pytest.mark.parametrize("suite", [0, 2, 255])
def test_another_suite_is_refused_even_when_everything_else_agrees(suite, monkeypatch):
    monkeypatch.setattr(sealed_file, "_SUITE", bytes([suite]))
    refused(*sealed(PLAIN))


@pytest.mark.parametrize("padded", [PLAIN, pad(PLAIN) + bytes(32), pad(PLAIN[:-1]), pad(b""), b""])
def test_a_last_chunk_with_another_padding_is_refused(padded, monkeypatch):
    monkeypatch.setattr(sealed_file, "pad", lambda _: padded)
    header, chunks = sealed(PLAIN)
    refused(header, chunks)


def test_what_was_opened_before_a_damaged_chunk_was_right():
    plain = content(2 * CHUNK_BYTES)
    header, chunks = sealed(plain)
    pieces = sealed_file.open(KEY, PLACE, header, [chunks[0], bytes(len(chunks[1]))])
    assert next(pieces) == plain[:CHUNK_BYTES]
    with pytest.raises(Damaged):
        next(pieces)


# --- what it gives away and costs ---------------------------------------------------------------


def test_sealing_the_same_file_again_shares_no_salt():
    assert len({sealed(PLAIN)[0][5:37] for _ in range(1000)}) == 1000


def test_a_large_file_is_never_in_memory():
    size, width = 8 << 20, 10_000
    pieces = (bytes(width) for _ in range(0, size, width))
    length = -(-size // width) * width
    tracemalloc.start()
    header, chunks = sealed_file.seal(KEY, PLACE, pieces, length=length)
    got = sum(map(len, sealed_file.open(KEY, PLACE, header, chunks)))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert got == length
    assert most < 1 << 20


def test_the_hash_of_a_header_is_the_sha256_of_its_bytes():
    assert sealed_file.header_hash(b"x") == hashlib.sha256(b"x").digest()
