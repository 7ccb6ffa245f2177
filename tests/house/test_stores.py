"""The stores a test is given are fresh, whole, and gone afterwards."""

import sqlite3

import pytest
from sqlalchemy import inspect, text

from tests.fakes import START_MS, FakeClock
from tests.stores import fresh
from vault.clock import Clock
from vault.errors import Unready


def tables(database):
    return set(inspect(database.engine).get_table_names())


@pytest.mark.parametrize(
    ("name", "table"), [("main", "heads"), ("keys", "consumer_keys"), ("lock", "lease")]
)
def test_a_store_has_todays_tables_and_only_its_own(stores, name, table):
    for each in ("main", "keys", "lock"):
        assert (table in tables(stores.open(each))) == (each == name)


def test_a_test_never_sees_what_another_left(maker):
    with fresh(maker) as first, first.main.transaction() as inside:
        inside.execute(text("CREATE TABLE left_behind (n INTEGER)"))
    with fresh(maker) as second:
        assert "left_behind" not in tables(second.main)


def test_two_stores_of_one_test_are_two(maker):
    with fresh(maker) as mine, fresh(maker) as theirs:
        with mine.main.transaction() as inside:
            inside.execute(text("CREATE TABLE mine (n INTEGER)"))
        assert "mine" not in tables(theirs.main)


def test_a_store_can_be_closed_and_opened_again(stores):
    with stores.main.transaction() as inside:
        inside.execute(text("CREATE TABLE kept (n INTEGER)"))
    stores.close("main")
    assert "kept" in tables(stores.main)


def test_a_store_is_durable_as_the_product_demands(stores):
    stores.main.check_durable()


def test_a_broken_test_leaves_no_store_open(maker):
    def broken_test():
        with fresh(maker) as made:
            opened.append(made.main)
            raise AssertionError

    opened = []
    with pytest.raises(AssertionError):
        broken_test()
    with pytest.raises((sqlite3.ProgrammingError, Unready)):
        opened[0].check_durable()


def test_the_hand_wound_clock_is_a_clock():
    clock: Clock = FakeClock()
    assert clock.now_ms() == START_MS
    clock.advance(5_000)
    assert (clock.now_ms(), clock.monotonic_ms()) == (START_MS + 5_000, 5_000)


def test_a_jump_of_wall_time_leaves_monotonic_time():
    clock = FakeClock()
    clock.jump(-60_000)
    assert (clock.now_ms(), clock.monotonic_ms()) == (START_MS - 60_000, 0)
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(-1)
