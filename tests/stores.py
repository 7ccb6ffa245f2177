"""Fresh stores for one test: main, keys and lock, on SQLite or on PostgreSQL.

Rules kept here:
- Tables are made once per session, in a template; each test gets a copy of it.
- A store is made and opened when first asked for, so a test pays for what it uses.
- Nothing outlives its test: databases are closed and dropped, also after a failure.

Use::

    with stores.main.transaction() as tx: ...
    stores.url("main")          # for a second process or a second opening
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Literal, Protocol

from sqlalchemy import make_url

from migrations.upgrade import upgrade
from tests.postgres import Server
from vault.database import Database

Kind = Literal["sqlite", "postgresql"]
Name = Literal["main", "keys", "lock"]
Removal = Callable[[], object]

PATIENT = "-clock_timeout=25s"
"""A machine that runs tests may stand still for seconds; no lock is given up for that."""


class Maker(Protocol):
    """Makes one engine's databases, each a copy of a template."""

    kind: Kind

    def copy(self, name: Name) -> tuple[str, Removal]:
        """The URL of a fresh copy of a store, and what removes it."""
        ...


@dataclass(slots=True)
class Stores:
    """The three stores of one test, opened when first asked for."""

    maker: Maker
    closing: ExitStack
    urls: dict[Name, str] = field(default_factory=dict)
    opened: dict[Name, Database] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        """``sqlite`` or ``postgresql``."""
        return self.maker.kind

    @property
    def main(self) -> Database:
        """Profiles, grants, entries, tree."""
        return self.open("main")

    @property
    def keys(self) -> Database:
        """Generation keys and wrapped per-consumer keys."""
        return self.open("keys")

    @property
    def lock(self) -> Database:
        """The last signed checkpoint and the sequencer's lease."""
        return self.open("lock")

    def url(self, name: Name) -> str:
        """Where a store is, for a second opening; on SQLite close ours first."""
        if name not in self.urls:
            self.urls[name], removal = self.maker.copy(name)
            self.closing.callback(removal)
        return self.urls[name]

    def open(self, name: Name) -> Database:
        """The store, open."""
        if name not in self.opened:
            self.opened[name] = Database.open(self.url(name))
            self.closing.callback(self.close, name)
        return self.opened[name]

    def close(self, name: Name) -> None:
        """Close a store, as the end of a process would; the next use opens it again."""
        if database := self.opened.pop(name, None):
            database.close()


@contextmanager
def fresh(maker: Maker) -> Iterator[Stores]:
    """Stores for one test, removed at its end."""
    with ExitStack() as closing:
        yield Stores(maker=maker, closing=closing)


@dataclass(slots=True)
class SqliteMaker:
    """Copies a file."""

    folder: Path
    kind: Kind = "sqlite"
    templates: dict[Name, Path] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)

    def copy(self, name: Name) -> tuple[str, Removal]:
        """A file in a folder of its own."""
        if name not in self.templates:
            template = self.folder / f"template_{name}.db"
            lay_tables(f"sqlite:///{template}", name)
            self.templates[name] = template
        home = self.folder / f"{next(self.numbers)}_{name}"
        home.mkdir()
        shutil.copyfile(self.templates[name], home / f"{name}.db")
        return f"sqlite:///{home}/{name}.db", lambda: shutil.rmtree(home)


@dataclass(slots=True)
class PostgresMaker:
    """Copies a database inside one server."""

    server: Server
    kind: Kind = "postgresql"
    templates: dict[Name, str] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)

    def copy(self, name: Name) -> tuple[str, Removal]:
        """A database with a name of its own; dropped even when somebody is still in it."""
        if name not in self.templates:
            template = self.server.own_name(f"template_{name}")
            lay_tables(self.server.create(template), name)
            self.templates[name] = template
        mine = self.server.own_name(f"{next(self.numbers)}_{name}")
        url = make_url(self.server.create(mine, template=self.templates[name]))
        patient = url.update_query_dict({"options": PATIENT})
        return patient.render_as_string(hide_password=False), lambda: self.server.drop(mine)

    def close(self) -> None:
        """Drop the templates: on a server that was given to us nothing of ours may stay."""
        for template in self.templates.values():
            self.server.drop(template)


def lay_tables(url: str, name: Name) -> None:
    """Bring an empty database to today's shape. The one place that says how."""
    database = Database.open(url)
    try:
        upgrade(database, name)
    finally:
        database.close()
