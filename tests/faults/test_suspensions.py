"""Threat 32 for a whole company: no read commits behind its suspension.

A suspension locks the company's chain, a read the chains of its people: the company's own row is
what both hold. A read that is under way is waited for; one that begins later is refused.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from consent.gate.writes import WRITING_KEYS, Write
from tests import arrange
from tests.arrange import EMAIL
from tests.check_everything import check_everything
from tests.faults.conftest import Survivor
from tests.rooms import Rooms, offer
from tests.world import World

A_WHILE_S = 0.4
"""Long enough for an act that waits for nothing."""


@pytest.fixture
def world(survivor: Survivor) -> Iterator[World]:
    """The vault, whose company may act again at the end: it is everybody's."""
    world = survivor.here()
    yield world
    survivor.clock.advance(1)
    world.companies.activate(survivor.company)


@pytest.fixture
def elsewhere(survivor: Survivor, world: World) -> Iterator[World]:
    with survivor.elsewhere() as other:
        yield other


class Held:
    """An act stopped between its looking and its commit, until it is let go."""

    def __init__(self, owner: Any, name: str) -> None:
        self.reached, self._go = threading.Event(), threading.Event()
        real = getattr(owner, name)

        def held(*told: Any, **named: Any) -> Any:
            self.reached.set()
            assert self._go.wait(20)
            return real(*told, **named)

        setattr(owner, name, held)

    def let_go(self) -> None:
        self._go.set()


def suspend_meanwhile(
    world: World, survivor: Survivor, act: Callable[[], Any], held: Held
) -> tuple[Any, Future[Any]]:
    """Suspend while ``act`` is held before its commit; what it answered, and the suspension."""
    with ThreadPoolExecutor(2) as pool:
        acting = pool.submit(act)
        assert held.reached.wait(20)
        suspending = pool.submit(world.companies.suspend, survivor.company)
        with pytest.raises(TimeoutError):
            suspending.result(A_WHILE_S)
        held.let_go()
        return acting.result(20), suspending


def test_a_suspension_waits_for_the_read_it_comes_after(survivor, world, elsewhere):
    held = Held(elsewhere.gate._statements, "finish_read")
    asked = arrange.request(survivor.company, survivor.person)
    answer, suspending = suspend_meanwhile(
        world, survivor, lambda: arrange.read(elsewhere, asked), held
    )
    assert answer.outcome == "allowed"
    assert suspending.result(20).ref == survivor.company
    again = arrange.read(world, arrange.request(survivor.company, survivor.person))
    assert (again.outcome, again.reason) == ("refused", "suspended")
    check_everything(world)


def test_a_suspension_waits_for_a_write(survivor, world, elsewhere):
    person = survivor.person.consumer
    write = Write(consumer=person, source=survivor.company, values={EMAIL: "new@example.org"})
    held = Held(elsewhere.profiles, "put_many")

    def supply() -> Any:
        with elsewhere.log.acting([person], uses=WRITING_KEYS) as act:
            return elsewhere.writes.write([write], inside=act)

    [written], suspending = suspend_meanwhile(world, survivor, supply, held)
    assert written.stored == (EMAIL,)
    assert suspending.result(20).ref == survivor.company
    [refused] = supply()
    assert not refused.stored
    check_everything(world)


def test_a_suspension_waits_for_an_offer(survivor, world, elsewhere):
    held = Held(elsewhere.log, "append")
    asked = offer({"consumer": survivor.person.pairwise})
    grants = Rooms.around(elsewhere).grants

    def ask() -> Any:
        return grants.make_offer(survivor.company, asked)

    made, suspending = suspend_meanwhile(world, survivor, ask, held)
    assert made.startswith("ofr_")
    assert suspending.result(20).ref == survivor.company
    assert ask().reason == "suspended"
    check_everything(world)


def test_no_read_stands_behind_a_suspension(survivor, world, elsewhere):
    """Readers that never stop, and a company that is suspended and let act again under them."""
    ended = threading.Event()

    def read_on() -> int:
        allowed = 0
        while not ended.is_set():
            survivor.clock.advance(1)
            asked = arrange.request(survivor.company, survivor.person)
            allowed += arrange.read(elsewhere, asked).outcome == "allowed"
        return allowed

    with ThreadPoolExecutor(2) as pool:
        reading = [pool.submit(read_on) for _ in range(2)]
        for _ in range(8):
            world.companies.suspend(survivor.company)
            before = world.reader.count(survivor.person.consumer, types=["read"])
            asked = arrange.request(survivor.company, survivor.person)
            assert arrange.read(world, asked).reason == "suspended"
            survivor.clock.advance(1)
            assert world.reader.count(survivor.person.consumer, types=["read"]) == before
            world.companies.activate(survivor.company)
            arrange.read(world, arrange.request(survivor.company, survivor.person))
        ended.set()
        assert sum(one.result(20) for one in reading) > 0
    check_everything(world)
