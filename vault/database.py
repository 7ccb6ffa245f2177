"""One store, whatever holds it: a SQLite file or a PostgreSQL database.

Rules kept here:
- A transaction commits at the end of its ``with`` block, durably, or leaves nothing behind.
- Writing and reading are different doors: a reader sees one snapshot and can write nothing.
- Foreign errors become the house's: ``Unready`` when a later try may succeed, ``OperatorMustAct``
  when it will not. Errors carry no values.

Use::

    database = Database.open("sqlite:///data/main.db")
    with database.transaction() as inside:
        inside.exec(select(Row)).all()
        inside.execute(insert(Row), [{"id": 1}, {"id": 2}])     # in bulk
    with database.hot() as wire:                                # the driver's own connection
        wire.execute("BEGIN IMMEDIATE")
"""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Literal, Protocol, TypeAlias, cast

import psycopg
from sqlalchemy import Engine, make_url
from sqlalchemy.exc import ArgumentError
from sqlmodel import Session

from vault.errors import OperatorMustAct
from vault.postgresql_engine import PostgresqlEngine
from vault.sqlite_engine import SqliteEngine

Transaction: TypeAlias = Session
Wire: TypeAlias = sqlite3.Connection | psycopg.Connection


class _Engine(Protocol):
    """What SQLite and PostgreSQL both give."""

    @property
    def kind(self) -> Literal["sqlite", "postgresql"]: ...
    @property
    def engine(self) -> Engine: ...

    def writing(self) -> AbstractContextManager[Engine]: ...
    def reading(self) -> AbstractContextManager[Engine]: ...
    def hot(self) -> AbstractContextManager[Wire]: ...
    def alone(self) -> AbstractContextManager[None]: ...
    def check_durable(self) -> None: ...
    def truncate_log(self) -> bool: ...
    def warnings(self) -> list[str]: ...
    def close(self) -> None: ...


class Database:
    """An open store. Made by ``Database.open``; ``close`` it once."""

    def __init__(self, engine: _Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str) -> "Database":
        """Open ``sqlite:///path`` or ``postgresql://…``; ``OperatorMustAct`` when it cannot be.

        A SQLite file serves one opening at a time, in this process or any other.
        """
        try:
            parsed = make_url(url)
        except (ArgumentError, ValueError):
            raise OperatorMustAct("a store's URL is no URL; it is not shown here") from None
        match parsed.get_backend_name():
            case "sqlite":
                return cls(SqliteEngine(parsed))
            case "postgresql":
                return cls(PostgresqlEngine(parsed.set(drivername="postgresql+psycopg")))
            case other:
                raise OperatorMustAct(f"a store is sqlite:// or postgresql://, not {other}://")

    @property
    def kind(self) -> Literal["sqlite", "postgresql"]:
        """Which engine holds the store."""
        return self._engine.kind

    @property
    def engine(self) -> Engine:
        """SQLAlchemy's engine, for migrations alone: it bypasses the turns of the writers."""
        return self._engine.engine

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """A transaction that writes: commits at the end of the block, rolls back on an exception.

        SQLite: BEGIN IMMEDIATE on the one writing connection, threads take turns. PostgreSQL: READ
        COMMITTED. A crash before the end leaves nothing behind; after it, everything.
        """
        with (
            self._engine.writing() as engine,
            Session(engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A consistent snapshot that can write nothing."""
        with (
            self._engine.reading() as engine,
            Session(engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    def hot(self) -> AbstractContextManager[Wire]:
        """The driver's own connection, for a hot room that begins and commits by itself.

        SQLite: the one writing connection, on this thread's turn. PostgreSQL: a pooled one in
        autocommit mode. What the block leaves uncommitted is rolled back.
        """
        return self._engine.hot()

    def alone(self) -> AbstractContextManager[None]:
        """Inside the block no other process is in such a block of this store.

        Who comes second waits; ``OperatorMustAct`` after a minute. For making and changing a store,
        not for requests. A process that dies lets the next one in.
        """
        return self._engine.alone()

    def check_durable(self) -> None:
        """``OperatorMustAct`` when an acknowledged commit may be lost by a crash."""
        self._engine.check_durable()

    def truncate_log(self) -> bool:
        """SQLite: whether the write-ahead log is empty now, so that erased bytes are nowhere.

        False means an open reader still holds a part: try again. Always True on PostgreSQL, where
        dead tuples and archives stay until VACUUM and the archive's end.
        """
        return self._engine.truncate_log()

    def warnings(self) -> list[str]:
        """What the operator should be told at start, a sentence each."""
        return self._engine.warnings()

    def close(self) -> None:
        """Close every connection and let the next process in."""
        self._engine.close()


def wire_of(inside: Transaction) -> Wire:
    """The driver's own connection inside an open transaction; never commit or roll back on it."""
    return cast("Wire", inside.connection().connection.driver_connection)
