"""Three stores, three branches of revisions, three sets of rows.

Rules kept here:
- Each store knows only its own branch: a migration of the main store can never touch a key.
- Alembic's options are set here, in code, so that an installed Habeas needs no file beside it.
- A database remembers its revision in a table ``alembic_version`` of its own.
- A revision has no way back: undoing it would destroy what was written since. A backup has.

Use::

    ScriptDirectory.from_config(configuration("keys")).get_current_head()
"""

from pathlib import Path
from typing import Literal

from alembic.config import Config
from sqlalchemy import Connection, MetaData
from sqlmodel import SQLModel

import vault.tables  # isort: skip - it names the constraints of all tables that come after
import audit_portal.tables
import consent.tables
from consent.ledger.lock_tables import lock_metadata
from vault.key_tables import key_metadata

Store = Literal["main", "keys", "lock"]

_HERE = Path(__file__).parent
FLOORS = (vault.tables, consent.tables, audit_portal.tables)
"""Their rows share one metadata: the main store's."""


def configuration(store: Store, connection: Connection | None = None) -> Config:
    """What alembic needs to know of one store; with ``connection``, also where to work."""
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(_HERE / "versions" / store))
    config.set_main_option("file_template", "%%(year)d%%(month).2d%%(day).2d_%%(slug)s")
    config.set_main_option("timezone", "UTC")
    _tidy_new_revisions(config)
    config.attributes["store"] = store
    config.attributes["connection"] = connection
    return config


def _tidy_new_revisions(config: Config) -> None:
    """A draft comes out formatted and without unused imports."""
    for name, options in {"tidy": "check --fix --quiet", "format": "format --quiet"}.items():
        config.set_section_option("post_write_hooks", f"{name}.type", "module")
        config.set_section_option("post_write_hooks", f"{name}.module", "ruff")
        config.set_section_option(
            "post_write_hooks", f"{name}.options", f"{options} REVISION_SCRIPT_FILENAME"
        )
    config.set_section_option("post_write_hooks", "hooks", "tidy, format")


def metadata_of(store: Store) -> MetaData:
    """The rows as the code has them: what the newest revision must lead to."""
    return {"main": SQLModel.metadata, "keys": key_metadata, "lock": lock_metadata}[store]
