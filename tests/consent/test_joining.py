"""A second record of one person is joined into the first: values, ids, permissions, both chains."""

from pathlib import Path

import pytest
from sqlalchemy import make_url
from sqlmodel import select

from consent.claiming import NotClaimed, Unclaimed
from consent.confirmations import Confirmed
from consent.grant_rules import Choice
from consent.ledger.log import ChainClosed
from consent.purposes import BUILT_IN
from consent.restrictions import restrict, restrictions
from consent.tables import GrantRow, Head, Invitation, OfferRow, Pairwise, ReadRequestRow
from tests.check_everything import check_everything
from tests.rooms import A_DAY, HOME, Rooms, offer
from vault.identifiers import new_consumer_id
from vault.key_tables import ConsumerKey
from vault.keyring import KeyUse

EMAIL, PHONE, NAME = "contact.email", "contact.phone_home", "identity.full_name"


@pytest.fixture
def second(rooms, alder):
    """What Alder Books knows of Rosa, under its own number, imported twice."""
    second = rooms.person(alder, "B-1")
    rooms.world.write(second, alder, {EMAIL: "rosa@old.example", PHONE: "+49 30 901820"})
    rooms.world.write(second, alder, {EMAIL: "rosa@new.example"}, nature="observed")
    with rooms.world.log.acting([second]) as act:
        rooms.grants.declare(
            act, second, alder, purpose=BUILT_IN["run_account"], fields=[EMAIL, PHONE]
        )
    return second


@pytest.fixture
def code(rooms, alder, second):
    return rooms.enrolment.invite(alder, "B-1", valid_ms=A_DAY)


def join(rooms, rosa, code):
    answer = rooms.claiming.join(rosa, code)
    assert isinstance(answer, Confirmed)
    return answer


def test_values_come_over_with_their_sources_and_their_past(rooms, northbank, alder, rosa, code):
    rooms.world.write(rosa, northbank, {EMAIL: "rosa@north.example"})
    join(rooms, rosa, code)
    versions = {(one.field, one.version): one for one in rooms.world.own_view.overview(rosa)}
    assert set(versions) == {(EMAIL, 1), (EMAIL, 2), (EMAIL, 3), (PHONE, 1)}
    assert versions[EMAIL, 3].nature == "observed"
    assert versions[EMAIL, 1].source != versions[EMAIL, 2].source == versions[EMAIL, 3].source
    shown = rooms.world.own_view.show(rosa, [EMAIL, PHONE])
    assert shown[EMAIL] == "rosa@new.example"


def test_an_old_import_changes_nothing_after_the_join(rooms, alder, rosa, code):
    join(rooms, rosa, code)
    written = rooms.world.write(rosa, alder, {EMAIL: "rosa@old.example"})
    assert (written.stored, written.unchanged) == ((), (EMAIL,))


def test_a_number_without_its_country_stays_the_same_number(rooms, alder, rosa, second, code):
    rooms.world.write(second, alder, {PHONE: "030 555019"})
    join(rooms, rosa, code)
    written = rooms.world.write(rosa, alder, {PHONE: "+49 30 555019"})
    assert (written.stored, written.unchanged) == ((), (PHONE,))


def test_each_company_keeps_its_id_and_its_name_for_the_person(rooms, northbank, alder, rosa, code):
    before = rooms.enrolment.find(alder, "B-1"), rooms.enrolment.find(northbank, "A-1")
    join(rooms, rosa, code)
    assert (rooms.enrolment.find(alder, "B-1"), rooms.enrolment.find(northbank, "A-1")) == before
    assert [rooms.enrolment.resolve(alder, before[0])] == [rosa]
    assert rooms.enrolment.record_of(alder, "B-1") == rosa
    assert {row.consumer_id for row in rooms.rows(Pairwise)} == {rosa}


def test_permissions_go_on_and_are_told_in_the_first_chain(rooms, alder, rosa, second, code):
    assert rooms.read(alder, second, [PHONE], "run_account").outcome == "allowed"
    [before] = rooms.rows(GrantRow)
    join(rooms, rosa, code)
    [row] = rooms.rows(GrantRow)
    assert (row.grant_id, row.terms_hash) == (before.grant_id, before.terms_hash)
    assert rooms.read(alder, rosa, [PHONE], "run_account").outcome == "allowed"
    assert rooms.types(rosa)[-3:] == ["joined", "carried", "read"]
    assert rooms.rows(ReadRequestRow) != []


