"""The three stores of one vault: opened together, brought to shape together, closed together.

Rules kept here:
- Main, keys and lock are three databases; each is migrated on its own branch.
- A store of another shape than this program's is refused, unless migrating was asked for.
- A store that could lose an acknowledged commit is refused.

Use::

    with open_stores(settings.store_url) as stores:
        stores.migrate()
        stores.require_shape()
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Literal

from migrations.upgrade import is_current, upgrade
from vault.database import Database
from vault.errors import OperatorMustAct

Name = Literal["main", "keys", "lock"]
NAMES: tuple[Name, ...] = ("keys", "main", "lock")
"""In the order of migrating: keys are there before the rows they protect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Three open stores."""

    by_name: Mapping[Name, Database]

    @property
    def main(self) -> Database:
        """Profiles, grants, entries, tree."""
        return self.by_name["main"]

    @property
    def keys(self) -> Database:
        """Generation keys and wrapped keys of every owner."""
        return self.by_name["keys"]

    @property
    def lock(self) -> Database:
        """The last signed checkpoint and the sequencer's lease."""
        return self.by_name["lock"]

    def migrate(self) -> None:
        """Bring every store to this program's shape. A crash leaves each in its old or new one."""
        for name in NAMES:
            upgrade(self.by_name[name], name)

    def require_shape(self) -> None:
        """``OperatorMustAct`` unless each store has this program's shape and keeps what it says."""
        for name in NAMES:
            if not is_current(self.by_name[name], name):
                raise OperatorMustAct(
                    f"The {name} store does not have the shape this program expects: run "
                    "`habeas migrate` (after a backup), then start again."
                )
            self.by_name[name].check_durable()

    def have_shape(self) -> bool:
        """Whether every store has this program's shape."""
        return all(is_current(self.by_name[name], name) for name in NAMES)


@contextmanager
def open_stores(url_of: Callable[[Name], str]) -> Iterator[Stores]:
    """Open all three, close what was opened."""
    with ExitStack() as closing:
        opened: dict[Name, Database] = {}
        for name in NAMES:
            opened[name] = Database.open(url_of(name))
            closing.callback(opened[name].close)
        yield Stores(by_name=opened)
