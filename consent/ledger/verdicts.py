"""What a check comes to: verified, or refused with one reason, and what convicts.

Rules kept here:
- A detail names members and entry numbers, never a value.
- A conviction is two statements that cannot both be true: one the log signed, and what was kept or
  shown. It holds what is needed to judge it; whoever shows it shows that much of their record.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from consent.ledger.checkpoint import Checkpoint
from consent.ledger.epochs import Epoch
from consent.ledger.kept import Kept
from consent.ledger.reasons import Caution, Reason
from vault.crypto.canonical import JsonValue

Statement: TypeAlias = Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one step found wrong, and the two statements, where there are two, that clash."""

    reason: Reason
    step: str
    detail: str
    statements: tuple[Statement, Statement] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conviction:
    """Two statements that cannot both be true. ``evidence`` is SHA-256 of all that was examined."""

    reason: str
    origin: str
    evidence: str
    statements: tuple[Statement, Statement] = field(repr=False)

    def to_json(self) -> dict[str, JsonValue]:
        """The conviction, to be handed to anybody."""
        return {
            "format": "habeas/conviction",
            "v": 1,
            "reason": self.reason,
            "origin": self.origin,
            "evidence": self.evidence,
            "statements": [dict(statement) for statement in self.statements],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The record does not verify. ``step`` is the number of the check that found it."""

    reason: Reason
    step: str
    detail: str
    conviction: Conviction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """The record verifies. ``kept`` is what to keep for the next time.

    ``counts`` are the entries shown, by type; ``commitments`` are theirs, from entry ``first`` on.
    """

    kept: Kept
    checkpoint: Checkpoint
    epoch: Epoch
    first: int
    counts: Mapping[str, int]
    cautions: frozenset[Caution]
    commitments: frozenset[bytes] = field(repr=False)
