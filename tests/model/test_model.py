"""The product agrees with the plain reference over thousands of acts in any order."""

import ast
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.acts_of_time import Machine
from tests.model.house import Mould
from tests.model.machine import TwoVaults
from tests.model.names import Disagreement, Name, Names
from tests.stores import Maker, SqliteMaker, fresh

STEPS = 50
HERE = Path(__file__).parent
FLOORS = {"vault", "consent", "audit_portal", "migrations"}
PLAIN = [HERE / "reference.py", HERE / "names.py", HERE / "words.py", *HERE.glob("plain/*.py")]


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
    """A vault in PostgreSQL, served by two processes."""
    yield from _mould(postgresql_maker, memory)


def _mould(maker: Maker, folder: Path) -> Iterator[Mould]:
    home = folder / maker.kind
    home.mkdir()
    with fresh(maker) as stores:
        yield Mould.made(maker, stores, home)


def compared(mould: Mould, folder: Path, *, examples: int, seeded: bool = False) -> int:
    """Run the machine; how many acts both sides did and agreed on."""
    before = TwoVaults.acts_done
    run_state_machine_as_test(
        lambda: Machine(mould, folder),
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            derandomize=not seeded,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return TwoVaults.acts_done - before


def test_the_product_agrees_over_two_thousand_steps(on_sqlite, memory):
    assert compared(on_sqlite, memory, examples=42) >= 2_000


def test_two_processes_agree_on_postgresql(on_postgresql, memory):
    assert compared(on_postgresql, memory, examples=6) >= 300


@pytest.mark.heavy
def test_the_product_agrees_whatever_the_seed(on_sqlite, memory):
    assert compared(on_sqlite, memory, examples=600, seeded=True) >= 20_000


@pytest.mark.heavy
def test_two_processes_agree_on_postgresql_whatever_the_seed(on_postgresql, memory):
    assert compared(on_postgresql, memory, examples=100, seeded=True) >= 4_000


# --- the reference itself ---------------------------------------------------------------------


@pytest.mark.parametrize("file", PLAIN, ids=lambda file: file.name)
def test_the_reference_takes_nothing_from_the_product(file):
    nodes = list(ast.walk(ast.parse(file.read_text())))
    imported = {one.name for node in nodes if isinstance(node, ast.Import) for one in node.names}
    imported |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    assert not {name.partition(".")[0] for name in imported} & FLOORS
    ours = {name for name in imported if name.startswith("tests.")}
    known = ("tests.model.names", "tests.model.words", "tests.model.plain")
    assert all(name.startswith(known) for name in ours)


def test_a_label_given_twice_is_found():
    names = Names()
    names.agree("x", Name("label", ("Northbank", 1)))
    with pytest.raises(Disagreement):
        names.agree("x", Name("label", ("Parcelo", 1)))


def test_a_label_that_changes_is_found():
    names = Names()
    names.agree(["x"], [Name("label", ("Northbank", 1))])
    with pytest.raises(Disagreement):
        names.agree(["y"], [Name("label", ("Northbank", 1))])


@pytest.mark.parametrize(
    ("told", "right"),
    [({}, {"a": 1}), ({"a": 1}, {}), ([1], [1, 2]), (1, 2), (None, Name("x", ()))],
)
def test_whatever_differs_is_found(told, right):
    with pytest.raises(Disagreement):
        Names().agree(told, right)