def test_a_permission_comes_over_as_it_stands(rooms, alder, rosa, second, code):
    asked = offer({"external_id": "B-1"}, [PHONE], max_reads=2)
    given = rooms.grants.decide(
        second, rooms.grants.make_offer(alder, asked), Choice(fields=frozenset([PHONE]))
    )
    assert rooms.read(alder, second, [PHONE]).outcome == "allowed"
    rooms.grants.pause(second, given.ref)
    join(rooms, rosa, code)
    assert rooms.read(alder, rosa, [PHONE]).reason == "paused"
    rooms.grants.resume(rosa, given.ref)
    assert rooms.read(alder, rosa, [PHONE]).outcome == "allowed"
    assert rooms.read(alder, rosa, [PHONE]).reason == "reads_used_up"
    rooms.world.sequence()
    check_everything(rooms.world)


def test_a_dispute_comes_over_with_its_day(rooms, alder, rosa, second, code):
    world, begun = rooms.world, rooms.world.clock.now_ms()
    with world.log.acting([second]) as act:
        dispute = {"reason": "accuracy_contested", "contest_id": "ctn_1"}
        restrict(act, second, [PHONE], now_ms=begun, **dispute)
    world.sequence()
    world.clock.advance(2 * A_DAY)
    code = rooms.enrolment.invite(alder, "B-1", valid_ms=A_DAY)
    join(rooms, rosa, code)
    with world.stores.main.reading() as tx:
        assert restrictions(tx, rosa)[PHONE].since == begun
    assert rooms.read(alder, rosa, [PHONE], "run_account").reason == "restricted"


def test_offers_that_wait_can_still_be_answered(rooms, alder, rosa, second, code):
    pairwise = rooms.enrolment.pairwise(alder, second)
    made = rooms.grants.make_offer(alder, offer({"consumer": pairwise}, [NAME]))
    join(rooms, rosa, code)
    assert isinstance(rooms.grants.refuse_offer(rosa, made), Confirmed)


def test_both_chains_tell_of_the_join_and_the_second_is_closed(rooms, rosa, second, code):
    answer = join(rooms, rosa, code)
    first_told = [e for e in rooms.world.reader.entries(rosa) if e.type == "joined"]
    assert [e.Q["versions"] for e in first_told] == [{EMAIL: "1", PHONE: "1"}, {EMAIL: "2"}]
    assert answer.i == first_told[-1].i
    assert rooms.types(second)[-1] == "joined"
    [head] = [row for row in rooms.rows(Head) if row.consumer_id == second]
    assert (head.status, head.joined_into) == ("joined", rosa)
    with pytest.raises(ChainClosed), rooms.world.log.acting([second]):
        pass


def test_the_second_records_data_key_is_gone_and_its_chain_still_opens(rooms, rosa, second, code):
    join(rooms, rosa, code)
    keyring = rooms.world.keyring
    assert keyring.keys([second], KeyUse.DATA) == {}
    assert keyring.keys([second], KeyUse.LOG).keys() == {second}
    assert {event.chain for event in rooms.access_log.history(rosa).events} == {0, 1}


def test_a_code_joins_once(rooms, northbank, alder, rosa, code):
    join(rooms, rosa, code)
    unusable = NotClaimed(reason=Unclaimed.UNUSABLE_CODE)
    assert rooms.claiming.join(rosa, code) == unusable
    assert rooms.claiming.claim(code, "ida@example.org", home=HOME) == unusable
    assert rooms.claiming.join(rosa, "K7QW2-00000-00000-00000") == unusable


def test_two_records_of_one_company_stay_two(rooms, northbank, rosa):
    other = rooms.person(northbank, "A-2")
    code = rooms.enrolment.invite(northbank, "A-2", valid_ms=A_DAY)
    before = rooms.types(rosa), rooms.types(other)
    answer = rooms.claiming.join(rosa, code)
    assert answer == NotClaimed(reason=Unclaimed.SAME_COMPANY)
    assert (rooms.types(rosa), rooms.types(other)) == before
    assert rooms.claiming.invitation(code) == northbank


