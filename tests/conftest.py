"""What every test may ask for: stores, a clock, a browser, Node, the shared data.

A test that cannot run says so by name, and the end of the report lists all of them; under CI it
fails instead. The shared data is the exception: a plain clone does not have it.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings
from playwright.sync_api import Browser

from tests import chromium, finding, node, postgres
from tests.fakes import FakeClock
from tests.finding import Found, Missing
from tests.stores import Maker, PostgresMaker, SqliteMaker, Stores, fresh

NOT_RUN = "not run: "

settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("wide", deadline=None, max_examples=1_000)
settings.load_profile(os.environ.get("HABEAS_TEST_PROFILE", "ci"))


def need(answer: Found | Missing) -> str:
    """Where the need was found; else the test is not run, or fails under CI."""
    match answer:
        case Found(at=at):
            return at
        case Missing(name=name, why=why):
            report = f"{NOT_RUN}{name} is absent ({why})"
            if finding.under_ci():
                pytest.fail(report, pytrace=False)
            pytest.skip(report)


def shared_path(name: str) -> Path:
    """A file of the shared data, such as ``vectors/rfc/oauth-jose-vectors.json``."""
    match finding.shared():
        case Found(at=folder) if (path := Path(folder, name)).exists():
            return path
        case _:
            pytest.skip(f"{NOT_RUN}{name} is absent")


@pytest.fixture
def shared() -> Callable[[str], Path]:
    """``shared_path``, for a test that would rather ask than import."""
    return shared_path


@pytest.fixture(autouse=True)
def _a_log_of_its_own() -> Iterator[None]:
    """What a test made of the service's log ends with it, and so does the stream behind."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def clock() -> FakeClock:
    """A clock that moves only when the test winds it."""
    return FakeClock()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """One PostgreSQL for the whole session."""
    need(postgres.find())
    with postgres.Server.start() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_maker(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    """Makes stores in files."""
    return SqliteMaker(folder=tmp_path_factory.mktemp("stores"))


@pytest.fixture(scope="session")
def postgresql_maker(postgres_server: postgres.Server) -> Iterator[Maker]:
    """Makes stores in the session's PostgreSQL."""
    maker = PostgresMaker(server=postgres_server)
    yield maker
    maker.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def maker(request: pytest.FixtureRequest) -> Maker:
    """Makes as many fresh stores as a test wants, once on each engine."""
    made: Maker = request.getfixturevalue(f"{request.param}_maker")
    return made


@pytest.fixture
def stores(maker: Maker) -> Iterator[Stores]:
    """Fresh main, keys and lock stores with today's tables, once on each engine."""
    with fresh(maker) as made:
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium for the tests of one module."""
    need(chromium.find())
    with chromium.launched() as running:
        yield running


@pytest.fixture(scope="session")
def node_path() -> str:
    """The Node to run."""
    return need(node.find())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List by name what was not run, and the checks of the house that failed before the tests."""
    reasons = Counter(
        report.longrepr[2].removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple)
    )
    if reasons:
        terminalreporter.section("not run")
        for reason, times in sorted(reasons.items()):
            terminalreporter.line(f"{times:>5} x {reason.removeprefix(NOT_RUN)}")
    if failed := os.environ.get("HABEAS_TEST_FAILED_CHECKS"):
        terminalreporter.section("checks of the house that failed, see above", red=True)
        terminalreporter.line(failed)
