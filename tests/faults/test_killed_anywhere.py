"""Threat 1: kill -9 at any statement of a day, and in the middle of several threads' work.

The numbered steps have tests of their own; here nobody chose the place. After each death the same
must hold: everything acknowledged stands, no size was signed twice, the whole state is one story.
"""

import os
import random
import signal
import time
from pathlib import Path

import pytest
from sqlmodel import select

from consent.enrolment import ORPHAN_AFTER_MS
from consent.tables import Head
from tests.check_everything import check_everything
from tests.faults.conftest import Fate, Mortal, Survivor
from tests.rooms import Rooms
from tests.stores import Stores
from tests.world import World
from vault.key_tables import ConsumerKey

STATEMENTS = 448
"""More than a day has; beyond its end nothing strikes and the process ends by itself."""

FEW = sorted(random.Random(1).sample(range(STATEMENTS), 6))


def outlive(survivor: Survivor, fate: Fate) -> None:
    """Start again after a death and insist that nothing is lost or told twice."""
    world = survivor.open()
    survivor.remember(world, fate)
    survivor.require_acknowledged(world, fate)
    world.sequence()
    survivor.remember(world)
    finish(world)
    check_everything(world)


def finish(world: World) -> None:
    """What a start and the worker finish: half-made people and half-done joins leave no keys."""
    rooms = Rooms.around(world)
    rooms.claiming.finish_joins()
    world.clock.advance(ORPHAN_AFTER_MS + 1)
    rooms.enrolment.sweep_orphans()
    with world.stores.main.reading() as tx:
        heads = dict(list(tx.exec(select(Head.consumer_id, Head.status))))
    with world.stores.keys.reading() as tx:
        keys = set(tx.exec(select(ConsumerKey.consumer_id, ConsumerKey.use)))
    assert {owner for owner, _ in keys} == heads.keys(), "keys of nobody, or somebody without keys"
    joined = {owner for owner, status in heads.items() if status == "joined"}
    assert not {owner for owner, use in keys if use == "data"} & joined


@pytest.mark.parametrize("statement", FEW)
def test_a_vault_outlives_a_death_at_some_statement(
    survivor: Survivor, mortal: Mortal, statement: int
) -> None:
    outlive(survivor, mortal.run(survivor.order("day", statement=statement)))


@pytest.mark.heavy
@pytest.mark.parametrize("first", range(0, STATEMENTS, 32))
def test_a_vault_outlives_a_death_at_any_statement(
    stores: Stores, tmp_path: Path, mortal: Mortal, first: int
) -> None:
    survivor = Survivor.begin(stores, tmp_path)
    for statement in range(first, first + 32):
        outlive(survivor, mortal.run(survivor.order("day", statement=statement)))


@pytest.mark.parametrize(
    "ms", [pytest.param(ms, marks=pytest.mark.heavy) for ms in range(10, 400, 13)] + [150]
)
def test_a_vault_outlives_a_death_among_threads(
    survivor: Survivor, mortal: Mortal, ms: int
) -> None:
    pid = mortal.begin(survivor.order("threads", threads=4))
    mortal.await_told("begun")
    time.sleep(ms / 1000)
    os.kill(pid, signal.SIGKILL)
    outlive(survivor, mortal.end())
