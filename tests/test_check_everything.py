"""The whole-state check finds what it is there to find: each kind of damage, by its own sentence.

A check that never fails proves nothing. Each test lies in one place of a true story and hears why.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from tests import arrange
from tests.arrange import EMAIL, NAME
from tests.check_everything import check_everything
from tests.fakes import FakeClock
from tests.stores import Maker, Name, Stores, fresh
from tests.world import World
from vault.identifiers import ConsumerId

STORES: tuple[Name, ...] = ("main", "keys", "lock")

WORDS = {
    "MINE": "consumer_id = :mine",
    "READ": "type = 'read' AND consumer_id = :mine",
    "NEWEST": "k = (SELECT max(k) FROM epochs)",
    "MIDDLE": "k = (SELECT max(k) - 1 FROM epochs)",
}
"""What the capital words in the statements below stand for."""

LIES: list[tuple[str, str, str]] = [
    ("leaf", "UPDATE log_leaves SET body = :bytes33 WHERE leaf_index = 2", "ascending|root"),
    ("lost leaf", "DELETE FROM log_leaves WHERE leaf_index = 2", "gap"),
    ("new leaf", "INSERT INTO log_leaves VALUES (9999, :bytes33)", "gap"),
    ("epoch root", "UPDATE epochs SET root = :bytes32 WHERE MIDDLE", "root of epoch"),
    ("epoch time", "UPDATE epochs SET ts = ts + 1 WHERE MIDDLE", "leaf of epoch"),
    ("epoch count", "UPDATE epochs SET count = count + 1 WHERE MIDDLE", "does not end"),
    ("epoch map", "UPDATE epochs SET map_root = :bytes32 WHERE NEWEST", "leaf of epoch"),
    ("lost epoch", "DELETE FROM epochs WHERE MIDDLE", "does not follow"),
    ("unsigned epoch", "UPDATE epochs SET note = NULL WHERE MIDDLE", "never signed"),
    ("note", "UPDATE epochs SET note = replace(note, 'vault', 'fault') WHERE MIDDLE", "note"),
    ("log tile", "UPDATE log_tiles SET hashes = :bytes32", "tiles of the log"),
    ("head tile", "DELETE FROM head_tiles WHERE height = 1", "tiles of the head map"),
    ("head leaf", "UPDATE head_leaves SET n = n + 1", "leaves of the head map"),
    ("lost entry", "DELETE FROM entries WHERE READ", "gap|head|permission"),
    ("entry time", "UPDATE entries SET at = at + 1 WHERE READ", "was changed"),
    ("entry type", "UPDATE entries SET type = 'refused' WHERE READ", "was changed"),
    ("entry row", "UPDATE entries SET row = :bytes200 WHERE READ", "was changed"),
    ("entry place", "UPDATE entries SET leaf_index = NULL WHERE READ", "hole|leaves|log"),
    ("head", "UPDATE heads SET head = :bytes32 WHERE MINE", "head of"),
    ("head number", "UPDATE heads SET n = n + 1 WHERE MINE", "head of"),
    ("head time", "UPDATE heads SET last_at = 1 WHERE MINE", "older"),
    (
        "revived",
        "UPDATE grants SET state = 'active' WHERE state = 'revoked' AND MINE",
        "state of",
    ),
    ("widened", "UPDATE grants SET fields = '{}' WHERE MINE", "fields of"),
    ("prolonged", "UPDATE grants SET until_ms = until_ms + 1 WHERE MINE", "until_ms of"),
    (
        "count",
        "UPDATE grants SET reads_used = 0 WHERE max_reads IS NOT NULL AND MINE",
        "reads_used",
    ),
    ("terms", "UPDATE grants SET terms = '{}' WHERE MINE", "terms"),
    ("lost permission", "DELETE FROM grants WHERE MINE", "without its entry"),
    ("stranger", "UPDATE pairwise SET had_grant = false WHERE MINE", "stranger"),
    ("lifted", "DELETE FROM restrictions WHERE MINE", "restrictions"),
    ("request", "UPDATE read_requests SET entry_i = entry_i + 1 WHERE MINE", "remembered"),
    ("lost value", "DELETE FROM field_versions WHERE MINE AND version = 1", "gone without"),
    (
        "put back",
        "UPDATE field_versions SET version = 9 WHERE MINE AND version = 2",
        "without an entry",
    ),
    (
        "value",
        "UPDATE field_versions SET rec = :bytes200 WHERE MINE AND version = 1",
        "not the record",
    ),
    ("moved value", "UPDATE field_versions SET written_i = 1 WHERE MINE", "another entry"),
]
LIES_OF_THE_LOCK = [
    ("size", "UPDATE lock SET size = size + 1", "does not stand"),
    ("root", "UPDATE lock SET root = :bytes32", "another root"),
    ("epoch", "UPDATE lock SET epoch_hash = :bytes32", "another epoch"),
    ("note", "UPDATE lock SET note = 'other'", "another note"),
    ("vault", "UPDATE lock SET vault_id = :bytes16", "another vault"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A vault with a past, and the person most of it is about."""

    stores: Stores
    folder: Path
    clock: FakeClock
    mine: ConsumerId


