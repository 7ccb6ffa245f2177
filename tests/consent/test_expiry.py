"""What ends by itself, each end once and with its entry."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest
from sqlmodel import col, select

from consent.confirmations import NothingChanged
from consent.tables import GrantRow, Head
from tests.rooms import A_DAY, Rooms, chosen
from vault.errors import Damaged
from vault.identifiers import ConsumerId

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


# --- records that cannot be opened --------------------------------------------------------------


@contextmanager
def damaged(rooms: Rooms, people: Iterable[ConsumerId]) -> Iterator[None]:
    """These heads have one bit flipped inside the block."""
    hurt = list(people)
    _flip(rooms, hurt)
    try:
        yield
    finally:
        _flip(rooms, hurt)


def _flip(rooms: Rooms, people: Iterable[ConsumerId]) -> None:
    with rooms.world.stores.main.transaction() as tx:
        for head in tx.exec(select(Head).where(col(Head.consumer_id).in_(people))):
            head.secrets = head.secrets[:-1] + bytes([head.secrets[-1] ^ 1])
    for person in people:
        rooms.world.log.forget(person)


def several(rooms, company, *names):
    return [rooms.person(company, name) for name in names]


def test_a_damaged_record_keeps_nobody_elses_from_ending(rooms, northbank, rosa):
    hurt, late = several(rooms, northbank, "A-2", "A-3")
    for person in (hurt, rosa, late):
        rooms.grant(northbank, person, [EMAIL])
        rooms.laid(northbank, person, [PHONE])
    rooms.world.clock.advance(HALF_A_YEAR)
    now = rooms.world.clock.now_ms()
    with damaged(rooms, [hurt]), pytest.raises(Damaged, match="doctor"):
        rooms.expiry.run(now)
    for person in (rosa, late):
        assert rooms.types(person)[-2:] == ["expired", "offer_expired"]
    assert not {"expired", "offer_expired"} & set(rooms.types(hurt))
    assert rooms.expiry.run(now) == 2, "what was mended ends with the next run"


def test_more_damaged_records_than_one_batch_hold_nobody_up(rooms, northbank, monkeypatch):
    monkeypatch.setattr("consent.expiry.AT_ONCE", 2)
    *hurt, last = several(rooms, northbank, "A-2", "A-3", "A-4", "A-5", "A-6")
    for person in (*hurt, last):
        rooms.grant(northbank, person, [EMAIL])
        rooms.world.clock.advance(1_000)
    rooms.world.clock.advance(HALF_A_YEAR)
    with damaged(rooms, hurt), pytest.raises(Damaged):
        rooms.expiry.run(rooms.world.clock.now_ms())
    assert rooms.last(last).type == "expired"
