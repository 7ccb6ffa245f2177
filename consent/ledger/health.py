"""Is the log alive, and is the time believable? Asked before every batch of reads.

Rules kept here:
- Reads are refused (``Unready``) when the oldest entry that is not in the log yet is older than
  half the merge
  delay promised to companies: a promise that may be broken is not made.
- Reads are refused while nobody believes the clock (``steady_clock``): a grant must not end late,
  or begin early, because a clock was set.
- The lag is looked up at most once a second.
"""

from consent.ledger import log_store
from consent.ledger.promises import MERGE_DELAY_S
from consent.ledger.steady_clock import SteadyClock
from vault.database import Database
from vault.errors import Unready

MAX_LAG_MS = MERGE_DELAY_S * 1000 // 2
SEQUENCER_IS_GONE_MS = 60_000
_LOOK_MS = 1_000


class LogHealth:
    """Watches the log's lag and the clock."""

    def __init__(self, *, main: Database, clock: SteadyClock) -> None:
        self._main = main
        self._clock = clock
        self._looked: int | None = None
        self._oldest: int | None = None

    def require_sound(self) -> None:
        """``Unready`` when the log lags too far behind or the clock jumped."""
        self._clock.now_ms()
        if self.lag_ms() > MAX_LAG_MS:
            raise Unready("the log is too far behind to record another read")

    def require_sequencer(self) -> None:
        """``Unready`` when no process has moved waiting entries into the log for a minute."""
        if self.lag_ms() > SEQUENCER_IS_GONE_MS:
            raise Unready("entries wait for the sequencer")

    def confirm_clock(self) -> int:
        """Take the time as it is now; returns by how many ms it had jumped."""
        return self._clock.confirm()

    def lag_ms(self) -> int:
        """Age of the oldest entry that is not in the log yet; 0 when all are."""
        now = self._clock.monotonic_ms()
        if self._looked is None or now - self._looked >= _LOOK_MS:
            with self._main.reading() as tx:
                self._oldest = log_store.oldest_waiting(tx)
            self._looked = now
        return 0 if self._oldest is None else max(0, self._clock.now_ms() - self._oldest)
