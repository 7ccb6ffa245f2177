"""A world with its acting rooms, two companies, and somebody with an account."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.check_everything import check_everything
from tests.fakes import FakeClock
from tests.rooms import Rooms
from tests.stores import Stores
from tests.world import World
from vault.identifiers import CompanyId, ConsumerId


@pytest.fixture
def world(stores: Stores, clock: FakeClock, tmp_path: Path) -> World:
    return World.begin(stores, clock, tmp_path)


@pytest.fixture
def rooms(world: World) -> Iterator[Rooms]:
    """The acting rooms; what a test did through them is one true story at its end."""
    yield Rooms.around(world)
    if not world.is_broken:
        check_everything(world)


@pytest.fixture
def northbank(rooms: Rooms) -> CompanyId:
    return rooms.company("Northbank")


@pytest.fixture
def alder(rooms: Rooms) -> CompanyId:
    return rooms.company("Alder Books")


@pytest.fixture
def rosa(rooms: Rooms, northbank: CompanyId) -> ConsumerId:
    return rooms.person(northbank, "A-1", address="rosa@example.org")
