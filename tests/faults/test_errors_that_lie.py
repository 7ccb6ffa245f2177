"""Threat 2: an error although it was done, and an error because it was not.

Whoever gets an error does not know which of the two it was. At every step of a read and of the
sequencer both are tried: asking again converges, with one entry for one request and one root for
one size.
"""

import sqlite3
from collections.abc import Callable
from typing import NoReturn

import psycopg
import pytest

from tests import arrange
from tests.check_everything import check_everything
from tests.faults import strikes
from tests.faults.conftest import Survivor
from tests.world import World
from vault.errors import Unready

ERRORS = (Unready, sqlite3.OperationalError, psycopg.OperationalError)


def name_of(point: strikes.Point) -> str:
    return f"{point[0]}-{point[1]}"


def breaking(world: World) -> Callable[[], NoReturn]:
    """A strike that looks like a driver that lost its store, once."""

    def strike() -> NoReturn:
        if world.stores.kind == "postgresql":
            raise psycopg.OperationalError("the connection was lost")
        error = sqlite3.OperationalError("the disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    return strike


@pytest.fixture
def world(survivor: Survivor) -> World:
    return survivor.here()


@pytest.mark.parametrize("point", list(strikes.READ), ids=name_of)
def test_asking_again_after_an_error_is_one_read(
    survivor: Survivor, world: World, point: strikes.Point
) -> None:
    asked = arrange.request(survivor.company, survivor.person)
    with strikes.laid(world, strikes.READ, point, breaking(world)), pytest.raises(ERRORS):
        arrange.read(world, asked)
    assert arrange.read(world, asked).outcome == "allowed"
    entries = world.reader.entries(survivor.person.consumer, types=["read"])
    assert [entry.P["request_id"] for entry in entries].count(asked.request_id) == 1
    check_everything(world)


@pytest.mark.parametrize("point", list(strikes.SEQUENCE), ids=name_of)
def test_running_again_after_an_error_signs_one_root(
    survivor: Survivor, world: World, point: strikes.Point
) -> None:
    arrange.read(world, arrange.request(survivor.company, survivor.person))
    if point[0] == 2:
        strikes.stage_only(world)
    with strikes.laid(world, strikes.SEQUENCE, point, breaking(world)), pytest.raises(ERRORS):
        world.sequence()
    survivor.remember(world)
    check_everything(world)
    world.sequence()
    survivor.remember(world)
    check_everything(world)
    assert all(
        entry.leaf_index is not None for entry in world.reader.entries(survivor.person.consumer)
    )
