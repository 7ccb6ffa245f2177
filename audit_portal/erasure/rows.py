"""How far an erasure is, as its row says: in and out, no decisions.

Rules kept here:
- A step is noted after it is done. Noting an earlier one than what stands, or a moment a second
  time, changes nothing: two workers at the same erasure do no harm.

Use::

    advance(tx, consumer, step=Step.VALUES_GONE, destroyed_at=now)
"""

from dataclasses import dataclass
from enum import IntEnum

from audit_portal.tables import ErasureRow
from vault.database import Transaction
from vault.identifiers import ConsumerId

PERSON = "person"
"""The scope of the erasure of a whole person; any other scope is a company's id."""

WAIT_MS = 24 * 60 * 60_000
"""How long the person may take their last copy before the log key goes."""


class Step(IntEnum):
    """What is done of an erasure: the number its row holds."""

    CLOSED = 1
    VALUES_GONE = 2
    RELEASED = 3
    KEPT = 4
    ROWS_GONE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """An erasure that was begun. Times in ms; ``ends_by``: the rest goes then at the latest."""

    step: Step
    begun_at: int
    entry_i: int
    is_logged: bool
    destroyed_at: int | None
    copied_at: int | None

    @property
    def ends_by(self) -> int:
        """When the log key and the rows go, whether or not anything was taken."""
        return self.begun_at + WAIT_MS


def row_of(inside: Transaction, consumer: ConsumerId, scope: str) -> ErasureRow | None:
    """The erasure of this scope that is under way."""
    return inside.get(ErasureRow, (consumer, scope))


def under_way(row: ErasureRow, *, is_logged: bool) -> UnderWay:
    """How it stands."""
    return UnderWay(
        step=Step(row.step),
        begun_at=row.begun_at,
        entry_i=row.entry_i,
        is_logged=is_logged,
        destroyed_at=row.destroyed_at,
        copied_at=row.copied_at,
    )


def advance(
    inside: Transaction,
    consumer: ConsumerId,
    *,
    step: Step = Step.CLOSED,
    destroyed_at: int | None = None,
    copied_at: int | None = None,
) -> None:
    """Note a step of a person's erasure, and when something was done for the first time."""
    row = inside.get(ErasureRow, (consumer, PERSON), with_for_update=True)
    if row is None:
        return
    row.step = max(row.step, step)
    row.destroyed_at = row.destroyed_at or destroyed_at
    row.copied_at = row.copied_at or copied_at
