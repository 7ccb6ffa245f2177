"""What the reference remembers: plain records in lists and dictionaries, and the time.

Rules kept here:
- Nothing of the product is imported, and nothing is clever.
- An event is a dictionary: what an entry says in plain terms. It goes to the end of its bearer's
  list, and waits for the log from then on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.model.names import Name

Event = dict[str, Any]


class Shown:
    """Printed in a failing example in a few words."""

    __slots__ = ()

    def _repr_pretty_(self, printer: Any, _: object) -> None:
        printer.text(repr(self))


@dataclass(eq=False, slots=True, kw_only=True)
class Bearer(Shown):
    """Whoever has a record of their own: a person or a company."""

    events: list[Event] = field(default_factory=list)
    refusals: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    """(company, reason) -> the hour in which it was last recorded, and how often it came again."""
    answered: dict[tuple[str, str], "Answered"] = field(default_factory=dict)
    """(company, request id) -> what was answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An allowed read, to be repeated. ``entry`` is the number of its event."""

    body: Any
    at: int
    entry: int
    grant: "Grant"
    edition: int
    versions: dict[str, "Version"]


@dataclass(eq=False, slots=True, kw_only=True)
class Company(Bearer):
    """A company by its name."""

    name: str
    suspended: bool = False

    def __repr__(self) -> str:
        return self.name


@dataclass(eq=False, slots=True, kw_only=True)
class Version:
    """One value of a field. ``source`` is a company's name, or ``self``."""

    number: int
    source: str
    value: Any
    nature: str
    entry: int


@dataclass(eq=False, slots=True, kw_only=True)
class Offer(Shown):
    """What a company asked a person for. ``fields``: name -> mask."""

    name: Name
    company: str
    purpose: str
    fields: dict[str, str]
    until: str
    max_reads: int | None
    made: int
    state: str = "waiting"
    ended: int | None = None

    def __repr__(self) -> str:
        return f"{self.name} by {self.company}, {self.state}"


@dataclass(eq=False, slots=True, kw_only=True)
class Grant(Shown):
    """What a person allows, or a company declared. ``edition`` counts its changes."""

    name: Name
    company: str
    purpose: str
    basis: str
    fields: dict[str, str]
    start: int
    until: int
    max_reads: int | None
    offer: Name | None = None
    state: str = "active"
    edition: int = 1
    used: int = 0

    @property
    def lives(self) -> bool:
        return self.state in ("active", "paused")

    def __repr__(self) -> str:
        return f"{self.name} to {self.company}, {self.state}"


@dataclass(eq=False, slots=True, kw_only=True)
class Person(Bearer):
    """A record of a person, which another one may have been joined into."""

    number: int
    known: dict[str, Name] = field(default_factory=dict)
    """Company -> the id under which it knows them."""
    address: str | None = None
    zone: str = "UTC"
    joined_into: "Person | None" = None
    joined: list["Person"] = field(default_factory=list)
    values: dict[str, list[Version]] = field(default_factory=dict)
    chosen: dict[str, int] = field(default_factory=dict)
    disputed: dict[str, tuple[str, int]] = field(default_factory=dict)
    offers: list[Offer] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)

    @property
    def name(self) -> Name:
        return Name("person", (self.number,))

    @property
    def is_claimed(self) -> bool:
        return self.address is not None

    def current(self, field_name: str) -> Version | None:
        """The version they chose, else their own newest, else the newest."""
        versions = self.values.get(field_name, [])
        chosen = [one for one in versions if one.number == self.chosen.get(field_name)]
        own = [one for one in versions if one.source == "self"]
        best = chosen or own or versions
        return best[-1] if best else None

    def line_of(self, source: str, field_name: str) -> list[Version]:
        """What one source said of a field, oldest first."""
        return [one for one in self.values.get(field_name, []) if one.source == source]

    def __repr__(self) -> str:
        return f"{self.name}{'' if self.is_claimed else ', unclaimed'}"


@dataclass(slots=True, kw_only=True)
class Invitation(Shown):
    """A printed code."""

    code: Name
    person: Person
    company: str
    expires: int
    usable: bool = True

    def __repr__(self) -> str:
        return f"{self.code} of {self.person}"


class State:
    """Everything, and the time."""

    def __init__(self, companies: Sequence[str], *, now: int) -> None:
        self.now = now
        self.waiting: list[int] = []
        """When the events happened that are not in the log yet."""
        self.companies = {name: Company(name=name) for name in companies}
        for company in self.companies.values():
            self.tell(company, "company_added", company.name)
            self.tell(company, "company_key_added", company.name)
        self.people: list[Person] = []
        self.called: dict[tuple[str, str], Person] = {}
        """(company, its own id of somebody) -> who that is."""
        self.invitations: list[Invitation] = []
        self.files: set[tuple[str, int]] = set()
        self.proofs: dict[bytes, int] = {}
        self._numbers: Iterator[int] = count(1)

    @property
    def living(self) -> list[Person]:
        """Records that were not joined into another."""
        return [one for one in self.people if one.joined_into is None]

    @property
    def grants(self) -> list[tuple[Person, Grant]]:
        return [(person, grant) for person in self.living for grant in person.grants]

    @property
    def offers(self) -> list[tuple[Person, Offer]]:
        return [(person, offer) for person in self.living for offer in person.offers]

    def fresh(self, kind: str) -> Name:
        """A name for a new thing."""
        return Name(kind, (next(self._numbers),))

    def tell(self, bearer: Bearer, kind: str, company: str | None = None, **said: Any) -> int:
        """Add an event; its number."""
        told = {name: value for name, value in said.items() if value is not None}
        bearer.events.append({"type": kind, "at": self.now, "company": company, **told})
        self.waiting.append(self.now)
        return len(bearer.events)
