"""Threat 29: stores brought back from a backup bring nobody back who was erased."""

import shutil
from collections.abc import Sequence

import pytest
from sqlalchemy.engine import make_url

from consent.ledger.entry_types import BY_CONSUMER
from tests.check_everything import check_everything
from tests.erasing import erase, erasures_of, stores_of, tables_with
from tests.stores import Name, PostgresMaker
from tests.world import World
from vault.errors import OperatorMustAct
from vault.keyring import KeyUse

BACK = set(KeyUse) - {KeyUse.EVIDENCE}


def leave(world: World) -> None:
    for name in stores_of(world):
        world.stores.close(name)


def backup(world: World, names: Sequence[Name], folder) -> dict[Name, str]:
    """Copies of stores as they stand."""
    leave(world)
    made: dict[Name, str] = {}
    for name in names:
        url, maker = make_url(world.stores.url(name)), world.stores.maker
        if isinstance(maker, PostgresMaker):
            mine = maker.server.own_name(f"old_{folder.name}_{name}")
            made[name] = maker.server.create(mine, template=str(url.database))
            world.stores.closing.callback(maker.server.drop, mine)
        else:
            shutil.copyfile(str(url.database), folder / f"{name}.db")
            made[name] = f"sqlite:///{folder}/{name}.db"
    return made


def restored(world: World, copies: dict[Name, str]) -> World:
    """The vault with these stores in the place of its own; ``OperatorMustAct`` when it refuses."""
    leave(world)
    world.stores.urls |= copies
    return World.open(world.stores, world.clock, world.root_key.parent)


@pytest.fixture
def left(town, tmp_path):
    """The town, whose world is opened again by the test; where backups lie."""
    town.world.is_broken = True
    folder = tmp_path / "backups"
    folder.mkdir()
    return town, folder


def test_an_old_key_store_opens_nothing(left):
    town, folder = left
    copies = backup(town.world, ["keys"], folder)
    world = restored(town.world, {})
    erase(world, town.rosa)
    world = restored(world, copies)
    assert not world.keyring.holding([town.rosa, town.second], BACK)
    world.sequence()
    check_everything(world)


def test_old_main_and_key_stores_open_nothing_though_the_start_is_refused(left):
    town, folder = left
    copies = backup(town.world, ["main", "keys"], folder)
    world = restored(town.world, {})
    erase(world, town.rosa)
    with pytest.raises(OperatorMustAct, match="older than the last signed checkpoint"):
        restored(world, copies)
    with world.stores.keys.reading() as tx:
        keys = tx.connection().exec_driver_sql("SELECT consumer_id, use FROM consumer_keys")
        left_over = {(bytes(owner), use) for owner, use in keys}
    assert not {owner for owner, _ in left_over} & {town.rosa, town.second}
    assert (town.neighbour, "data") in left_over
    assert tables_with(world, town.rosa).keys() == {"heads"}
    assert tables_with(world, town.second).keys() == {"heads"}
    assert "field_versions" in tables_with(world, town.neighbour)


def test_stores_saved_in_the_middle_are_brought_to_the_end_before_anything_is_served(left):
    town, folder = left
    world = restored(town.world, {})
    erasures = erasures_of(world)
    erasures.begin(town.rosa, actor=BY_CONSUMER)
    world.sequence()
    copies = backup(world, ["main", "keys"], folder)
    world = restored(world, {})
    erasures = erasures_of(world)
    erasures.last_copy(town.rosa, 0)
    assert erasures.finish(town.rosa)
    world = restored(world, copies)
    assert not world.keyring.holding([town.rosa, town.second], KeyUse)
    assert tables_with(world, town.rosa).keys() == {"heads"}
    assert erasures_of(world).run() == 0
    world.sequence()
    check_everything(world)


def test_a_start_without_a_restore_touches_nothing(left):
    town, _ = left
    world = restored(town.world, {})
    erase(world, town.rosa)
    before = tables_with(world, town.rosa)
    world = restored(world, {})
    assert tables_with(world, town.rosa) == before
    assert world.keyring.holding([town.rosa], [KeyUse.EVIDENCE]) == {town.rosa}
    check_everything(world)
