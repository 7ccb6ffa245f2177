"""What is kept in memory is a convenience: emptied at any moment, it changes no answer.

Slots and pairwise ids are remembered up to a bound and then forgotten all at once, also while
another thread is in the middle of a batch.
"""

import pytest

from consent.gate import people as resolving
from consent.ledger import log as logging
from tests import arrange
from tests.arrange import EMAIL
from tests.check_everything import check_everything
from tests.faults.conftest import Survivor
from tests.world import World


@pytest.fixture
def small(survivor: Survivor, monkeypatch: pytest.MonkeyPatch) -> World:
    """A vault that can remember next to nothing."""
    monkeypatch.setattr(resolving, "_KEPT", 1)
    monkeypatch.setattr(logging, "_KEPT", 1)
    survivor.leave()
    return survivor.open()


def test_a_batch_of_people_some_remembered_and_some_not_is_served_whole(
    survivor: Survivor, small: World
) -> None:
    people = [arrange.person(small, survivor.company) for _ in range(4)]
    for one in people:
        arrange.permit(small, one, survivor.company, [EMAIL])
        arrange.read(small, arrange.request(survivor.company, one))
    for batch in (people, people[::-1], people[2:], people):
        [answer] = small.gate.read([arrange.request(survivor.company, batch)])
        assert [outcome.outcome for outcome in answer.outcomes] == ["allowed"] * len(batch)
    check_everything(small)


def test_an_act_over_people_some_remembered_and_some_not_finds_all_their_chains(
    survivor: Survivor, small: World
) -> None:
    people = [arrange.person(small, survivor.company).consumer for _ in range(4)]
    for batch in (people[:1], people, people[::-1], people):
        assert small.log.slots(batch).keys() == set(batch)
