"""People come to exist: once for each external id, keys before rows, letters once."""

import threading

import pytest
from sqlmodel import col, func, select

from consent.claiming import NotClaimed, Unclaimed
from consent.tables import Head, Pairwise
from tests.rooms import A_DAY, HOME
from vault.errors import BadInput, Conflict
from vault.identifiers import Prefix, is_id, new_id
from vault.keyring import KeyUse

AN_HOUR = 3_600_000


def chains(world, kind="consumer"):
    with world.stores.main.reading() as tx:
        return tx.exec(select(func.count()).where(col(Head.kind) == kind)).one()


def owners_of_keys(world):
    world.clock.advance(1)
    pages = world.keyring.owners_made_before(world.clock.now_ms())
    return {owner for page in pages for owner in page}


def test_a_person_is_enrolled_under_a_pairwise_id(rooms, northbank):
    [person] = rooms.enrolment.enrol_many(northbank, ["A-10442"])
    assert person.created
    assert is_id(person.pairwise_id, Prefix.PAIRWISE)
    assert rooms.enrolment.find(northbank, "A-10442") == person.pairwise_id
    assert rooms.enrolment.resolve(northbank, person.pairwise_id) == person.consumer_id
    assert rooms.types(person.consumer_id) == ["enrolled"]


def test_the_same_external_id_is_the_same_person(rooms, northbank):
    first, twice, other = rooms.enrolment.enrol_many(northbank, ["A-1", "A-1", "A-2"])
    assert first == twice
    assert first.consumer_id != other.consumer_id
    again = rooms.enrolment.enrol_many(northbank, ["A-3", "A-1"])
    assert [person.created for person in again] == [True, False]
    assert again[1].consumer_id == first.consumer_id
    assert chains(rooms.world) == 3


def test_two_companies_never_share_a_person(rooms, northbank, alder):
    [ours] = rooms.enrolment.enrol_many(northbank, ["rosa@example.org"])
    [theirs] = rooms.enrolment.enrol_many(alder, ["rosa@example.org"])
    assert ours.consumer_id != theirs.consumer_id
    assert rooms.enrolment.resolve(alder, ours.pairwise_id) is None
    assert rooms.enrolment.find(alder, "A-1") is None


@pytest.mark.parametrize("text", ["", "   ", "x" * 129, "A\x00", "A\n1"])
def test_what_can_be_no_external_id_enrols_nobody(rooms, northbank, text):
    with pytest.raises(BadInput, match=r"external_ids\[1\]"):
        rooms.enrolment.enrol_many(northbank, ["A-1", text])
    assert chains(rooms.world) == 0


def test_nobody_is_nobody(rooms, northbank):
    assert rooms.enrolment.find(northbank, "A-1") is None
    assert rooms.enrolment.resolve(northbank, new_id(Prefix.PAIRWISE)) is None
    assert rooms.enrolment.resolve(northbank, "nonsense") is None
    assert rooms.accounts.find_account("rosa@example.org") is None
    assert rooms.enrolment.enrol_many(northbank, []) == []


def test_two_imports_at_once_make_each_person_once(rooms, northbank):
    texts = [f"A-{number}" for number in range(12)]
    found, failed = [], []
    start = threading.Barrier(4)

    def run(order):
        start.wait()
        try:
            people = rooms.enrolment.enrol_many(northbank, order)
            found.append({person.consumer_id for person in people})
        except Exception as error:
            failed.append(error)
            raise

    orders = [texts, texts[::-1], texts[6:] + texts[:6], texts[::2] + texts[1::2]]
    runners = [threading.Thread(target=run, args=(order,)) for order in orders]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join()
    assert not failed
    assert all(people == found[0] for people in found)
    assert chains(rooms.world) == 12


