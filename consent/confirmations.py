"""What an act answers: it stands in the ledger, or nothing changed, or there is no such thing.

Rules kept here:
- The same act twice does it once; the second time it says so, as a value.
- An unknown id and another person's give one and the same answer, which says neither.

Use::

    match grants.revoke(consumer, grant_id):
        case Confirmed(i=i, at=at): ...
        case NothingChanged(state=state): ...
        case NotFound(): ...
"""

from collections.abc import Sequence
from dataclasses import dataclass

from consent.ledger.log import Appended


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """It is done: ``ref`` is what was acted upon, ``i`` and ``at`` (ms) are its entry's."""

    ref: str
    i: int
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingChanged:
    """It already stood so: ``state`` is what ``ref`` was and still is. No entry was made."""

    ref: str
    state: str


@dataclass(frozen=True, slots=True)
class NotFound:
    """There is no such thing, or it is another's: nobody is told which."""


Answer = Confirmed | NothingChanged | NotFound


def confirmed(ref: str, appended: Sequence[Appended]) -> Confirmed:
    """The answer for an act, by the last of its entries."""
    entry = appended[-1].entry
    return Confirmed(ref=ref, i=entry.i, at=entry.at)
