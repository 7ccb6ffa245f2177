"""``habeas worker``: a process of its own, killed in the middle, ended when told, two at once."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from joserfc.jwk import ECKey
from sqlalchemy import update

from audit_portal.bootstrap.opening import opened
from audit_portal.settings import Settings
from consent.notices import NewNotice, NoticeKind
from consent.outbox import Standing, enqueue
from consent.tables import Notice

HOUSE = Path(__file__).parents[3]
PATIENCE_S = 60


class Vault:
    """A vault on the system's clock, opened for a moment at a time: SQLite serves one process."""

    def __init__(self, folder: Path, **stores: str) -> None:
        self.folder = folder
        self.settings = Settings(data_dir=folder, **stores)
        self.environment = {f"HABEAS_{name.upper()}": url for name, url in stores.items()}

    def prepared(self, url: str, notices: int) -> list[str]:
        """One company, one person, and notices that wait."""
        with opened(self.settings, making=True) as services:
            key = ECKey.generate_key("P-256").as_dict(private=False)
            self.company = services.companies.add("Corner Shoes", {"keys": [key]})
            [person] = services.enrolment.enrol_many(self.company, ["A-1"])
            self.person = person.consumer_id
            services.webhooks.set(self.company, url)
            with services.log.acting([self.person]) as act:
                return [self._told(act, f"matter {number}") for number in range(notices)]

    def _told(self, act, about: str) -> str:
        notice = NewNotice(
            consumer=self.person, company=self.company, kind=NoticeKind.ERASED, about=about
        )
        return enqueue(act, notice, now_ms=1)

    def let_leases_end(self) -> None:
        with opened(self.settings) as services, services.main.transaction() as tx:
            tx.exec(update(Notice).where(Notice.next_try_at.is_not(None)).values(next_try_at=0))

    def standings(self) -> Counter[Standing]:
        with opened(self.settings) as services:
            return Counter(told.standing for told in services.outbox.told(self.person))

    @contextmanager
    def working(self):
        """``habeas worker`` until it is told to end, or ended by somebody else."""
        program = [sys.executable, "-c", "from audit_portal.cli.main import main; main()", "worker"]
        known = {name: said for name, said in os.environ.items() if not name.startswith("HABEAS_")}
        home = {"HABEAS_DATA_DIR": str(self.folder)}
        worker = subprocess.Popen(
            program,
            cwd=HOUSE,
            env=known | home | self.environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield worker
        finally:
            worker.kill()
            worker.communicate()


def ended(worker) -> list[dict[str, object]]:
    """What a worker that was told to end logged; it ended in order."""
    worker.send_signal(signal.SIGTERM)
    _, said = worker.communicate(timeout=PATIENCE_S)
    assert worker.returncode == 0, said
    return [json.loads(line) for line in said.splitlines()]


def wait_until(true) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def test_a_worker_killed_while_it_tells_is_followed_by_one_that_tells_again(tmp_path, receiver):
    vault = Vault(tmp_path / "data")
    [notice_id] = vault.prepared(receiver.url, 1)
    with vault.working() as worker:
        receiver.before_answering = lambda _: os.kill(worker.pid, signal.SIGKILL)
        assert worker.wait(PATIENCE_S) == -signal.SIGKILL
    assert receiver.ids == [notice_id]
    assert vault.standings() == {Standing.WAITING: 1}
    vault.let_leases_end()
    receiver.before_answering = lambda _: None
    with vault.working() as worker:
        wait_until(lambda: len(receiver.heard) == 2)
        lines = ended(worker)
    assert receiver.ids == [notice_id, notice_id]
    assert vault.standings() == {Standing.DELIVERED: 1}
    assert [line["event"] for line in lines] == ["started", "notice_sent", "ended"]


@pytest.fixture
def on_postgresql(postgresql_maker, tmp_path):
    """A vault that several processes may serve."""
    with ExitStack() as closing:
        urls = {}
        for name in ("main", "keys", "lock"):
            url, removal = postgresql_maker.copy(name)
            closing.callback(removal)
            urls["database_url" if name == "main" else f"{name}_url"] = url
        yield Vault(tmp_path / "data", **urls)


def test_two_worker_processes_tell_each_notice_once(on_postgresql, receiver):
    made = on_postgresql.prepared(receiver.url, 60)
    with on_postgresql.working() as one, on_postgresql.working() as other:
        wait_until(lambda: len(receiver.heard) >= len(made))
        assert {line["event"] for worker in (one, other) for line in ended(worker)} >= {"started"}
    assert Counter(receiver.ids) == Counter(made)
    assert on_postgresql.standings() == {Standing.DELIVERED: len(made)}
