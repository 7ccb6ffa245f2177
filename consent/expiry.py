"""What ends by itself: grants whose time is over, offers nobody answered. Each end is an entry.

Rules kept here:
- Due work is found by a query, so a run that was cut short is finished by the next one.
- What is due is looked at again under the person's lock: what ended meanwhile is left alone.
- The gate refuses a grant from the moment its time is over, whether or not this has run.
- A record that cannot be opened stops nobody else's: the others of its batch end one by one, and
  the run says so at its end (``Damaged``).

Use::

    expiry.run(now_ms)      # how many ended; 0: nothing was due
"""

from collections.abc import Callable, Collection, Sequence

from consent import grant_acts, grant_store, offer_acts
from consent.confirmations import Answer, Confirmed
from consent.grant_states import GrantAct, OfferState
from consent.grant_store import Due
from consent.ledger.entry_types import BY_VAULT
from consent.ledger.log import Act, ChainClosed, Log
from consent.offer_acts import GrantPolicy
from consent.tables import GrantRow, OfferRow
from vault.database import Database, Transaction
from vault.errors import Damaged

AT_ONCE = 100

Find = Callable[[Transaction, int], Sequence[Due]]
End = Callable[[Act, Due], Answer]


class Expiry:
    """Ends what is over."""

    def __init__(self, *, main: Database, log: Log, policy: GrantPolicy) -> None:
        self._main = main
        self._log = log
        self._policy = policy

    def run(self, now_ms: int) -> int:
        """End everything that is over at ``now_ms``, some people at a time; how many ended.

        ``Damaged``, after all others ended, when some record could not be opened. A crash in
        between leaves whole people done and the rest due.
        """
        made_before = now_ms - self._policy.waits_ms
        damaged = set[Due]()
        ended = self._each(
            lambda tx, limit: grant_store.over(tx, now_ms=now_ms, limit=limit),
            lambda act, due: _end_grant(act, due, now_ms),
            damaged,
        ) + self._each(
            lambda tx, limit: grant_store.unanswered(tx, made_before=made_before, limit=limit),
            lambda act, due: _end_offer(act, due, now_ms),
            damaged,
        )
        if damaged:
            raise Damaged("records that cannot be opened have something due; run `habeas doctor`")
        return ended

    def _each(self, find: Find, end: End, damaged: set[Due]) -> int:
        """What did not end is left for the next run, so that what is due behind it comes up."""
        ended, left = 0, set[Due]()
        while due := self._due(find, left):
            not_ended = self._end_some(due, end, damaged)
            ended += len(due) - len(not_ended)
            left |= not_ended
        return ended

    def _due(self, find: Find, left: Collection[Due]) -> list[Due]:
        with self._main.reading() as tx:
            found = find(tx, AT_ONCE + len(left))
        return [one for one in found if one not in left]

    def _end_some(self, due: Sequence[Due], end: End, damaged: set[Due]) -> set[Due]:
        """End these together; one by one when a record among them stops the others."""
        try:
            return self._end(due, end)
        except (ChainClosed, Damaged):
            return set().union(*(self._end_alone(one, end, damaged) for one in due))

    def _end_alone(self, due: Due, end: End, damaged: set[Due]) -> set[Due]:
        try:
            return self._end([due], end)
        except ChainClosed:  # joined or erased meanwhile
            return {due}
        except Damaged:
            damaged.add(due)
            return {due}

    def _end(self, due: Sequence[Due], end: End) -> set[Due]:
        """One transaction; those of ``due`` that had ended before."""
        with self._log.acting([consumer for consumer, _ in due]) as act:
            return {one for one in due if not isinstance(end(act, one), Confirmed)}


def _end_grant(act: Act, due: Due, now_ms: int) -> Answer:
    row = act.tx.get_one(GrantRow, due)
    return grant_acts.move(act, row, GrantAct.EXPIRE, actor=BY_VAULT, now_ms=now_ms)


def _end_offer(act: Act, due: Due, now_ms: int) -> Answer:
    row = act.tx.get_one(OfferRow, due)
    return offer_acts.end(act, row, OfferState.EXPIRED, actor=BY_VAULT, now_ms=now_ms)
