"""What alembic runs for every command: our connection, our rows, one transaction.

The caller opens the transaction and commits it (see ``upgrade``); alembic joins it. A crash in
between leaves the store exactly as it was: both engines change tables inside a transaction.
"""

from alembic import context

from migrations.branches import metadata_of
from vault.errors import OperatorMustAct

connection = context.config.attributes.get("connection")
if connection is None:
    raise OperatorMustAct(
        "alembic was started by itself and knows no store; nothing was changed. "
        "Use `habeas migrate`, or `python -m migrations.revise` for a new revision."
    )

context.configure(
    connection=connection,
    target_metadata=metadata_of(context.config.attributes["store"]),
    render_as_batch=True,  # SQLite changes a column by copying its table
    compare_type=True,
)
context.run_migrations()
