"""What a thief carries away: every byte of every store, but not the root key.

Rules kept here:
- SQLite: the files as they lie there while the vault runs, write-ahead logs included, and again
  after its end. PostgreSQL: the files of the three databases and the log of what was written.
- On both, every column of every table too, since files may be compressed.
- Files that a process laid into its temporary folder are carried away as well.

Use::

    loot = Loot()
    loot.take_folder(folder, "while it runs")
    loot.take_rows(url, "main")
    loot.bytes["main.db-wal while it runs"]
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, MetaData, create_engine, select, text

ROOT_KEYS = "*root*"
_PAGE_OF_WAL = 16 * 1024 * 1024


@dataclass(slots=True)
class Loot:
    """Bytes by where they were found; rows by store and table, a mapping each."""

    bytes: dict[str, bytes] = field(default_factory=dict)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def take_folder(self, folder: Path, when: str) -> None:
        """Every file below ``folder`` but a root key."""
        for path in folder.rglob("*"):
            if path.is_file() and not path.match(ROOT_KEYS):
                self.bytes[f"{path.relative_to(folder)} {when}"] = path.read_bytes()

    def take_rows(self, url: str, store: str) -> None:
        """Every column of every table."""
        engine = create_engine(url)
        with engine.connect() as connection:
            for name, rows in _tables(engine, connection):
                self.rows[f"{store}.{name}"] = rows
                self.bytes[f"{store}.{name}, by column"] = b"\0".join(
                    _as_bytes(cell) for row in rows for cell in row.values()
                )
        engine.dispose()

    def take_database(self, url: str, store: str, *, since: int) -> None:
        """The files of one PostgreSQL database, and its cluster's log from a place in it."""
        engine = create_engine(url)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("CHECKPOINT"))
            cluster, oid = connection.execute(text(_WHERE)).one()
        engine.dispose()
        files = Path(cluster) / "base" / str(oid)
        if not os.access(files, os.R_OK):
            pytest.skip("not run: the files of the given PostgreSQL are not ours to read")
        self.take_folder(files, f"of {store}")
        self._take_wal(Path(cluster) / "pg_wal", since)

    def _take_wal(self, folder: Path, since: int) -> None:
        first = f"{since // _PAGE_OF_WAL // 256:08X}{since // _PAGE_OF_WAL % 256:08X}"
        for path in folder.iterdir():
            if path.is_file() and path.name[8:] >= first:
                self.bytes[f"{path.name} of pg_wal"] = path.read_bytes()


_WHERE = (
    "SELECT current_setting('data_directory'), oid FROM pg_database"
    " WHERE datname = current_database()"
)


def wal_place(url: str) -> int:
    """Where the log of a PostgreSQL cluster has come to, in bytes."""
    engine = create_engine(url)
    with engine.connect() as connection:
        place = connection.execute(text("SELECT pg_current_wal_insert_lsn() - '0/0'")).scalar_one()
    engine.dispose()
    return int(place)


def _tables(engine: Engine, connection: Connection) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    metadata = MetaData()
    metadata.reflect(engine)
    for table in metadata.sorted_tables:
        yield table.name, [dict(row) for row in connection.execute(select(table)).mappings()]


def _as_bytes(cell: object) -> bytes:
    return bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode()
