"""A company tries addresses, ids and names to learn who is in the vault. It learns nothing.

Of an offer it sees the answer, which is the same for everybody, and the time. The time of an act is
that of its durable transactions and of its entries, so these are counted: for somebody, for nobody.
"""

import pytest

from consent.tables import EntryRow, OfferRow
from tests.rooms import Rooms, offer
from tests.world import World
from vault.identifiers import Prefix, new_id

HERE, NOT_HERE = {"email": "rosa@example.org"}, {"email": "nobody@example.org"}


@pytest.fixture
def rooms(stores, clock, tmp_path) -> Rooms:
    return Rooms.around(World.begin(stores, clock, tmp_path))


@pytest.fixture
def prober(rooms):
    return rooms.company("Prober")


@pytest.fixture
def northbank(rooms):
    return rooms.company("Northbank")


@pytest.fixture
def rosa(rooms, northbank):
    """Somebody with an account, whom only another company knows."""
    return rooms.person(northbank, "A-1", address="rosa@example.org")


@pytest.fixture
def work(rooms, monkeypatch):
    """How many durable transactions and entries an act left in the main store."""
    main, begun = rooms.world.stores.main, []
    transaction = main.transaction

    def counted():
        begun.append(1)
        return transaction()

    monkeypatch.setattr(main, "transaction", counted)

    def of(act):
        begun.clear()
        before = len(rooms.rows(EntryRow))
        act()
        return len(begun), len(rooms.rows(EntryRow)) - before

    return of


def test_an_address_costs_the_same_work_whoever_has_it(rooms, prober, rosa, work):
    def ask(to):
        return work(lambda: rooms.grants.make_offer(prober, offer(to)))

    nobody = ask(NOT_HERE)
    assert nobody == (1, 1)
    assert ask(HERE) == nobody
    assert ask(HERE) == nobody, "the same offer waits already"
    longer = offer(HERE, until="P9M")
    assert work(lambda: rooms.grants.make_offer(prober, longer)) == nobody, "it takes its place"
    [waiting] = [row.offer_id for row in rooms.rows(OfferRow) if row.state == "waiting"]
    rooms.grants.refuse_offer(rosa, waiting)
    assert ask(HERE) == nobody, "it was refused a moment ago"


def test_ids_of_others_cost_the_work_of_ids_of_nobody(rooms, northbank, prober, rosa, work):
    theirs = rooms.enrolment.pairwise(northbank, rosa)
    tries = [
        {"consumer": theirs},
        {"consumer": new_id(Prefix.PAIRWISE)},
        {"external_id": "A-1"},
        {"external_id": "Z-9"},
    ]
    left = {work(lambda to=to: rooms.grants.make_offer(prober, offer(to))) for to in tries}
    assert left == {(1, 1)}
    assert rooms.rows(OfferRow) == []


def test_enrolling_somebody_who_is_here_makes_somebody_new(rooms, prober, rosa, work):
    def enrol(name):
        return work(lambda: rooms.enrolment.enrol_many(prober, [name]))

    assert enrol("rosa@example.org") == enrol("nobody@example.org")
    found = rooms.enrolment.record_of(prober, "rosa@example.org")
    assert found not in {None, rosa}
