"""The log with a database: chains grow, the sequencer signs, the prover's bundles verify."""

from pathlib import Path

import pytest

from consent.ledger import sequencer
from consent.ledger.entry_types import EntryType
from consent.ledger.log import NewEntry
from tests.fakes import FakeClock
from tests.stores import Stores
from tests.world import World
from vault.identifiers import ConsumerId, new_consumer_id


@pytest.fixture
def world(stores: Stores, clock: FakeClock, tmp_path: Path) -> World:
    return World.begin(stores, clock, tmp_path)


@pytest.fixture
def person(world: World) -> ConsumerId:
    person = new_consumer_id()
    world.open_chain(person, "consumer")
    return person


def look(world: World, person: ConsumerId, field: str) -> None:
    with world.log.acting([person]) as act:
        act.append(
            NewEntry(owner=person, type=EntryType.OWN_VIEW, actor="consumer", P={"fields": [field]})
        )


def test_entries_come_back_as_they_were_written(world: World, person: ConsumerId) -> None:
    look(world, person, "contact.email")
    world.clock.advance(5)
    look(world, person, "contact.phone_home")
    entries = world.reader.entries(person)
    assert [entry.i for entry in entries] == [1, 2]
    assert [entry.P["fields"] for entry in entries] == [["contact.email"], ["contact.phone_home"]]
    assert entries[1].at - entries[0].at == 5


def test_an_act_that_fails_leaves_no_entry(world: World, person: ConsumerId) -> None:
    with pytest.raises(RuntimeError), world.log.acting([person]) as act:
        act.append(NewEntry(owner=person, type=EntryType.OWN_VIEW, actor="consumer"))
        raise RuntimeError
    assert world.reader.entries(person) == []


def test_the_time_of_an_entry_never_goes_back(world: World, person: ConsumerId) -> None:
    look(world, person, "contact.email")
    world.clock.jump(-60_000)
    look(world, person, "contact.email")
    first, second = world.reader.entries(person)
    assert second.at >= first.at


def test_the_sequencer_puts_every_entry_into_the_log(world: World, person: ConsumerId) -> None:
    for _ in range(5):
        look(world, person, "contact.email")
    world.sequence()
    assert all(entry.leaf_index is not None for entry in world.reader.entries(person))
    assert world.sequence() == 0


def test_the_sequencer_is_behind_only_while_an_epoch_leaves_entries(
    world: World, person: ConsumerId, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.sequence()
    for field in "abc":
        look(world, person, field)
    monkeypatch.setattr(sequencer, "BATCH", 2)
    behind = [(world.sequencer.run_once(), world.sequencer.is_behind) for _ in range(3)]
    assert behind == [(True, True), (True, False), (False, False)]


def test_a_second_sequencer_waits_for_the_lease(world: World, person: ConsumerId) -> None:
    look(world, person, "contact.email")
    world.sequence()
    assert world.locks.take_lease(holder="other", now_ms=world.clock.now_ms(), for_ms=1) is None
    world.clock.advance(60_000)
    assert world.locks.take_lease(holder="other", now_ms=world.clock.now_ms(), for_ms=1)
