"""Many rows at once: every type of column, and nothing without the transaction."""

import sqlite3

import psycopg
import pytest
from sqlmodel import select

from vault.bulk_insert import insert_many
from vault.key_tables import ConsumerKey
from vault.tables import FieldChoice, FieldVersion, LookupRow

VERSION = {
    "consumer_id": bytes(range(16)),
    "field": "contact.email\t\\N 'é'",
    "version": 2**62,
    "source": bytes(16),
    "schema_id": 2**32 - 1,
    "written_i": 0,
    "written_at": 1_767_225_600_000,
    "nature": "provided",
    "channel": "",
    "equality": b"\xff" * 16,
    "rec": bytes(range(256)),
}


def read(stores, table):
    with stores.main.reading() as inside:
        return [row.model_dump() for row in inside.exec(select(table))]


def test_rows_come_back_as_they_were_given(stores):
    deleted = VERSION | {"version": 1, "rec": None}
    with stores.main.transaction() as inside:
        insert_many(inside, FieldVersion, [deleted, VERSION])
        insert_many(inside, FieldVersion, [])
    assert read(stores, FieldVersion) == [deleted, VERSION]


def test_booleans_and_integers_of_other_tables_fit_too(stores):
    mark = {
        "scope": "",
        "field": "f",
        "index_name": "equal",
        "hash": b"h",
        "consumer_id": bytes(16),
    }
    with stores.main.transaction() as inside:
        insert_many(inside, LookupRow, [mark | {"only_one": True}])
    assert read(stores, LookupRow) == [mark | {"only_one": True}]
    key = {"consumer_id": bytes(16), "use": "data", "key_version": 1, "g": 1, "wrapped": b"w"}
    with stores.keys.transaction() as inside:
        insert_many(inside, ConsumerKey, [key | {"made_at": 5}])
        assert inside.exec(select(ConsumerKey.made_at)).all() == [5]


def test_rows_stand_or_fall_with_the_transaction(stores):
    with stores.main.transaction() as inside:
        inside.add(FieldChoice(consumer_id=bytes(16), field="a", version=1))
        insert_many(inside, FieldVersion, [VERSION])
        assert len(inside.exec(select(FieldVersion)).all()) == 1
        inside.rollback()
    assert read(stores, FieldVersion) == read(stores, FieldChoice) == []


def test_a_row_twice_is_refused_and_leaves_nothing(stores):
    broken = (sqlite3.IntegrityError, psycopg.errors.UniqueViolation)
    with pytest.raises(broken), stores.main.transaction() as inside:
        insert_many(inside, FieldVersion, [VERSION, VERSION])
    assert read(stores, FieldVersion) == []
