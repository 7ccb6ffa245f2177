"""What ends by itself: grants whose time is over, offers nobody answered. Each end is an entry.

Rules kept here:
- Due work is found by a query, so a run that was cut short is finished by the next one.
- What is due is looked at again under the person's lock: what ended meanwhile is left alone.
- The gate refuses a grant from the moment its time is over, whether or not this has run.

Use::

    expiry.run(now_ms)      # how many ended; 0: nothing was due
"""

from collections.abc import Callable, Sequence
from contextlib import suppress

from consent import grant_acts, grant_store, offer_acts
from consent.confirmations import Answer, Confirmed
from consent.grant_states import GrantAct, OfferState
from consent.grant_store import Due
from consent.ledger.entry_types import BY_VAULT
from consent.ledger.log import Act, ChainClosed, Log
from consent.offer_acts import GrantPolicy
from consent.tables import GrantRow, OfferRow
from vault.database import Database, Transaction

AT_ONCE = 100

Find = Callable[[Transaction], Sequence[Due]]
End = Callable[[Act, Due], Answer]


class Expiry:
    """Ends what is over."""

    def __init__(self, *, main: Database, log: Log, policy: GrantPolicy) -> None:
        self._main = main
        self._log = log
        self._policy = policy

    def run(self, now_ms: int) -> int:
        """End everything that is over at ``now_ms``, some people at a time; how many ended.

        A crash in between leaves whole people done and the rest due.
        """
        made_before = now_ms - self._policy.waits_ms
        return self._each(
            lambda tx: grant_store.over(tx, now_ms=now_ms, limit=AT_ONCE),
            lambda act, due: _end_grant(act, due, now_ms),
        ) + self._each(
            lambda tx: grant_store.unanswered(tx, made_before=made_before, limit=AT_ONCE),
            lambda act, due: _end_offer(act, due, now_ms),
        )

    def _each(self, find: Find, end: End) -> int:
        ended = 0
        while due := self._due(find):
            answers: list[Answer] = []
            with suppress(ChainClosed):  # a record was joined or erased meanwhile: the next run
                answers = self._end(due, end)
            now_ended = sum(isinstance(answer, Confirmed) for answer in answers)
            if not now_ended:
                break
            ended += now_ended
        return ended

    def _due(self, find: Find) -> Sequence[Due]:
        with self._main.reading() as tx:
            return find(tx)

    def _end(self, due: Sequence[Due], end: End) -> list[Answer]:
        with self._log.acting([consumer for consumer, _ in due]) as act:
            return [end(act, one) for one in due]


def _end_grant(act: Act, due: Due, now_ms: int) -> Answer:
    row = act.tx.get_one(GrantRow, due)
    return grant_acts.move(act, row, GrantAct.EXPIRE, actor=BY_VAULT, now_ms=now_ms)


def _end_offer(act: Act, due: Due, now_ms: int) -> Answer:
    row = act.tx.get_one(OfferRow, due)
    return offer_acts.end(act, row, OfferState.EXPIRED, actor=BY_VAULT, now_ms=now_ms)
