"""What was recorded and not delivered: told to the person, and the count given back once.

Between the commit and the answer a value may turn out damaged, or so much time may pass that the
permission has to be looked at again: what was stopped, disputed or suspended meanwhile is not
handed out any more.
"""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from consent.gate.asks import Outcome, ReadRequest
from consent.gate.reads import LATE_MS
from consent.tables import GrantRow
from tests import arrange
from tests.arrange import EMAIL, NAME, Person
from tests.check_everything import check_everything
from tests.faults import strikes
from tests.faults.conftest import Survivor
from tests.world import World

HOUR_MS = 3_600_000
Act = Callable[[World, Survivor, Person, str], object]


@pytest.fixture
def world(survivor: Survivor) -> World:
    survivor.leave()
    return survivor.open()


@pytest.fixture
def person(survivor: Survivor, world: World) -> Person:
    return arrange.person(world, survivor.company)


@pytest.fixture
def grant(survivor: Survivor, world: World, person: Person) -> str:
    until = survivor.clock.now_ms() + HOUR_MS
    return arrange.permit(
        world, person, survivor.company, [EMAIL, NAME], until_ms=until, max_reads=3
    )


def used(world: World, person: Person, grant: str) -> int:
    with world.stores.main.reading() as tx:
        return tx.get_one(GrantRow, (person.consumer, grant)).reads_used


def late(
    survivor: Survivor, world: World, asked: ReadRequest, act: Callable[[], object]
) -> Outcome:
    """A read that sleeps too long behind its commit, while somebody acts."""

    def sleep() -> None:
        survivor.clock.advance(LATE_MS + 1)
        act()

    with strikes.laid(world, strikes.READ, (7, "before"), sleep):
        return arrange.read(world, asked)


def test_a_late_answer_whose_permission_still_stands_is_given(
    survivor: Survivor, world: World, person: Person, grant: str
) -> None:
    asked = arrange.request(survivor.company, person)
    assert late(survivor, world, asked, lambda: None).fields
    assert used(world, person, grant) == 1
    check_everything(world)


ACTS: dict[str, Act] = {
    "stopped": lambda world, _, person, grant: arrange.stop(world, person, grant),
    "disputed": lambda world, _, person, __: arrange.dispute(world, person, NAME),
    "suspended": lambda world, survivor, _, __: world.companies.suspend(survivor.company),
    "expired": lambda _, survivor, __, ___: survivor.clock.advance(HOUR_MS),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=list(ACTS))
def test_a_late_answer_gives_nothing_that_was_taken_back_meanwhile(
    survivor: Survivor, world: World, person: Person, grant: str, act: Act
) -> None:
    asked = arrange.request(survivor.company, person, [EMAIL, NAME])
    outcome = late(survivor, world, asked, lambda: act(world, survivor, person, grant))
    assert (outcome.outcome, outcome.reason) == ("refused", "undelivered")
    assert not outcome.fields
    assert used(world, person, grant) == 0
    last = world.reader.entries(person.consumer, newest_first=True, limit=1)[0]
    assert (last.type, last.P["reason"]) == ("undelivered", "late")
    world.companies.activate(survivor.company)
    check_everything(world)


def test_a_repeat_that_is_not_delivered_gives_nothing_back(
    survivor: Survivor, world: World, person: Person, grant: str
) -> None:
    asked = arrange.request(survivor.company, person)
    assert arrange.read(world, asked).fields
    rec = "UPDATE field_versions SET rec = :rec WHERE consumer_id = :c AND field = :f"
    with world.stores.main.transaction() as tx:
        damaged = {"rec": bytes([1]) * 200, "c": person.consumer, "f": EMAIL}
        [(whole,)] = tx.connection().execute(
            text("SELECT rec FROM field_versions WHERE consumer_id = :c AND field = :f"),
            {"c": person.consumer, "f": EMAIL},
        )
        tx.connection().execute(text(rec), damaged)
    outcome = arrange.read(world, asked)
    assert (outcome.outcome, outcome.reason) == ("refused", "undelivered")
    assert not outcome.fields
    with world.stores.main.transaction() as tx:
        tx.connection().execute(text(rec), {"rec": whole, "c": person.consumer, "f": EMAIL})
    assert used(world, person, grant) == 1, "it was delivered the first time"
    assert world.reader.count(person.consumer, types=["undelivered"]) == 0
    assert arrange.read(world, asked).fields
    assert used(world, person, grant) == 1
    check_everything(world)
