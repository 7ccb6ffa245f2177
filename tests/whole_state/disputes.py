"""Fields under dispute as a chain tells of them: which contest holds which field, and how.

A field is withheld while one contest withholds it; else it is flagged while any holds it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

Held = tuple[str, str]
"""(field, contest id)."""


@dataclass(kw_only=True)
class Disputes:
    """What stands of the contests of one chain."""

    standing: dict[Held, str] = field(default_factory=dict)
    """What a contest holds -> ``withheld`` or ``flagged``."""
    ever: set[Held] = field(default_factory=set)

    def restrict(self, p: Mapping[str, Any]) -> None:
        for held in _held(p):
            self.standing[held] = p["serving"]
            self.ever.add(held)

    def lift(self, p: Mapping[str, Any]) -> None:
        for held in _held(p):
            del self.standing[held]

    @property
    def withheld(self) -> set[str]:
        return {name for (name, _), serving in self.standing.items() if serving == "withheld"}

    def flagged(self, fields: Collection[str]) -> set[str]:
        """Of these fields, those whose value goes out as disputed."""
        held = {name for name, _ in self.standing}
        return (held - self.withheld) & set(fields)


def _held(p: Mapping[str, Any]) -> list[Held]:
    return [(name, p["contest_id"]) for name in p["fields"]]
