"""Threat 1: kill -9 before and after every step of the gate's read.

After each death: whatever was acknowledged stands; no value was opened without a durable entry; the
vault starts, its sequencer goes on, and the whole state is one true story. The company that heard
nothing asks again with the same request id and is served, by the same entry if there was one.
"""

import pytest

from tests import arrange
from tests.check_everything import check_everything
from tests.faults import strikes
from tests.faults.conftest import Mortal, Survivor
from tests.world import World

DURABLE = (6, "after")
"""From this point on the read is on the record."""


@pytest.mark.parametrize("point", list(strikes.READ), ids=lambda point: f"{point[0]}-{point[1]}")
def test_a_gate_killed_in_a_read_leaves_no_look_without_a_record(
    survivor: Survivor, mortal: Mortal, point: strikes.Point
) -> None:
    order = survivor.order("read", point=point)
    fate = mortal.run(order)
    assert fate.was_killed
    assert fate.all("answered") == [order["acknowledged"]]

    world = survivor.open()
    assert times_read(world, survivor, order["acknowledged"]) == 1
    assert times_read(world, survivor, order["struck"]) == int(reached(point))
    was_opened = len(fate.all("opened")) == 2
    assert was_opened <= reached(point), "a value was opened before its entry was durable"

    asked = arrange.request(survivor.company, survivor.person, request_id=order["struck"])
    assert arrange.read(world, asked).fields[arrange.EMAIL]["value"] == arrange.ROSA[arrange.EMAIL]
    assert times_read(world, survivor, order["struck"]) == 1
    world.sequence()
    survivor.remember(world, fate)
    check_everything(world)


def reached(point: strikes.Point) -> bool:
    """Whether a process that died at ``point`` had committed."""
    return point == DURABLE or point[0] > DURABLE[0]


def times_read(world: World, survivor: Survivor, request_id: str) -> int:
    """How many entries of the person's chain tell of a read under this request id."""
    read = world.reader.entries(survivor.person.consumer, types=["read"], newest_first=True)
    return [entry.P["request_id"] for entry in read].count(request_id)
