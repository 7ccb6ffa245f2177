"""Acting rooms with contests; two companies, and Rosa in Berlin, whose title is wrong."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cases import Cases
from tests.check_everything import check_everything
from tests.fakes import FakeClock
from tests.rooms import Rooms
from tests.stores import Stores
from tests.world import World
from vault.identifiers import CompanyId, ConsumerId

EMAIL, TITLE = "contact.email", "work.title"


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
def cases(rooms: Rooms) -> Cases:
    return Cases.around(rooms)


@pytest.fixture
def northbank(rooms: Rooms) -> CompanyId:
    return rooms.company("Northbank")


@pytest.fixture
def alder(rooms: Rooms) -> CompanyId:
    return rooms.company("Alder Books")


@pytest.fixture
def rosa(rooms: Rooms, northbank: CompanyId, world: World) -> ConsumerId:
    """Northbank says that she is a clerk; it is her title that is disputed."""
    rosa = rooms.person(northbank, "A-1", address="rosa@example.org")
    world.write(rosa, northbank, {TITLE: "Clerk"}, channel="shop")
    return rosa


@pytest.fixture
def read(rooms: Rooms, rosa: ConsumerId, alder: CompanyId) -> None:
    """Alder Books may read the title, and has."""
    rooms.grant(alder, rosa, [TITLE])
    assert rooms.read(alder, rosa, [TITLE]).fields[TITLE]["value"] == "Clerk"
