r"""From lines of text to cards and their properties (vCard 2.1, RFC 2426, RFC 6350).

Rules kept here:
- ``vobject`` reads a property's head and its quoted-printable value. Its decoding of texts is not
  used: it cuts a text at the first comma, which real programs leave bare. Nor is its unfolding: it
  takes quadratic time, minutes for a photo.
- Before ``vobject`` sees a head, that has matched a pattern which takes time in proportion to its
  length; ``vobject``'s own takes exponential time on a line without a colon.
- Only character sets of a short list are decoded: a name out of a file chooses no other codec.
- A card in a card (AGENT of 2.1) is skipped with it. A card that never ends, is longer than 8 MiB
  or holds a line that cannot be read is an error at its line; the next card is read all the same.

Use::

    for card in cards(numbered_lines(stream, encoding="utf-8")):
        for found in properties(card): ...
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from vobject.base import ContentLine, VObjectError, parseLine

from audit_portal.imports.records import RowError
from audit_portal.imports.text_lines import MAX_LINE, TOO_LONG, Line
from vault.errors import BadInput

_NAME = r"[A-Za-z0-9_-]+"
_VALUE = r'(?:"[^"]*"|[^";:,]*)'
_HEAD = re.compile(rf"(?:{_NAME}\.)?{_NAME}(?:;{_NAME}(?:={_VALUE})?(?:,{_VALUE})*)*:")
_QUOTED_PRINTABLE = re.compile(r"[^:]*\bQUOTED-PRINTABLE\b", re.IGNORECASE)
_EDGE = re.compile(r"\s*(BEGIN|END)\s*:\s*VCARD\s*", re.IGNORECASE)
_AGENT = re.compile(r"(?:[\w-]+\.)?AGENT\b", re.IGNORECASE)
_CHARSETS = frozenset(
    {
        *("UTF-8", "US-ASCII", "ISO-8859-1", "ISO-8859-2", "ISO-8859-15", "KOI8-R", "GB2312"),
        *("WINDOWS-1250", "WINDOWS-1251", "WINDOWS-1252", "SHIFT_JIS", "EUC-JP", "EUC-KR", "BIG5"),
    }
)
_FOREIGN = (VObjectError, ValueError, LookupError, TypeError)
"""What ``vobject`` raises on a property it cannot read; its messages hold the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The lines of one card without BEGIN and END; the first stands in line ``first``."""

    begin: int
    first: int
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One property: its name in capitals, its kinds (``TYPE``) in lower case, its raw value."""

    line: int
    name: str
    kinds: frozenset[str]
    params: dict[str, list[str]] = field(repr=False)
    value: str = field(repr=False)


# --- cards ------------------------------------------------------------------------------------


def cards(lines: Iterator[Line]) -> Iterator[Card | RowError]:
    """The cards of a file in order, an error for each stretch of lines that is none."""
    outside = False
    for line in lines:
        if _edge(line) == "BEGIN":
            outside = False
            yield from _rest_of_card(line.number, lines)
        elif (line.text is None or line.text.strip()) and not outside:
            outside = True
            yield _error(line.number, "stands outside a card")


def _rest_of_card(begin: int, lines: Iterator[Line]) -> Iterator[Card | RowError]:
    """The card that begins at line ``begin``, and those that begin before it has ended."""
    held, length, inner, fault = list[str](), 0, 0, ""
    for line in lines:
        edge = _edge(line)
        if edge == "END" and not inner:
            card = Card(begin=begin, first=begin + 1, text="\n".join(held))
            yield _error(begin, fault) if fault else card
            return
        if edge == "BEGIN" and not inner and not (held and _AGENT.match(held[-1])):
            yield _error(begin, "is not ended before the next card begins")
            begin, held, length, fault = line.number, [], 0, ""
            continue
        inner += {"BEGIN": 1, "END": -1}.get(edge, 0)
        length += len(line.text or "")
        if line.text is None or length > MAX_LINE:
            fault, held = TOO_LONG, []
        # An inner card leaves blank lines behind, so that lines keep their numbers.
        held.append("" if inner or edge or fault else line.text or "")
    yield _error(begin, "is not ended")


def _edge(line: Line) -> str:
    match = _EDGE.fullmatch(line.text) if line.text and len(line.text) < 100 else None
    return match[1].upper() if match else ""


def _error(line: int, reason: str) -> RowError:
    return RowError(line=line, member="", reason=reason)


# --- properties -------------------------------------------------------------------------------


def properties(card: Card) -> Iterator[Property]:
    """The properties of a card; ``UnreadableLine`` at the first line that is none."""
    for line, text in _unfolded(card):
        if not _HEAD.match(text):
            raise UnreadableLine(line)
        try:
            yield _property(text, line)
        except _FOREIGN:
            # Not chained: the library's errors hold the line.
            raise UnreadableLine(line) from None


def _unfolded(card: Card) -> Iterator[tuple[int, str]]:
    """Whole properties, each with the number of its first line.

    A line that begins with white space goes on with the one before (RFC 6350 section 3.2), and so
    does the one after a quoted-printable line that ends with ``=`` (RFC 2045 section 6.7).
    """
    begin, held, quoted = card.first, list[str](), False
    for number, line in enumerate(card.text.split("\n"), card.first):
        if quoted and held[-1].endswith("="):
            held += ["\n", line]
        elif held and line[:1] in {" ", "\t"}:
            held.append(line[1:])
        else:
            if held:
                yield begin, "".join(held)
            begin, held = number, [line] if line.strip() else []
            quoted = _QUOTED_PRINTABLE.match(line) is not None
    if held:
        yield begin, "".join(held)


class UnreadableLine(Exception):
    """A line of a card is no property, or cannot be decoded."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


def _property(text: str, line: int) -> Property:
    name, params, value, _ = parseLine(text, line)
    params = [_tidy(param) for param in params]
    charset = next((param[1] for param in params if param[0] == "CHARSET" and param[1:]), None)
    if charset is not None and charset.upper() not in _CHARSETS:
        raise BadInput("names a character set that is not read here")
    if charset is not None:
        value = _decoded(value, charset)
    read = ContentLine(name, params, value, lineNumber=line)
    kinds = [kind for types in read.params.get("TYPE", ()) for kind in types.split(",")]
    return Property(
        line=line,
        name=read.name,
        kinds=frozenset(kind.strip().lower() for kind in (*kinds, *read.singletonparams)),
        params=read.params,
        value=read.value,
    )


def _tidy(param: Sequence[str]) -> list[str]:
    """What ``vobject`` compares letter by letter, in capitals: names, and what ENCODING says."""
    name, *said = param
    return [name.upper(), *(one.upper() if name.upper() == "ENCODING" else one for one in said)]


def _decoded(value: str, charset: str) -> str:
    """Raw bytes in a value, as its own CHARSET reads them; quoted-printable ones stay ASCII."""
    if value.isascii():
        return value
    return value.encode("utf-8", "surrogateescape").decode(charset)