def test_keys_without_a_chain_are_swept_after_an_hour(rooms, northbank, monkeypatch):
    world = rooms.world
    before = owners_of_keys(world)

    def cut(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(world.log, "acting", cut)
    with pytest.raises(KeyboardInterrupt):
        rooms.enrolment.enrol_many(northbank, ["A-1", "A-2"])
    monkeypatch.undo()
    assert len(owners_of_keys(world) - before) == 2
    assert rooms.enrolment.sweep_orphans() == 0
    world.clock.advance(AN_HOUR + 1)
    [kept] = rooms.enrolment.enrol_many(northbank, ["A-3"])
    assert rooms.enrolment.sweep_orphans() == 2
    assert owners_of_keys(world) == before | {kept.consumer_id}


def test_the_sweep_leaves_everybody_with_a_chain(rooms, northbank, rosa):
    rooms.world.clock.advance(2 * AN_HOUR)
    before = owners_of_keys(rooms.world)
    assert rooms.enrolment.sweep_orphans() == 0
    assert owners_of_keys(rooms.world) == before
    assert rooms.world.keyring.keys([rosa], KeyUse.DATA)


def test_a_second_company_knows_a_person_under_another_id(rooms, northbank, alder, rosa):
    ours, theirs = (rooms.enrolment.pairwise(company, rosa) for company in (northbank, alder))
    assert ours != theirs
    assert rooms.enrolment.pairwise(alder, rosa) == theirs
    assert rooms.enrolment.resolve(alder, theirs) == rosa


# --- letters and claims -----------------------------------------------------------------------


@pytest.fixture
def unclaimed(rooms, northbank):
    return rooms.person(northbank, "A-7")


@pytest.fixture
def code(rooms, northbank, unclaimed):
    return rooms.enrolment.invite(northbank, "A-7", valid_ms=A_DAY)


def test_a_letter_opens_the_record_once(rooms, northbank, unclaimed, code):
    assert rooms.claiming.invitation(code) == northbank
    assert rooms.claiming.claim(code, "ida@example.org", home=HOME) == unclaimed
    assert rooms.accounts.find_account("Ida@Example.org") == unclaimed
    assert rooms.types(unclaimed) == ["enrolled", "invited", "claimed"]
    assert rooms.claiming.invitation(code) is None
    again = rooms.claiming.claim(code, "other@example.org", home=HOME)
    assert again == NotClaimed(reason=Unclaimed.UNUSABLE_CODE)
    assert rooms.accounts.find_account("other@example.org") is None


def test_a_code_is_read_as_people_type_it(rooms, unclaimed, code):
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert rooms.claiming.claim(typed, "ida@example.org", home=HOME) == unclaimed


@pytest.mark.parametrize("typed", ["", "K7QW2", "x" * 10_000, "ÿ" * 20, "\x00"])
def test_an_unknown_code_opens_nothing(rooms, code, typed):
    assert rooms.claiming.invitation(typed) is None
    answer = rooms.claiming.claim(typed, "ida@example.org", home=HOME)
    assert answer == NotClaimed(reason=Unclaimed.UNUSABLE_CODE)


def test_a_late_code_opens_nothing(rooms, code):
    rooms.world.clock.advance(A_DAY)
    assert rooms.claiming.invitation(code) is None


def test_a_new_letter_makes_the_older_one_void(rooms, northbank, unclaimed, code):
    newer = rooms.enrolment.invite(northbank, "A-7", valid_ms=A_DAY)
    assert rooms.claiming.invitation(code) is None
    assert rooms.claiming.invitation(newer) == northbank


def test_no_letter_for_nobody_or_for_a_claimed_record(rooms, northbank, alder, rosa):
    with pytest.raises(BadInput):
        rooms.enrolment.invite(northbank, "A-99", valid_ms=A_DAY)
    with pytest.raises(BadInput):
        rooms.enrolment.invite(alder, "A-1", valid_ms=A_DAY)
    with pytest.raises(Conflict):
        rooms.enrolment.invite(northbank, "A-1", valid_ms=A_DAY)


def test_an_address_signs_in_one_person(rooms, rosa, unclaimed, code):
    answer = rooms.claiming.claim(code, "ROSA@example.org", home=HOME)
    assert answer == NotClaimed(reason=Unclaimed.ADDRESS_TAKEN)
    assert rooms.accounts.find_account("rosa@example.org") == rosa
    assert rooms.claiming.claim(code, "ida@example.org", home=HOME) == unclaimed


def test_a_record_whose_key_is_destroyed_has_no_usable_code(rooms, unclaimed, code):
    rooms.world.keyring.destroy(unclaimed, [KeyUse.DATA])
    rooms.world.is_broken = True
    answer = rooms.claiming.claim(code, "ida@example.org", home=HOME)
    assert answer == NotClaimed(reason=Unclaimed.UNUSABLE_CODE), "the address is nobody's"
    assert rooms.accounts.find_account("ida@example.org") is None


def test_what_else_is_in_conflict_is_not_told_as_a_taken_address(
    rooms, unclaimed, code, monkeypatch
):
    def collide(*_arguments, **_options):
        raise Conflict("something nobody foresaw")

    monkeypatch.setattr("consent.ledger.log.Act.append", collide)
    with pytest.raises(Conflict, match="nobody foresaw"):
        rooms.claiming.claim(code, "ida@example.org", home=HOME)


def test_pairwise_ids_are_made_with_the_record(rooms, unclaimed):
    with rooms.world.stores.main.reading() as tx:
        [row] = tx.exec(select(Pairwise).where(col(Pairwise.consumer_id) == unclaimed))
    assert not row.had_grant
