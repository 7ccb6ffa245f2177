"""Threat 9: two sequencers. One wins, the other stops, and no size is signed twice.

The first writer is held at a point of its run, long enough to lose its lease; the second takes
over and goes on; then the first is let go. Whatever it still tries is fenced off.
"""

import threading
from collections.abc import Callable, Iterator

import pytest

from consent.ledger.lock_store import Fenced
from consent.ledger.sequencer import LEASE_MS
from tests import arrange
from tests.check_everything import check_everything
from tests.faults import strikes
from tests.faults.conftest import Survivor
from tests.world import World

PATIENCE_S = 20.0
OUTSIDE = {(1, "before"), (8, "before"), (8, "after")}
"""Before the lease, inside a transaction (which holds SQLite's only turn), and after everything."""

HELD = [point for point in strikes.SEQUENCE if point not in OUTSIDE]


@pytest.fixture
def first(survivor: Survivor) -> World:
    return survivor.open(holder="first")


@pytest.fixture
def second(survivor: Survivor, first: World) -> Iterator[World]:
    with survivor.elsewhere() as world:
        yield world


def read(survivor: Survivor, world: World) -> None:
    arrange.read(world, arrange.request(survivor.company, survivor.person))


def test_while_one_holds_the_lease_the_other_does_nothing(
    survivor: Survivor, first: World, second: World
) -> None:
    read(survivor, first)
    first.sequence()
    read(survivor, first)
    assert second.sequencer.run_once() is False
    survivor.clock.advance(LEASE_MS)
    assert second.sequencer.run_once() is True
    assert first.sequencer.run_once() is False
    check_everything(second)


def test_a_lease_that_is_given_back_can_be_taken_at_once(
    survivor: Survivor, first: World, second: World
) -> None:
    read(survivor, first)
    first.sequence()
    first.sequencer.stop()
    read(survivor, first)
    assert second.sequencer.run_once() is True
    check_everything(second)


@pytest.mark.parametrize("point", HELD, ids=lambda point: f"{point[0]}-{point[1]}")
def test_a_writer_that_slept_through_its_lease_moves_nothing(
    survivor: Survivor, first: World, second: World, point: strikes.Point
) -> None:
    read(survivor, first)
    if point[0] == 2:
        strikes.stage_only(first)
    asleep, awake = threading.Event(), threading.Event()

    def sleep() -> None:
        if threading.current_thread() is thread:
            asleep.set()
            assert awake.wait(PATIENCE_S)

    ended: list[object] = []
    thread = threading.Thread(target=lambda: ended.append(outcome(first.sequencer.run_once)))
    with strikes.laid(first, strikes.SEQUENCE, point, sleep):
        thread.start()
        assert asleep.wait(PATIENCE_S)
        survivor.clock.advance(LEASE_MS)
        second.sequence()
        read(survivor, second)
        second.sequence()
        survivor.remember(second)
        awake.set()
        thread.join(PATIENCE_S)
    assert ended in ([Fenced], [True], [False])
    survivor.remember(second)
    check_everything(second)
    survivor.clock.advance(LEASE_MS)
    read(survivor, first)
    first.sequence()
    survivor.remember(first)
    check_everything(first)


def outcome(run: Callable[[], bool]) -> object:
    """What a run answers, or the kind of what it raises."""
    try:
        return run()
    except Exception as raised:  # noqa: BLE001 - told to the test's own thread
        return type(raised)


def test_two_that_run_at_once_make_one_log(survivor: Survivor, first: World, second: World) -> None:
    survivor.clock.advance(LEASE_MS)
    done = threading.Event()
    outcomes: set[object] = set()

    def run(world: World) -> None:
        while not done.is_set():
            outcomes.add(outcome(world.sequencer.run_once))
            world.sequencer.stop()

    threads = [threading.Thread(target=run, args=(world,)) for world in (first, second)]
    for thread in threads:
        thread.start()
    for _ in range(40):
        read(survivor, first)
        survivor.remember(first)
    done.set()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert outcomes <= {True, False, Fenced}, "to be second is no damage"
    survivor.clock.advance(LEASE_MS)
    first.sequence()
    survivor.remember(first)
    check_everything(first)
