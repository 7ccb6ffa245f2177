"""What the reference remembers. Plain dataclasses; times in ms.

Use::

    person.current("contact.email")             # Version, or None
"""

from dataclasses import dataclass, field
from typing import Any

from tests.contest_model.plain.days import Home


@dataclass(slots=True)
class Version:
    """One value of one field. ``source`` None: the person themselves."""

    number: int
    source: str | None
    value: str
    live: bool = True


@dataclass(slots=True)
class Held:
    """A value that came again and waits for its company. ``guard`` is what it met."""

    company: str
    field: str
    value: str
    guard: tuple[str, str]
    contest: int
    at: int
    state: str = "waiting"


@dataclass(slots=True)
class Hold:
    """How one contest holds its field."""

    serving: str
    reason: str
    since: int
    statement: str = ""


@dataclass(slots=True)
class Read:
    """What left the vault once: field -> version."""

    company: str
    at: int
    event: str
    versions: dict[str, int]


@dataclass(slots=True)
class Case:
    """One contest."""

    number: int
    label: str
    """The product's name for it: an order among what is due in the same moment, no more."""
    company: str
    kind: str
    field: str | None
    version: int | None
    event: str | None
    regimes: tuple[str, ...]
    proposal: str | None
    made_at: int
    state: str = "draft"
    sent_at: int = 0
    due_at: int | None = None
    lift_at: int | None = None
    decided_at: int = 0
    outcome: str | None = None
    handler: str | None = None
    statement: str | None = None
    has_more: bool = False
    was_extended: bool = False
    was_late: bool = False
    was_escalated: bool = False
    rating: int | None = None
    timer: tuple[str, int] | None = None


@dataclass(slots=True)
class Person:
    """Somebody, and everything about them."""

    name: str
    order: bytes
    home: Home
    versions: dict[str, list[Version]] = field(default_factory=dict)
    chosen: dict[str, int] = field(default_factory=dict)
    cases: dict[int, Case] = field(default_factory=dict)
    holds: dict[tuple[str, int], Hold] = field(default_factory=dict)
    guards: dict[tuple[str, tuple[str, str]], int] = field(default_factory=dict)
    """(field, what a guarded value looks like) -> the contest that took it away."""
    held: list[Held] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)
    told: dict[tuple[str, str, int], bool] = field(default_factory=dict)
    """(company, kind, contest) -> whether the company has acknowledged it."""

    def current(self, name: str) -> Version | None:
        """The one that counts: chosen, else their own newest, else the newest."""
        live = [one for one in self.versions.get(name, ()) if one.live]
        chosen = [one for one in live if one.number == self.chosen.get(name)]
        own = [one for one in live if one.source is None]
        return next(iter(chosen or own[-1:] or live[-1:]), None)

    def line(self, name: str, source: str | None) -> list[Version]:
        """What one source supplied for a field, oldest first."""
        return [one for one in self.versions.get(name, ()) if one.source == source]

    def version(self, name: str, number: int) -> Version | None:
        """One version by its number."""
        return next((one for one in self.versions.get(name, ()) if one.number == number), None)

    def standing(self) -> dict[str, Any]:
        """What can be seen of it from outside."""
        return {
            "current": {name: one.number for name in self.versions if (one := self.current(name))},
            "versions": sorted(
                (name, one.number, one.source, one.live)
                for name, line in self.versions.items()
                for one in line
            ),
            "told": sorted(
                (company, kind, about, acknowledged)
                for (company, kind, about), acknowledged in self.told.items()
            ),
            "held": sorted((one.company, one.field, one.contest, one.state) for one in self.held),
        }
