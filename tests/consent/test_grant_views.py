"""Offers and grants as they are shown: in states, the newest of what is over, covered fields."""

import pytest

from consent.grant_store import LIVE
from consent.grant_views import GrantViews
from tests.rooms import A_DAY

EMAIL, PHONE = "contact.email", "contact.phone_home"


@pytest.fixture
def views(rooms):
    return GrantViews(main=rooms.world.stores.main)


def later(rooms):
    rooms.world.clock.advance(A_DAY)


def test_what_is_over_is_the_newest_and_a_count(rooms, views, northbank, alder, rosa):
    ended = []
    for _ in range(3):
        later(rooms)
        ended.append(rooms.grant(northbank, rosa, [EMAIL]))
    lives = rooms.grant(northbank, rosa, [PHONE])
    for grant in ended:
        later(rooms)
        rooms.grants.revoke(rosa, grant)
    refused, waiting = rooms.laid(alder, rosa, [EMAIL]), rooms.laid(alder, rosa, [PHONE])
    rooms.grants.refuse_offer(rosa, refused)
    over = views.over(rosa, limit=2)
    assert [one.grant_id for one in over.grants] == ended[:0:-1]
    assert [one.offer_id for one in over.offers] == [refused]
    assert over.count == 4
    assert [one.grant_id for one in views.grants(rosa, states=LIVE)] == [lives]
    assert [one.offer_id for one in views.offers(rosa, states=["waiting"])] == [waiting]
    assert len(views.grants(rosa)) == 4


def test_the_fields_of_a_grant_are_told_to_its_person_alone(rooms, views, northbank, alder, rosa):
    grant = rooms.grant(northbank, rosa, [PHONE, EMAIL])
    other = rooms.person(northbank, "A-2")
    assert views.fields_of(rosa, [grant, "grt_unknown"]) == {grant: (PHONE, EMAIL)}
    rooms.grants.revoke(rosa, grant)
    assert views.fields_of(rosa, [grant]) == {grant: (PHONE, EMAIL)}
    assert views.fields_of(other, [grant]) == {}
