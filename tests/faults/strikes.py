"""Where a fault strikes: before and after each numbered step of the gate's read and the sequencer.

Rules kept here:
- The product has no hooks: a strike is laid by wrapping the methods of the parts that a step uses,
  in the world of the test or of the child process.
- ``Point`` names a step by the number in the product's own docstring. ``1 after`` and ``2 before``
  of a read lie inside one round trip; there the driver's statements are watched. ``7 between`` of
  the sequencer is the moment in which a note is signed and stands nowhere yet.
- What a strike does is the caller's: kill the process, raise an error.

Use::

    lay(world, READ, (6, "before"), kill)
"""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from typing import Any, Literal, NoReturn

import pytest
from sqlalchemy import event

from consent.gate.batch import Decider
from consent.ledger import log_store
from consent.ledger import sequencer as sequencing
from tests.world import World

When = Literal["before", "between", "after"]
Point = tuple[int, When]
Strike = Callable[[], object]
Laying = Callable[[World, Strike, pytest.MonkeyPatch], None]


class Failure(Exception):
    """What a strike raises: an error without a meaning of its own."""


def lay(
    world: World,
    steps: Mapping[Point, Laying],
    point: Sequence[Any],
    strike: Strike,
    patch: pytest.MonkeyPatch | None = None,
) -> None:
    """Let ``strike`` happen at one point of these steps, until ``patch`` is undone."""
    steps[point[0], point[1]](world, strike, patch or pytest.MonkeyPatch())


@contextmanager
def laid(
    world: World, steps: Mapping[Point, Laying], point: Sequence[Any], strike: Strike
) -> Iterator[None]:
    """The same inside a block, with the parts whole again behind it."""
    with pytest.MonkeyPatch.context() as patch:
        lay(world, steps, point, strike, patch)
        yield


def stage_only(world: World) -> None:
    """Let the sequencer stage an epoch and fail before anything else; it is whole again after."""
    with laid(world, SEQUENCE, (2, "before"), fail), suppress(Failure):
        world.sequencer.run_once()


def fail() -> NoReturn:
    """The plainest strike."""
    raise Failure


def before(part: Any, name: str, strike: Strike, patch: pytest.MonkeyPatch) -> None:
    """Strike whenever ``part.name`` is called."""
    whole = getattr(part, name)

    @functools.wraps(whole)
    def struck(*args: Any, **told: Any) -> Any:
        strike()
        return whole(*args, **told)

    patch.setattr(part, name, struck)


def after(part: Any, name: str, strike: Strike, patch: pytest.MonkeyPatch) -> None:
    """Strike whenever ``part.name`` has done its work."""
    whole = getattr(part, name)

    @functools.wraps(whole)
    def struck(*args: Any, **told: Any) -> Any:
        done = whole(*args, **told)
        strike()
        return done

    patch.setattr(part, name, struck)


def around_statement(
    world: World, words: str, when: When, strike: Strike, patch: pytest.MonkeyPatch
) -> None:
    """Strike at the hot statements of the main store whose text holds ``words``."""
    main, whole = world.stores.main, world.stores.main.hot

    @contextmanager
    def watched() -> Iterator[Any]:
        with whole() as connection:
            yield _Watched(connection, words, when, strike)

    patch.setattr(main, "hot", watched)


def at_statement(world: World, number: int, strike: Strike) -> None:
    """Strike before the statement of this number, counted over all three stores, commits too."""
    left = count(number, -1)

    def tick(*_: object) -> None:
        if next(left) == 0:
            strike()

    for store in (world.stores.main, world.stores.keys, world.stores.lock):
        for engine in {store.engine, getattr(store._engine, "_readers", store.engine)}:
            event.listen(engine, "before_cursor_execute", tick)
            event.listen(engine, "commit", tick)
    around_statement(world, "", "before", tick, pytest.MonkeyPatch())


class _Watched:
    """A driver's connection that strikes at some of its statements."""

    def __init__(self, connection: Any, words: str, when: When, strike: Strike) -> None:
        self._connection = connection
        self._words = words
        self._when = when
        self._strike = strike

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, statement: str, *args: Any) -> Any:
        return self._run(self._connection.execute, statement, *args)

    def executemany(self, statement: str, *args: Any) -> Any:
        return self._run(self._connection.executemany, statement, *args)

    def _run(self, run: Callable[..., Any], statement: str, *args: Any) -> Any:
        meant = self._words in statement
        if meant and self._when == "before":
            self._strike()
        done = run(statement, *args)
        if meant and self._when == "after":
            self._strike()
        return done


def _call(when: When, name: str, part: Callable[[World], Any]) -> Laying:
    lay_it = before if when == "before" else after
    return lambda world, strike, patch: lay_it(part(world), name, strike, patch)


def _statement(when: When, words: str) -> Laying:
    return lambda world, strike, patch: around_statement(world, words, when, strike, patch)


READ: Mapping[Point, Laying] = {
    (0, "before"): _call("before", "resolve", lambda world: world.gate._people),
    (0, "after"): _call("after", "unlock", lambda world: world.log),
    (1, "before"): _call("before", "begin_read", lambda world: world.statements),
    (1, "after"): _statement("after", " FROM heads"),
    (2, "before"): _statement("before", " grants"),
    (2, "after"): _call("after", "begin_read", lambda world: world.statements),
    (3, "before"): _call("before", "decide", lambda _: Decider),
    (3, "after"): _call("after", "decide", lambda _: Decider),
    (4, "before"): _call("before", "_choose", lambda _: Decider),
    (4, "after"): _call("after", "_choose", lambda _: Decider),
    (5, "before"): _call("before", "compose", lambda world: world.log),
    (5, "after"): _statement("after", "INSERT INTO entries"),
    (6, "before"): _statement("before", "COMMIT"),
    (6, "after"): _call("after", "finish_read", lambda world: world.statements),
    (7, "before"): _call("before", "data_keys", lambda world: world.gate._opener),
    (7, "after"): _call("after", "told", lambda world: world.gate._opener),
    (8, "before"): _call("before", "promise", lambda world: world.gate._promises),
    (8, "after"): _call("after", "promise", lambda world: world.gate._promises),
}
"""The steps of ``consent.gate.reads``."""

SEQUENCE: Mapping[Point, Laying] = {
    (1, "before"): _call("before", "take_lease", lambda world: world.locks),
    (1, "after"): _call("after", "take_lease", lambda world: world.locks),
    (2, "before"): _call("before", "_finish", lambda world: world.sequencer),
    (2, "after"): _call("after", "_finish", lambda world: world.sequencer),
    (3, "before"): _call("before", "waiting", lambda _: log_store),
    (3, "after"): _call("after", "_fold", lambda _: sequencing),
    (4, "before"): _call("before", "_compute", lambda world: world.sequencer),
    (4, "after"): _call("after", "_compute", lambda world: world.sequencer),
    (5, "before"): _call("before", "_stage", lambda world: world.sequencer),
    (5, "after"): _call("after", "_stage", lambda world: world.sequencer),
    (6, "before"): _call("before", "swap", lambda world: world.locks),
    (6, "after"): _call("after", "swap", lambda world: world.locks),
    (7, "before"): _call("before", "sign", lambda world: world.sequencer._signer),
    (7, "between"): _call("after", "sign", lambda world: world.sequencer._signer),
    (7, "after"): _call("after", "sign", lambda world: world.locks),
    (8, "before"): _call("before", "publish", lambda _: log_store),
    (8, "after"): _call("after", "_finish", lambda world: world.sequencer),
}
"""The steps of ``consent.ledger.sequencer``; step 2 needs an epoch that an earlier run staged."""
