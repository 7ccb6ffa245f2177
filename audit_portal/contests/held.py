"""Values that were taken away and came again: the company that sent one stands by it, or drops it.

Rules kept here:
- Nobody reads a held value meanwhile. A company meets what it sent itself, whoever's contest took
  the value away, and never which contest that was.
- To certify is to say by name that the value is right now (15 U.S.C. 1681i(a)(5)(B)): it becomes a
  version, and the person sees who said so in their record.

Use::

    held.of_company(company)                            # [HeldView(…)], the oldest first
    held.certify(company, held_id, handler="R. Okafor")
    held.drop(company, held_id)
"""

from collections.abc import Callable
from dataclasses import dataclass

from audit_portal.contests.words import name_of
from consent import pairwise_store, reinsertion
from consent.companies import suspended
from consent.confirmations import Answer, NotFound
from consent.gate.holding import HOLDING_KEYS, Holding
from consent.ledger.log import Act, Log
from consent.reinsertion import Held
from vault.database import Database
from vault.identifiers import CompanyId, PairwiseId


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldView:
    """A value that waits for the company's word. ``held_at`` in ms."""

    held_id: str
    known_as: PairwiseId | None
    field: str
    nature: str
    channel: str
    held_at: int


class HeldValues:
    """What companies do about held values."""

    def __init__(self, *, main: Database, log: Log, holding: Holding) -> None:
        self._main = main
        self._log = log
        self._holding = holding

    def of_company(self, company: CompanyId, *, limit: int = 100) -> list[HeldView]:
        """What waits for this company's word, the oldest first."""
        with self._main.reading() as tx:
            return [
                HeldView(
                    held_id=one.held_id,
                    known_as=pairwise_store.known_as(tx, company, one.consumer),
                    field=one.field,
                    nature=one.nature,
                    channel=one.channel,
                    held_at=one.held_at,
                )
                for one in reinsertion.of_company(tx, company, limit=limit)
            ]

    def certify(self, company: CompanyId, held_id: str, *, handler: str) -> Answer:
        """Stand by a value; ``BadInput`` for a handler that is no name."""
        name = name_of(handler, member="handler")
        return self._on(
            company,
            held_id,
            lambda act, held: self._holding.certify(
                act, company, held.consumer, held_id, handler=name
            ),
        )

    def drop(self, company: CompanyId, held_id: str) -> Answer:
        """Take it back: nothing of it stays."""
        return self._on(
            company,
            held_id,
            lambda act, held: self._holding.drop(act, company, held.consumer, held_id),
        )

    def _on(self, company: CompanyId, held_id: str, do: Callable[[Act, Held], Answer]) -> Answer:
        with self._main.reading() as tx:
            held = reinsertion.named(tx, company, held_id)
        if held is None:
            return NotFound()
        with self._log.acting([held.consumer], uses=HOLDING_KEYS) as act:
            return NotFound() if suspended(act.tx, company) else do(act, held)
