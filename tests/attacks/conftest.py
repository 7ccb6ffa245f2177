"""One vault for each engine in which everything was planted, failed and looked at; then stopped."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from audit_portal.settings import Settings
from tests.attacks.failing import fail_in_every_way
from tests.attacks.listening import listening
from tests.attacks.planting import Garden, plant
from tests.attacks.thieves import Loot, wal_place
from tests.stores import Maker
from tests.vaults import served
from vault.vault_keys import VaultKeyUse

SETTINGS = {"main": "database_url", "keys": "keys_url", "lock": "lock_url"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stolen:
    """What was stolen, what was in it, and what the thief does not have."""

    garden: Garden
    loot: Loot
    settings: Settings
    index_key: bytes

    def table(self, name: str) -> list[dict[str, Any]]:
        """The rows of one table, such as ``main.lookup``."""
        return self.loot.rows[name]


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def stolen(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stolen]:
    """A copy of everything, once on each engine."""
    maker: Maker = request.getfixturevalue(f"{request.param}_maker")
    made = (tmp_path_factory.mktemp(name) for name in ("vault", "outside", "temporary"))
    folder, outside, temporary = made
    with ExitStack() as closing:
        urls = {}
        for name in SETTINGS:
            urls[name], removal = maker.copy(name)
            closing.callback(removal)
        stores = {SETTINGS[name]: url for name, url in urls.items()}
        settings, loot = Settings(data_dir=folder, **stores), Loot()
        since = wal_place(urls["main"]) if maker.kind == "postgresql" else 0
        with (
            _temporary_files_in(temporary),
            listening() as (letters, stream),
            served(folder, settings=settings) as vault,
        ):
            garden = plant(vault, letters, stream, outside)
            fail_in_every_way(garden)
            index_key = vault.services.log._keyring.vault_key(VaultKeyUse.BLIND_INDEX).key
            _take_files(loot, urls, "while it runs")
        for name, url in urls.items():
            loot.take_rows(url, name)
            if maker.kind == "postgresql":
                loot.take_database(url, name, since=since)
        _take_files(loot, urls, "after its end")
        loot.take_folder(folder, "beside the stores")
        loot.take_folder(temporary, "in the temporary folder")
        yield Stolen(garden=garden, loot=loot, settings=settings, index_key=index_key)


@contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder))
        patch.setattr(tempfile, "tempdir", None)
        yield


def _take_files(loot: Loot, urls: dict[str, str], when: str) -> None:
    for name, url in urls.items():
        if url.startswith("sqlite:///"):
            loot.take_folder(Path(url.removeprefix("sqlite:///")).parent, f"{when}, {name}")
