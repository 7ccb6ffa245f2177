"""Threats 32 and 33: many at once. No deadlock, a dense chain, and stop means stop.

A read that comes after a stop was confirmed gets nothing; one that overlaps it either stands before
the stop in the chain or is refused. The same for a restriction. ``check_everything`` follows every
chain and would find an allowed read behind either.
"""

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from tests import arrange
from tests.arrange import EMAIL, NAME
from tests.check_everything import check_everything
from tests.faults.conftest import Survivor
from tests.world import World

PEOPLE, BATCHES, THREADS = 20, 100, 8
ROUNDS, MANY_ROUNDS = 20, 1_000


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Let acts begin at one moment, each in a thread; what they answer, in order."""
    gate = threading.Barrier(len(acts))

    def begin(act: Callable[[], Any]) -> Any:
        gate.wait(20)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result() for future in [pool.submit(begin, act) for act in acts]]


@pytest.fixture
def world(survivor: Survivor) -> World:
    return survivor.here()


@pytest.fixture
def elsewhere(survivor: Survivor, world: World) -> Iterator[World]:
    """A second process, where it can be one."""
    with survivor.elsewhere() as other:
        yield other


def test_a_hundred_batches_over_twenty_people_never_lock_each_other_out(
    survivor: Survivor, world: World
) -> None:
    company = survivor.company
    people = [arrange.person(world, company) for _ in range(PEOPLE)]
    for one in people:
        arrange.permit(world, one, company, [EMAIL])
    shuffled = random.Random(33)
    batches = [shuffled.sample(people, shuffled.randint(2, PEOPLE)) for _ in range(BATCHES)]

    def read(batch: Sequence[arrange.Person]) -> list[str]:
        [answer] = world.gate.read([arrange.request(company, batch)])
        return [outcome.outcome for outcome in answer.outcomes]

    with ThreadPoolExecutor(THREADS) as pool:
        answers = pool.map(read, batches)
        world.sequence()
        told = list(answers)
    assert told == [["allowed"] * len(batch) for batch in batches]
    for one in people:
        due = sum(one in batch for batch in batches)
        assert world.reader.count(one.consumer, types=["read"]) == due
    world.sequence()
    check_everything(world)


def test_a_hundred_reads_of_one_person_make_a_dense_chain(survivor: Survivor, world: World) -> None:
    before = world.reader.count(survivor.person.consumer)

    def read(_: int) -> str:
        return arrange.read(world, arrange.request(survivor.company, survivor.person)).outcome

    with ThreadPoolExecutor(THREADS) as pool:
        assert set(pool.map(read, range(100))) == {"allowed"}
    assert world.reader.count(survivor.person.consumer) == before + 100
    world.sequence()
    check_everything(world)


def test_a_limited_permission_is_used_up_exactly(survivor: Survivor, world: World) -> None:
    person = arrange.person(world, survivor.company)
    arrange.permit(world, person, survivor.company, [EMAIL], max_reads=7)

    def read(_: int) -> str:
        return arrange.read(world, arrange.request(survivor.company, person)).outcome

    with ThreadPoolExecutor(THREADS) as pool:
        told = list(pool.map(read, range(30)))
    assert told.count("allowed") == 7
    check_everything(world)


class Race:
    """Two readers, and an act that begins after none to three of their reads were answered."""

    def __init__(self, read: Callable[[], bool], act: Callable[[], object], *, after: int) -> None:
        self._read = read
        self._act = act
        self._after = after
        self._answered = threading.Semaphore(0)

    def run(self) -> tuple[int, bool]:
        """How many reads still got everything, and whether one begun after the act did."""
        first, second, afterwards = together(self._until_less, self._until_less, self._end)
        return first + second, afterwards

    def _until_less(self) -> int:
        for times in range(MANY_ROUNDS):
            got_everything = self._read()
            self._answered.release()
            if not got_everything:
                return times
        raise AssertionError("the act never showed")

    def _end(self) -> bool:
        for _ in range(self._after):
            self._answered.acquire()
        self._act()
        return self._read()


@pytest.mark.parametrize("rounds", [ROUNDS, pytest.param(MANY_ROUNDS, marks=pytest.mark.heavy)])
def test_no_read_stands_behind_a_stop(
    survivor: Survivor, world: World, elsewhere: World, rounds: int
) -> None:
    company = survivor.company
    person = arrange.person(world, company)

    def read() -> bool:
        return arrange.read(elsewhere, arrange.request(company, person)).outcome == "allowed"

    for number in range(rounds):
        stop = partial(arrange.stop, world, person, arrange.permit(world, person, company, [EMAIL]))
        times, afterwards = Race(read, stop, after=number % 4).run()
        assert times >= number % 4
        assert not afterwards, "the stop was confirmed before this read began"
    world.sequence()
    check_everything(world)


@pytest.mark.parametrize("rounds", [ROUNDS, pytest.param(MANY_ROUNDS, marks=pytest.mark.heavy)])
def test_no_unrestricted_read_stands_behind_a_restriction(
    survivor: Survivor, world: World, elsewhere: World, rounds: int
) -> None:
    company = survivor.company
    person = arrange.person(world, company)
    arrange.permit(world, person, company, [EMAIL, NAME])

    def read() -> bool:
        asked = arrange.request(company, person, [EMAIL, NAME])
        return NAME in arrange.read(elsewhere, asked).fields

    for number in range(rounds):
        dispute = partial(arrange.dispute, world, person, NAME)
        times, afterwards = Race(read, dispute, after=number % 4).run()
        assert times >= number % 4
        assert not afterwards, "the contest was confirmed before this read began"
        arrange.settle(world, person, NAME)
    world.sequence()
    check_everything(world)
