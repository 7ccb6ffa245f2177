"""Threat 1: kill -9 before and after every step of the sequencer.

After each death: the next run finishes what was staged, every acknowledged read gets into the log,
and of all notes that were ever signed, handed out or not, no two name one size with two roots.
"""

import pytest

from tests.check_everything import check_everything
from tests.faults import strikes
from tests.faults.conftest import Mortal, Survivor


@pytest.mark.parametrize(
    "point", list(strikes.SEQUENCE), ids=lambda point: f"{point[0]}-{point[1]}"
)
def test_a_sequencer_killed_anywhere_signs_no_size_twice(
    survivor: Survivor, mortal: Mortal, point: strikes.Point
) -> None:
    order = survivor.order("sequence", point=point)
    fate = mortal.run(order)
    assert fate.was_killed

    world = survivor.open()
    survivor.remember(world, fate)
    check_everything(world)
    world.sequence()
    survivor.remember(world)
    check_everything(world)
    entries = world.reader.entries(survivor.person.consumer, newest_first=True)
    logged = {entry.P.get("request_id") for entry in entries if entry.leaf_index is not None}
    assert set(fate.all("answered")) <= logged
    assert all(entry.leaf_index is not None for entry in entries)
