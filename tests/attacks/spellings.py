"""Looking for values in bytes, in whatever spelling a store, a log or a cache may have left them.

Rules kept here:
- A value is looked for in UTF-8 and UTF-16, in hex, in base64 of both alphabets and all three
  alignments, as JSON and as a URL escape it; a whole number in eight bytes, of either order, too.
- All values are looked for at once: bytes are cut into blocks, and of a needle so long that it must
  fill one of them every window is known. What shares a window is then compared whole.
- A needle too short to be told from chance is refused: looking for it would prove nothing.

Use::

    needles = Needles.of(["ada@example.org", 48_210_559_318_402])
    needles.found_in(path.read_bytes())         # {"'ada@example.org' as base64 (1)"}
"""

import base64
import json
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from urllib.parse import quote

Value = str | int | bytes
Windows = dict[bytes, list[tuple[int, bytes]]]
"""A block's bytes, to where in which needle they stand."""

SHORTEST = 7
_WIDTHS = (8, 4)
"""Blocks; a needle needs one byte less than two of them to be sure to fill one."""


class Needles:
    """What is looked for. ``named``: bytes, and which value in which spelling they are."""

    def __init__(self, named: Mapping[bytes, str]) -> None:
        if short := [name for spelt, name in named.items() if len(spelt) < SHORTEST]:
            raise ValueError(f"too short to be told from chance: {short[0]}")
        self.named = named
        self._windows = _windows_of(named)

    @classmethod
    def of(cls, values: Iterable[Value]) -> "Needles":
        """Every spelling of these values."""
        named: dict[bytes, str] = {}
        for value in values:
            for spelling, spelt in spellings(value):
                named.setdefault(spelt, f"{value!r} as {spelling}")
        return cls(named)

    def found_in(self, hay: bytes) -> set[str]:
        """The names of all needles that occur in ``hay``."""
        found: set[str] = set()
        for width, windows in self._windows.items():
            for number, (block,) in enumerate(struct.iter_unpack(f"{width}s", _whole(hay, width))):
                for offset, spelt in windows.get(block, ()):
                    at = number * width - offset
                    if at >= 0 and hay.startswith(spelt, at):
                        found.add(self.named[spelt])
        return found


def _windows_of(named: Iterable[bytes]) -> dict[int, Windows]:
    """By width: each window that a needle may fill a block with."""
    windows: dict[int, Windows] = {}
    for spelt in named:
        width = next(width for width in _WIDTHS if len(spelt) >= 2 * width - 1)
        known = windows.setdefault(width, {})
        for offset in range(width):
            known.setdefault(spelt[offset : offset + width], []).append((offset, spelt))
    return windows


def spellings(value: Value) -> Iterator[tuple[str, bytes]]:
    """Each way ``value`` may be written, and its name."""
    if isinstance(value, int):
        yield "eight bytes", struct.pack(">q", value)
        yield "eight bytes, reversed", struct.pack("<q", value)
    if isinstance(value, bytes):
        yield from _of_bytes(value, "bytes")
        return
    text = str(value)
    yield from _of_bytes(text.encode(), "UTF-8")
    yield "UTF-16", text.encode("utf-16-le")
    yield "UTF-16, reversed", text.encode("utf-16-be")
    for name, escaped in _escaped(text):
        if escaped != text:
            yield name, escaped.encode()


def _of_bytes(data: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    yield name, data
    yield "hex", data.hex().encode()
    yield "HEX", data.hex().upper().encode()
    for before in range(3):
        yield f"base64 ({before})", _aligned(base64.b64encode, data, before)
        yield f"base64url ({before})", _aligned(base64.urlsafe_b64encode, data, before)


def _aligned(encode: Callable[[bytes], bytes], data: bytes, before: int) -> bytes:
    """What base64 of ``data`` has in common, whatever stands around it; it begins ``before`` bytes
    after a boundary. A character counts when all six of its bits are of ``data``."""
    spelt = encode(bytes(before) + data)
    return spelt[-(-before * 8 // 6) : (before + len(data)) * 8 // 6]


def _escaped(text: str) -> Iterator[tuple[str, str]]:
    yield "JSON", json.dumps(text)[1:-1]
    yield "a URL", quote(text, safe="")
    yield "a URL's form", quote(text, safe="@+ ").replace(" ", "+")
    yield "lower case", text.lower()
    yield "upper case", text.upper()


def _whole(hay: bytes, width: int) -> memoryview:
    """``hay`` without what is behind its last whole block: a needle that ends there fills it."""
    return memoryview(hay)[: len(hay) // width * width]
