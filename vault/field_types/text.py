r"""Texts: free text, one line, identifiers, sizes, choices, lists of lines.

Rules kept here:
- Text is kept as it was given, without white space around it; a line break is ``\n``.
- NUL, lone surrogates and, in a line, any control character are refused; so is an empty text.
- Compared are texts in NFKC (UAX 15) with single spaces: look-alike spellings of one text are
  equal, but a capital letter is a difference, because it can be the correction.
- Every function raises ``BadInput`` without naming a member; the field adds its name.
"""

import re
import unicodedata

from vault.errors import BadInput
from vault.field_types.field_type import Limits

MAX_LINE = 1_000
MAX_ITEMS = 64
MAX_ITEM = 256
MAX_SIZE = 32

_LINE_BREAKS = re.compile(r"\r\n?")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_SEPARATORS = re.compile(r"[\s\-./]+")


def text(value: object, _: Limits) -> str:
    """Free text of any number of lines."""
    return _LINE_BREAKS.sub("\n", some_text(value))


def line(value: object, _: Limits) -> str:
    """One line of at most 1,000 characters."""
    return short_line(value, at_most=MAX_LINE)


def identifier(value: object, _: Limits) -> str:
    """A number or code of at most 1,000 characters, in NFKC."""
    return short_line(compatible(some_text(value)), at_most=MAX_LINE)


def size(value: object, _: Limits) -> str:
    """A printed size of at most 32 characters."""
    return short_line(value, at_most=MAX_SIZE)


def choice(value: object, limits: Limits) -> str:
    """One of the field's own words, in lower case."""
    chosen = some_text(value).lower()
    if chosen not in limits.choices:
        raise BadInput(f"must be one of {', '.join(limits.choices)}")
    return chosen


def list_of_lines(value: object, _: Limits) -> list[str]:
    """Up to 64 lines of at most 256 characters, none twice."""
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_ITEMS:
        raise BadInput(f"must be a list of 1 to {MAX_ITEMS} texts")
    lines = [short_line(item, at_most=MAX_ITEM) for item in value]
    return list(dict.fromkeys(lines))


# --- comparable forms -------------------------------------------------------------------------


def compatible(value: str) -> str:
    """NFKC with single spaces and none around."""
    return " ".join(unicodedata.normalize("NFKC", value).split())


def bare_identifier(value: str) -> str:
    """Upper case, without spaces, hyphens, dots and slashes."""
    return _SEPARATORS.sub("", compatible(value)).upper()


def bare_size(value: str) -> str:
    """Upper case, without spaces; a half is ``.5``."""
    halves = re.sub(r"(?<=\d)\s*½", ".5", value).replace(",", ".")
    return "".join(compatible(halves).split()).upper()


def sorted_lines(value: list[str]) -> list[str]:
    """Comparable lines in order: a list is a set to whoever compares it."""
    return sorted({compatible(item) for item in value})


# --- what every text keeps --------------------------------------------------------------------


def some_text(value: object) -> str:
    """``value`` if it is text somebody can read, without white space around it."""
    if not isinstance(value, str):
        raise BadInput("must be text")
    if "\0" in value:
        raise BadInput("holds a NUL")
    if not value.isascii() and _SURROGATES.search(value):
        raise BadInput("holds a lone surrogate")
    stripped = value.strip()
    if not stripped:
        raise BadInput("is empty")
    return stripped


def short_line(value: object, *, at_most: int) -> str:
    """One line of text of at most ``at_most`` characters."""
    given = some_text(value)
    if len(given) > at_most:
        raise BadInput(f"is longer than {at_most:,} characters")
    if not given.isprintable() and _CONTROLS.search(given):
        raise BadInput("holds a control character or a line break")
    return given
