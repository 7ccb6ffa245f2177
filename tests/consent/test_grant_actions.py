"""Grants are given, narrowed, paused and stopped: each act once, with its entry."""

import threading

import pytest
from sqlmodel import col, select

from consent.confirmations import Confirmed, NotFound, NothingChanged
from consent.grant_rules import Choice, Refusal, Refused
from consent.tables import EntryRow, GrantRow, OfferRow, Pairwise
from tests.check_everything import check_everything
from tests.rooms import chosen, offer
from vault.errors import BadInput
from vault.identifiers import Prefix, new_id

EMAIL, PHONE = "contact.email", "contact.phone_home"


def test_a_grant_opens_what_was_chosen_and_no_more(rooms, northbank, rosa):
    rooms.world.write(rosa, None, {EMAIL: "rosa@example.org", PHONE: "+49 30 901820"})
    made = rooms.laid(northbank, rosa, [EMAIL, PHONE])
    given = rooms.grants.decide(rosa, made, chosen(EMAIL))
    entry = rooms.last(rosa)
    assert (given.i, given.at) == (entry.i, entry.at)
    assert entry.P["grant_id"] == given.ref
    assert entry.P["fields"] == [{"name": EMAIL, "mask": "full"}]
    assert entry.P["basis"] == "consent"
    assert entry.P["actor"] == "consumer"
    outcome = rooms.read(northbank, rosa, [EMAIL, PHONE])
    assert outcome.fields[EMAIL]["value"] == "rosa@example.org"
    assert outcome.withheld == {PHONE: "not_granted"}


def test_a_grant_upon_an_address_makes_the_company_know_the_person(rooms, alder, rosa):
    rooms.world.write(rosa, None, {EMAIL: "rosa@example.org"})
    made = rooms.grants.make_offer(alder, offer({"email": "rosa@example.org"}))
    assert {row.company_id for row in rooms.rows(Pairwise)} != {alder}
    rooms.grants.decide(rosa, made, chosen(EMAIL))
    [row] = [row for row in rooms.rows(Pairwise) if row.company_id == alder]
    assert row.had_grant
    assert rooms.last(rosa).P["consumer"] == row.pairwise_id
    assert rooms.read(alder, rosa, [EMAIL]).outcome == "allowed"


def test_an_offer_is_answered_once(rooms, northbank, rosa):
    made = rooms.laid(northbank, rosa, [EMAIL])
    rooms.grants.decide(rosa, made, chosen(EMAIL))
    again = rooms.grants.decide(rosa, made, chosen(EMAIL))
    assert again == NothingChanged(ref=made, state="granted")
    assert rooms.grants.refuse_offer(rosa, made) == NothingChanged(ref=made, state="granted")
    assert rooms.types(rosa).count("grant") == len(rooms.rows(GrantRow)) == 1


@pytest.mark.parametrize(
    "choice",
    [
        chosen(),
        Choice(),
        chosen(PHONE),
        chosen(EMAIL, until_ms=4_000_000_000_000),
        chosen(EMAIL, until_ms=1),
    ],
)
def test_nothing_wider_is_given(rooms, northbank, rosa, choice):
    made = rooms.laid(northbank, rosa, [EMAIL])
    assert isinstance(rooms.grants.decide(rosa, made, choice), Refused)
    assert rooms.rows(GrantRow) == []
    assert isinstance(rooms.grants.decide(rosa, made, chosen(EMAIL)), Confirmed)


def test_an_offer_changed_behind_the_rules_becomes_no_grant(rooms, northbank, rosa):
    made = rooms.laid(northbank, rosa, [EMAIL])
    with rooms.world.stores.main.transaction() as tx:
        row = tx.get_one(OfferRow, (rosa, made))
        row.terms = row.terms.replace(EMAIL, "contact.everything")
    with pytest.raises(BadInput):
        rooms.grants.decide(rosa, made, chosen("contact.everything"))
    assert rooms.rows(GrantRow) == []


def test_what_is_another_persons_is_not_found(rooms, northbank, rosa):
    other = rooms.person(northbank, "A-2", address="ida@example.org")
    grant_id, waiting = rooms.grant(northbank, rosa, [EMAIL]), rooms.laid(northbank, rosa, [PHONE])
    grants, choice = rooms.grants, chosen(EMAIL)
    for offer_id in (waiting, new_id(Prefix.OFFER), "nonsense"):
        assert grants.decide(other, offer_id, choice) == NotFound()
        assert grants.refuse_offer(other, offer_id) == NotFound()
    for name in (grant_id, new_id(Prefix.GRANT), "nonsense"):
        acts = [grants.revoke(other, name), grants.pause(other, name), grants.resume(other, name)]
        assert [*acts, grants.narrow(other, name, choice)] == [NotFound()] * 4
    assert [row.state for row in rooms.rows(GrantRow)] == ["active"]


