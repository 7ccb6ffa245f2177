"""Tables against chains: nothing differs whatever happens by right.

What differs because of a hand in the store is found in ``tests/attacks/test_rows_put_in_by_hand``.
"""

from consent.gate.soundness import Soundness
from consent.projections import Projections
from consent.tables import GrantRow
from tests.check_everything import check_everything
from tests.consent import test_whole_story
from vault.identifiers import ConsumerId

EMAIL = "contact.email"


def differences(world, owner):
    soundness = Soundness(main=world.stores.main, profiles=world.profiles)
    projections = Projections(main=world.stores.main, reader=world.reader, soundness=soundness)
    return projections.differences(owner)


def nothing_differs(world):
    check_everything(world)
    for owner in world.reader.owners():
        assert differences(world, owner) == []


def test_nothing_differs_at_any_time_of_a_year(rooms, northbank, alder, rosa, monkeypatch):
    """Writes, declarations, objections, grants, narrowings, ends, a join, a restart of the log."""
    monkeypatch.setattr(test_whole_story, "check_everything", nothing_differs)
    year = test_whole_story.test_every_act_leaves_a_state_that_its_entries_tell
    year(rooms, northbank, alder, rosa)


def test_chains_of_companies_and_of_the_vault_have_no_tables(rooms, northbank):
    world = rooms.world
    assert differences(world, ConsumerId(world.vault_id)) == []


def test_an_act_under_way_is_no_difference(rooms, northbank, rosa, monkeypatch):
    """A row and its entry are one commit, yet the two are read one after the other."""
    world, given = rooms.world, rooms.grant(northbank, rosa, [EMAIL])
    told, entries = [], world.reader.entries

    def meanwhile(consumer, **asked):
        if not told:
            told.append(rooms.grants.revoke(rosa, given))
        return entries(consumer, **asked)

    monkeypatch.setattr(world.reader, "entries", meanwhile)
    assert differences(world, rosa) == []
    world.is_broken = True
    with world.stores.main.transaction() as tx:
        tx.get_one(GrantRow, (rosa, given)).state = "active"
    assert differences(world, rosa) == [f"grant {given} has another state than its entries say"]
