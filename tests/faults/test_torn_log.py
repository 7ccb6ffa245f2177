"""Threat 4: a torn write. SQLite's write-ahead log is cut short, or garbled, behind a crash.

The store opens to the last commit that is whole, or the start refuses because the lock store knows
better. Never a mixture: what opens is one true story.
"""

import random
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from tests.check_everything import check_everything
from tests.faults.conftest import Mortal, Survivor
from tests.stores import Maker, Stores, fresh
from vault.errors import OperatorMustAct

LAST_STATEMENT = 270
"""Late in the day: epochs were signed that stand in the write-ahead log only."""

CUTS = 12


@pytest.fixture(scope="module")
def crashed(
    sqlite_maker: Maker, mortal: Mortal, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Survivor]:
    """A vault as a killed process leaves it: its last commits stand in the write-ahead log only."""
    with fresh(sqlite_maker) as stores:
        survivor = Survivor.begin(stores, tmp_path_factory.mktemp("survivor"))
        fate = mortal.run(survivor.order("day", statement=LAST_STATEMENT))
        assert fate.was_killed
        yield survivor


def torn_copy(crashed: Survivor, to: Path, log: bytes) -> Survivor:
    """The same vault with another write-ahead log in its main store."""
    urls = {}
    for name in ("main", "keys", "lock"):
        home = Path(str(make_url(crashed.stores.url(name)).database)).parent
        shutil.copytree(home, to / name)
        urls[name] = f"sqlite:///{to}/{name}/{name}.db"
    (to / "main" / "main.db-wal").write_bytes(log)
    return Survivor(
        stores=Stores(maker=crashed.stores.maker, closing=ExitStack(), urls=urls),
        folder=crashed.folder,
        clock=crashed.clock,
        company=crashed.company,
        person=crashed.person,
    )


def whole_log(crashed: Survivor) -> bytes:
    main = Path(str(make_url(crashed.stores.url("main")).database))
    return main.with_name("main.db-wal").read_bytes()


@pytest.mark.parametrize("cut", range(CUTS + 1))
def test_a_log_cut_short_opens_to_a_whole_commit_or_is_refused(
    crashed: Survivor, tmp_path: Path, cut: int
) -> None:
    whole = whole_log(crashed)
    length = len(whole) * cut // CUTS
    outcome = start_and_check(torn_copy(crashed, tmp_path, whole[:length]))
    if cut == CUTS:
        assert outcome == "opened", "nothing was torn"
    if cut == 0:
        assert "older" in outcome, "signed epochs are gone"


@pytest.mark.parametrize("seed", range(CUTS))
def test_a_garbled_log_opens_to_a_whole_commit_or_is_refused(
    crashed: Survivor, tmp_path: Path, seed: int
) -> None:
    chosen = random.Random(seed)
    garbled = bytearray(whole_log(crashed))
    at = chosen.randrange(len(garbled) - 512)
    garbled[at : at + 512] = chosen.randbytes(512)
    start_and_check(torn_copy(crashed, tmp_path, bytes(garbled)))


def start_and_check(torn: Survivor) -> str:
    """Start and check everything; what a refusal said."""
    try:
        world = torn.open()
    except OperatorMustAct as refusal:
        return str(refusal)
    else:
        check_everything(world)
        world.sequence()
        check_everything(world)
        return "opened"
    finally:
        torn.leave()
