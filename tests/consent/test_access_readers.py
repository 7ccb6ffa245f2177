"""Whom a correction must reach: exactly who got one of these versions, also before a join."""

import pytest

from consent.purposes import BUILT_IN
from tests.rooms import A_DAY

EMAIL, NAME = "contact.email", "identity.full_name"


@pytest.fixture
def readers(rooms, rosa):
    def ask(field, *versions, since=None):
        with rooms.world.log.acting([rosa]) as act:
            return rooms.access_log.readers(
                rosa, field, versions=versions, since=since, inside=act.tx
            )

    return ask


def test_each_version_has_its_own_readers(rooms, northbank, alder, rosa, readers):
    rooms.grant(northbank, rosa, [EMAIL])
    rooms.grant(alder, rosa, [EMAIL])
    rooms.world.write(rosa, None, {EMAIL: "one@example.org"})
    rooms.read(northbank, rosa, [EMAIL])
    rooms.world.write(rosa, None, {EMAIL: "two@example.org"})
    rooms.read(alder, rosa, [EMAIL])
    assert set(readers(EMAIL, 1)) == {northbank}
    assert set(readers(EMAIL, 2)) == {alder}
    assert set(readers(EMAIL, 1, 2)) == {northbank, alder}
    assert readers(NAME, 1) == readers(EMAIL, 3) == {}


def test_a_look_back_goes_by_time(rooms, northbank, rosa, readers):
    rooms.grant(northbank, rosa, [EMAIL])
    rooms.world.write(rosa, None, {EMAIL: "one@example.org"})
    rooms.read(northbank, rosa, [EMAIL])
    read_at = rooms.world.clock.now_ms()
    rooms.world.clock.advance(A_DAY)
    assert readers(EMAIL, 1, since=read_at) == {northbank: read_at}
    assert readers(EMAIL, 1, since=read_at + 1) == {}


def test_what_never_left_reached_nobody(rooms, northbank, rosa, readers, monkeypatch):
    rooms.grant(northbank, rosa, [EMAIL])
    rooms.world.write(rosa, None, {EMAIL: "one@example.org"})
    monkeypatch.setattr(rooms.world.gate._opener, "values", lambda *_: {}[EMAIL])
    assert rooms.read(northbank, rosa, [EMAIL]).reason == "undelivered"
    assert readers(EMAIL, 1) == {}


def test_a_read_is_found_in_the_act_that_follows_it(rooms, northbank, rosa):
    """On PostgreSQL too, where an act's transaction began before the read was asked for."""
    rooms.grant(northbank, rosa, [EMAIL])
    rooms.world.write(rosa, None, {EMAIL: "one@example.org"})
    rooms.read(northbank, rosa, [EMAIL])
    with rooms.world.log.acting([rosa]) as act:
        found = rooms.access_log.readers(rosa, EMAIL, versions=[1], inside=act.tx)
    assert set(found) == {northbank}
    assert rooms.access_log.readers(rosa, EMAIL, versions=[1]) == found


def test_readers_of_a_joined_record_are_found_under_the_numbers_of_then(
    rooms, northbank, alder, rosa, readers
):
    """Alder's first version was its second one there; Rosa's own record had one before."""
    world = rooms.world
    second = rooms.person(alder, "B-1")
    world.write(second, alder, {EMAIL: "one@alder.example", NAME: "Rosa"})
    world.write(second, alder, {EMAIL: "two@alder.example"})
    with world.log.acting([second]) as act:
        rooms.grants.declare(act, second, alder, purpose=BUILT_IN["run_account"], fields=[EMAIL])
    rooms.read(alder, second, [EMAIL], "run_account")
    world.write(rosa, northbank, {EMAIL: "rosa@north.example"})
    rooms.grant(northbank, rosa, [EMAIL])
    rooms.read(northbank, rosa, [EMAIL])
    rooms.claiming.join(rosa, rooms.enrolment.invite(alder, "B-1", valid_ms=A_DAY))
    assert set(readers(EMAIL, 1)) == {northbank}
    assert readers(EMAIL, 2) == {}
    assert set(readers(EMAIL, 3)) == {alder}
    assert readers(NAME, 1) == {}


def test_two_joined_records_are_not_mixed_up(rooms, northbank, alder, rosa, readers):
    world = rooms.world
    cedar = rooms.company("Cedar Travel")
    for company, external_id in ((alder, "B-1"), (cedar, "C-1")):
        other = rooms.person(company, external_id)
        world.write(other, company, {EMAIL: f"rosa@{external_id}.example"})
        with world.log.acting([other]) as act:
            purpose = BUILT_IN["run_account"]
            rooms.grants.declare(act, other, company, purpose=purpose, fields=[EMAIL])
        rooms.read(company, other, [EMAIL], "run_account")
        world.clock.advance(1_000)
        rooms.claiming.join(rosa, rooms.enrolment.invite(company, external_id, valid_ms=A_DAY))
    assert set(readers(EMAIL, 1)) == {alder}
    assert set(readers(EMAIL, 2)) == {cedar}
