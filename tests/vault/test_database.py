"""The store: commits, snapshots, turns and locks, alike on SQLite and PostgreSQL."""

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import delete, insert, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import func, select

from tests.stores import fresh
from vault import sqlite_engine
from vault.database import Database, wire_of
from vault.errors import OperatorMustAct, Unready
from vault.tables import FieldChoice

ME = bytes(16)


def choice(field, version=1):
    return {"consumer_id": ME, "field": field, "version": version}


def write_and_stumble(database, *fields):
    with database.transaction() as inside:
        inside.execute(insert(FieldChoice), [choice(field) for field in fields])
        raise ZeroDivisionError


def fields_of(database):
    with database.reading() as inside:
        return sorted(inside.exec(select(FieldChoice.field)).all())


@pytest.fixture
def sqlite(sqlite_maker):
    with fresh(sqlite_maker) as stores:
        yield stores


@pytest.fixture
def postgres(postgresql_maker):
    with fresh(postgresql_maker) as stores:
        yield stores


# --- both engines -----------------------------------------------------------------------------


def test_a_transaction_commits_at_its_end(stores):
    with stores.main.transaction() as inside:
        inside.add(FieldChoice(consumer_id=ME, field="a", version=1))
        inside.execute(insert(FieldChoice), [choice("b"), choice("c")])
    assert fields_of(stores.main) == ["a", "b", "c"]


def test_an_exception_leaves_nothing_behind(stores):
    with pytest.raises(ZeroDivisionError):
        write_and_stumble(stores.main, "a", "b")
    assert fields_of(stores.main) == []


def test_a_reader_sees_one_snapshot(stores):
    with stores.main.reading() as reader:
        assert reader.exec(select(func.count()).select_from(FieldChoice)).one() == 0
        with stores.main.transaction() as inside:
            inside.execute(insert(FieldChoice), [choice("a")])
        assert reader.exec(select(func.count()).select_from(FieldChoice)).one() == 0
    assert fields_of(stores.main) == ["a"]


def test_a_reader_can_write_nothing(stores):
    with pytest.raises(DBAPIError, match=r"(?i)read.?only"), stores.main.reading() as inside:
        inside.execute(insert(FieldChoice), [choice("a")])
    assert fields_of(stores.main) == []


def test_the_drivers_connection_works_inside_the_open_transaction(stores):
    with stores.main.transaction() as inside:
        inside.execute(insert(FieldChoice), [choice("a")])
        wire = wire_of(inside)
        assert isinstance(wire, sqlite3.Connection | psycopg.Connection)
        assert wire.execute("SELECT field FROM field_choices").fetchall() == [("a",)]
        wire.execute("UPDATE field_choices SET version = 9")
        assert inside.exec(select(FieldChoice.version)).one() == 9
        inside.rollback()
    assert fields_of(stores.main) == []


def test_a_hot_room_begins_and_commits_by_itself(stores):
    mark = {"sqlite": "?", "postgresql": "%s"}[stores.kind]
    begin = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "BEGIN"}[stores.kind]
    with stores.main.hot() as wire:
        wire.execute(begin)
        wire.execute(f"INSERT INTO field_choices VALUES ({mark}, 'a', 1)", (ME,))  # noqa: S608 - a fixed mark
        wire.execute("COMMIT")
    assert fields_of(stores.main) == ["a"]


def test_what_a_hot_room_leaves_uncommitted_is_rolled_back(stores):
    begin = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "BEGIN"}[stores.kind]
    with stores.main.transaction() as inside:
        inside.execute(insert(FieldChoice), [choice("a")])
    for _ in range(3):
        with stores.main.hot() as wire:
            wire.execute(begin)
            wire.execute("DELETE FROM field_choices")
    assert fields_of(stores.main) == ["a"]
    with stores.main.transaction() as inside:
        inside.execute(delete(FieldChoice))
    assert fields_of(stores.main) == []


def test_many_threads_write_and_read_without_losing_a_row(stores):
    main = stores.main

    def write(number):
        for turn in range(10):
            with main.transaction() as inside:
                inside.execute(insert(FieldChoice), [choice(f"{number}.{turn}")])
            fields_of(main)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(fields_of(main)) == 60


