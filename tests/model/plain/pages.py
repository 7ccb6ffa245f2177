"""What the person's pages have to show, counted from what happened. Plain."""

from collections import Counter
from typing import Any

from tests.model.plain.state import Event, Person


def record_of(person: Person) -> list[Event]:
    """Their own events and those of every record joined into theirs."""
    return [event for one in (person, *person.joined) for event in one.events]


def permissions(person: Person) -> dict[str, Any]:
    """Waiting and living ones by name, the newest first; how often each was used; what is over."""
    reads = Counter(one["grant_id"] for one in record_of(person) if one["type"] == "read")
    offers = sorted(person.offers, key=lambda one: -one.made)
    grants = sorted(person.grants, key=lambda one: -one.start)
    over = [(one.company, one.state) for one in grants if not one.lives]
    over += [(one.company, one.state) for one in offers if one.state not in ("waiting", "granted")]
    return {
        "waiting": [one.name for one in offers if one.state == "waiting"],
        "active": [
            (
                one.name,
                one.company,
                one.state == "paused",
                list(one.fields.items()),
                reads[one.name],
            )
            for one in grants
            if one.lives
        ],
        "over": sorted(over),
    }


def held(person: Person) -> list[tuple[str, str, int]]:
    """Field, the source of what counts now, and how many versions there are."""
    current = {name: person.current(name) for name in sorted(person.values)}
    return [(name, one.source, len(person.values[name])) for name, one in current.items() if one]


def counts(person: Person) -> dict[str, int]:
    """Of their whole record: events, looks, refusals."""
    types = Counter(one["type"] for one in record_of(person))
    return {"events": types.total(), "looks": types["read"], "blocked": types["refused"]}
