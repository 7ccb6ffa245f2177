"""Slots are drawn at random, each once, also when few are left and many draw."""

import pytest
from sqlmodel import select

from consent.tables import Head
from tests.world import World
from vault.identifiers import new_consumer_id


@pytest.fixture
def world(stores, clock, tmp_path) -> World:
    return World.begin(stores, clock, tmp_path)


def open_many(world, count):
    people = [new_consumer_id() for _ in range(count)]
    world.keyring.create_many(people)
    with world.log.acting([]) as act:
        act.open_chains(people, kind="consumer")
        return {person: act.chains[person].head.slot for person in people}


def rows(world):
    with world.stores.main.reading() as tx:
        return {bytes(row.consumer_id): row.slot for row in tx.exec(select(Head))}


def test_everybody_gets_a_slot_of_their_own(world):
    given = open_many(world, 40)
    assert len(set(given.values())) == 40
    assert given.items() <= rows(world).items()


def test_whoever_draws_a_taken_slot_draws_again(world, monkeypatch):
    monkeypatch.setattr("consent.ledger.new_chains.FIRST_DEPTH", 5)
    given = open_many(world, 12) | open_many(world, 12)
    assert len(set(given.values())) == 24
    assert given.items() <= rows(world).items()


def test_chains_opened_together_take_entries_at_once(world):
    given = open_many(world, 3)
    with world.log.acting(given) as act:
        assert {chain.head.n for chain in act.chains.values()} == {0}
        assert {chain.head.slot for chain in act.chains.values()} == set(given.values())
