"""Rows of disputes, guards and held values put there, changed or taken away by hand are found."""

import pytest
from sqlalchemy import text

from consent.gate.corrections import CORRECTING_KEYS
from consent.gate.holding import HOLDING_KEYS
from consent.gate.soundness import Soundness
from consent.projections import Projections
from consent.reinsertion import of_person
from consent.restrictions import Serving, flag, lift, restrict

NAME, EMAIL = "identity.full_name", "contact.email"
CONTEST, OTHER = "ctn_0000000000000000000000000A", "ctn_0000000000000000000000000B"
STATEMENT = b"s" * 16


class Scene:
    """Two contests hold Rosa's name; her address was corrected, and came again."""

    def __init__(self, rooms, northbank, rosa):
        self.world, self.rosa = rooms.world, rosa
        world, now = rooms.world, rooms.world.clock.now_ms()
        world.write(rosa, northbank, {EMAIL: "rosa@wrong.example", NAME: "Rosa"})
        told = {"reason": "accuracy_contested", "now_ms": now}
        with world.log.acting([rosa], uses=CORRECTING_KEYS) as act:
            restrict(act, rosa, [NAME], contest_id=CONTEST, **told)
            flag(act, rosa, [NAME], contest_id=OTHER, statement_id=STATEMENT, **told)
            restrict(act, rosa, [EMAIL], contest_id=OTHER, **told)
            lift(act, rosa, [EMAIL], reason="corrected", actor=northbank, contest_id=OTHER)
            given = {"company": northbank, "contest_id": OTHER, "versions": [1]}
            world.corrections.correct(act, rosa, EMAIL, "rosa@right.example", **given)
        for _ in range(2):
            world.write(rosa, northbank, {EMAIL: "rosa@wrong.example"})
            with world.stores.main.reading() as tx:
                self.held = next(one for one in of_person(tx, rosa) if one.state == "waiting")
            with world.log.acting([rosa], uses=HOLDING_KEYS) as act:
                world.holding.drop(act, northbank, rosa, self.held.held_id)
        world.write(rosa, northbank, {EMAIL: "rosa@wrong.example"})

    def differences(self):
        main = self.world.stores.main
        soundness = Soundness(main=main, profiles=self.world.profiles)
        projections = Projections(main=main, reader=self.world.reader, soundness=soundness)
        return projections.differences(self.rosa)

    def by_hand(self, change, **values):
        self.world.is_broken = True
        with self.world.stores.main.transaction() as tx:
            tx.connection().execute(text(change), values)


@pytest.fixture
def scene(rooms, northbank, rosa):
    return Scene(rooms, northbank, rosa)


def test_nothing_differs_as_long_as_nobody_interferes(scene):
    assert scene.differences() == []


@pytest.mark.parametrize(
    ("change", "values"),
    [
        ("DELETE FROM restrictions WHERE contest_id = :c", {"c": CONTEST}),
        ("UPDATE restrictions SET serving = :s WHERE contest_id = :c", {"s": Serving.FLAGGED}),
        ("UPDATE restrictions SET reason = 'nothing much' WHERE contest_id = :c", {}),
    ],
)
def test_a_hold_that_was_loosened_is_found(scene, change, values):
    scene.by_hand(change, **{"c": CONTEST, **values})
    assert scene.differences() == [f"{NAME} is not held by contest {CONTEST} as its entries say"]


def test_a_statement_that_was_swapped_is_found(scene):
    change = "UPDATE restrictions SET statement_id = :s WHERE contest_id = :c"
    scene.by_hand(change, s=b"t" * 16, c=OTHER)
    assert scene.differences() == [f"{NAME} is not held by contest {OTHER} as its entries say"]


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM reinsertion_guards",
        "UPDATE reinsertion_guards SET contest_id = 'ctn_none'",
    ],
)
def test_a_guard_that_was_taken_away_is_found(scene, change):
    scene.by_hand(change)
    assert scene.differences() == [f"a guard of {EMAIL} is not the one its entries put there"]


@pytest.mark.parametrize("state", ["certified", "dropped"])
def test_a_held_value_nobody_certified_is_found(scene, state):
    change = "UPDATE held_values SET state = :s WHERE state = 'waiting'"
    scene.by_hand(change, s=state)
    [told] = scene.differences()
    assert told.endswith("does not stand as its entries say")
