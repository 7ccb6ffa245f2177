"""Working doubles that many rooms share. A double keeps the contract of what it stands for.

Use::

    clock = FakeClock()
    clock.advance(5_000)
    clock.jump(-60_000)     # wall time set back; monotonic time stays
"""

from dataclasses import dataclass

START_MS = 1_767_225_600_000
"""2026-01-01T00:00:00Z: where a hand-wound clock begins."""


@dataclass(slots=True)
class FakeClock:
    """A ``vault.clock.Clock`` that moves only when a test winds it."""

    wall_ms: int = START_MS
    run_ms: int = 0

    def now_ms(self) -> int:
        """Wall time in milliseconds since the epoch, UTC."""
        return self.wall_ms

    def monotonic_ms(self) -> int:
        """Milliseconds since this clock was made."""
        return self.run_ms

    def advance(self, ms: int) -> None:
        """Let ``ms`` milliseconds pass on both clocks."""
        if ms < 0:
            raise ValueError("time does not run backwards; jump() sets wall time")
        self.wall_ms += ms
        self.run_ms += ms

    def jump(self, ms: int) -> None:
        """Set wall time forward or back, as an operator or a time server would."""
        self.wall_ms += ms
