"""Time as the house sees it: whole milliseconds since 1970-01-01T00:00:00Z, always handed in.

Rules kept here:
- Only a ``Clock`` passed in tells the time; no other module calls the operating system for it.
- Wall time may jump; ``monotonic_ms`` may not. The two together let a caller notice a jump.

Use::

    clock: Clock = SystemClock()
    now = clock.now_ms()
"""

import time
from typing import Protocol


class Clock(Protocol):
    """What tells the time: the system's clock in use, a hand-wound one in tests."""

    def now_ms(self) -> int:
        """Wall time in milliseconds since the epoch, UTC."""
        ...

    def monotonic_ms(self) -> int:
        """Milliseconds since an arbitrary start; never goes back."""
        ...


class SystemClock:
    """The operating system's own clocks."""

    def now_ms(self) -> int:
        """Wall time in milliseconds since the epoch, UTC."""
        return time.time_ns() // 1_000_000

    def monotonic_ms(self) -> int:
        """Milliseconds since an arbitrary start; never goes back."""
        return time.monotonic_ns() // 1_000_000
