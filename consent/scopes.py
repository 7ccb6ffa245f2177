"""Scopes: what a company may do besides reading fields (RFC 6749 section 3.3).

Rules kept here:
- The vocabulary is closed. Reading fields is no scope: it takes a rich authorisation, which names
  people, fields and one purpose.
- An unknown scope refuses the request; it is not dropped, so that nobody believes it was granted.

Use::

    scopes = parse_scopes("offers people", allowed=client.scopes)
"""

from collections.abc import Set as AbstractSet
from enum import StrEnum

from vault.errors import BadInput


class Scope(StrEnum):
    """A part of the company API."""

    OFFERS = "offers"
    FIELDS_WRITE = "fields:write"
    CONTESTS = "contests"
    PEOPLE = "people"


def parse_scopes(text: str, *, allowed: AbstractSet[Scope]) -> frozenset[Scope]:
    """The scopes in ``text``, separated by single spaces; ``BadInput`` for one not ``allowed``."""
    words = text.split(" ") if text else []
    if not allowed >= set(words):
        raise BadInput("names a scope this company cannot have", member="scope")
    return frozenset(map(Scope, words))


def scope_text(scopes: AbstractSet[Scope]) -> str:
    """``scopes`` as one text, in alphabetical order."""
    return " ".join(sorted(scopes))
