"""Threat 36: clocks that jump, stand still or run behind.

Time in entries never goes back, what expired does not revive, and while the time is not believed
nothing is read. The clock is wound by hand: ``jump`` sets wall time, monotonic time stays.
"""

import pytest

from tests import arrange
from tests.arrange import EMAIL
from tests.check_everything import check_everything
from tests.faults.conftest import Survivor
from tests.world import World
from vault.errors import OperatorMustAct, Unready

MINUTE, HOUR, YEAR = 60_000, 3_600_000, arrange.YEAR_MS


@pytest.fixture
def world(survivor: Survivor) -> World:
    survivor.leave()
    return survivor.open()


@pytest.mark.parametrize("jump", [5 * MINUTE + 1, HOUR, YEAR, -5 * MINUTE - 1, -HOUR, -YEAR])
def test_a_jump_of_more_than_five_minutes_stops_reads_until_the_time_is_confirmed(
    survivor: Survivor, world: World, jump: int
) -> None:
    asked = arrange.request(survivor.company, survivor.person)
    survivor.clock.jump(jump)
    with pytest.raises(Unready, match="clock"):
        world.gate.read([asked])
    survivor.clock.jump(-jump)
    assert arrange.read(world, asked).outcome == "allowed"
    check_everything(world)


def test_a_time_that_was_confirmed_is_believed(survivor: Survivor, world: World) -> None:
    survivor.clock.jump(HOUR)
    assert world.health.confirm_clock() == HOUR
    assert arrange.read(world, arrange.request(survivor.company, survivor.person)).fields
    world.sequence()
    check_everything(world)


@pytest.mark.parametrize("jump", [5 * MINUTE, -5 * MINUTE])
def test_a_smaller_jump_is_believed_and_time_in_entries_never_goes_back(
    survivor: Survivor, world: World, jump: int
) -> None:
    for step in (jump, -jump, jump, -jump):
        assert arrange.read(world, arrange.request(survivor.company, survivor.person)).fields
        survivor.clock.jump(step)
        survivor.clock.advance(1_000)
    times = [entry.at for entry in world.reader.entries(survivor.person.consumer)]
    assert times == sorted(times)
    survivor.clock.advance(10 * MINUTE)
    world.sequence()
    check_everything(world)


def test_what_expired_does_not_revive_when_the_clock_is_set_back(
    survivor: Survivor, world: World
) -> None:
    person = arrange.person(world, survivor.company)
    until = survivor.clock.now_ms() + MINUTE
    arrange.permit(world, person, survivor.company, [EMAIL], until_ms=until)
    assert arrange.read(world, arrange.request(survivor.company, person)).outcome == "allowed"
    survivor.clock.advance(MINUTE)
    for _ in range(2):
        outcome = arrange.read(world, arrange.request(survivor.company, person))
        assert (outcome.outcome, outcome.reason) == ("refused", "expired")
        survivor.clock.jump(-4 * MINUTE)
    survivor.clock.jump(8 * MINUTE)
    check_everything(world)


def test_what_has_not_begun_does_not_begin_early_for_long(survivor: Survivor, world: World) -> None:
    """A permission from tomorrow on: a clock set forward by a day is not believed."""
    person = arrange.person(world, survivor.company)
    survivor.clock.jump(-4 * MINUTE)
    outcome = arrange.read(world, arrange.request(survivor.company, person))
    assert outcome.outcome == "not_available"
    survivor.clock.jump(4 * MINUTE)
    check_everything(world)


def test_a_start_behind_the_last_entry_is_refused(survivor: Survivor, world: World) -> None:
    arrange.read(world, arrange.request(survivor.company, survivor.person))
    for sequenced in (False, True):
        if sequenced:
            survivor.open().sequence()
        survivor.leave()
        last = survivor.clock.now_ms()
        survivor.clock.jump(-2_001)
        with pytest.raises(OperatorMustAct, match="behind"):
            World.open(survivor.stores, survivor.clock, survivor.folder)
        survivor.leave()
        survivor.clock.jump(1)
        World.open(survivor.stores, survivor.clock, survivor.folder)
        survivor.leave()
        survivor.clock.jump(last - survivor.clock.now_ms())
    check_everything(survivor.open())


@pytest.mark.parametrize("jump", [HOUR, YEAR])
def test_no_epoch_is_signed_at_a_time_nobody_believes(
    survivor: Survivor, world: World, jump: int
) -> None:
    """A clock that jumped and was set right again: the log's own time did not go with it."""
    arrange.read(world, arrange.request(survivor.company, survivor.person))
    before = survivor.clock.now_ms()
    survivor.clock.jump(jump)
    with pytest.raises((Unready, OperatorMustAct)):
        world.sequence()
    survivor.clock.jump(-jump)
    world.sequence()
    with world.stores.main.reading() as tx:
        newest = tx.connection().exec_driver_sql("SELECT max(ts) FROM epochs").scalar_one()
    assert newest <= before
    check_everything(world)


@pytest.mark.parametrize("jump", [HOUR, YEAR])
def test_no_entry_is_dated_by_a_clock_nobody_believes(
    survivor: Survivor, world: World, jump: int
) -> None:
    survivor.clock.jump(jump)
    with pytest.raises(Unready, match="clock"):
        world.own_view.show(survivor.person.consumer, [EMAIL])
    survivor.clock.jump(-jump)
    assert world.own_view.show(survivor.person.consumer, [EMAIL])
    check_everything(world)
