"""Threats 3 and 11: the disk is full, or fails, in the middle of an append.

No value leaves and nothing is half there. A full disk is ``Unready`` and recovers by itself once
there is room; a disk that failed stops the store for good, because a retry that succeeds could lie.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests import arrange
from tests.arrange import NAME
from tests.check_everything import check_everything
from tests.faults.child import REFUSED
from tests.faults.conftest import Mortal, Survivor
from tests.stores import Maker, Name, fresh
from tests.world import World
from vault.errors import Unready


@pytest.fixture(scope="module")
def survivor(sqlite_maker: Maker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Survivor]:
    """On SQLite: PostgreSQL answers a full disk with an error of its own, which is tried as one."""
    with fresh(sqlite_maker) as stores:
        yield Survivor.begin(stores, tmp_path_factory.mktemp("survivor"))


@pytest.fixture
def world(survivor: Survivor) -> World:
    return survivor.here()


@contextmanager
def full(world: World, name: Name) -> Iterator[None]:
    """A store that cannot grow by a single page inside the block."""
    store = world.stores.open(name)
    with store.hot() as writer:
        writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        [(pages,)] = writer.execute("PRAGMA page_count").fetchall()
        writer.execute(f"PRAGMA max_page_count={pages}").fetchall()
    try:
        yield
    finally:
        with store.hot() as writer:
            writer.execute(f"PRAGMA max_page_count={2**30}").fetchall()


def reads_until_full(survivor: Survivor, world: World) -> int:
    """How many reads are answered before the store has no room left."""
    for answered in range(500):
        try:
            arrange.read(world, arrange.request(survivor.company, survivor.person))
        except Unready:
            return answered
    raise AssertionError("the store was never full")


def test_a_read_on_a_full_disk_gives_nothing_and_leaves_nothing(
    survivor: Survivor, world: World
) -> None:
    who = survivor.person.consumer
    before = world.reader.count(who)
    with full(world, "main"):
        answered = reads_until_full(survivor, world)
        assert world.reader.count(who) == before + answered
        with pytest.raises(Unready):
            world.own_view.show(who, [NAME])
        with pytest.raises(Unready):
            arrange.read(world, arrange.request(survivor.company, survivor.person))
        assert world.reader.count(who) == before + answered
    assert arrange.read(world, arrange.request(survivor.company, survivor.person)).fields
    world.sequence()
    check_everything(world)


def test_a_sequencer_on_a_full_disk_signs_nothing_and_goes_on_when_there_is_room(
    survivor: Survivor, world: World
) -> None:
    for _ in range(150):  # more leaves than fit into a page that is begun
        arrange.read(world, arrange.request(survivor.company, survivor.person))
    before = world.locks.standing()
    with full(world, "main"), pytest.raises(Unready):
        world.sequence()
    assert world.locks.standing() == before
    world.sequence()
    check_everything(world)


def test_a_disk_that_fails_stops_the_store_until_a_restart(
    survivor: Survivor, mortal: Mortal
) -> None:
    """The fork may write no file beyond a size: a write that fails in the middle of the log."""
    fate = mortal.run(survivor.order("failing_disk"))
    assert fate.ended == REFUSED
    assert fate.all("refused") == ["OperatorMustAct"]
    assert fate.all("again") == ["OperatorMustAct"], "no success on retry"
    world = survivor.open()
    survivor.require_acknowledged(world, fate)
    answered = len(fate.all("answered"))
    assert answered > 0
    assert len(fate.all("opened")) == answered, "no value was opened without its commit"
    world.sequence()
    check_everything(world)
