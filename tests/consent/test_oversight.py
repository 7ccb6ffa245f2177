"""Counts for the operator's side: bounded, of nobody in particular, on both engines."""

import pytest

from consent import oversight
from consent.oversight import Count, Oversight
from tests import arrange
from tests.arrange import EMAIL


@pytest.fixture
def counted(world):
    return Oversight(world.stores.main)


@pytest.fixture
def people(world, rooms, northbank):
    made = [arrange.person(world, northbank) for _ in range(3)]
    for one in made:
        arrange.permit(world, one, northbank, [EMAIL])
    return made


def test_the_log_says_what_waits_and_what_is_signed(world, counted, people):
    before = counted.log()
    assert before.waiting.number > 3
    assert before.oldest_waiting_at == world.clock.now_ms()
    world.sequence()
    after = counted.log()
    assert (after.waiting, after.oldest_waiting_at) == (Count(0), None)
    assert after.size > before.waiting.number
    assert (len(after.root), after.signed_at) == (32, world.clock.now_ms())


def test_a_vault_is_counted(world, counted, people, northbank):
    world.clock.advance(1_000)
    since = world.clock.now_ms()
    for one in people[:2]:
        arrange.read(world, arrange.request(northbank, one))
    held = counted.vault(since=since)
    assert (held.people, held.permissions) == (Count(3), Count(3))
    assert (held.companies, held.suspended) == (1, 0)
    assert (held.of_type, held.is_more) == ({"read": 2}, False)
    world.companies.suspend(northbank)
    assert counted.vault(since=since).suspended == 1


def test_a_company_is_counted_by_itself(world, counted, people, northbank, alder):
    far = world.clock.now_ms() + 1
    ours = counted.company(northbank, since=0, told_before=far)
    assert ours.permissions == Count(3)
    assert ours.of_type["grant"] == 3
    assert [key.removed_at for key in ours.keys] == [None]
    assert ours.silent == Count(0)
    theirs = counted.company(alder, since=0, told_before=far)
    assert theirs.permissions == Count(0)
    assert set(theirs.of_type) == {"company_added", "company_key_added"}


def test_counting_ends_at_its_bound(counted, people, northbank, monkeypatch):
    monkeypatch.setattr(oversight, "MOST", 2)
    held = counted.vault(since=0)
    assert held.people == Count(2, is_more=True)
    assert held.is_more
    assert counted.company(northbank, since=0, told_before=0).permissions.is_more
