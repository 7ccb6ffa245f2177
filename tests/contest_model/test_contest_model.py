"""Contests agree with the plain reference over thousands of acts in any order."""

import ast
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.contest_model.acts_of_time import Machine
from tests.contest_model.machine import Both
from tests.contest_model.mould import Mould
from tests.contest_model.words import VALUES
from tests.stores import Maker, SqliteMaker, fresh
from vault.field_types.loose import loose
from vault.fields import field_named

HERE = Path(__file__).parent
FLOORS = {"vault", "consent", "audit_portal", "migrations"}
PLAIN = [HERE / "words.py", *HERE.glob("plain/*.py")]
STEPS = 60


@pytest.fixture(scope="module")
def memory() -> Iterator[Path]:
    """A folder in memory where there is one: thousands of commits need no disk here."""
    shared = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    folder = Path(tempfile.mkdtemp(dir=shared if shared.is_dir() else None))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def on_sqlite(memory) -> Iterator[Mould]:
    """A vault in files."""
    yield from _mould(SqliteMaker(folder=memory), memory)


@pytest.fixture(scope="module")
def on_postgresql(postgresql_maker, memory) -> Iterator[Mould]:
    """A vault in PostgreSQL."""
    yield from _mould(postgresql_maker, memory)


def _mould(maker: Maker, folder: Path) -> Iterator[Mould]:
    home = folder / maker.kind
    home.mkdir()
    with fresh(maker) as stores:
        yield Mould.made(maker, stores, home)


def compared(mould: Mould, *, examples: int, seeded: bool = False) -> int:
    """Run the machine; how many acts both sides did and agreed on."""
    before = Both.acts_done
    run_state_machine_as_test(
        lambda: Machine(mould),
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            derandomize=not seeded,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return Both.acts_done - before


def test_contests_agree_over_fifteen_hundred_steps(on_sqlite):
    assert compared(on_sqlite, examples=30) >= 1_500


@pytest.mark.heavy
def test_contests_agree_over_five_thousand_steps(on_sqlite):
    assert compared(on_sqlite, examples=90) >= 5_000


def test_contests_agree_on_postgresql(on_postgresql):
    assert compared(on_postgresql, examples=8) >= 400


@pytest.mark.heavy
def test_contests_agree_whatever_the_seed(on_sqlite):
    assert compared(on_sqlite, examples=800, seeded=True) >= 50_000


@pytest.mark.heavy
def test_contests_agree_on_postgresql_whatever_the_seed(on_postgresql):
    assert compared(on_postgresql, examples=60, seeded=True) >= 4_000


# --- the reference itself ---------------------------------------------------------------------


@pytest.mark.parametrize("file", PLAIN, ids=lambda file: file.name)
def test_the_reference_takes_nothing_from_the_product(file):
    nodes = list(ast.walk(ast.parse(file.read_text())))
    imported = {one.name for node in nodes if isinstance(node, ast.Import) for one in node.names}
    imported |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    assert not {name.partition(".")[0] for name in imported} & FLOORS
    ours = {name for name in imported if name.startswith("tests.")}
    known = ("tests.contest_model.words", "tests.contest_model.plain")
    assert all(name.startswith(known) for name in ours)


@pytest.mark.parametrize("name", VALUES)
def test_what_is_written_down_of_values_is_so(name):
    known = field_named(name)
    for one in VALUES[name]:
        for other in VALUES[name]:
            same, alike = one.same == other.same, one.alike == other.alike
            pair = [known.validate(value.typed) for value in (one, other)]
            assert (len({known.normalise(value, country="DE") for value in pair}) == 1) is same
            assert (len({loose(known.type, value, country="DE") for value in pair}) == 1) is alike
