"""Threats 7, 8, 10 and 26: a store that is older, missing, another vault's, or open twice.

A start refuses, says what to do, and changes nothing: with the right store put back the vault goes
on where it was.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from consent.ledger.lock_store import LockStore
from tests import arrange
from tests.check_everything import check_everything
from tests.faults import strikes
from tests.faults.child import REFUSED
from tests.faults.conftest import Mortal, Survivor
from tests.stores import Name, PostgresMaker, Stores, fresh
from vault.database import Database
from vault.errors import OperatorMustAct, Unready


@contextmanager
def replaced(survivor: Survivor, name: Name, url: str) -> Iterator[None]:
    """Another store in the place of one, inside the block; nobody has it open then."""
    survivor.leave()
    own = survivor.stores.url(name)
    survivor.stores.urls[name] = url
    try:
        yield
    finally:
        survivor.leave()
        survivor.stores.urls[name] = own


def copy_of(survivor: Survivor, name: Name, to: Path) -> str:
    """A backup of a store as it stands, opened like any other."""
    survivor.leave()
    url = make_url(survivor.stores.url(name))
    maker = survivor.stores.maker
    if isinstance(maker, PostgresMaker):
        mine = maker.server.own_name(f"backup_{to.name}_{name}")
        made = maker.server.create(mine, template=str(url.database))
        survivor.stores.closing.callback(maker.server.drop, mine)
        return made
    shutil.copyfile(str(url.database), to / f"{name}.db")
    return f"sqlite:///{to}/{name}.db"


def go_on(survivor: Survivor) -> None:
    """A read, an epoch, and the whole state is one story."""
    world = survivor.open()
    assert arrange.read(world, arrange.request(survivor.company, survivor.person)).fields
    world.sequence()
    check_everything(world)


def refusal(survivor: Survivor) -> str:
    """What a start says when it refuses."""
    with pytest.raises(OperatorMustAct) as refused:
        survivor.open()
    survivor.leave()
    return re.sub(r"\s+", " ", str(refused.value))


@pytest.mark.parametrize("how", ["published", "staged", "waiting"])
def test_a_main_store_from_an_old_backup_is_refused(
    survivor: Survivor, tmp_path: Path, how: str
) -> None:
    world = survivor.open()
    if how != "published":
        arrange.read(world, arrange.request(survivor.company, survivor.person))
    if how == "staged":
        strikes.stage_only(world)
    old = copy_of(survivor, "main", tmp_path)
    go_on(survivor)
    go_on(survivor)
    with replaced(survivor, "main", old):
        said = refusal(survivor)
    assert "older than the last signed checkpoint" in said
    assert "restore a newer main store" in said
    go_on(survivor)


@pytest.mark.parametrize("epochs", [1, 2])
def test_an_old_lock_store_is_refused(survivor: Survivor, tmp_path: Path, epochs: int) -> None:
    old = copy_of(survivor, "lock", tmp_path)
    for _ in range(epochs):
        go_on(survivor)
    with replaced(survivor, "lock", old):
        said = refusal(survivor)
    assert "must never be restored" in said
    assert "put the newest lock store back" in said
    go_on(survivor)


def test_an_old_lock_store_under_a_running_vault_stops_the_log(
    survivor: Survivor, tmp_path: Path
) -> None:
    old = copy_of(survivor, "lock", tmp_path)
    go_on(survivor)
    world = survivor.here()
    with closing(Database.open(old)) as database:
        world.sequencer._locks = LockStore(database)
        arrange.read(world, arrange.request(survivor.company, survivor.person))
        with pytest.raises(OperatorMustAct, match="older"):
            world.sequence()
    survivor.leave()
    go_on(survivor)


@pytest.fixture(scope="module")
def other(survivor: Survivor, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Survivor]:
    """Another vault on the same engine."""
    with fresh(survivor.stores.maker) as stores:
        yield Survivor.begin(stores, tmp_path_factory.mktemp("other"))


@pytest.fixture(scope="module")
def empty(survivor: Survivor) -> Iterator[Stores]:
    """Stores with today's shape and nothing in them."""
    with fresh(survivor.stores.maker) as stores:
        yield stores


def test_a_missing_lock_store_is_never_made_anew(survivor: Survivor, empty: Stores) -> None:
    with replaced(survivor, "lock", empty.url("lock")):
        said = refusal(survivor)
        assert "missing or empty" in said
        assert "put the lock store back" in said
        assert refusal(survivor) == said, "the first refusal did not make one"
    go_on(survivor)


def test_an_empty_main_store_under_a_lock_with_history_is_refused(
    survivor: Survivor, empty: Stores
) -> None:
    with replaced(survivor, "main", empty.url("main")):
        assert "restore the main store" in refusal(survivor)
    go_on(survivor)


def test_another_vaults_lock_store_is_refused(survivor: Survivor, other: Survivor) -> None:
    with replaced(survivor, "lock", other.stores.url("lock")):
        assert "different vaults" in refusal(survivor)
    go_on(survivor)


def test_another_vaults_main_store_is_refused(survivor: Survivor, other: Survivor) -> None:
    with replaced(survivor, "main", other.stores.url("main")):
        assert "different vaults" in refusal(survivor)
    go_on(survivor)


@pytest.mark.parametrize("whose", ["nobody's", "another vault's"])
def test_another_key_store_is_refused(
    survivor: Survivor, other: Survivor, empty: Stores, whose: str
) -> None:
    url = empty.url("keys") if whose == "nobody's" else other.stores.url("keys")
    with replaced(survivor, "keys", url):
        assert "put back" in refusal(survivor)
    go_on(survivor)


@pytest.mark.parametrize("whose", ["nobody's", "another vault's"])
def test_another_root_key_is_refused(
    survivor: Survivor, other: Survivor, tmp_path: Path, whose: str
) -> None:
    survivor.leave()
    own, kept = survivor.folder / "root.key", tmp_path / "kept.key"
    own.rename(kept)
    if whose == "another vault's":
        shutil.copy2(other.folder / "root.key", own)
    said = refusal(survivor)
    assert "Nothing was changed" in said
    assert "put" in said
    own.unlink(missing_ok=True)
    kept.rename(own)
    go_on(survivor)


def test_a_root_key_taken_away_while_running_stops_reads_within_seconds(
    survivor: Survivor, tmp_path: Path
) -> None:
    world = survivor.open()
    own, kept = survivor.folder / "root.key", tmp_path / "kept.key"
    own.rename(kept)
    survivor.clock.advance(5_000)
    asked = arrange.request(survivor.company, survivor.person)
    with pytest.raises(Unready):
        world.gate.read([asked])
    kept.rename(own)
    survivor.clock.advance(1_000)
    assert arrange.read(world, asked).fields
    go_on(survivor)


def test_a_second_process_does_not_open_the_same_file(survivor: Survivor, mortal: Mortal) -> None:
    if survivor.stores.kind == "postgresql":
        fate = mortal.run(survivor.order("open"))
        assert fate.all("opened") == [True], "a PostgreSQL store is shared by processes"
        return
    order = survivor.order("open")
    survivor.open()
    fate = mortal.run(order)
    survivor.leave()
    assert fate.ended == REFUSED
    [why] = fate.all("why")
    assert "another process has" in why
    assert "stop it first" in why
    go_on(survivor)
