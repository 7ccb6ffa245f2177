"""Write the next revision of a store from what its tables say: for those who change the tables.

It compares the rows in the code with an empty store brought to the newest revision, and leaves a
draft: read it, and give it a sentence that says why.

Use::

    python -m migrations.revise main "a contest keeps its due date"
"""

import sys
import tempfile
from pathlib import Path
from typing import cast, get_args

from alembic import command

from migrations.branches import Store, configuration
from migrations.upgrade import upgrade
from vault.database import Database


def revise(store: Store, sentence: str) -> None:
    """Leave a new file in ``versions/<store>``."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database.open(f"sqlite:///{Path(folder) / 'draft.db'}")
        try:
            upgrade(database, store)
            with database.transaction() as tx:
                config = configuration(store, tx.connection())
                command.revision(config, message=sentence, autogenerate=True)
        finally:
            database.close()


def main(arguments: list[str]) -> int:
    """``python -m migrations.revise STORE SENTENCE``; 2 when called otherwise."""
    if len(arguments) != 2 or arguments[0] not in get_args(Store):
        stores = "|".join(get_args(Store))
        sys.stderr.write(f"usage: python -m migrations.revise {stores} SENTENCE\n")
        return 2
    revise(cast("Store", arguments[0]), arguments[1])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
