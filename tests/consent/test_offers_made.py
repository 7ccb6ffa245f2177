"""A company asks: whom it reaches, what a stranger leaves behind, what comes back too soon."""

import pytest

from consent.confirmations import Confirmed, NotFound, NothingChanged
from consent.grant_rules import Refusal, Refused
from consent.tables import OfferRow
from tests.rooms import A_DAY, chosen, offer
from vault.errors import BadInput
from vault.identifiers import ConsumerId, Prefix, new_id, raw
from vault.keyring import KeyUse

EMAIL, PHONE = "contact.email", "contact.phone_home"
HALF_A_YEAR = 190 * A_DAY


def to_her(rooms, company, consumer):
    return {"consumer": rooms.enrolment.pairwise(company, consumer)}


@pytest.mark.parametrize("how", ["consumer", "external_id", "email"])
def test_an_offer_reaches_a_person_in_three_ways(rooms, northbank, rosa, how):
    to = {
        "consumer": to_her(rooms, northbank, rosa)["consumer"],
        "external_id": "A-1",
        "email": "Rosa@example.org",
    }[how]
    made = rooms.grants.make_offer(northbank, offer({how: to}, [EMAIL, PHONE]))
    [row] = rooms.rows(OfferRow)
    assert (row.offer_id, row.consumer_id, row.state) == (made, rosa, "waiting")
    entry = rooms.last(rosa)
    assert entry.type == "offer"
    assert entry.P["actor"] == entry.P["company"] == northbank
    assert [field["name"] for field in entry.P["fields"]] == [EMAIL, PHONE]
    assert ("consumer" in entry.P) == (how != "email")


def test_nothing_about_a_stranger_is_kept(rooms, northbank, alder, rosa):
    known_elsewhere = rooms.person(alder, "B-1")
    strangers = [
        {"consumer": new_id(Prefix.PAIRWISE)},
        to_her(rooms, alder, known_elsewhere),
        {"external_id": "B-1"},
        {"email": "nobody@example.org"},
    ]
    before = rooms.types(known_elsewhere), rooms.types(rosa)
    for to in strangers:
        assert rooms.grants.make_offer(northbank, offer(to)) is None
    assert rooms.rows(OfferRow) == []
    assert (rooms.types(known_elsewhere), rooms.types(rosa)) == before
    own = rooms.world.reader.entries(ConsumerId(raw(northbank)), types=["offer_blocked"])
    assert len(own) == len(strangers)
    assert all("consumer" not in entry.P and entry.Q == {} for entry in own)


def test_the_same_offer_twice_is_one_offer(rooms, northbank, rosa):
    to = to_her(rooms, northbank, rosa)
    first = rooms.grants.make_offer(northbank, offer(to))
    assert rooms.grants.make_offer(northbank, offer(to)) == first
    assert rooms.grants.make_offer(northbank, offer(to, until="P3M")) != first
    assert rooms.types(rosa).count("offer") == 2


@pytest.mark.parametrize("how", ["consumer", "email"])
def test_a_newer_offer_takes_the_place_of_the_one_that_waits(rooms, northbank, alder, rosa, how):
    others = [
        rooms.grants.make_offer(alder, offer(to_her(rooms, alder, rosa))),
        rooms.grants.make_offer(
            northbank, offer(to_her(rooms, northbank, rosa), purpose="run_account")
        ),
    ]
    to = {"consumer": to_her(rooms, northbank, rosa)["consumer"], "email": "rosa@example.org"}[how]
    made = [
        rooms.grants.make_offer(northbank, offer({how: to}, until=f"P{months}M"))
        for months in range(1, 6)
    ]
    waiting = {row.offer_id for row in rooms.rows(OfferRow) if row.state == "waiting"}
    assert waiting == {*others, made[-1]}
    assert rooms.last(rosa).P["replaces"] == [made[-2]]
    assert rooms.types(rosa).count("offer") == len(others) + len(made)
    answer = rooms.grants.decide(rosa, made[0], chosen(EMAIL))
    assert answer == NothingChanged(ref=made[0], state="withdrawn")


def test_each_try_by_address_leaves_one_entry_whoever_it_is(rooms, northbank, rosa):
    company = ConsumerId(raw(northbank))
    for address, owner in (("rosa@example.org", rosa), ("nobody@example.org", company)):
        before = len(rooms.types(owner))
        for _ in range(3):
            rooms.grants.make_offer(northbank, offer({"email": address}))
        assert len(rooms.types(owner)) - before == 3


def test_what_is_wrong_with_an_offer_is_wrong_for_everybody(rooms, northbank, rosa):
    wrong = [{"purpose": "plan_visits"}, {"until": "2020-01-01T00:00:00Z"}, {"until": "P0D"}]
    for more in wrong:
        for to in (to_her(rooms, northbank, rosa), {"email": "nobody@example.org"}):
            with pytest.raises(BadInput, match=r"purpose|until"):
                rooms.grants.make_offer(northbank, offer(to, **more))


def test_a_suspended_company_cannot_ask(rooms, northbank, rosa):
    to = to_her(rooms, northbank, rosa)
    rooms.world.companies.suspend(northbank)
    for whom in (to, {"email": "nobody@example.org"}):
        answer = rooms.grants.make_offer(northbank, offer(whom))
        assert answer == Refused(reason=Refusal.SUSPENDED)
    assert rooms.rows(OfferRow) == []


def test_a_refused_offer_comes_back_only_after_a_time(rooms, northbank, rosa):
    to = to_her(rooms, northbank, rosa)
    made = rooms.grants.make_offer(northbank, offer(to, [EMAIL, PHONE]))
    assert isinstance(rooms.grants.refuse_offer(rosa, made), Confirmed)
    again = rooms.grants.make_offer(northbank, offer(to, [PHONE], until="P1M"))
    assert again.reason == Refusal.REPEATED
    assert again.until_ms > rooms.world.clock.now_ms() + 150 * A_DAY
    assert rooms.last(rosa).type == "offer_blocked"
    assert isinstance(rooms.grants.make_offer(northbank, offer(to, ["identity.full_name"])), str)
    assert rooms.grants.make_offer(northbank, offer({"email": "rosa@example.org"})) is None
    rooms.world.clock.advance(HALF_A_YEAR)
    assert isinstance(rooms.grants.make_offer(northbank, offer(to, [PHONE])), str)


def test_another_company_may_ask_for_what_this_one_was_refused(rooms, northbank, alder, rosa):
    made = rooms.grants.make_offer(northbank, offer(to_her(rooms, northbank, rosa)))
    rooms.grants.refuse_offer(rosa, made)
    assert isinstance(rooms.grants.make_offer(alder, offer(to_her(rooms, alder, rosa))), str)


def test_a_company_takes_back_its_own_offer(rooms, northbank, alder, rosa):
    made = rooms.laid(northbank, rosa, [EMAIL])
    assert rooms.grants.withdraw_offer(alder, made) == NotFound()
    assert isinstance(rooms.grants.withdraw_offer(northbank, made), Confirmed)
    again = rooms.grants.withdraw_offer(northbank, made)
    assert again == NothingChanged(ref=made, state="withdrawn")
    answer = rooms.grants.decide(rosa, made, chosen(EMAIL))
    assert answer == NothingChanged(ref=made, state="withdrawn")


def test_somebody_being_erased_is_answered_like_a_stranger(rooms, northbank, rosa):
    to = to_her(rooms, northbank, rosa)
    rooms.world.keyring.destroy(rosa, [KeyUse.LOG])
    rooms.world.is_broken = True
    assert rooms.grants.make_offer(northbank, offer(to)) is None
    assert rooms.rows(OfferRow) == []
