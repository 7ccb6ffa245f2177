"""Bring a store to its newest shape, or say whether it is there.

Rules kept here:
- All revisions of a run share one transaction: a store has its old shape or its new one.
- A second run finds nothing to do.
- A store newer than this program is left alone.

Use::

    upgrade(database, "main")
    is_current(database, "main")    # True
"""

from functools import cache

from alembic import command
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import text

from migrations.branches import Store, configuration
from vault.database import Database
from vault.errors import OperatorMustAct


def upgrade(database: Database, store: Store) -> None:
    """Run every revision the store has not seen. Two processes take turns: ``Database.alone``.

    Raises ``OperatorMustAct`` when the store carries a revision this program does not know.
    """
    with database.transaction() as tx:
        connection = tx.connection()
        if database.kind == "postgresql":
            # The limits meant for requests must not cut a long change short.
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        try:
            command.upgrade(configuration(store, connection), "head")
        except CommandError as error:
            raise OperatorMustAct(
                f"the {store} store carries a revision this program does not know; nothing was "
                "changed. Install the version of Habeas that wrote it, or a newer one."
            ) from error


def is_current(database: Database, store: Store) -> bool:
    """Whether the store has exactly the shape this program expects."""
    with database.reading() as tx:
        found = MigrationContext.configure(tx.connection()).get_current_revision()
    return found == _newest(store)


@cache
def _newest(store: Store) -> str | None:
    return ScriptDirectory.from_config(configuration(store)).get_current_head()
