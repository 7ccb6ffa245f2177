r"""JSON in one byte form (RFC 8785), to be hashed and signed; and a strict reader of JSON.

Rules kept here:
- Members are sorted by their UTF-16 code units and numbers are written as ECMAScript writes them.
- Nothing is written or read that two readers could understand differently: no NaN or infinity, no
  integer beyond 2^53 - 1 (write it as a string), no lone surrogate, no member twice.
- The reader, made for strangers' bytes, also refuses a byte order mark, bytes that are not UTF-8,
  U+0000 (a database cannot hold it), and length or nesting beyond what its caller allows.
- A refusal is ``BadInput`` with the path of the member; the value itself is never in it.

Use::

    canonical({"b": 1.0, "a": "é"})                                 # b'{"a":"\xc3\xa9","b":1}'
    strict_json(b'{"a":1,"a":2}', max_bytes=4096, max_depth=8)      # BadInput: a: is given twice
"""

import json
import math
import re
from collections.abc import Iterator
from json.encoder import encode_basestring
from typing import NoReturn, TypeAlias, cast

import orjson

from vault.errors import BadInput

JsonValue: TypeAlias = (
    "dict[str, JsonValue] | list[JsonValue] | str | int | float | bool | None"  # all JSON can say
)

MAX_INTEGER = 2**53 - 1
MAX_NESTING = 64

_SHOWN_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_QUOTED = re.compile(r'"(?:[^"\\]++|\\.)*+\\?"?', re.DOTALL)  # possessive: linear on any input
_NOT_BRACKETS = re.compile(r"[^\[\]{}]++")


def canonical(value: object) -> bytes:
    """The RFC 8785 bytes of ``value``: dict, list, tuple, str, int, float, bool or None.

    Nesting is at most 64 levels. ``BadInput`` names the member JSON has no form for.
    """
    if _is_ordinary(value, MAX_NESTING):
        # Without floats and with ASCII names, orjson's sorted bytes are the RFC's bytes.
        try:
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        except TypeError:  # a lone surrogate: the careful writer below finds and names it
            pass
    return _written(value, path="", levels=MAX_NESTING).encode()


def strict_json(data: bytes, *, max_bytes: int, max_depth: int) -> JsonValue:
    """The JSON value in ``data``, which may come from anybody; ``BadInput`` names the member.

    Linear in ``len(data)``, whatever it holds. ``max_depth``, at most 64, counts nested arrays and
    objects.
    """
    if max_depth > MAX_NESTING:
        raise ValueError("nobody nests deeper than 64 levels")
    if len(data) > max_bytes:
        raise BadInput(f"is longer than {max_bytes} bytes")
    text = _decoded(data)
    if _depth_exceeds(text, max_depth):
        raise BadInput(f"is nested deeper than {max_depth} levels")
    value, is_flawed = _read(text)
    if is_flawed or "\\u" in text:  # only an escape can hide U+0000 or a lone surrogate
        _refuse_flaws(value, "")
    return value


def member_path(parent: str, name: str | int) -> str:
    """``parent[3]`` or ``parent.name``; a name no member of ours could have is shown as ``?``."""
    if isinstance(name, int):
        return f"{parent}[{name}]"
    shown = name if _SHOWN_NAME.fullmatch(name) else "?"
    return f"{parent}.{shown}" if parent else shown


# --- writing ----------------------------------------------------------------------------------


