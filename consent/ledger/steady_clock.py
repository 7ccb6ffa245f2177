"""A clock that stops telling the time when somebody set it.

Rules kept here:
- Wall time may move against monotonic time by five minutes. Beyond that every question for the time
  is ``Unready``, until the operator confirms it or the clock is set right again.
- So nothing is dated, read, ended or signed by a time nobody believes: an entry's time and an
  epoch's can never be taken back.
- A restart takes the time as it is; it has checks of its own (``startup``).

Use::

    clock = SteadyClock(SystemClock())
    clock.now_ms()          # Unready after a jump
    clock.confirm()         # how far it had jumped, in ms
"""

from vault.clock import Clock
from vault.errors import Unready

MAX_JUMP_MS = 5 * 60_000


class SteadyClock:
    """A ``Clock`` over another one. Shared by threads; owns where wall time is expected to be."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset = clock.now_ms() - clock.monotonic_ms()

    def now_ms(self) -> int:
        """Wall time in milliseconds since the epoch, UTC; ``Unready`` after a jump."""
        now = self._clock.now_ms()
        if abs(now - self._clock.monotonic_ms() - self._offset) > MAX_JUMP_MS:
            raise Unready("the clock was set while running; set it right, or confirm the time")
        return now

    def monotonic_ms(self) -> int:
        """Milliseconds since an arbitrary start; never goes back."""
        return self._clock.monotonic_ms()

    def confirm(self) -> int:
        """Take the time as it is now; by how many ms it had jumped."""
        offset = self._clock.now_ms() - self._clock.monotonic_ms()
        jumped, self._offset = offset - self._offset, offset
        return jumped
