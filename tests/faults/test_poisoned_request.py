"""Threat 41c: one poisoned request in a batch does not sink the others.

Each of the others comes with a proof that may be used once: had the batch been tried again after
its commit, the proofs would be used up and the others turned away.
"""

import pytest
from sqlalchemy import text

from consent.gate.asks import Answered, ReadAnswer, ReadRequest, ReplayProof
from tests import arrange
from tests.arrange import EMAIL, Person
from tests.check_everything import check_everything
from tests.faults import strikes
from tests.faults.conftest import Survivor
from tests.world import World
from vault.identifiers import Prefix, new_id
from vault.keyring import KeyUse


@pytest.fixture
def world(survivor: Survivor) -> World:
    survivor.leave()
    return survivor.open()


def proven(survivor: Survivor, who: Person, **told: str) -> ReadRequest:
    """A read with a proof of its own."""
    key = new_id(Prefix.REQUEST).encode().ljust(32)[:32]
    proof = ReplayProof(key=key, keep_until_ms=survivor.clock.now_ms() + 70_000)
    return arrange.request(survivor.company, who, proof=proof, **told)


def served_around(survivor: Survivor, world: World, poisoned: ReadRequest) -> ReadAnswer:
    """Ask for three in one batch, the second one poisoned; what that one came to."""
    first, last = (proven(survivor, survivor.person) for _ in range(2))
    before, answer, behind = world.gate.read([first, poisoned, last])
    for one in (before, behind):
        assert isinstance(one, Answered), one
        assert one.outcomes[0].outcome == "allowed"
    return answer


@pytest.fixture
def other(survivor: Survivor, world: World) -> Person:
    person = arrange.person(world, survivor.company)
    arrange.permit(world, person, survivor.company, [EMAIL])
    return person


def sql(world: World, statement: str, **bound: object) -> None:
    with world.stores.main.transaction() as tx:
        tx.connection().execute(text(statement), bound)


@pytest.mark.parametrize("request_id", ["nul\0nul", "half \ud800 a pair"], ids=["nul", "surrogate"])
def test_a_text_no_store_takes(survivor: Survivor, world: World, request_id: str) -> None:
    poisoned = ReadRequest(
        company=survivor.company,
        purpose="run_account",
        request_id=request_id,
        request_hash=bytes(32),
        asks=arrange.request(survivor.company, survivor.person).asks,
    )
    answer = served_around(survivor, world, poisoned)
    assert not isinstance(answer, Answered) or survivor.stores.kind == "sqlite"
    check_everything(world)


def test_a_person_whose_wrapped_key_is_damaged(
    survivor: Survivor, world: World, other: Person
) -> None:
    with world.stores.keys.transaction() as tx:
        broken = text("UPDATE consumer_keys SET wrapped = :w WHERE consumer_id = :c AND use = :u")
        tx.connection().execute(broken, {"w": bytes(60), "c": other.consumer, "u": "data"})
    survivor.clock.advance(5_001)  # nothing is held in memory any more
    answer = served_around(survivor, world, proven(survivor, other))
    assert not isinstance(answer, Answered)


def test_a_person_whose_data_key_was_destroyed(
    survivor: Survivor, world: World, other: Person
) -> None:
    world.keyring.destroy(other.consumer, [KeyUse.DATA])
    answer = served_around(survivor, world, proven(survivor, other))
    assert isinstance(answer, Answered)
    assert answer.outcomes[0].reason == "undelivered"
    assert not answer.outcomes[0].fields


@pytest.mark.parametrize(
    "damage",
    [
        'UPDATE grants SET fields = \'{"contact.email":"year"}\' WHERE consumer_id = :c',
        'UPDATE grants SET fields = \'{"contact.email":"odd"}\' WHERE consumer_id = :c',
    ],
    ids=["a mask of another field", "no mask at all"],
)
def test_a_permission_whose_row_makes_no_sense(
    survivor: Survivor, world: World, other: Person, damage: str
) -> None:
    sql(world, damage, c=other.consumer)
    answer = served_around(survivor, world, proven(survivor, other))
    assert isinstance(answer, Answered)
    assert answer.outcomes[0].reason == "undelivered"
    assert not answer.outcomes[0].fields


def test_a_permission_whose_row_cannot_be_read(
    survivor: Survivor, world: World, other: Person
) -> None:
    sql(world, "UPDATE grants SET fields = '{\"contact' WHERE consumer_id = :c", c=other.consumer)
    answer = served_around(survivor, world, proven(survivor, other))
    assert not isinstance(answer, Answered)


def test_a_person_who_is_closed_between_commit_and_answer(
    survivor: Survivor, world: World, other: Person
) -> None:
    def close() -> None:
        sql(world, "UPDATE heads SET status = 'erasing' WHERE consumer_id = :c", c=other.consumer)
        world.keyring.destroy(other.consumer, [KeyUse.DATA])

    with strikes.laid(world, strikes.READ, (7, "before"), close):
        answer = served_around(survivor, world, proven(survivor, other))
    assert isinstance(answer, Answered)
    assert not answer.outcomes[0].fields


def test_a_person_who_is_gone_is_nobody(survivor: Survivor, world: World, other: Person) -> None:
    """Erased by another process: this one still remembers who was meant."""
    assert arrange.read(world, arrange.request(survivor.company, other)).fields
    world.keyring.destroy(other.consumer, list(KeyUse))
    sql(world, "DELETE FROM pairwise WHERE consumer_id = :c", c=other.consumer)
    answer = served_around(survivor, world, proven(survivor, other))
    assert isinstance(answer, Answered)
    assert answer.outcomes[0].outcome == "not_available"
