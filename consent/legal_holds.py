"""Legal holds: a law or a court forbids to erase somebody's record before a day.

Rules kept here:
- A hold has a law, in words the person reads, and an end: nothing is held for good.
- Placing one, or moving its end, is an entry in the person's record; so is ending it early.
- It stops an erasure and nothing else: the person goes on deciding who may look.

Use::

    with log.acting([consumer]) as act:
        place(act, consumer, law="Commercial Code, section 257", until_ms=until, now_ms=now)
    standing(tx, chains, now_ms=now)        # [Hold(law=…, until_ms=…)], the longest last
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import col, select

from consent.ledger.entry_types import BY_OPERATOR, EntryType
from consent.ledger.log import Act, NewEntry
from consent.tables import LegalHold
from vault.database import Transaction
from vault.errors import BadInput
from vault.identifiers import ConsumerId

LONGEST_LAW = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One hold. ``until_ms``: from then on it stops nothing."""

    law: str
    until_ms: int


def place(act: Act, consumer: ConsumerId, *, law: str, until_ms: int, now_ms: int) -> Hold:
    """Let nothing erase this record before ``until_ms``; the same law again moves its end.

    An end that has passed ends the hold. ``BadInput`` for a law that cannot be shown on one line.
    """
    if not 0 < len(law) <= LONGEST_LAW or not law.isprintable():
        raise BadInput(f"is not 1 to {LONGEST_LAW} printable characters", member="law")
    row = LegalHold(consumer_id=consumer, law=law, until_ms=until_ms, placed_at=now_ms)
    act.tx.merge(row)
    act.append(
        NewEntry(
            owner=consumer,
            type=EntryType.LEGAL_HOLD,
            actor=BY_OPERATOR,
            P={"law": law, "until": until_ms},
        )
    )
    return Hold(law=law, until_ms=until_ms)


def standing(inside: Transaction, chains: Collection[ConsumerId], *, now_ms: int) -> list[Hold]:
    """What holds any of these chains now, the longest last."""
    rows = inside.exec(
        select(LegalHold)
        .where(col(LegalHold.consumer_id).in_(chains), col(LegalHold.until_ms) > now_ms)
        .order_by(col(LegalHold.until_ms), col(LegalHold.law))
    )
    return [Hold(law=row.law, until_ms=row.until_ms) for row in rows]
