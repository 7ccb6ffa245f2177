"""One store in one SQLite file: one connection writes and checkpoints, the others only read.

Rules kept here:
- SQLite before 3.51.3 can lose commits when one connection writes while another writes or
  checkpoints. So one connection of one process does both; threads take turns at it, and an OS lock
  on ``<file>.lock`` keeps every other process out.
- Readers are ``query_only``, never checkpoint, and see one snapshot each.
- A commit is on the disk when it returns (WAL, ``synchronous=FULL``); deleted bytes are
  overwritten.
- After an I/O error nobody knows what the last commit left: the store stays shut until a restart.

``Database`` (vault.database) is the way in.
"""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal, cast

from sqlalchemy import URL, Connection, Engine, QueuePool, StaticPool, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from vault.errors import OperatorMustAct, Unready

FIRST_SOUND_VERSION = (3, 51, 3)

_TURN_SECONDS = 10.0
_READER_SECONDS = 5.0
_BUSY_MS = 5_000
_CHECKPOINT_BUSY_MS = 200
_READERS = 16

_WRITER_HABITS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA secure_delete=ON",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",  # nothing of a person in temporary files
    f"PRAGMA busy_timeout={_BUSY_MS}",
)
_READER_HABITS = (
    "PRAGMA query_only=ON",
    "PRAGMA wal_autocheckpoint=0",
    "PRAGMA temp_store=MEMORY",
    f"PRAGMA busy_timeout={_BUSY_MS}",
)
# What a later try may find mended; anything else in SQL is our own mistake and stays visible.
_PASSING = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_NOMEM}


