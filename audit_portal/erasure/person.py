"""A whole person is erased: begun, told, finished. The steps are numbered in ``steps``.

Rules kept here:
- A legal hold stops an erasure before its first step, by its law and its end: nothing is changed.
- The last copy and the certificate are to be had from the checkpoint of step 3 until step 4, as
  often as they are asked for. The last copy makes no entry: ``erase`` is the last one of its chain.
- The person says when they are done; a day after the first step it ends by itself.

Use::

    erasures.begin(consumer, actor=BY_CONSUMER)     # UnderWay, or OnHold
    erasures.last_copy(consumer, 0)                 # the final bundle
    erasures.certificate(consumer)                  # a signed file, to be kept
    erasures.finish(consumer)                       # True: nothing is left but what stays
    erasures.run()                                  # at start, and the worker's chore
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from audit_portal.erasure.rows import PERSON, Step, UnderWay, advance, row_of, under_way
from audit_portal.erasure.steps import Steps
from audit_portal.tables import ErasureRow
from consent import legal_holds
from consent.gate.erase import Eraser, counts_of, readers
from consent.gate.evidence import DUTIES, Evidence
from consent.ledger.bundle import Bundle
from consent.ledger.certificates import Certificate
from consent.ledger.log import ChainClosed, Log
from consent.ledger.prover import Prover
from consent.legal_holds import Hold
from vault.clock import Clock
from vault.crypto.signing import SigningKey
from vault.database import Database, Transaction
from vault.errors import Conflict, Unready
from vault.identifiers import ConsumerId

_COMMITMENTS = (
    "The commitments in the log, which say nothing by themselves, and on which other people's "
    "proofs rest."
)
STAYS = (
    _COMMITMENTS,
    "The record's place in the log, how many entries it had, and the last hash over them.",
    "A tombstone, so that no backup brings the record back.",
)
"""What no erasure takes away, as the certificate says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnHold:
    """Nothing was changed: these laws forbid it; the one that ends last comes last."""

    holds: Sequence[Hold]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """What a duty keeps of somebody erased now: under which law, why, until when (ms)."""

    law: str
    why: str
    until: int