def test_stopping_is_at_once_and_once(rooms, northbank, rosa):
    rooms.world.write(rosa, None, {EMAIL: "rosa@example.org"})
    grant_id = rooms.grant(northbank, rosa, [EMAIL])
    assert rooms.read(northbank, rosa, [EMAIL]).outcome == "allowed"
    stopped = rooms.grants.revoke(rosa, grant_id)
    assert (stopped.i, stopped.at) == (rooms.last(rosa).i, rooms.last(rosa).at)
    assert rooms.read(northbank, rosa, [EMAIL]).reason == "stopped"
    before = rooms.types(rosa)
    for act in (rooms.grants.revoke, rooms.grants.pause, rooms.grants.resume):
        assert act(rosa, grant_id) == NothingChanged(ref=grant_id, state="revoked")
    assert rooms.types(rosa) == before


def test_a_pause_ends_when_the_person_says_so(rooms, northbank, rosa):
    rooms.world.write(rosa, None, {EMAIL: "rosa@example.org"})
    grant_id = rooms.grant(northbank, rosa, [EMAIL])
    rooms.grants.pause(rosa, grant_id)
    assert rooms.grants.pause(rosa, grant_id) == NothingChanged(ref=grant_id, state="paused")
    assert rooms.read(northbank, rosa, [EMAIL]).reason == "paused"
    rooms.grants.resume(rosa, grant_id)
    assert rooms.read(northbank, rosa, [EMAIL]).outcome == "allowed"


def test_a_narrowed_grant_opens_less(rooms, northbank, rosa):
    rooms.world.write(rosa, None, {EMAIL: "rosa@example.org", PHONE: "+49 30 901820"})
    grant_id = rooms.grant(northbank, rosa, [EMAIL, PHONE])
    rooms.grants.narrow(rosa, grant_id, chosen(PHONE))
    assert rooms.last(rosa).P["fields"] == [{"name": PHONE, "mask": "full"}]
    assert set(rooms.read(northbank, rosa, [EMAIL, PHONE]).fields) == {PHONE}
    wider = rooms.grants.narrow(rosa, grant_id, chosen(EMAIL, PHONE))
    assert wider == Refused(reason=Refusal.WIDER, member=EMAIL)
    same = rooms.grants.narrow(rosa, grant_id, chosen(PHONE))
    assert same == Refused(reason=Refusal.NO_CHANGE)


def test_a_limit_set_later_counts_from_then_on(rooms, northbank, rosa):
    rooms.world.write(rosa, None, {EMAIL: "rosa@example.org"})
    grant_id = rooms.grant(northbank, rosa, [EMAIL])
    assert rooms.read(northbank, rosa, [EMAIL]).outcome == "allowed"
    rooms.grants.narrow(rosa, grant_id, Choice(max_reads=1))
    told = [rooms.read(northbank, rosa, [EMAIL]).reason for _ in range(2)]
    assert told == [None, "reads_used_up"]
    rooms.world.sequence()
    check_everything(rooms.world)


def test_the_company_gives_back_its_own_grant(rooms, northbank, alder, rosa):
    grant_id = rooms.grant(northbank, rosa, [EMAIL])
    assert rooms.grants.waive(alder, grant_id) == NotFound()
    assert isinstance(rooms.grants.waive(northbank, grant_id), Confirmed)
    assert rooms.last(rosa).P["actor"] == northbank
    assert rooms.grants.waive(northbank, grant_id) == NothingChanged(ref=grant_id, state="waived")


def test_everything_stops_or_pauses_in_one_act(rooms, northbank, alder, rosa):
    ours = [rooms.grant(northbank, rosa, [field]) for field in (EMAIL, PHONE)]
    theirs = rooms.grant(alder, rosa, [EMAIL])
    paused = rooms.grants.pause_all(rosa)
    assert {one.ref for one in paused.done} == {*ours, theirs}
    assert rooms.grants.pause_company(rosa, alder).done == ()
    stopped = rooms.grants.stop_company(rosa, northbank)
    assert {one.ref for one in stopped.done} == set(ours)
    assert [one.ref for one in rooms.grants.stop_all(rosa).done] == [theirs]
    assert rooms.grants.stop_all(rosa).done == ()


def test_every_entry_of_a_grant_is_found_under_its_company(rooms, northbank, rosa):
    grant_id = rooms.grant(northbank, rosa, [EMAIL])
    rooms.grants.revoke(rosa, grant_id)
    with rooms.world.stores.main.reading() as tx:
        kinds = {"offer", "grant", "revoke"}
        found = tx.exec(select(EntryRow).where(col(EntryRow.type).in_(kinds))).all()
    assert {row.company_id for row in found} == {northbank}
    assert len(found) == 3


def test_many_stops_at_once_make_one_entry(rooms, northbank, rosa):
    grant_id = rooms.grant(northbank, rosa, [EMAIL])
    answers, start = [], threading.Barrier(6)

    def stop():
        start.wait()
        answers.append(rooms.grants.revoke(rosa, grant_id))

    stopping = [threading.Thread(target=stop) for _ in range(6)]
    for thread in stopping:
        thread.start()
    for thread in stopping:
        thread.join()
    assert sum(isinstance(answer, Confirmed) for answer in answers) == 1
    assert len(answers) == 6
    assert rooms.types(rosa).count("revoke") == 1