class SqliteEngine:
    """The file, its lock, its one writing connection and its readers."""

    kind: Literal["sqlite"] = "sqlite"

    def __init__(self, url: URL) -> None:
        self._file = _file_of(url)
        self._lock = _lock_or_refuse(self._file)
        self._turn = threading.Lock()
        self._turn_is_of: int | None = None
        self._failed = False
        try:
            self.engine = _engine(url, _WRITER_HABITS, begin="BEGIN IMMEDIATE", pool=StaticPool)
            self._readers = _engine(url, _READER_HABITS, begin="BEGIN", pool=QueuePool)
            self._writer = cast(
                "sqlite3.Connection", self.engine.raw_connection().driver_connection
            )
        except (sqlite3.Error, DBAPIError) as error:
            os.close(self._lock)
            raise OperatorMustAct(
                f"{self._file} does not open as a store. Nothing was changed: check the file, its "
                "permissions and the disk, or restore a backup."
            ) from error

    @contextmanager
    def writing(self) -> Iterator[Engine]:
        """The writing engine, for as long as it is this thread's turn."""
        with self._my_turn(), self._answering():
            yield self.engine

    @contextmanager
    def reading(self) -> Iterator[Engine]:
        """The reading engine; any number of threads at a time."""
        with self._answering():
            yield self._readers

    @contextmanager
    def hot(self) -> Iterator[sqlite3.Connection]:
        """The writing connection itself. What is left uncommitted is rolled back."""
        with self._my_turn(), self._answering():
            try:
                yield self._writer
            finally:
                if self._writer.in_transaction:
                    self._writer.rollback()

    def check_durable(self) -> None:
        """``OperatorMustAct`` unless the file is in WAL mode and every commit is synced."""
        with self.hot() as writer:
            mode = writer.execute("PRAGMA journal_mode").fetchone()[0]
            synchronous = writer.execute("PRAGMA synchronous").fetchone()[0]
        if mode != "wal" or synchronous != 2:
            raise OperatorMustAct(
                f"{self._file} is not in WAL mode with synchronous=FULL (a network file system?). "
                "Nothing was changed: move it to a local disk."
            )

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else has the file open: ``_lock_or_refuse``."""
        yield

    def truncate_log(self) -> bool:
        """Empty the write-ahead log into the file; False while a reader still needs a part of it.

        Until it is True, bytes deleted from the tables may stand in the log.
        """
        with self.hot() as writer:
            writer.execute(f"PRAGMA busy_timeout={_CHECKPOINT_BUSY_MS}")
            try:
                result = writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                writer.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
        return bool(result == (0, 0, 0))

    def warnings(self) -> list[str]:
        """What the operator should know and need not act on."""
        if sqlite3.sqlite_version_info >= FIRST_SOUND_VERSION:
            return []
        warning = (
            f"SQLite {sqlite3.sqlite_version} can lose commits of concurrent writers (mended in "
            "3.51.3); one writing connection is enforced, so open this file with nothing else."
        )
        return [warning]

    def close(self) -> None:
        """Close readers, then the writer (it checkpoints last), then let others in."""
        self._readers.dispose()
        with self._turn:
            self._writer.close()
            self.engine.dispose()
        os.close(self._lock)

    @contextmanager
    def _my_turn(self) -> Iterator[None]:
        if self._turn_is_of == threading.get_ident():
            raise RuntimeError("this thread already writes: pass on the open transaction")
        if not self._turn.acquire(timeout=_TURN_SECONDS):
            raise Unready("the store is busy writing")
        self._turn_is_of = threading.get_ident()
        try:
            yield
        finally:
            self._turn_is_of = None
            self._turn.release()

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """Say who must act when the store does not answer."""
        if self._failed:
            raise OperatorMustAct(_AFTER_IO_ERROR)
        try:
            yield
        except PoolTimeout as error:
            raise Unready("too many readers of the store at once") from error
        except (sqlite3.OperationalError, DBAPIError) as error:
            code = _primary_code(error)
            if code == sqlite3.SQLITE_IOERR:
                self._failed = True  # never "success on retry": the page cache may lie now
                raise OperatorMustAct(_AFTER_IO_ERROR) from error
            if code in _PASSING:
                raise Unready("the store is locked or its disk is full") from error
            raise


_AFTER_IO_ERROR = (
    "the disk failed under a store, and nobody knows what the last commit left. Nothing more is "
    "written: check the disk, then start again; every acknowledged commit is checked at start."
)


def _file_of(url: URL) -> Path:
    if not url.database or url.database == ":memory:":
        raise OperatorMustAct("a store needs a file: use sqlite:///path/to/main.db")
    file = Path(url.database)
    if not file.parent.is_dir():
        raise OperatorMustAct(f"the folder {file.parent} is missing: make it, then start again")
    return file


def _lock_or_refuse(file: Path) -> int:
    """Hold ``<file>.lock`` as long as this process has the store open; gone with the process."""
    handle = os.open(f"{file}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise OperatorMustAct(
            f"another process has {file} open. Nothing was changed: ask the running server, or "
            "stop it first."
        ) from None
    # Made here, so that the store and the files SQLite lays beside it are the owner's alone.
    os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    return handle


def _engine(
    url: URL, habits: tuple[str, ...], *, begin: str, pool: type[StaticPool | QueuePool]
) -> Engine:
    # A reader may be wanted on the event loop, where nobody is served while it waits.
    bounds = {"pool_size": _READERS, "max_overflow": 0, "pool_timeout": _READER_SECONDS}
    engine = create_engine(
        url,
        poolclass=pool,
        connect_args={"check_same_thread": False},  # threads take turns, see _my_turn and the pool
        hide_parameters=True,  # an error's text must not carry values
        **(bounds if pool is QueuePool else {}),
    )

    @event.listens_for(engine, "connect")
    def take_up_habits(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # BEGIN is ours, not the driver's
        with closing(connection.cursor()) as cursor:
            for habit in habits:
                cursor.execute(habit)

    @event.listens_for(engine, "begin")
    def begin_our_way(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _primary_code(error: sqlite3.Error | DBAPIError) -> int:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return getattr(cause, "sqlite_errorcode", 0) & 0xFF
