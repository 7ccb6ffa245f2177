"""How long a store lets its users wait, whatever others do with it."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.stores import Maker, Stores, fresh
from vault import sqlite_engine
from vault.errors import Unready


@pytest.fixture
def on_sqlite(sqlite_maker: Maker) -> Iterator[Stores]:
    with fresh(sqlite_maker) as stores:
        yield stores


def test_a_reader_too_many_waits_no_longer_than_it_was_told(
    on_sqlite: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_engine, "_READER_SECONDS", 0.05)
    main = on_sqlite.main
    with ExitStack() as held:
        for _ in range(sqlite_engine._READERS):
            held.enter_context(main.reading()).connection()
        with pytest.raises(Unready), main.reading() as tx:
            tx.connection()


def test_no_statement_is_compiled_on_postgresql(postgresql_maker: Maker) -> None:
    with fresh(postgresql_maker) as stores, stores.main.hot() as wire:
        assert wire.execute("SHOW jit").fetchall() == [("off",)]