@pytest.fixture(scope="module")
def story(sqlite_maker: Maker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Reads, a permission taken back, a dispute, values written over: some of it in the log."""
    folder = tmp_path_factory.mktemp("story")
    with fresh(sqlite_maker) as stores:
        clock = FakeClock()
        world = World.begin(stores, clock, folder)
        company = arrange.company(world)
        person, other = (arrange.person(world, company) for _ in range(2))
        ended = arrange.permit(world, person, company, [EMAIL])
        arrange.read(world, arrange.request(company, [person]))
        world.sequence()
        arrange.stop(world, person, ended)
        clock.advance(1_000)
        arrange.permit(world, person, company, [EMAIL, NAME], max_reads=5)
        arrange.dispute(world, person, NAME)
        world.write(person.consumer, None, {EMAIL: "rosa.new@example.org"})
        arrange.permit(world, other, company, [EMAIL])
        world.sequence()
        arrange.read(world, arrange.request(company, person))
        arrange.read(world, arrange.request(company, other))
        world.sequence()
        arrange.read(world, arrange.request(company, person))
        check_everything(world)
        yield Story(stores=stores, folder=folder, clock=clock, mine=person.consumer)
        for name in STORES:
            stores.close(name)


@pytest.fixture
def world(story: Story, tmp_path: Path) -> Iterator[World]:
    """A copy of the story, to be lied in."""
    copied = Stores(maker=story.stores.maker, closing=ExitStack())
    for name in STORES:
        story.stores.close(name)
        source = str(make_url(story.stores.url(name)).database)
        shutil.copyfile(source, tmp_path / f"{name}.db")
        copied.urls[name] = f"sqlite:///{tmp_path}/{name}.db"
    with copied.closing:
        yield World.open(copied, story.clock, story.folder)


def tell(world: World, story: Story, statement: str, *, store: Name = "main") -> None:
    """A lie, told straight to the store."""
    wrong = {f"bytes{width}": bytes([1]) * width for width in (16, 32, 33, 200)}
    bound = {**wrong, "mine": story.mine}
    for word, meaning in WORDS.items():
        statement = statement.replace(word, meaning)
    wanted = {name: value for name, value in bound.items() if f":{name}" in statement}
    with world.stores.open(store).transaction() as tx:
        assert tx.connection().execute(text(statement), wanted).rowcount, "the lie changed nothing"


def test_a_true_story_passes(world: World) -> None:
    check_everything(world)


@pytest.mark.parametrize(("statement", "why"), [one[1:] for one in LIES], ids=[o[0] for o in LIES])
def test_a_lie_is_found(world: World, story: Story, statement: str, why: str) -> None:
    tell(world, story, statement)
    with pytest.raises(AssertionError, match=why):
        check_everything(world)


@pytest.mark.parametrize(
    ("statement", "why"),
    [one[1:] for one in LIES_OF_THE_LOCK],
    ids=[one[0] for one in LIES_OF_THE_LOCK],
)
def test_a_lie_of_the_lock_store_is_found(
    world: World, story: Story, statement: str, why: str
) -> None:
    tell(world, story, statement, store="lock")
    with pytest.raises(AssertionError, match=why):
        check_everything(world)


def test_a_read_that_stands_behind_the_stop_is_found(world: World, story: Story) -> None:
    """The gate itself gone wrong: it reads under a permission that was taken back."""
    revive = "UPDATE grants SET state = 'active', max_reads = NULL WHERE MINE"
    tell(world, story, revive)
    with world.stores.main.reading() as tx:
        [(company, pairwise)] = tx.connection().execute(
            text("SELECT company_id, pairwise_id FROM pairwise WHERE consumer_id = :mine"),
            {"mine": story.mine},
        )
    asked = arrange.request(company, arrange.Person(consumer=story.mine, pairwise=pairwise))
    assert arrange.read(world, asked).outcome == "allowed"
    with pytest.raises(AssertionError, match="a read of a permission that was revoked"):
        check_everything(world)


def test_no_sentence_of_the_check_holds_a_value(world: World, story: Story) -> None:
    tell(world, story, "UPDATE field_versions SET rec = :bytes200 WHERE MINE AND version = 1")
    with pytest.raises(AssertionError) as found:
        check_everything(world)
    assert not re.search("rosa|example", str(found.value))
