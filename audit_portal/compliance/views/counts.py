"""Counts in words: small ones hidden, bounded ones said to be so.

Rules kept here:
- One to four is "fewer than 5": a small number could be one person. None is none.

Use::

    shown(Count(3))                     # 'fewer than 5'
    happened({"read": 1_204}, is_more=False)
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from consent.ledger.entry_types import EntryType
from consent.oversight import Count

SMALLEST_SHOWN = 5

_TOLD = (
    ("Looks at data", (EntryType.READ,)),
    ("Blocked attempts", (EntryType.REFUSED, EntryType.OFFER_BLOCKED)),
    ("Answers that did not go out", (EntryType.UNDELIVERED,)),
    ("Writes", (EntryType.WRITE,)),
    ("Permissions given", (EntryType.GRANT,)),
    ("Permissions stopped or paused", (EntryType.REVOKE, EntryType.PAUSE)),
)


class Happened(NamedTuple):
    """What happened how often, in words, and the types it counts."""

    what: str
    how_often: str
    types: tuple[str, ...]


def shown(count: Count) -> str:
    """A count of people or of what they did."""
    if 0 < count.number < SMALLEST_SHOWN:
        return f"fewer than {SMALLEST_SHOWN}"
    more = "at least " if count.is_more else ""
    return f"{more}{count.number:,}" if count.number else "none"


def happened(of_type: Mapping[str, int], *, is_more: bool) -> Sequence[Happened]:
    """The lines of a summary. ``is_more``: it was counted to a bound."""
    return [
        Happened(what, shown(Count(sum(of_type.get(kind, 0) for kind in kinds), is_more)), kinds)
        for what, kinds in _TOLD
    ]