def test_a_store_as_tests_use_it_is_durable(stores):
    stores.main.check_durable()


def test_an_error_carries_no_value(stores):
    secret = b"canary-0123456789abcdef"
    with pytest.raises(DBAPIError) as error, stores.main.transaction() as inside:
        inside.execute(text("SELECT :x FROM nowhere"), {"x": secret})
    assert "canary" not in str(error.value)


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://x/y", "sqlite://", "sqlite:///:memory:"])
def test_a_url_that_names_no_store_is_the_operators_to_mend(url):
    with pytest.raises(OperatorMustAct):
        Database.open(url)


def test_a_url_with_a_password_is_not_repeated():
    with pytest.raises(OperatorMustAct) as error:
        Database.open("postgresql://me:hunter2@host:notaport/db")
    assert "hunter2" not in str(error.value)


# --- SQLite -----------------------------------------------------------------------------------


def test_a_second_opening_is_refused_in_this_process_and_in_another(sqlite):
    assert sqlite.main.kind == "sqlite"
    with pytest.raises(OperatorMustAct, match="another process has"):
        Database.open(sqlite.url("main"))
    program = (
        "import sys\n"
        "from vault.database import Database\n"
        "from vault.errors import OperatorMustAct\n"
        "try: Database.open(sys.argv[1])\n"
        "except OperatorMustAct as error: print(error)"
    )
    said = subprocess.run(
        [sys.executable, "-c", program, sqlite.url("main")],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
    ).stdout  # fmt: skip
    assert "another process has" in said
    sqlite.close("main")
    Database.open(sqlite.url("main")).close()


def test_a_store_is_readable_by_its_owner_alone(tmp_path):
    database = Database.open(f"sqlite:///{tmp_path}/new.db")
    with database.transaction() as inside:
        inside.execute(text("CREATE TABLE t (x)"))
    for file in tmp_path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    database.close()


def test_a_missing_folder_and_a_file_that_is_no_store_are_said_plainly(tmp_path):
    with pytest.raises(OperatorMustAct, match="is missing"):
        Database.open(f"sqlite:///{tmp_path}/nowhere/main.db")
    (tmp_path / "text.db").write_text("this is no database at all, just text " * 50)
    with pytest.raises(OperatorMustAct, match="does not open"):
        Database.open(f"sqlite:///{tmp_path}/text.db")


def test_the_writer_syncs_and_overwrites_and_the_readers_never_checkpoint(sqlite):
    def ask(inside, pragma):
        return inside.execute(text(f"PRAGMA {pragma}")).scalar()

    with sqlite.main.transaction() as inside:
        habits = ["journal_mode", "synchronous", "secure_delete", "foreign_keys", "temp_store"]
        assert [ask(inside, habit) for habit in habits] == ["wal", 2, 1, 1, 2]
    with sqlite.main.reading() as inside:
        assert [ask(inside, habit) for habit in ("query_only", "wal_autocheckpoint")] == [1, 0]


def test_a_thread_that_already_writes_is_told_so_instead_of_waiting_for_itself(sqlite):
    for opened in (sqlite.main.transaction, sqlite.main.hot):
        with opened(), pytest.raises(RuntimeError, match="already writes"):
            write_and_stumble(sqlite.main)


def test_a_turn_that_never_comes_is_unready(sqlite, monkeypatch):
    monkeypatch.setattr(sqlite_engine, "_TURN_SECONDS", 0.01)
    entered, leave = threading.Event(), threading.Event()

    def hold():
        with sqlite.main.transaction():
            entered.set()
            leave.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    entered.wait(10)
    with pytest.raises(Unready), sqlite.main.transaction():
        pass
    leave.set()
    holder.join()
    assert fields_of(sqlite.main) == []


def test_erased_bytes_are_nowhere_once_the_log_is_truncated(sqlite):
    canary = "canary." + os.urandom(8).hex()
    with sqlite.main.transaction() as inside:
        inside.execute(insert(FieldChoice), [choice(canary)])
    with sqlite.main.reading() as reader:
        assert len(reader.exec(select(FieldChoice.field)).all()) == 1
        with sqlite.main.transaction() as inside:
            inside.execute(delete(FieldChoice))
        assert not sqlite.main.truncate_log()
    assert sqlite.main.truncate_log()
    folder = Path(sqlite.url("main").removeprefix("sqlite:///")).parent
    assert not any(canary.encode() in file.read_bytes() for file in folder.iterdir())


