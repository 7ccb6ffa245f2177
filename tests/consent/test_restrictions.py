"""A field under dispute is withheld from the moment of the act, once, until it is lifted."""

import pytest

from consent.ledger.entry_types import BY_OPERATOR
from consent.restrictions import lift, restrict, restrictions
from vault.errors import BadInput

EMAIL, PHONE = "contact.email", "contact.phone_home"


@pytest.fixture
def under_dispute(rooms, rosa):
    def act(*fields, reason="accuracy_contested", contest_id="ctn_1"):
        with rooms.world.log.acting([rosa]) as act:
            now = rooms.world.clock.now_ms()
            return restrict(act, rosa, fields, reason=reason, now_ms=now, contest_id=contest_id)

    return act


@pytest.fixture
def settled(rooms, rosa):
    def act(*fields, contest_id="ctn_1"):
        with rooms.world.log.acting([rosa]) as act:
            told = {"reason": "decided", "actor": BY_OPERATOR, "contest_id": contest_id}
            return lift(act, rosa, fields, **told)

    return act


def standing(rooms, rosa):
    with rooms.world.stores.main.reading() as tx:
        return restrictions(tx, rosa)


def test_a_restricted_field_is_withheld_and_the_others_are_not(
    rooms, northbank, rosa, under_dispute, settled
):
    rooms.world.write(rosa, None, {EMAIL: "rosa@example.org", PHONE: "+49 30 901820"})
    rooms.grant(northbank, rosa, [EMAIL, PHONE])
    assert under_dispute(EMAIL) == (EMAIL,)
    outcome = rooms.read(northbank, rosa, [EMAIL, PHONE])
    assert set(outcome.fields) == {PHONE}
    assert outcome.withheld == {EMAIL: "restricted"}
    assert settled(EMAIL) == (EMAIL,)
    assert set(rooms.read(northbank, rosa, [EMAIL, PHONE]).fields) == {EMAIL, PHONE}


def test_a_second_reason_changes_nothing(rooms, rosa, under_dispute):
    since = rooms.world.clock.now_ms()
    under_dispute(EMAIL)
    rooms.world.clock.advance(1_000)
    assert under_dispute(EMAIL, PHONE, reason="not_mine") == (PHONE,)
    assert standing(rooms, rosa)[EMAIL].since == since
    assert standing(rooms, rosa)[EMAIL].reason == "accuracy_contested"
    assert rooms.types(rosa).count("restrict") == 2
    assert rooms.last(rosa).P["fields"] == [PHONE]


def test_what_changes_nothing_makes_no_entry(rooms, rosa, under_dispute, settled):
    before = rooms.types(rosa)
    assert settled(EMAIL) == ()
    assert under_dispute() == ()
    assert rooms.types(rosa) == before


def test_each_entry_says_who_and_why(rooms, rosa, under_dispute, settled):
    under_dispute(PHONE, EMAIL)
    assert rooms.last(rosa).P["fields"] == [EMAIL, PHONE]
    assert rooms.last(rosa).P["contest_id"] == "ctn_1"
    settled(EMAIL)
    assert (rooms.last(rosa).P["actor"], rooms.last(rosa).P["reason"]) == ("operator", "decided")
    assert standing(rooms, rosa).keys() == {PHONE}


def test_only_fields_are_restricted(under_dispute):
    with pytest.raises(BadInput):
        under_dispute("contact.everything")
