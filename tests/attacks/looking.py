"""What stands in the tables, read plainly: to see that an attack changed nothing.

Use::

    before = rows_of(main)
    ...
    assert rows_of(main) == before
    assert rows_of(main, consumer) == ...       # one person's alone
"""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import Engine, MetaData, Table, select

from vault.database import Database

USED_UP = frozenset({"replay_keys"})
"""What a refused request leaves on purpose: its proof and its assertion cannot be used again."""

Rows = dict[str, list[tuple[object, ...]]]


def rows_of(database: Database, consumer: bytes | None = None) -> Rows:
    """Every row of every table, or those of one person; what is used up by being shown is not."""
    found: Rows = {}
    with database.reading() as tx:
        for table in _tables(database.engine):
            if table.name in USED_UP or (consumer and "consumer_id" not in table.columns):
                continue
            question = select(table)
            if consumer:
                question = question.where(table.c.consumer_id == consumer)
            rows = tx.connection().execute(question)
            found[table.name] = sorted((_plain(row) for row in rows), key=repr)
    return found


@cache
def _tables(engine: Engine) -> Sequence[Table]:
    metadata = MetaData()
    metadata.reflect(engine)
    return metadata.sorted_tables


def _plain(row: object) -> tuple[object, ...]:
    return tuple(bytes(cell) if isinstance(cell, memoryview) else cell for cell in row)
