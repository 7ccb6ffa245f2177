"""A town for each test of this room, its whole state checked at the end."""

import pytest

from tests.audit_portal.erasure.town import settled
from tests.check_everything import check_everything
from tests.fakes import FakeClock
from tests.world import World


@pytest.fixture
def town(stores, tmp_path):
    """Everything has happened to Rosa once; the whole state is checked at the end."""
    world = World.begin(stores, FakeClock(), tmp_path)
    made = settled(world)
    yield made
    if not world.is_broken:
        check_everything(world)
