"""Threat 5: one bit flipped at rest, in an entry, a head, a tile, an epoch, a note, a sealed value.

It is found before the next signature, at the next start, or at the read. Nothing is signed over it
and nothing of it is shown. Flipped back, everything goes on: nothing was made worse on the way.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from consent.gate.asks import TurnedAway
from consent.ledger.reader import OpenedEntry
from tests import arrange
from tests.arrange import EMAIL, ROSA
from tests.check_everything import check_everything
from tests.faults import strikes
from tests.faults.conftest import Survivor, surviving
from tests.stores import Name, Stores
from tests.world import World
from vault.errors import Damaged, OperatorMustAct

FOUND = (Damaged, OperatorMustAct)


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.heavy)]
)
def survivor(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Survivor]:
    """What finds a bit is the same code on both engines."""
    yield from surviving(request, tmp_path_factory)


@contextmanager
def flipped(
    world: World, cell: str, where: str, *, bit: int = 0, store: Name = "main", **bound: object
) -> Iterator[None]:
    """One bit of one cell (``table.column``) is another one inside the block."""
    _flip(world.stores, store, cell, where, bit, bound)
    try:
        yield
    finally:
        _flip(world.stores, store, cell, where, bit, bound)


def _flip(
    stores: Stores, store: Name, cell: str, where: str, bit: int, bound: dict[str, object]
) -> None:
    table, column = cell.split(".")
    with stores.open(store).transaction() as tx:
        run = tx.connection().execute
        [(old,)] = run(text(f"SELECT {column} FROM {table} WHERE {where}"), bound).all()  # noqa: S608 - our own words
        change = text(f"UPDATE {table} SET {column} = :other WHERE {where}")  # noqa: S608 - our own words
        run(change, {**bound, "other": _other(old, bit)})


def _other(value: Any, bit: int) -> Any:
    """The same value with one bit flipped."""
    if isinstance(value, int):
        return value ^ (1 << bit)
    if isinstance(value, str):
        return _other(value.encode(), bit).decode()
    changed = bytearray(value)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def standing(world: World) -> tuple[int, str | None]:
    """Size and note of the lock store: what was signed last."""
    locked = world.locks.standing()
    assert locked is not None
    return locked.size, locked.note


def newest(survivor: Survivor, world: World) -> OpenedEntry:
    """The newest entry of the person's chain."""
    [entry] = world.reader.entries(survivor.person.consumer, newest_first=True, limit=1)
    return entry


# --- an entry -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "key"),
    [
        ("consumer_id", "commitment"),
        ("i", "commitment"),
        ("slot", "commitment"),
        ("at", "commitment"),
        ("commitment", "row_hash"),
        ("previous", "commitment"),
        ("row", "commitment"),
        ("row_hash", "commitment"),
        ("company_id", "commitment"),
        ("type", "commitment"),
    ],
)
def test_a_waiting_entry_is_not_signed_over(survivor: Survivor, column: str, key: str) -> None:
    world = survivor.here()
    world.sequence()
    arrange.read(world, arrange.request(survivor.company, survivor.person))
    before = standing(world)
    row = row_of(world, newest(survivor, world).commitment)
    bit = 20 if column in ("i", "slot") else 0
    with flipped(world, f"entries.{column}", f"{key} = :key", bit=bit, key=row[key]):
        with pytest.raises(FOUND):
            world.sequence()
        assert standing(world) == before
    world.sequence()
    check_everything(world)


@pytest.mark.parametrize("column", ["row", "commitment", "at", "company_id", "type"])
def test_an_entry_in_the_log_is_not_shown(survivor: Survivor, column: str) -> None:
    world = survivor.here()
    world.sequence()
    row = row_of(world, newest(survivor, world).commitment)
    with flipped(world, f"entries.{column}", "row_hash = :key", key=row["row_hash"]):
        with pytest.raises(Damaged):
            world.reader.entries(survivor.person.consumer)
        with pytest.raises(Damaged):
            world.prover.bundle(survivor.person.consumer)
    check_everything(world)


def row_of(world: World, commitment: bytes) -> dict[str, Any]:
    """The stored row of an entry."""
    with world.stores.main.reading() as tx:
        question = text("SELECT * FROM entries WHERE commitment = :c")
        [row] = tx.connection().execute(question, {"c": commitment}).mappings()
        return dict(row)


# --- what stands in the log ---------------------------------------------------------------------

NEWEST = "size = (SELECT max(size) FROM epochs)"
STANDING = [
    ("main", "epochs.k", NEWEST, 20),
    ("main", "epochs.ts", NEWEST, 0),
    ("main", "epochs.first_index", NEWEST, 1),
    ("main", "epochs.count", NEWEST, 1),
    ("main", "epochs.map_root", NEWEST, 9),
    ("main", "epochs.root", NEWEST, 9),
    ("main", "epochs.note", NEWEST, 803),
    ("main", "log_tiles.hashes", "level = 0 AND position = 0", 77),
    ("main", "head_tiles.hashes", "height = 3 AND position = 0", 77),
    ("lock", "lock.size", "id = 1", 0),
    ("lock", "lock.root", "id = 1", 9),
    ("lock", "lock.epoch_hash", "id = 1", 9),
    ("lock", "lock.note", "id = 1", 803),
    ("lock", "lock.vault_id", "id = 1", 9),
    ("lock", "lock.origin", "id = 1", 1),
]
WHILE_RUNNING = [one for one in STANDING if one[1] != "lock.vault_id"]
"""A running vault knows its own id."""


