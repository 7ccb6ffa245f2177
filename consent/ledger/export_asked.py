"""What an officer asked for: which part of the log, and which of its entries. Pure.

Rules kept here:
- Either a run of leaves (``from_leaf`` to ``to_leaf``) or a period (``since <= at < until``, ms);
  an end that is not named is the end of the log.
- An entry is wanted or not by what its own P says, never by an index beside it: whoever can open
  the entry comes to the same answer.
- The company an entry concerns is the one that P names, else the one that acted.

Use::

    asked = Asked(company="cmp_…", types=("read",), since=1_767_225_600_000)
    asked.wants({"type": "read", "at": 1_767_225_600_000, "actor": "cmp_…"})
    Asked.read(members, "asked") == asked
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from consent.ledger.entry_types import concerned
from consent.ledger.members import Members
from vault.crypto.canonical import MAX_INTEGER, JsonValue
from vault.errors import BadInput

_NAMES = frozenset({"company", "types", "since", "until", "from", "to"})
_TYPE = re.compile(r"[a-z_]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A part of the log. ``BadInput`` when it is none, or both a run and a period."""

    company: str | None = None
    types: tuple[str, ...] = ()
    """Sorted; none: all types."""
    since: int | None = None
    until: int | None = None
    from_leaf: int | None = None
    to_leaf: int | None = None

    def __post_init__(self) -> None:
        if not all(map(_TYPE.fullmatch, self.types)) or list(self.types) != sorted(set(self.types)):
            raise BadInput("are not names of entries, sorted, each once", member="asked.types")
        if self._by_time and (self.from_leaf, self.to_leaf) != (None, None):
            raise BadInput("is both a run of leaves and a period", member="asked")
        for start, end in ((self.since, self.until), (self.from_leaf, self.to_leaf)):
            if start is not None and end is not None and start > end:
                raise BadInput("ends before it begins", member="asked")

    @property
    def _by_time(self) -> bool:
        return (self.since, self.until) != (None, None)

    @property
    def is_everything(self) -> bool:
        """Whether every entry is wanted, so that none may be kept closed for not being wanted."""
        return self.company is None and not self.types and not self._by_time

    def wants(self, p: Mapping[str, object]) -> bool:
        """Whether the entry with this P is to be opened."""
        at = p["at"]
        return (
            (not self.types or p["type"] in self.types)
            and (self.company is None or concerned(p) == self.company)
            and isinstance(at, int)
            and (self.since is None or at >= self.since)
            and (self.until is None or at < self.until)
        )

    def to_json(self) -> dict[str, JsonValue]:
        """As it stands in an export and in the entry that tells of it; what is open is left out."""
        told: dict[str, JsonValue] = {
            "company": self.company,
            "types": list(self.types) or None,
            "since": self.since,
            "until": self.until,
            "from": None if self.from_leaf is None else str(self.from_leaf),
            "to": None if self.to_leaf is None else str(self.to_leaf),
        }
        return {name: value for name, value in told.items() if value is not None}

    @classmethod
    def read(cls, members: Members, name: str) -> "Asked":
        """What the member ``name`` says; ``BadInput`` unless it is what ``to_json`` writes."""
        told = members.object(name, names=frozenset(), optional=_NAMES)
        return cls(
            company=told.text("company") if "company" in told else None,
            types=_types(told) if "types" in told else (),
            since=moment(told, "since") if "since" in told else None,
            until=moment(told, "until") if "until" in told else None,
            from_leaf=told.number("from") if "from" in told else None,
            to_leaf=told.number("to") if "to" in told else None,
        )


def moment(members: Members, name: str) -> int:
    """A time in ms that every reader of JSON takes for the same number."""
    ms = members.integer(name)
    if ms > MAX_INTEGER:
        raise members.bad(name, "is an integer beyond 2^53 - 1")
    return ms


def _types(told: Members) -> tuple[str, ...]:
    given = told.all["types"]
    if not isinstance(given, list) or not given:
        raise told.bad("types", "is no list of names")
    names = tuple(name for name in given if isinstance(name, str))
    if len(names) != len(given):
        raise told.bad("types", "is no list of names")
    return names
