"""From a name to a person: the index proposes, the opened text decides."""

import pytest
from sqlalchemy import update
from sqlmodel import col

from consent.gate.names import NAMING_KEYS, address, external_id
from tests.consent.gate.conftest import Desk
from vault.errors import BadInput, Conflict
from vault.identifiers import ConsumerId, new_consumer_id
from vault.tables import LookupRow


def name(desk: Desk, person: ConsumerId, one: object) -> None:
    marked = desk.world.names.mark({person: one})
    with desk.world.log.acting([person], uses=NAMING_KEYS) as act:
        desk.world.names.put(act.tx, marked)


@pytest.fixture
def other(desk: Desk) -> ConsumerId:
    other = new_consumer_id()
    desk.world.open_chain(other, "consumer")
    return other


def test_a_name_finds_its_person_and_nobody_else(desk: Desk) -> None:
    name(desk, desk.person, external_id(desk.northbank, "A-1"))
    found = desk.world.names.find(
        [
            external_id(desk.northbank, "A-1"),
            external_id(desk.northbank, "A-2"),
            external_id(desk.parcelo, "A-1"),
        ]
    )
    assert found == [desk.person, None, None]


def test_an_address_is_compared_as_addresses_are(desk: Desk) -> None:
    name(desk, desk.person, address("Rosa@Example.org"))
    assert desk.world.names.find([address("rosa@example.ORG")]) == [desk.person]


def test_one_name_names_one_person(desk: Desk, other: ConsumerId) -> None:
    name(desk, desk.person, address("rosa@example.org"))
    with pytest.raises(Conflict):
        name(desk, other, address("rosa@example.org"))


def test_a_swapped_index_row_signs_nobody_in(desk: Desk, other: ConsumerId) -> None:
    name(desk, desk.person, address("rosa@example.org"))
    with desk.world.stores.main.transaction() as tx:
        tx.execute(update(LookupRow).values(consumer_id=other))
    assert desk.world.names.find([address("rosa@example.org")]) == [None]


def test_a_swapped_index_row_to_another_named_person_signs_nobody_in(
    desk: Desk, other: ConsumerId
) -> None:
    name(desk, desk.person, address("rosa@example.org"))
    name(desk, other, address("ada@example.org"))
    with desk.world.stores.main.transaction() as tx:
        rosa = col(LookupRow.consumer_id) == desk.person
        tx.execute(update(LookupRow).where(rosa).values(consumer_id=other))
    assert desk.world.names.find([address("rosa@example.org")]) == [None]


@pytest.mark.parametrize("text", ["", " ", "x" * 129, "a\nb", "a\0b"])
def test_an_external_id_is_printable_and_short(desk: Desk, text: str) -> None:
    with pytest.raises(BadInput):
        external_id(desk.northbank, text)
