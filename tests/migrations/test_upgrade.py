"""Every store, on both engines: from nothing to today's shape, once."""

from contextlib import contextmanager

import pytest
from alembic import command
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from migrations import revise
from migrations.branches import configuration, metadata_of
from migrations.upgrade import is_current, upgrade
from vault.database import Database
from vault.errors import OperatorMustAct

STORES = ["main", "keys", "lock"]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request, tmp_path):
    """A store without any table."""
    if request.param == "sqlite":
        url, removal = f"sqlite:///{tmp_path / 'store.db'}", lambda: None
    else:
        server = request.getfixturevalue("postgres_server")
        name = server.own_name("unmigrated")
        url, removal = server.create(name), lambda: server.drop(name)
    database = Database.open(url)
    yield database
    database.close()
    removal()


def tables_in(database):
    with database.reading() as tx:
        return set(inspect(tx.connection()).get_table_names())


@contextmanager
def an_unknown_revision(database):
    with database.transaction() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = 'from_the_future'"))
    yield
    with database.reading() as tx:
        found = MigrationContext.configure(tx.connection()).get_current_revision()
    assert found == "from_the_future"


@pytest.mark.parametrize("store", STORES)
def test_an_empty_store_gets_exactly_the_tables_of_the_code(empty, store):
    assert not is_current(empty, store)
    upgrade(empty, store)
    assert is_current(empty, store)
    assert tables_in(empty) == {*metadata_of(store).tables, "alembic_version"}


@pytest.mark.parametrize("store", STORES)
def test_the_revisions_and_the_tables_say_the_same(empty, store):
    upgrade(empty, store)
    with empty.transaction() as tx:
        command.check(configuration(store, tx.connection()))


def test_a_second_run_does_nothing(empty):
    upgrade(empty, "main")
    with empty.transaction() as tx:
        tx.execute(
            text("INSERT INTO head_leaves (slot, n, head) VALUES (7, 1, :head)"), {"head": b"h"}
        )
    upgrade(empty, "main")
    with empty.reading() as tx:
        assert tx.execute(text("SELECT count(*) FROM head_leaves")).scalar_one() == 1


def test_a_run_cut_short_leaves_the_store_as_it_was(empty, monkeypatch):
    def cut(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("alembic.runtime.migration.HeadMaintainer.update_to_step", cut)
    with pytest.raises(KeyboardInterrupt):
        upgrade(empty, "main")
    assert tables_in(empty) == set()


def test_a_store_newer_than_the_program_is_left_alone(empty):
    upgrade(empty, "keys")
    with an_unknown_revision(empty):
        assert not is_current(empty, "keys")
        with pytest.raises(OperatorMustAct, match="keys store carries a revision"):
            upgrade(empty, "keys")


def test_alembic_alone_is_told_whom_to_ask():
    with pytest.raises(OperatorMustAct, match="habeas migrate"):
        command.current(configuration("main"))


def test_a_draft_of_a_revision_needs_a_store_and_a_sentence(capsys):
    assert revise.main(["profiles", "a new column"]) == 2
    assert "main|keys|lock" in capsys.readouterr().err
