"""A day of a vault: every kind of act once or twice, each acknowledged the moment it is done.

Use::

    for told in day(world, company, person):
        record.write(**told)
"""

from collections.abc import Iterator
from typing import Any

from consent.confirmations import Confirmed
from tests import arrange
from tests.arrange import EMAIL, NAME, Person
from tests.rooms import A_DAY, Rooms
from tests.world import World
from vault.identifiers import CompanyId

Told = dict[str, Any]


def day(
    world: World, company: CompanyId, who: Person, *, sequencing: bool = True
) -> Iterator[Told]:
    """Acts, one after the other; what is yielded was acknowledged to whoever acted."""
    sequence = world.sequence if sequencing else lambda: 0
    other = arrange.person(world, company)
    yield entry_of(other, 2)  # enrolled, written
    grant = arrange.permit(world, other, company, [EMAIL, NAME], max_reads=3)
    yield entry_of(other, 3)
    yield read(world, arrange.request(company, other, [EMAIL, NAME]))
    yield {"epochs": sequence()}
    yield from read_many(world, company, [who, other])
    world.own_view.show(who.consumer, [EMAIL])
    arrange.dispute(world, other, NAME)
    yield read(world, arrange.request(company, other, [EMAIL, NAME]))
    written = world.write(other.consumer, None, {EMAIL: "rosa.new@example.org"})
    yield entry_of(other, written.entry_i)
    yield {"epochs": sequence()}
    stopped = arrange.stop(world, other, grant)
    assert isinstance(stopped, Confirmed)
    yield entry_of(other, stopped.i)
    yield read(world, arrange.request(company, other))
    yield from join(world, other)
    yield {"epochs": sequence()}


def join(world: World, who: Person) -> Iterator[Told]:
    """A second company's record of the person becomes one with the first."""
    rooms = Rooms.around(world)
    parcelo = arrange.company(world, "Parcelo")
    second = rooms.person(parcelo, "P-1")
    world.write(second, parcelo, {NAME: "R. Quint"})
    code = rooms.enrolment.invite(parcelo, "P-1", valid_ms=A_DAY)
    yield {"entry": [second.hex(), 3]}  # enrolled, written, invited
    joined = rooms.claiming.join(who.consumer, code)
    assert isinstance(joined, Confirmed)
    yield entry_of(who, joined.i)


def read(world: World, asked: Any) -> Told:
    """One read, told by the opening its company was given."""
    return {"opening": arrange.read(world, asked).opening}


def read_many(world: World, company: CompanyId, people: list[Person]) -> Iterator[Told]:
    """One read of several people, each told by its opening."""
    [answer] = world.gate.read([arrange.request(company, people)])
    for outcome in answer.outcomes:
        yield {"opening": outcome.opening}


def entry_of(who: Person, i: int | None) -> Told:
    """An entry somebody was shown a confirmation of."""
    return {"entry": [who.consumer.hex(), i]}