@pytest.mark.parametrize(("store", "cell", "where", "bit"), STANDING, ids=str)
def test_what_was_signed_is_looked_at_by_the_next_start(
    survivor: Survivor, store: Name, cell: str, where: str, bit: int
) -> None:
    world = survivor.here()
    world.sequence()
    survivor.leave()
    with flipped(world, cell, where, bit=bit, store=store):
        survivor.leave()
        with pytest.raises(FOUND):
            survivor.open()
        survivor.leave()
    check_everything(survivor.open())


@pytest.mark.parametrize(("store", "cell", "where", "bit"), WHILE_RUNNING, ids=str)
def test_what_was_signed_is_looked_at_before_the_next_signature(
    survivor: Survivor, store: Name, cell: str, where: str, bit: int
) -> None:
    world = survivor.here()
    world.sequence()
    arrange.read(world, arrange.request(survivor.company, survivor.person))
    with (
        flipped(world, cell, where, bit=bit, store=store),
        strikes.laid(world, strikes.SEQUENCE, (7, "before"), strikes.fail),
        pytest.raises(FOUND),
    ):
        world.sequence()
    world.sequence()
    survivor.remember(world)
    check_everything(world)


@pytest.mark.parametrize("tier", [0, 1, 2, 3])
def test_a_neighbour_in_the_head_map_is_not_signed_over(survivor: Survivor, tier: int) -> None:
    world = survivor.here()
    world.sequence()
    arrange.read(world, arrange.request(survivor.company, survivor.person))
    slot = world.log.slots([survivor.person.consumer])[survivor.person.consumer]
    mine = slot >> 5 * tier & 31
    neighbour = 8 * 32 * (mine ^ 1)
    where = "height = :tier AND position = :position"
    before = standing(world)
    with flipped(
        world,
        "head_tiles.hashes",
        where,
        bit=neighbour,
        tier=tier,
        position=slot >> 5 * (tier + 1),
    ):
        with pytest.raises(FOUND):
            world.sequence()
        assert standing(world) == before
    world.sequence()
    check_everything(world)


# --- a head -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("column", "bit"), [("head", 9), ("n", 4), ("last_at", 41)])
def test_a_head_is_not_signed_over(stores: Stores, tmp_path: Path, column: str, bit: int) -> None:
    survivor = Survivor.begin(stores, tmp_path)
    world = survivor.open()
    slot = world.log.slots([survivor.person.consumer])[survivor.person.consumer]
    before = standing(world)
    _flip(world.stores, "main", f"heads.{column}", "slot = :slot", bit, {"slot": slot})
    arrange.read(world, arrange.request(survivor.company, survivor.person))
    with pytest.raises(FOUND):
        world.sequence()
    assert standing(world) == before


@pytest.mark.parametrize("column", ["secrets", "status"])
def test_nothing_is_read_from_a_head_that_does_not_open(survivor: Survivor, column: str) -> None:
    survivor.leave()
    world = survivor.open()
    asked = arrange.request(survivor.company, survivor.person)
    with flipped(world, f"heads.{column}", "consumer_id = :c", c=survivor.person.consumer):
        [answer] = world.gate.read([asked])
        # A record that is not open is nobody's; one that does not open fails.
        told = [one.outcome for one in answer.outcomes] if column == "status" else answer
        assert told == (["not_available"] if column == "status" else TurnedAway(why="failed"))
    assert arrange.read(world, asked).outcome == "allowed"
    check_everything(world)


# --- a sealed value -----------------------------------------------------------------------------

REC = {
    "suite": 0,
    "key version": 4,
    "salt": 5,
    "commitment": 37,
    "nonce": 69,
    "sealed": 81,
    "tag": 128,
}


@pytest.mark.parametrize("at", REC.values(), ids=list(REC))
def test_a_sealed_value_is_not_shown(survivor: Survivor, at: int) -> None:
    world, who = survivor.here(), survivor.person.consumer
    with flipped(
        world, "field_versions.rec", "consumer_id = :c AND field = :f", bit=8 * at, c=who, f=EMAIL
    ):
        outcome = arrange.read(world, arrange.request(survivor.company, survivor.person))
        assert (outcome.outcome, outcome.reason) == ("refused", "undelivered")
        assert not outcome.fields
        with pytest.raises(Damaged):
            world.own_view.show(who, [EMAIL])
    told = [entry.P.get("reason") for entry in world.reader.entries(who, newest_first=True)[:2]]
    assert "damaged" in told
    outcome = arrange.read(world, arrange.request(survivor.company, survivor.person))
    assert outcome.fields[EMAIL]["value"] == ROSA[EMAIL]
    world.sequence()
    check_everything(world)


@pytest.mark.parametrize("use", ["data", "log"])
def test_a_wrapped_key_that_does_not_open_gives_nothing(survivor: Survivor, use: str) -> None:
    survivor.leave()
    world = survivor.open()
    asked = arrange.request(survivor.company, survivor.person)
    where = "consumer_id = :c AND use = :u"
    bound = {"c": survivor.person.consumer, "u": use}
    with flipped(world, "consumer_keys.wrapped", where, bit=100, store="keys", **bound):
        assert world.gate.read([asked]) == [TurnedAway(why="failed")]
    assert arrange.read(world, asked).outcome == "allowed"
    check_everything(world)
