"""An erasure that was cut short anywhere is gone on with, and ends as if it had not been.

Also when it was not a crash that stopped it, but a reader that holds the write-ahead log.
"""

import pytest
from sqlmodel import select

from audit_portal.erasure import steps
from audit_portal.erasure.rows import WAIT_MS
from consent.gate.erase import STAYS, STAYS_IN_PART, Eraser
from consent.gate.evidence import Evidence
from consent.ledger.entry_types import BY_CONSUMER
from consent.tables import Head
from tests.check_everything import check_everything
from tests.erasing import erasures_of, evidence_of, stores_of, tables_with
from tests.faults.strikes import Failure, after, before, fail
from tests.rooms import Rooms
from tests.world import World
from vault.identifiers import ConsumerId
from vault.keyring import Keyring, KeyUse

POINTS = [
    ("1 before", before, Eraser, "close"),
    ("1 inside", after, Eraser, "close"),
    ("2 before", before, Eraser, "destroy_values"),
    ("2 after", after, Eraser, "destroy_values"),
    ("3 before", before, steps.Steps, "_keep"),
    ("4 gathered", after, Evidence, "gather"),
    ("4 inside", after, Evidence, "keep"),
    ("4 kept", before, Eraser, "destroy_rest"),
    ("4 after", after, Eraser, "destroy_rest"),
    ("5 inside", after, Eraser, "delete_rows"),
    ("5 after", before, Eraser, "rows_are_gone"),
    ("6 before", before, Eraser, "bury"),
    ("6 buried", after, Eraser, "bury"),
    ("6 inside", after, Eraser, "mark_erased"),
]


def again(town) -> World:
    """The vault after a death: other connections, another memory."""
    for name in stores_of(town.world):
        town.world.stores.close(name)
    world = World.open(town.world.stores, town.world.clock, town.world.root_key.parent)
    town.world.is_broken = True  # the old parts are of a process that is gone
    return world


def try_all(town) -> None:
    """Everything a person and the worker do, until something strikes."""
    erasures = erasures_of(town.world)
    erasures.begin(town.rosa, actor=BY_CONSUMER)
    town.world.sequence()
    erasures.last_copy(town.rosa, 0)
    assert erasures.finish(town.rosa)


@pytest.mark.parametrize(("when", "strike", "part", "name"), POINTS, ids=[p[0] for p in POINTS])
def test_it_is_gone_on_with_after_a_death(town, when, strike, part, name):
    with pytest.MonkeyPatch.context() as patch:
        strike(part, name, fail, patch)
        with pytest.raises(Failure):
            try_all(town)
    world = again(town)
    check_everything(world)
    erasures = erasures_of(world)
    if when.startswith("1"):
        assert erasures.standing(town.rosa) is None
        erasures.begin(town.rosa, actor=BY_CONSUMER)
    world.sequence()
    world.clock.advance(WAIT_MS)
    erasures.run()
    require_gone(world, town)


def require_gone(world: World, town) -> None:
    assert erasures_of(world).standing(town.rosa) is None
    assert tables_with(world, town.rosa).keys() <= STAYS.keys() | STAYS_IN_PART.keys()
    assert not world.keyring.holding([town.rosa, town.second], set(KeyUse) - {KeyUse.EVIDENCE})
    assert len(evidence_of(world).open(town.rosa)) == 5
    with world.stores.main.reading() as tx:
        heads = {ConsumerId(bytes(row.consumer_id)): row for row in tx.exec(select(Head))}
    buried = dict(world.locks.tombstones())
    for chain in (town.rosa, town.second):
        assert heads[chain].status == "erased"
        assert buried[heads[chain].slot] == heads[chain].n
    world.sequence()
    check_everything(world)


def test_a_death_between_two_keys_of_one_person(town):
    with pytest.MonkeyPatch.context() as patch:
        whole, calls = Keyring.destroy, []

        def once(self, *args):
            calls.append(args)
            if len(calls) == 2:
                raise Failure
            return whole(self, *args)

        patch.setattr(Keyring, "destroy", once)
        with pytest.raises(Failure):
            try_all(town)
    world = again(town)
    check_everything(world)
    world.sequence()
    world.clock.advance(WAIT_MS)
    assert erasures_of(world).run() == 1
    require_gone(world, town)


@pytest.mark.parametrize("store", ["main", "keys"])
def test_an_open_reader_keeps_it_erasing_until_it_lets_go(town, store):
    world = town.world
    if world.stores.kind != "sqlite":
        pytest.skip("PostgreSQL has no log that a reader holds")
    erasures = erasures_of(world)
    with stores_of(world)[store].reading() as tx:
        tx.connection().exec_driver_sql("SELECT count(*) FROM sqlite_master")
        erasures.begin(town.rosa, actor=BY_CONSUMER)
        world.sequence()
        world.clock.advance(WAIT_MS)
        assert erasures.run() == 0
        assert erasures.standing(town.rosa) is not None
        check_everything(world)
    assert erasures.run() == 1
    require_gone(world, town)


def test_one_that_cannot_be_gone_on_with_stops_no_other(town, monkeypatch):
    world = town.world
    erasures = erasures_of(world)
    erasures.begin(town.rosa, actor=BY_CONSUMER)
    erasures.begin(town.neighbour, actor=BY_CONSUMER)
    world.sequence()
    world.clock.advance(WAIT_MS)
    whole = Evidence.gather

    def gather(self, consumer, chains):
        if consumer == town.rosa:
            raise Failure
        return whole(self, consumer, chains)

    with monkeypatch.context() as patch:
        patch.setattr(Evidence, "gather", gather)
        with pytest.raises(Failure):
            erasures.run()
    assert erasures.standing(town.neighbour) is None
    assert erasures.run() == 1
    assert Rooms.around(world).accounts.find_account("ned@example.org") is None