def _is_ordinary(value: object, levels: int) -> bool:
    """Whether ``value`` has no float, no name beyond ASCII, no integer or nesting too large."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is int:
        return -MAX_INTEGER <= cast("int", value) <= MAX_INTEGER
    if kind is dict and levels:
        return _members_are_ordinary(cast("dict[object, object]", value), levels - 1)
    if (kind is list or kind is tuple) and levels:
        return all(_is_ordinary(item, levels - 1) for item in cast("list[object]", value))
    return isinstance(value, str)  # an enum's member is written as its text


def _members_are_ordinary(members: dict[object, object], levels: int) -> bool:
    for name, member in members.items():
        if type(name) is not str or not name.isascii():
            return False
        if type(member) is not str and not _is_ordinary(member, levels):
            return False
    return True


def _written(value: object, *, path: str, levels: int) -> str:
    if isinstance(value, str):
        return _string(value, path)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return _integer(value, path)
    if isinstance(value, float):
        return _float(value, path)
    if isinstance(value, dict | list | tuple):
        if not levels:
            raise BadInput(f"is nested deeper than {MAX_NESTING} levels", member=path)
        if isinstance(value, dict):
            return "{" + ",".join(_members(value, path, levels - 1)) + "}"
        items = (
            _written(item, path=member_path(path, index), levels=levels - 1)
            for index, item in enumerate(value)
        )
        return "[" + ",".join(items) + "]"
    raise BadInput("is no JSON value", member=path)


def _members(value: dict[object, object], path: str, levels: int) -> Iterator[str]:
    names: list[str] = []
    for name in value:
        if not isinstance(name, str):
            raise BadInput("has a member name that is not text", member=path)
        names.append(str(name))
        _string(name, path)
    # RFC 8785 section 3.2.3: by UTF-16 code units, which differs from code points beyond U+D7FF.
    for name in sorted(names, key=lambda name: name.encode("utf-16-be")):
        written = _written(value[name], path=member_path(path, name), levels=levels)
        yield f"{_string(name, path)}:{written}"


def _string(value: str, path: str) -> str:
    # RFC 8785 section 3.2.2.2: the shortest escapes, which are the ones Python's json writes.
    if not _is_unicode(value):
        raise BadInput("holds a lone surrogate", member=path)
    return encode_basestring(str(value))


def _integer(value: int, path: str) -> str:
    if not -MAX_INTEGER <= value <= MAX_INTEGER:
        raise BadInput("is an integer beyond 2^53 - 1: write it as a string", member=path)
    return str(int(value))


def _float(value: float, path: str) -> str:
    """ECMAScript's Number::toString (RFC 8785 section 3.2.2.3), from Python's shortest digits."""
    if not math.isfinite(value):
        raise BadInput("is not a finite number", member=path)
    if value == 0:
        return "0"  # minus zero too
    sign = "-" if value < 0 else ""
    mantissa, _, power = f"{abs(value)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    # `point`: how many digits stand before the decimal point when written out in full.
    point = len(whole) + int(power or 0) - (len(whole + fraction) - len(digits))
    return sign + _number_text(digits.rstrip("0"), point)


def _number_text(digits: str, point: int) -> str:
    if 0 < point <= 21:
        whole, fraction = digits[:point].ljust(point, "0"), digits[point:]
        return f"{whole}.{fraction}" if fraction else whole
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    mantissa = f"{digits[0]}.{digits[1:]}" if len(digits) > 1 else digits
    return f"{mantissa}e{point - 1:+d}"


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


# --- reading ----------------------------------------------------------------------------------


class _Flaw:
    """Stands in the tree where something was refused, until its path is known."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


class _Flawed(Exception):
    """There is something to refuse: look again, carefully."""


class _Reader:
    """Builds the tree in one pass of the C scanner, with a ``_Flaw`` where something is refused."""

    def __init__(self) -> None:
        self.decoder = json.JSONDecoder(
            object_pairs_hook=self._members,
            parse_int=self._integer,
            parse_float=self._float,
            parse_constant=self._constant,
        )

    def _members(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        members = dict(pairs)
        if len(members) != len(pairs):
            seen: set[str] = set()
            for name, _ in pairs:
                if name in seen:
                    members[name] = self._flaw("is given twice")
                seen.add(name)
        return members

    def _integer(self, digits: str) -> int | _Flaw:
        # The length first: turning a million digits into a number is slow.
        if len(digits) <= 17 and -MAX_INTEGER <= (number := int(digits)) <= MAX_INTEGER:
            return number
        return self._flaw("is an integer beyond 2^53 - 1: write it as a string")

    def _float(self, digits: str) -> float | _Flaw:
        number = float(digits)
        return number if math.isfinite(number) else self._flaw("is too large a number")

    def _constant(self, _: str) -> _Flaw:
        return self._flaw("is not a finite number")

    def _flaw(self, reason: str) -> _Flaw:
        return _Flaw(reason)


class _QuickReader(_Reader):
    """Gives up at the first flaw: most of what is read has none, and making a reader costs."""

    def _flaw(self, reason: str) -> NoReturn:
        raise _Flawed(reason)


_QUICK, _CAREFUL = _QuickReader().decoder, _Reader().decoder


def _read(text: str) -> tuple[JsonValue, bool]:
    """The tree, and whether there is a ``_Flaw`` in it."""
    try:
        try:
            return _QUICK.decode(text), False
        except _Flawed:
            return _CAREFUL.decode(text), True
    except json.JSONDecodeError as error:
        # Not chained: the decoder's error carries the whole document.
        raise BadInput(f"is not JSON at character {error.pos + 1}") from None


def _decoded(data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise BadInput(f"is not UTF-8 at byte {error.start + 1}") from None
    if text.startswith("\ufeff"):
        raise BadInput("begins with a byte order mark")
    return text


def _depth_exceeds(text: str, limit: int) -> bool:
    """Whether brackets outside strings ever stand more than ``limit`` deep."""
    if text.count("[") + text.count("{") <= limit:
        return False
    depth = 0
    for bracket in _NOT_BRACKETS.sub("", _QUOTED.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > limit:
            return True
    return False


def _refuse_flaws(value: object, path: str) -> None:
    """Raise for the first flaw in ``value``, with its path. The depth is bounded by now."""
    if isinstance(value, _Flaw):
        _refuse(value.reason, path)
    elif isinstance(value, str):
        _refuse_string(value, path)
    elif isinstance(value, dict):
        for name, member in value.items():
            _refuse_string(name, member_path(path, name))
            _refuse_flaws(member, member_path(path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _refuse_flaws(item, member_path(path, index))


def _refuse_string(value: str, path: str) -> None:
    if "\0" in value:
        _refuse("holds U+0000", path)
    if not _is_unicode(value):
        _refuse("holds a lone surrogate", path)


def _refuse(reason: str, path: str) -> NoReturn:
    raise BadInput(reason, member=path)
