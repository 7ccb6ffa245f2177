r"""The form in which two values are the same however somebody writes them: for guards, never shown.

Rules kept here:
- Looser than ``rules.comparable``: a capital letter, a hyphen or an accent's encoding makes no
  difference here. A value that was taken away must not come back under another spelling.
- Texts: NFKC (UAX 15), case folded, without white space, punctuation and what has no width; between
  two digits one space stays, so that ``12.50`` is ``12,50`` and not ``1250``.
- E-mail without case and with its domain in ASCII (RFC 5890), phone as E.164, web addresses without
  scheme, an address as the set of its words, a list as a set, numbers without needless zeros.
- Accents stay: an accent is often the very correction. So is what a word means.
- A change of these rules is a new label in ``vault.likeness``: guards are never made again.

Use::

    loose(FieldType.NAME, "O'Neil, ROSA", country=None) == loose(FieldType.NAME, "oneil rosa", …)
"""

import re
import unicodedata
from collections.abc import Callable, Mapping

from vault.field_types import numbers, reach, text
from vault.field_types.field_type import FieldType, FieldValue

_ACCENTS_ALONE = str.maketrans({"\u00b4": "'", "`": "'"})
_KEPT = frozenset("LN")
_SYMBOLS = frozenset({"Sm", "Sc", "So"})
_WITHOUT_WIDTH = "Cf"
_NOT_BETWEEN_DIGITS = re.compile(r"(?<!\d) | (?!\d)")


def loose(kind: FieldType, value: FieldValue, *, country: str | None) -> FieldValue:
    """The loose form of a validated ``value``; ``country`` completes a phone number."""
    match value:
        case str() if kind is FieldType.PHONE:
            return reach.bare_phone(value, country)
        case str():
            return _LOOSE.get(kind, str.casefold)(value)
        case dict() if kind is FieldType.ADDRESS:
            return sorted({word for part in value.values() for word in _words(part)})
        case dict():
            return numbers.bare_money(value)
        case list():
            return sorted({bare(item) for item in value})
        case _:
            return value


def bare(value: str) -> str:
    """A text by its letters, digits and symbols; one without any by itself."""
    together = _NOT_BETWEEN_DIGITS.sub("", _spaced(value))
    return unicodedata.normalize("NFKC", together) or text.compatible(value).casefold()


def _bare_email(value: str) -> str:
    before, _, domain = text.compatible(value).casefold().rpartition("@")
    try:
        return f"{before}@{domain.encode('idna').decode()}"
    except UnicodeError:  # a label of no domain that could exist
        return f"{before}@{domain}"


def _bare_url(value: str) -> str:
    return reach.bare_url(value).partition("://")[2].casefold().rstrip("/")


def _bare_code(value: str) -> str:
    return _spaced(value).replace(" ", "") or bare(value)


def _words(value: str) -> list[str]:
    return _spaced(value).split() or [bare(value)]


def _spaced(value: str) -> str:
    """Folded, with one space wherever white space or punctuation stood, and none around."""
    folded = unicodedata.normalize("NFKC", value.translate(_ACCENTS_ALONE)).casefold()
    kept = ""
    for character in unicodedata.normalize("NFKC", folded):
        kept += _kept(character, behind=kept[-1:])
    return kept.strip()


def _kept(character: str, *, behind: str) -> str:
    """What is left of a character; ``behind`` is what was kept last."""
    category = unicodedata.category(character)
    if category == _WITHOUT_WIDTH:
        return ""
    stands_alone = behind in ("", " ")
    if category[0] == "M":
        return "" if stands_alone else character  # a mark upon nothing: an accent typed alone
    if category[0] in _KEPT or category in _SYMBOLS:
        return character
    return "" if stands_alone else " "


_LOOSE: Mapping[FieldType, Callable[[str], str]] = {
    FieldType.TEXT: bare,
    FieldType.NAME: bare,
    FieldType.IDENTIFIER: _bare_code,
    FieldType.EMAIL: _bare_email,
    FieldType.URL: _bare_url,
    FieldType.NUMBER: numbers.bare_number,
    FieldType.SIZE: text.bare_size,
}
