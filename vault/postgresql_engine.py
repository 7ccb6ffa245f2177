"""One store in one PostgreSQL database (15 or newer), through a pool of psycopg connections.

Rules kept here:
- Writing is READ COMMITTED: the house locks rows by name. Reading is one REPEATABLE READ snapshot.
- Nothing waits for ever: locks, statements and forgotten transactions have time limits.
- A pool that is used up is ``Unready``, not a queue without end.

``Database`` (vault.database) is the way in.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal, cast

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import URL, Engine, create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from vault.errors import OperatorMustAct, Unready

POOL_SIZE = 16
_MAKING = 0x48414245  # "HABE": any number would do, if it is always the same
_TURN_SECONDS, _PAUSE_SECONDS = 60.0, 0.1

_POOL_SECONDS = 5.0
# Compiling a statement (done where statistics are missing) costs more than running any of ours.
_LIMITS = (
    "-c lock_timeout=5s -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s"
    " -c jit=off"
)
_DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


class PostgresqlEngine:
    """Two pools: one for sessions, one of connections in autocommit mode for hot rooms."""

    kind: Literal["postgresql"] = "postgresql"

    def __init__(self, url: URL) -> None:
        self.engine = _engine(url, isolation_level="READ COMMITTED")
        self._readers = self.engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        # Without a reset on return: it would be a round trip after every use.
        self._hot = _engine(url, isolation_level="AUTOCOMMIT", pool_reset_on_return=None)

    @contextmanager
    def writing(self) -> Iterator[Engine]:
        """The writing engine."""
        with self._answering():
            yield self.engine

    @contextmanager
    def reading(self) -> Iterator[Engine]:
        """The reading engine: a read-only snapshot for each transaction."""
        with self._answering():
            yield self._readers

    @contextmanager
    def hot(self) -> Iterator[psycopg.Connection]:
        """A connection in autocommit mode. What is left uncommitted is rolled back."""
        with self._answering():
            pooled = self._hot.raw_connection()
            connection = cast("psycopg.Connection", pooled.driver_connection)
            try:
                yield connection
            finally:
                if not _left_idle(connection):
                    pooled.invalidate()
                pooled.close()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the advisory lock that all makers of this database ask for; it ends with us."""
        with self.hot() as connection:
            _wait_for_our_turn(connection)
            try:
                yield
            finally:
                with suppress(psycopg.Error):  # cut meanwhile: the lock went with the session
                    connection.execute("SELECT pg_advisory_unlock(%s)", [_MAKING])

    def check_durable(self) -> None:
        """``OperatorMustAct`` when the server may forget what it acknowledged."""
        with self.hot() as connection:
            found = connection.execute(
                "SELECT name FROM pg_settings WHERE name = ANY(%s) AND setting = 'off'",
                [list(_DURABLE)],
            ).fetchall()
        if found:
            names = ", ".join(sorted(name for (name,) in found))
            raise OperatorMustAct(
                f"PostgreSQL runs with {names} off, so it may lose what it acknowledged. Nothing "
                "was changed: switch it on, then start again."
            )

    def truncate_log(self) -> bool:
        """Always True: dead tuples, log segments and archives are PostgreSQL's own to clear."""
        return True

    def warnings(self) -> list[str]:
        """What the operator should know and need not act on."""
        return []

    def close(self) -> None:
        """Close both pools."""
        self._forget_sessions()

    def _forget_sessions(self) -> None:
        """Close what the pools keep; what is lent out closes on its return."""
        self.engine.dispose()
        self._hot.dispose()

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """Say that no answer is possible now when server, lock or pool does not answer.

        A session that was cut was not the only one: the kept ones go too, instead of failing one
        request each.
        """
        try:
            yield
        except (OperationalError, psycopg.OperationalError, PoolTimeout) as error:
            if _was_cut(error):
                self._forget_sessions()
            raise Unready("the database does not answer, or not in time") from error


def _wait_for_our_turn(connection: psycopg.Connection) -> None:
    """Asked again and again: waiting inside the server would end with its time limits."""
    until = time.monotonic() + _TURN_SECONDS
    asking = "SELECT pg_try_advisory_lock(%s)"
    while connection.execute(asking, [_MAKING]).fetchone() != (True,):
        if time.monotonic() > until:
            raise OperatorMustAct(
                "another process is making or changing this vault, and has been for a minute. "
                "Nothing was changed: wait for it, or end it, then start again."
            )
        time.sleep(_PAUSE_SECONDS)


def _engine(url: URL, **habits: object) -> Engine:
    given = url.query.get("options", "")
    return create_engine(
        url,
        pool_size=POOL_SIZE,
        max_overflow=0,
        pool_timeout=_POOL_SECONDS,
        connect_args={"options": f"{_LIMITS} {given}"},  # the operator's own come last and win
        hide_parameters=True,  # an error's text must not carry values
        **habits,
    )


def _left_idle(connection: psycopg.Connection) -> bool:
    """Whether the next borrower finds the connection whole and outside a transaction."""
    if connection.closed:
        return False
    if connection.info.transaction_status in {TransactionStatus.INTRANS, TransactionStatus.INERROR}:
        with suppress(psycopg.Error):  # cut meanwhile: closed now, and so not idle
            connection.rollback()
    return connection.info.transaction_status == TransactionStatus.IDLE


def _was_cut(error: Exception) -> bool:
    """Whether the server ended the session, or was not there: classes 08 and 57P of SQLSTATE."""
    cause = error.orig if isinstance(error, OperationalError) else error
    if not isinstance(cause, psycopg.Error):
        return False
    return (cause.sqlstate or "08").startswith(("08", "57P"))