def test_an_affected_sqlite_is_warned_about(sqlite, monkeypatch):
    monkeypatch.setattr(sqlite_engine.sqlite3, "sqlite_version_info", (3, 51, 2))
    assert ["one writing connection is enforced" in text for text in sqlite.main.warnings()] == [
        True
    ]
    monkeypatch.setattr(sqlite_engine.sqlite3, "sqlite_version_info", (3, 51, 3))
    assert sqlite.main.warnings() == []


def test_after_an_io_error_the_store_stays_shut(sqlite):
    broken = sqlite3.OperationalError("disk I/O error")
    broken.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
    with pytest.raises(OperatorMustAct, match="the disk failed"), sqlite.main.hot():
        raise broken
    with pytest.raises(OperatorMustAct, match="the disk failed"), sqlite.main.transaction():
        pass


def test_a_full_disk_is_unready_and_passes(sqlite):
    with sqlite.main.hot() as wire:
        pages = wire.execute("PRAGMA page_count").fetchone()[0]
        wire.execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(Unready), sqlite.main.transaction() as inside:
        inside.execute(insert(FieldChoice), [choice(f"{n:0>500}") for n in range(100)])
    with sqlite.main.hot() as wire:
        wire.execute("PRAGMA max_page_count=1000000")
    with sqlite.main.transaction() as inside:
        inside.execute(insert(FieldChoice), [choice("a")])
    assert fields_of(sqlite.main) == ["a"]


# --- PostgreSQL -------------------------------------------------------------------------------


def test_a_hot_connection_is_in_autocommit_mode_and_sessions_are_not(postgres):
    with postgres.main.hot() as wire:
        assert wire.autocommit
    with postgres.main.transaction() as inside:
        assert inside.execute(text("SHOW transaction_isolation")).scalar() == "read committed"
        assert not wire_of(inside).autocommit
    with postgres.main.reading() as inside:
        assert inside.execute(text("SHOW transaction_isolation")).scalar() == "repeatable read"


def without_options(store):
    return make_url(store.url("main")).difference_update_query(["options"])


def test_a_plain_postgresql_url_is_understood(postgres):
    url = without_options(postgres).set(drivername="postgresql")
    database = Database.open(url.render_as_string(hide_password=False))
    assert fields_of(database) == []
    with database.transaction() as inside:
        assert inside.execute(text("SHOW lock_timeout")).scalar() == "5s"
    assert database.kind == "postgresql"
    assert database.warnings() == []
    assert database.truncate_log()
    database.close()


def test_a_server_that_may_forget_is_refused(postgres):
    forgetful = {"options": "-c synchronous_commit=off"}
    url = without_options(postgres).update_query_dict(forgetful)
    database = Database.open(url.render_as_string(hide_password=False))
    with pytest.raises(OperatorMustAct, match="synchronous_commit off"):
        database.check_durable()
    database.close()


def test_a_connection_cut_by_the_server_is_unready_and_the_next_one_works(postgres):
    cut = "SELECT pg_terminate_backend(pg_backend_pid())"
    for _ in range(2):
        with pytest.raises(Unready), postgres.main.hot() as wire:
            wire.execute(cut)
        with pytest.raises(Unready), postgres.main.transaction() as inside:
            inside.execute(text(cut))
        assert fields_of(postgres.main) == []


def test_a_lock_that_is_not_given_in_time_is_unready(postgres):
    waiting = "DO $$ BEGIN SET LOCAL lock_timeout = '10ms'; LOCK TABLE field_choices; END $$"
    with postgres.main.transaction() as first:
        first.execute(text("LOCK TABLE field_choices"))
        with pytest.raises(Unready), postgres.main.transaction() as second:
            second.execute(text(waiting))


def test_a_server_that_is_not_there_is_unready(tmp_path):
    database = Database.open(f"postgresql://me@/main?host={tmp_path}")
    with pytest.raises(Unready):
        fields_of(database)
    with pytest.raises(Unready), database.hot():
        pass
    database.close()
