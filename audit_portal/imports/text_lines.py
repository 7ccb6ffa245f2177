"""Bytes to numbered lines, as a stream, whatever the bytes are.

Rules kept here:
- Memory is bounded: a line longer than 8 MiB of characters is skipped and comes without its text.
- A line ends with LF, CRLF or CR; the lines given have no end.
- Bytes that the encoding does not know become lone surrogates (PEP 383). Whoever takes a text out
  of a line refuses those; what nobody takes may be broken.
- An archive, a spreadsheet and UTF-16 are no text here: ``BadInput`` for the whole file.

Use::

    for line in numbered_lines(stream, encoding="utf-8"):
        line.number, line.text
"""

import codecs
import io
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from vault.errors import BadInput

ENCODINGS = ("utf-8", "utf-8-sig", "cp1252")
MAX_LINE = 8 * 1024 * 1024
TOO_LONG = f"is longer than {MAX_LINE:,} characters"

_UNDECODED = re.compile(r"[\udc80-\udcff]")
_CHUNK = 64 * 1024
_UTF_16_OR_32 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!",
             b"\x28\xb5\x2f\xfd", b"\xd0\xcf\x11\xe0", b"%PDF")  # fmt: skip


class Line(NamedTuple):
    """One line. ``text`` None: it was too long to keep."""

    number: int
    text: str | None


def numbered_lines(stream: BinaryIO, *, encoding: str) -> Iterator[Line]:
    """The lines of a file, numbered from 1; ``BadInput`` when it is no text at all."""
    number, held, length = 1, list[str](), 0
    for text in _texts(stream, encoding):
        *ended, rest = text.split("\n")
        for piece in ended:
            yield Line(number, _whole(held, length, piece))
            number, held, length = number + 1, [], 0
        length += len(rest)
        if length <= MAX_LINE:
            held.append(rest)
    if length:
        yield Line(number, _whole(held, length, ""))


def is_broken(text: str) -> bool:
    """Whether a text of a line holds bytes that the encoding does not know."""
    return _UNDECODED.search(text) is not None


def _whole(held: list[str], length: int, last: str) -> str | None:
    return "".join([*held, last]) if length + len(last) <= MAX_LINE else None


def _texts(stream: BinaryIO, encoding: str) -> Iterator[str]:
    """The file as pieces of text in which every line ends with LF."""
    if encoding not in ENCODINGS:
        raise BadInput(f"must be one of {', '.join(ENCODINGS)}", member="encoding")
    begin = stream.read(_CHUNK)
    _refuse_what_is_no_text(begin)
    # A byte order mark is no text of a UTF-8 file, whatever the file's sender called it.
    bytes_to_text = codecs.getincrementaldecoder("utf-8-sig" if "utf-8" in encoding else encoding)
    decoder = io.IncrementalNewlineDecoder(bytes_to_text("surrogateescape"), translate=True)
    while begin:
        yield decoder.decode(begin)
        begin = stream.read(_CHUNK)
    yield decoder.decode(b"", final=True)


def _refuse_what_is_no_text(begin: bytes) -> None:
    if begin.startswith(_ARCHIVES):
        raise BadInput("is an archive, a spreadsheet or a document: save it as plain text first")
    if begin.startswith(_UTF_16_OR_32):
        raise BadInput("is UTF-16 or UTF-32: save it as UTF-8 first")
