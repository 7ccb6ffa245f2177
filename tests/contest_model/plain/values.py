"""Values come in, are held when they were taken away before, are read and withheld. Plain.

Use::

    reference.supply("Parcelo", rosa, {"work.title": "CLERK"})
    reference.read("Alder Books", rosa, ["work.title"], event="17")
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.contest_model.plain.state import Held, Hold, Person, Read, Version
from tests.contest_model.words import DAY, value


class Values:
    """What becomes of values."""

    def __init__(self, people: Sequence[Person], *, now: int) -> None:
        self.people = {one.name: one for one in people}
        self.now = now
        self.suspended: set[str] = set()
        self.numbers = 0

    # --- in -------------------------------------------------------------------------------------

    def supply(self, company: str, person: Person, values: Mapping[str, str]) -> dict[str, Any]:
        """A company sends values."""
        if company in self.suspended:
            return _written(refused=dict.fromkeys(values, "not_available"))
        held = [name for name, typed in values.items() if self._meets(company, person, name, typed)]
        left = {name: typed for name, typed in values.items() if name not in held}
        stored = [
            name for name, typed in left.items() if self._is_new(person, name, company, typed)
        ]
        for name in stored:
            self.add(person, name, company, left[name])
        return _written(stored, [name for name in left if name not in stored], held)

    def change(self, person: Person, name: str, typed: str) -> dict[str, Any]:
        """The person writes: at once what is theirs or nobody's."""
        current = person.current(name)
        if current is not None and current.source is not None:
            return _written(refused={name: "dispute_instead"})
        own = [one for one in person.line(name, None)[-1:] if one.live]
        if own and value(name, own[0].value).same == value(name, typed).same:
            return _written(unchanged=[name])
        self.add(person, name, None, typed)
        return _written([name])

    def choose(self, person: Person, name: str, number: int) -> str:
        """The person lets one version count."""
        one = person.version(name, number)
        if one is None or not one.live:
            return "bad"
        person.chosen[name] = number
        return "done"

    def add(self, person: Person, name: str, source: str | None, typed: str) -> int:
        """One more version; its number."""
        line = person.versions.setdefault(name, [])
        line.append(Version(len(line) + 1, source, typed))
        return len(line)

    def _is_new(self, person: Person, name: str, company: str, typed: str) -> bool:
        """Nothing this company ever said, whether it still lives or not."""
        said = {value(name, one.value).same for one in person.line(name, company)}
        return value(name, typed).same not in said

    # --- held -----------------------------------------------------------------------------------

    def _meets(self, company: str, person: Person, name: str, typed: str) -> bool:
        known = value(name, typed)
        for look in (("alike", known.alike), ("same", known.same)):
            contest = person.guards.get((name, look))
            if contest is None or self._stands_by(person, company, name, look, contest):
                continue
            waits = (company, name, look, "waiting")
            if waits not in [(o.company, o.field, o.guard, o.state) for o in person.held]:
                person.held.append(Held(company, name, typed, look, contest, self.now))
            return True
        return False

    def _stands_by(
        self, person: Person, company: str, name: str, look: tuple[str, str], contest: int
    ) -> bool:
        word = (company, name, look, contest, "certified")
        return word in [(o.company, o.field, o.guard, o.contest, o.state) for o in person.held]

    def certify(self, person: Person, held: Held) -> str:
        """The company stands by it: a version, unless its newest one says the same."""
        if held.company in self.suspended or held.state != "waiting":
            return "not found"
        held.state = "certified"
        self.put_back(person, held.field, held.company, held.value)
        return "done"

    def drop(self, _person: Person, held: Held) -> str:
        """The company takes it back."""
        if held.company in self.suspended or held.state != "waiting":
            return "not found"
        held.state = "dropped"
        return "done"

    def put_back(self, person: Person, name: str, source: str, typed: str) -> None:
        """A value that is decided: new, unless it is what this source says already."""
        newest = person.line(name, source)[-1:]
        says = [value(name, one.value).same for one in newest if one.live]
        if says != [value(name, typed).same]:
            self.add(person, name, source, typed)

    # --- out ------------------------------------------------------------------------------------

    def read(
        self, company: str, person: Person, names: Sequence[str], *, event: str, lost: bool
    ) -> Any:
        """What a company gets; ``lost``: the answer never left."""
        if company in self.suspended:
            return "suspended"
        told = {name: self._told(person, name) for name in names}
        versions = {name: one["version"] for name, one in told.items() if "version" in one}
        if versions and lost:
            return "undelivered"
        if versions:
            person.reads.append(Read(company, self.now, event, versions))
        return told

    def _told(self, person: Person, name: str) -> dict[str, Any]:
        holds = [hold for (field, _), hold in person.holds.items() if field == name]
        withheld = [one for one in holds if one.serving == "withheld"]
        current = person.current(name)
        if withheld:
            return {"withheld": "restricted", **_because(withheld)}
        if current is None:
            return {"withheld": "no_value"}
        told = {"version": current.number, "value": current.value}
        if holds:
            holds.sort(key=lambda one: one.since)
            told |= {"disputed": True, **_because(holds)}
            if said := "\n\n".join(one.statement for one in holds if one.statement):
                told["statement"] = said
        return told


def _because(holds: Sequence[Hold]) -> dict[str, Any]:
    oldest = min(holds, key=lambda one: one.since)
    return {"reason": oldest.reason, "since": oldest.since // DAY * DAY}


def _written(
    stored: Sequence[str] = (),
    unchanged: Sequence[str] = (),
    held: Sequence[str] = (),
    refused: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    return {
        "stored": sorted(stored),
        "unchanged": sorted(unchanged),
        "held": sorted(held),
        "refused": dict(refused or {}),
    }