def test_an_empty_record_is_joined_too(rooms, alder, rosa):
    rooms.person(alder, "B-9")
    join(rooms, rosa, rooms.enrolment.invite(alder, "B-9", valid_ms=A_DAY))
    assert rooms.types(rosa)[-1] == "joined"


def test_what_the_company_writes_meanwhile_is_not_lost(
    rooms, alder, rosa, second, code, monkeypatch
):
    joins, opened = rooms.world.joins, []

    def open_late(consumer, companies):
        snapshot = type(joins).open(joins, consumer, companies)
        if not opened:
            rooms.world.write(second, alder, {NAME: "Rosa Test"})
        opened.append(consumer)
        return snapshot

    rooms.claiming._joins = type(
        "Slow", (), {"open": staticmethod(open_late), "reseal": joins.reseal}
    )
    join(rooms, rosa, code)
    assert len(opened) == 2
    assert rooms.world.own_view.show(rosa, [NAME]) == {NAME: "Rosa Test"}


@pytest.mark.parametrize(
    "where",
    [
        "consent.joined_rows.move",
        "consent.claiming._told_second",
        "consent.ledger.log.Act.close_chain",
    ],
)
def test_a_crash_before_the_commit_undoes_everything(
    rooms, alder, rosa, second, code, monkeypatch, where
):
    before = {table: rooms.rows(table) for table in (Pairwise, GrantRow, Head, Invitation)}

    def cut(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(where, cut)
    with pytest.raises(KeyboardInterrupt):
        rooms.claiming.join(rosa, code)
    monkeypatch.undo()
    assert {table: rooms.rows(table) for table in before} == before
    assert rooms.world.own_view.overview(rosa) == []
    join(rooms, rosa, code)


def test_a_crash_after_the_commit_is_finished_at_the_next_start(
    rooms, rosa, second, code, monkeypatch
):
    def cut(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(rooms.world.keyring, "destroy", cut)
    with pytest.raises(KeyboardInterrupt):
        rooms.claiming.join(rosa, code)
    monkeypatch.undo()
    assert rooms.world.keyring.keys([second], KeyUse.DATA).keys() == {second}
    assert rooms.claiming.finish_joins() == 1
    assert rooms.world.keyring.keys([second], KeyUse.DATA) == {}
    assert rooms.claiming.finish_joins() == 0


def test_a_destroyed_key_is_gotten_out_of_the_log_once_its_reader_has_gone(
    rooms, rosa, second, code
):
    keys = rooms.world.stores.keys
    with keys.reading() as tx:
        of_second = select(ConsumerKey.wrapped).where(ConsumerKey.consumer_id == second)
        wrapped = bytes(tx.exec(of_second.where(ConsumerKey.use == KeyUse.DATA)).one())
        join(rooms, rosa, code)
        assert rooms.claiming.scrub() == 0, "the reader is still there"
    on_sqlite = rooms.world.stores.kind == "sqlite"
    assert _stands_in_a_file(rooms, wrapped) == on_sqlite
    assert rooms.claiming.scrub() == on_sqlite
    assert not _stands_in_a_file(rooms, wrapped)
    assert rooms.claiming.scrub() == 0


def _stands_in_a_file(rooms, data):
    """Whether these bytes are in the key store's file or in the log beside it."""
    if rooms.world.stores.kind != "sqlite":
        return False
    file = Path(make_url(rooms.world.stores.url("keys")).database)
    return any(data in one.read_bytes() for one in file.parent.glob(f"{file.name}*"))


def test_nobody_is_joined_into_a_stranger(rooms, code):
    with pytest.raises(KeyError):
        rooms.claiming.join(new_consumer_id(), code)


def test_a_process_that_knew_the_second_record_finds_the_first(rooms, alder, rosa, second, code):
    pairwise = rooms.enrolment.pairwise(alder, second)
    elsewhere = Rooms.around(rooms.world)
    assert elsewhere.enrolment.resolve(alder, pairwise) == second
    join(rooms, rosa, code)
    assert elsewhere.enrolment.resolve(alder, pairwise) == rosa
    laid = elsewhere.laid(alder, rosa, [NAME])
    assert [one.offer_id for one in rooms.rows(OfferRow)] == [laid]
