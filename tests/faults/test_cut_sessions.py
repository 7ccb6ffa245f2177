"""Threat 2, on PostgreSQL: the server cuts every session, as a restart or a failover does.

Cut at any step, a read is recorded or it is not; asking again is one read. Afterwards one failed
request is enough to notice: the dead connections that were kept do not fail one by one.
"""

from collections.abc import Iterator

import psycopg
import pytest

from tests import arrange
from tests.check_everything import check_everything
from tests.faults import strikes
from tests.faults.conftest import Survivor
from tests.stores import Maker, fresh
from tests.world import World
from vault.errors import Unready

IN_A_TRANSACTION = [point for point in strikes.READ if 0 < point[0] < 6 or point == (6, "before")]


@pytest.fixture(scope="module")
def survivor(
    postgresql_maker: Maker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Survivor]:
    with fresh(postgresql_maker) as stores:
        yield Survivor.begin(stores, tmp_path_factory.mktemp("survivor"))


@pytest.fixture
def world(survivor: Survivor) -> World:
    return survivor.here()


def cut_sessions(survivor: Survivor) -> None:
    """End every session of the main store, from a session of our own."""
    url = survivor.stores.url("main").replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as own:
        own.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.mark.parametrize("point", IN_A_TRANSACTION, ids=lambda point: f"{point[0]}-{point[1]}")
def test_a_session_cut_in_a_read_leaves_one_read_or_none(
    survivor: Survivor, world: World, point: strikes.Point
) -> None:
    asked = arrange.request(survivor.company, survivor.person)
    with (
        strikes.laid(world, strikes.READ, point, lambda: cut_sessions(survivor)),
        pytest.raises(Unready),
    ):
        arrange.read(world, asked)
    assert arrange.read(world, asked).outcome == "allowed"
    entries = world.reader.entries(survivor.person.consumer, types=["read"])
    assert [entry.P["request_id"] for entry in entries].count(asked.request_id) == 1
    check_everything(world)


def test_after_a_restart_one_failure_is_enough_to_notice(survivor: Survivor, world: World) -> None:
    with world.stores.main.hot(), world.stores.main.hot(), world.stores.main.hot():
        pass  # several connections are kept now
    cut_sessions(survivor)
    failed = 0
    for _ in range(8):
        try:
            arrange.read(world, arrange.request(survivor.company, survivor.person))
        except Unready:
            failed += 1
    assert failed <= 2, "one for the sessions, one for the hot room"
    world.sequence()
    check_everything(world)
