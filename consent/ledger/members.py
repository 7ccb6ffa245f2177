"""Reading the members of JSON objects: each has one type and one form, or it is ``BadInput``.

Rules kept here:
- Every expected member is there; unexpected ones are refused, unless ``more`` may follow.
- Bytes are base64url without padding, of an exact length; a list of hashes is one such text.
- A number that may exceed 2^53 is decimal text without leading zeros, below 2^63.

Use::

    members = Members(strict_json(data, max_bytes=4096, max_depth=4), names={"slot", "nonce"})
    Place(slot=members.number("slot"), nonce=members.octets("nonce", 32))
"""

import re
from collections.abc import Iterator, Sequence

from vault import base64url
from vault.crypto.canonical import JsonValue, member_path
from vault.errors import BadInput

HASH = 32
MAX_TEXT = 1 << 20
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
_ABOVE = 1 << 63


class Members:
    """The members of one JSON object, named by their path in errors."""

    __slots__ = ("_members", "_path")

    def __init__(
        self,
        value: JsonValue,
        *,
        names: frozenset[str],
        optional: frozenset[str] = frozenset(),
        more: bool = False,
        path: str = "",
    ) -> None:
        if not isinstance(value, dict):
            raise BadInput("is not an object", member=path)
        if not names <= value.keys():
            raise BadInput("lacks a member", member=path)
        if not (more or value.keys() <= names | optional):
            raise BadInput("has a member too many", member=path)
        self._members = value
        self._path = path

    @property
    def all(self) -> dict[str, JsonValue]:
        """The members as they stand, for the few that have no one form."""
        return self._members

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def require_format(self, name: str, version: int) -> None:
        """``BadInput`` unless ``format`` and ``v`` are these: the first thing a reader asks."""
        if (self._members["format"], self._members["v"]) != (name, version):
            raise self.bad("format", f"is not {name} version {version}")

    def text(self, name: str, *, longest: int = MAX_TEXT) -> str:
        """A text of at most ``longest`` characters."""
        value = self._members[name]
        if not isinstance(value, str) or len(value) > longest:
            raise self.bad(name, "is not a text, or too long")
        return value

    def number(self, name: str) -> int:
        """Decimal text of a number from 0 to 2^63 - 1."""
        value = self._members[name]
        if not isinstance(value, str):
            raise self.bad(name, "is not a number as text")
        return decimal(value, member=member_path(self._path, name))

    def integer(self, name: str) -> int:
        """A JSON integer of 0 or more: times in ms, small counts."""
        value = self._members[name]
        if type(value) is not int or value < 0:
            raise self.bad(name, "is not an integer of 0 or more")
        return value

    def optional_integer(self, name: str, otherwise: int | None) -> int | None:
        """A JSON integer of 0 or more, or ``otherwise`` when there is no such member."""
        return self.integer(name) if name in self._members else otherwise

    def octets(self, name: str, length: int | None = None) -> bytes:
        """Bytes, of exactly ``length`` if that is given."""
        return self._octets(name, self._members[name], length)

    def hashes(self, name: str) -> tuple[bytes, ...]:
        """Any number of 32-byte hashes, one after the other in one text."""
        value = self.octets(name)
        if len(value) % HASH:
            raise self.bad(name, "is not whole hashes")
        return tuple(value[at : at + HASH] for at in range(0, len(value), HASH))

    def octets_list(self, name: str) -> tuple[bytes, ...]:
        """A list of byte strings of any length."""
        return tuple(self._octets(name, item, None) for item in self._list(name))

    def objects(
        self, name: str, *, names: frozenset[str], optional: frozenset[str] = frozenset()
    ) -> Iterator["Members"]:
        """A list of objects with the same members."""
        path = member_path(self._path, name)
        for at, item in enumerate(self._list(name)):
            yield Members(item, names=names, optional=optional, path=member_path(path, at))

    def object(
        self, name: str, *, names: frozenset[str], optional: frozenset[str] = frozenset()
    ) -> "Members":
        """An object."""
        path = member_path(self._path, name)
        return Members(self._members[name], names=names, optional=optional, path=path)

    def named(
        self, name: str, *, names: frozenset[str], optional: frozenset[str] = frozenset()
    ) -> Iterator[tuple[str, "Members"]]:
        """An object whose members are objects of one kind, under names of their own."""
        value = self._members[name]
        if not isinstance(value, dict):
            raise self.bad(name, "is not an object")
        path = member_path(self._path, name)
        for key, item in value.items():
            member = member_path(path, key)
            yield key, Members(item, names=names, optional=optional, path=member)

    def bad(self, name: str, reason: str) -> BadInput:
        """The error that names this member."""
        return BadInput(reason, member=member_path(self._path, name))

    def _list(self, name: str) -> list[JsonValue]:
        value = self._members[name]
        if not isinstance(value, list):
            raise self.bad(name, "is not a list")
        return value

    def _octets(self, name: str, value: JsonValue, length: int | None) -> bytes:
        if not isinstance(value, str):
            raise self.bad(name, "is not base64url")
        try:
            decoded = base64url.decode(value)
        except ValueError:
            raise self.bad(name, "is not base64url in its one form") from None
        if length not in (None, len(decoded)):
            raise self.bad(name, f"is not {length} bytes")
        return decoded


def decimal(text: str, *, member: str) -> int:
    """A number from 0 to 2^63 - 1 in decimal, without leading zeros; else ``BadInput``."""
    if not _DECIMAL.fullmatch(text) or int(text) >= _ABOVE:
        raise BadInput("is not a decimal number below 2^63", member=member)
    return int(text)


def together(hashes: Sequence[bytes]) -> str:
    """The text of a list of hashes, as ``Members.hashes`` reads it."""
    return base64url.encode(b"".join(hashes))
