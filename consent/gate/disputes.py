"""What contests do to one read: which fields are withheld, which values go out flagged. Pure.

Rules kept here:
- A company is told why, and since which day: the moment is the same for all companies, and joining
  them by it is nobody's business.
- A flagged value goes with everything the person says about it, still sealed here.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from consent.decision import Reason
from consent.restrictions import Restricted, together
from consent.statements.rows import RestrictionNow

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Flagged:
    """Of the allowed fields of a read, those under dispute, and what goes with their values."""

    fields: Mapping[str, Restricted] = field(default_factory=dict)
    statements: Mapping[bytes, bytes | None] = field(default_factory=dict, repr=False)
    """What the person says, still sealed, by text id; None where the text is gone."""


NOTHING_FLAGGED = Flagged()


class Disputes:
    """The contests of a batch's people, as they stand under the lock."""

    def __init__(self, rows: Iterable[RestrictionNow]) -> None:
        given = list(rows)
        self._standing = together(given)
        self._statements = {
            (bytes(row.consumer_id), bytes(row.statement_id)): row.statement
            for row in given
            if row.statement_id is not None
        }

    def withheld(self, person: bytes) -> AbstractSet[str]:
        """The fields no company gets at all."""
        return {name for name, one in self._standing.get(person, {}).items() if one.withheld}

    def why(self, person: bytes, withheld: Mapping[str, Reason]) -> dict[str, Mapping[str, Any]]:
        """Of the withheld fields, what a company is told of those under dispute."""
        standing = self._standing.get(person, {})
        return {
            name: told_of(standing[name])
            for name, reason in withheld.items()
            if reason == Reason.RESTRICTED
        }

    def flagged(self, person: bytes, allowed: Iterable[str]) -> Flagged:
        """Of the allowed fields, those whose value goes out flagged."""
        standing = self._standing.get(person)
        if not standing:
            return NOTHING_FLAGGED
        fields = {name: standing[name] for name in allowed if name in standing}
        texts = {text_id for one in fields.values() for text_id in one.statements}
        return Flagged(
            fields=fields,
            statements={text_id: self._statements[person, text_id] for text_id in texts},
        )


def told_of(standing: Restricted) -> dict[str, Any]:
    """``{"reason", "since"}``, the day in ms, UTC."""
    return {"reason": standing.reason, "since": standing.since // DAY_MS * DAY_MS}
