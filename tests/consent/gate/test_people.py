"""Which person a company means, from one process and from several."""

import pytest

from consent import pairwise_store
from consent.gate.people import People
from tests.consent.gate.conftest import Desk
from vault.identifiers import PairwiseId, new_consumer_id


@pytest.fixture
def known(desk: Desk) -> list[tuple[str, PairwiseId]]:
    """Six people Northbank knows, as it asks for them."""
    asked = []
    for _ in range(6):
        person = new_consumer_id()
        desk.world.open_chain(person, "consumer")
        asked.append((desk.northbank, desk.known_as(desk.northbank, person)))
    return asked


def test_another_company_s_id_is_nobody(desk: Desk, known: list[tuple[str, PairwiseId]]) -> None:
    people = People(desk.world.stores.main)
    assert people.resolve([(desk.parcelo, known[0][1]), (desk.parcelo, "p_no")]) == {}


def test_now_is_what_stands_whatever_is_kept(
    desk: Desk, known: list[tuple[str, PairwiseId]]
) -> None:
    people = People(desk.world.stores.main)
    [before] = people.resolve(known[:1]).values()
    with desk.world.log.acting([before, desk.person]) as act:
        row = act.tx.get_one(pairwise_store.Pairwise, (before, desk.northbank))
        row.consumer_id = desk.person  # as a join in another process moves it
    assert people.resolve(known[:1]) == {known[0]: before}
    assert people.now(known[:1]) == {known[0]: desk.person}
    assert people.resolve(known[:1]) == {known[0]: desk.person}