class Erasures:
    """The erasures of people in one vault."""

    def __init__(  # noqa: PLR0913 - each is a part that bootstrap hands in by name
        self,
        *,
        main: Database,
        log: Log,
        eraser: Eraser,
        evidence: Evidence,
        steps: Steps,
        prover: Prover,
        signer: SigningKey,
        origin: str,
        clock: Clock,
    ) -> None:
        self._main = main
        self._log = log
        self._eraser = eraser
        self._evidence = evidence
        self._steps = steps
        self._prover = prover
        self._signer = signer
        self._origin = origin
        self._clock = clock

    # --- before ---------------------------------------------------------------------------------

    def holds(self, consumer: ConsumerId) -> list[Hold]:
        """The legal holds that stop an erasure now."""
        with self._main.reading() as tx:
            return self._holds_on(tx, self._eraser.chains(tx, consumer))

    def keeps(self) -> list[Keeping]:
        """What duties would keep of somebody who is erased now."""
        now = self._clock.now_ms()
        return [Keeping(law=duty.law, why=duty.why, until=duty.until(now)) for duty in DUTIES]

    def begin(self, consumer: ConsumerId, *, actor: str) -> UnderWay | OnHold:
        """Steps 1 and 2. Asking again for one that is under way answers how it stands.

        ``ChainClosed`` for a record that was joined or erased.
        """
        if (already := self.standing(consumer)) is not None:
            return already
        with self._log.acting([consumer]) as act:
            if holds := self._holds_on(act.tx, self._eraser.chains(act.tx, consumer)):
                return OnHold(holds=holds)
            now = self._clock.now_ms()
            entry = self._eraser.close(act, consumer, actor=actor, now_ms=now).entry  # 1
            row = ErasureRow(
                consumer_id=consumer,
                scope=PERSON,
                step=Step.CLOSED,
                begun_at=entry.at,
                entry_i=entry.i,
            )
            act.tx.add(row)
        # A crash here leaves a closed record whose data key lives: the next start goes on.
        self._steps.go_on(consumer)  # 2
        return self._required(consumer)

    # --- while it is under way ------------------------------------------------------------------

    def standing(self, consumer: ConsumerId) -> UnderWay | None:
        """How far the erasure of a person is; None: none was begun, or nothing is left."""
        with self._main.reading() as tx:
            row = row_of(tx, consumer, PERSON)
        if row is None:
            return None
        return under_way(row, is_logged=row.step > Step.RELEASED or self._steps.is_logged(row))

    def last_copy(self, consumer: ConsumerId, number: int) -> Bundle | None:
        """The final bundle of a chain, the ``erase`` entry in it; None: there is no such chain.

        ``Unready`` until the entry stands in the log: a copy without it would not be the last.
        """
        self._takeable(consumer)
        with self._main.reading() as tx:
            chains = self._eraser.chains(tx, consumer)
        if not 0 <= number < len(chains):
            return None
        bundle = self._prover.bundle(chains[number])
        if chains[number] == consumer:
            with self._main.transaction() as tx:
                advance(tx, consumer, copied_at=self._clock.now_ms())
        # A crash here leaves a copy that was noted and not received: it may be taken again.
        return bundle

    def certificate(self, consumer: ConsumerId) -> bytes:
        """The signed certificate. ``Unready`` until the entry is logged and the data key gone."""
        standing = self._takeable(consumer)
        if standing.destroyed_at is None:
            raise Unready("the data key is not gone yet; try again in a moment")
        with self._main.reading() as tx:
            chains = self._eraser.chains(tx, consumer)
            counts, told = counts_of(tx, chains), readers(tx, chains)
        certificate = Certificate(
            origin=self._origin,
            erased_at=standing.begun_at,
            values_destroyed_at=standing.destroyed_at,
            rest_destroyed_by=standing.ends_by,
            erased=counts,
            kept=self._evidence.gather(consumer, chains).kept(standing.begun_at),
            stays=STAYS,
            told=told,
            receipt=str(self._prover.receipt(consumer, standing.entry_i)),
        )
        return certificate.signed(self._signer)

    def finish(self, consumer: ConsumerId) -> bool:
        """The person is done: do not wait for the day to pass. Whether everything is gone.

        ``Conflict`` before the last copy was handed out; False while a step has to wait.
        """
        standing = self._required(consumer)
        if standing.copied_at is None:
            raise Conflict("take the last copy first")
        if standing.step == Step.VALUES_GONE and standing.is_logged:
            with self._main.transaction() as tx:
                advance(tx, consumer, step=Step.RELEASED)  # 3
        return self._steps.go_on(consumer)

    def run(self) -> int:
        """Go on with everything under way, and end what no duty keeps; how many came to their end.

        What fails stops nobody else's: after all others the first failure is raised again.
        """
        with self._main.reading() as tx:
            under_way = select(ErasureRow.consumer_id).where(col(ErasureRow.scope) == PERSON)
            people = [ConsumerId(bytes(row)) for row in tx.exec(under_way)]
        ended, failures = 0, list[Exception]()
        for consumer in people:
            try:
                ended += self._steps.go_on(consumer)
            except Exception as failure:  # noqa: BLE001 - kept, and raised when all had their turn
                failures.append(failure)
        self._evidence.end(self._clock.now_ms())
        if failures:
            raise failures[0]
        return ended

    # --- parts ----------------------------------------------------------------------------------

    def _holds_on(self, inside: Transaction, chains: Sequence[ConsumerId]) -> list[Hold]:
        return legal_holds.standing(inside, chains, now_ms=self._clock.now_ms())

    def _required(self, consumer: ConsumerId) -> UnderWay:
        standing = self.standing(consumer)
        if standing is None:
            raise ChainClosed("no erasure of this record is under way")
        return standing

    def _takeable(self, consumer: ConsumerId) -> UnderWay:
        """How it stands, while the log key lives and the last entry is in the log."""
        standing = self._required(consumer)
        if standing.step >= Step.KEPT:
            raise ChainClosed("the record is gone; there is nothing to take any more")
        if not standing.is_logged:
            raise Unready("the last entry is not in the log yet; try again in a moment")
        return standing
