"""What ends by itself, each end once and with its entry."""

import pytest

from consent.confirmations import NothingChanged
from consent.tables import GrantRow
from tests.rooms import A_DAY, chosen

EMAIL, PHONE = "contact.email", "contact.phone_home"
HALF_A_YEAR = 190 * A_DAY


def test_a_grant_ends_when_its_time_is_over(rooms, northbank, rosa):
    active, paused = rooms.grant(northbank, rosa, [EMAIL]), rooms.grant(northbank, rosa, [PHONE])
    rooms.grants.pause(rosa, paused)
    assert rooms.expiry.run(rooms.world.clock.now_ms()) == 0
    rooms.world.clock.advance(HALF_A_YEAR)
    assert rooms.expiry.run(rooms.world.clock.now_ms()) == 2
    assert {row.grant_id: row.state for row in rooms.rows(GrantRow)} == {
        active: "expired",
        paused: "expired",
    }
    assert rooms.last(rosa).P["actor"] == "vault"
    assert rooms.expiry.run(rooms.world.clock.now_ms()) == 0
    assert rooms.types(rosa).count("expired") == 2


def test_an_offer_nobody_answers_ends(rooms, northbank, rosa):
    waiting = rooms.laid(northbank, rosa, [EMAIL])
    rooms.world.clock.advance(91 * A_DAY)
    assert rooms.expiry.run(rooms.world.clock.now_ms()) == 1
    answer = rooms.grants.decide(rosa, waiting, chosen(EMAIL))
    assert answer == NothingChanged(ref=waiting, state="expired")
    assert rooms.last(rosa).type == "offer_expired"


def test_more_than_one_batch_is_worked_off(rooms, northbank, rosa, monkeypatch):
    monkeypatch.setattr("consent.expiry.AT_ONCE", 2)
    people = [rosa, *(rooms.person(northbank, f"A-{n}", address=f"p{n}@example.org") for n in "23")]
    for person in people:
        rooms.grant(northbank, person, [EMAIL])
    rooms.world.clock.advance(HALF_A_YEAR)
    assert rooms.expiry.run(rooms.world.clock.now_ms()) == 3


def test_a_run_cut_short_is_finished_by_the_next(rooms, northbank, rosa, monkeypatch):
    grant_id = rooms.grant(northbank, rosa, [EMAIL])
    rooms.world.clock.advance(HALF_A_YEAR)

    def cut(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("consent.grant_acts.touch", cut)
    with pytest.raises(KeyboardInterrupt):
        rooms.expiry.run(rooms.world.clock.now_ms())
    monkeypatch.undo()
    assert rooms.types(rosa).count("expired") == 0
    assert rooms.expiry.run(rooms.world.clock.now_ms()) == 1
    assert rooms.grants.revoke(rosa, grant_id) == NothingChanged(ref=grant_id, state="expired")
