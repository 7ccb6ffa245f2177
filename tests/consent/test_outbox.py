"""Who is told what, once, and what becomes of it."""

import json
from collections import Counter
from threading import Barrier, Thread

import pytest

from consent.deliveries import LEASE_MS, WAITS_MS, Deliveries
from consent.notices import NewNotice, NoticeKind
from consent.outbox import Outbox, Standing, enqueue
from consent.tables import Notice
from tests.rooms import A_DAY
from vault.errors import BadInput

EMAIL, PHONE = "contact.email", "contact.phone_home"
CONTEST = "ctn_01J8ZQ4M7T3VXW2Y5N6B8C9D0E"


@pytest.fixture
def outbox(rooms):
    return Outbox(rooms.world.stores.main)


@pytest.fixture
def deliveries(rooms):
    return Deliveries(rooms.world.stores.main)


def tell(rooms, person, company, kind=NoticeKind.CORRECTED, about=CONTEST, **more):
    notice = NewNotice(consumer=person, company=company, kind=kind, about=about, **more)
    with rooms.world.log.acting([person]) as act:
        return enqueue(act, notice, now_ms=rooms.world.clock.now_ms())


def bodies(outbox, company, **page):
    return [json.loads(one.body) for one in outbox.of_company(company, **page)]


# --- telling --------------------------------------------------------------------------------------


def test_the_person_sees_who_was_told_by_the_same_act(rooms, rosa, northbank):
    notice_id = tell(rooms, rosa, northbank, fields=[PHONE, EMAIL], contest_id=CONTEST)
    entry = rooms.last(rosa)
    assert entry.type == "notice"
    assert entry.P["company"] == northbank
    assert entry.P["consumer"] == rooms.enrolment.pairwise(northbank, rosa)
    assert entry.P["kind"] == "corrected"
    assert entry.P["about"] == entry.P["contest_id"] == CONTEST
    assert entry.P["fields"] == [EMAIL, PHONE]
    assert [row.notice_id for row in rooms.rows(Notice)] == [notice_id]


def test_an_act_that_fails_tells_nobody(rooms, rosa, northbank):
    notice = NewNotice(
        consumer=rosa, company=northbank, kind=NoticeKind.LIFTED, about=CONTEST, fields=[EMAIL]
    )
    with pytest.raises(ZeroDivisionError), rooms.world.log.acting([rosa]) as act:
        enqueue(act, notice, now_ms=1)
        1 / 0  # noqa: B018
    assert rooms.rows(Notice) == []
    assert rooms.last(rosa).type != "notice"


def test_a_company_is_told_the_same_once(rooms, rosa, northbank):
    assert tell(rooms, rosa, northbank)
    assert tell(rooms, rosa, northbank) is None
    assert rooms.types(rosa).count("notice") == 1
    assert tell(rooms, rosa, northbank, NoticeKind.LIFTED)
    assert tell(rooms, rosa, northbank, about="ctn_another")


def test_what_is_told_twice_in_one_act_is_told_once(rooms, rosa, northbank):
    notice = NewNotice(consumer=rosa, company=northbank, kind=NoticeKind.ERASED, about="person")
    with rooms.world.log.acting([rosa]) as act:
        told = [enqueue(act, notice, now_ms=1) for _ in range(2)]
    assert told[1] is None
    assert len(rooms.rows(Notice)) == 1


def test_a_stranger_cannot_be_told_of_a_person(rooms, rosa, alder):
    with pytest.raises(KeyError):
        tell(rooms, rosa, alder)


def test_only_fields_of_the_catalogue_are_named(rooms, rosa, northbank):
    with pytest.raises(BadInput):
        tell(rooms, rosa, northbank, fields=["rosa@example.org"])


def test_two_companies_have_nothing_in_common_but_the_day_and_the_words(
    rooms, rosa, northbank, alder, outbox
):
    ada = rooms.person(alder, "B-1")
    told = {"fields": [EMAIL], "contest_id": CONTEST}
    tell(rooms, rosa, northbank, **told)
    tell(rooms, ada, alder, **told)
    [first], [second] = bodies(outbox, northbank), bodies(outbox, alder)
    assert first["type"] == second["type"] == "corrected"
    assert first["timestamp"] == second["timestamp"] == "2026-01-01T00:00:00Z", "a day, no moment"
    theirs, hers = first["data"], second["data"]
    assert [name for name in theirs if theirs[name] == hers[name]] == ["fields"]
    assert CONTEST not in json.dumps([first, second])


def test_who_answers_a_contest_is_told_which_and_when(rooms, rosa, northbank, outbox):
    rooms.world.clock.advance(61_001)
    tell(rooms, rosa, northbank, NoticeKind.CONTEST, contest_id=CONTEST, details={"due": 1})
    [said] = bodies(outbox, northbank)
    assert said["data"]["contest_id"] == CONTEST
    assert said["data"]["due"] == 1
    assert said["timestamp"] == "2026-01-01T00:01:01Z"


# --- the company's list ---------------------------------------------------------------------------


def test_a_company_meets_its_own_notices_page_by_page_in_an_order_that_says_nothing(
    rooms, rosa, northbank, alder, outbox
):
    made = [tell(rooms, rosa, northbank, about=f"ctn_{number}") for number in range(5)]
    seen, after = [], None
    while page := outbox.of_company(northbank, after=after, limit=2):
        seen += [one.notice_id for one in page]
        after = seen[-1]
    assert seen == sorted(made), "ids are random, and so is their order"
    assert outbox.of_company(alder) == []
    with pytest.raises(BadInput):
        outbox.of_company(northbank, after="ntc_1")


def test_an_acknowledged_notice_is_off_the_list_for_good(rooms, rosa, northbank, alder, outbox):
    first, second = tell(rooms, rosa, northbank), tell(rooms, rosa, northbank, NoticeKind.LIFTED)
    now = rooms.world.clock.now_ms()
    assert outbox.acknowledge(northbank, first, now_ms=now) == now
    assert outbox.acknowledge(northbank, first, now_ms=now + 5) == now, "the first time counts"
    assert [one.notice_id for one in outbox.of_company(northbank)] == [second]
    assert outbox.acknowledge(alder, second, now_ms=now) is None
    assert outbox.acknowledge(northbank, "ntc_unknown", now_ms=now) is None


# --- what the person sees -------------------------------------------------------------------------


def test_the_person_sees_who_is_silent(rooms, rosa, northbank, outbox):
    notice_id = tell(rooms, rosa, northbank)
    assert outbox.silent(rosa, NoticeKind.CORRECTED, CONTEST) == [northbank]
    assert outbox.silent(rosa, NoticeKind.LIFTED, CONTEST) == []
    outbox.acknowledge(northbank, notice_id, now_ms=7)
    assert outbox.silent(rosa, NoticeKind.CORRECTED, CONTEST) == []
    [told] = outbox.told(rosa)
    assert (told.standing, told.acknowledged_at) == (Standing.ACKNOWLEDGED, 7)


def test_a_joined_record_takes_its_notices_along(rooms, rosa, alder, outbox):
    second = rooms.person(alder, "B-3")
    tell(rooms, second, alder)
    rooms.claiming.join(rosa, rooms.enrolment.invite(alder, "B-3", valid_ms=A_DAY))
    assert [told.company for told in outbox.told(rosa)] == [alder]
    assert tell(rooms, rosa, alder) is None, "told once, under whichever record"


# --- sending --------------------------------------------------------------------------------------


def test_what_is_taken_is_not_taken_again_until_its_lease_ends(rooms, rosa, northbank, deliveries):
    notice_id, now = tell(rooms, rosa, northbank), rooms.world.clock.now_ms()
    assert [one.notice_id for one in deliveries.take(now)] == [notice_id]
    assert deliveries.take(now + LEASE_MS - 1) == []
    assert [one.notice_id for one in deliveries.take(now + LEASE_MS)] == [notice_id]


def test_what_was_delivered_or_acknowledged_is_not_sent_again(
    rooms, rosa, northbank, deliveries, outbox
):
    tell(rooms, rosa, northbank)
    other = tell(rooms, rosa, northbank, NoticeKind.LIFTED)
    now = rooms.world.clock.now_ms()
    for taken in deliveries.take(now):
        if taken.notice_id == other:
            outbox.acknowledge(northbank, other, now_ms=now)
            deliveries.failed(taken, now_ms=now)
        else:
            deliveries.delivered(taken, now_ms=now)
    assert deliveries.take(now + 365 * A_DAY) == []
    assert [told.standing for told in outbox.told(rosa)] in (
        [Standing.DELIVERED, Standing.ACKNOWLEDGED],
        [Standing.ACKNOWLEDGED, Standing.DELIVERED],
    )
    assert outbox.silent(rosa, NoticeKind.CORRECTED, CONTEST) == [northbank]


def test_tries_come_ever_later_and_end_after_three_days_and_more(
    rooms, rosa, northbank, deliveries, outbox
):
    tell(rooms, rosa, northbank)
    now, waits = rooms.world.clock.now_ms(), []
    while taken := deliveries.take(now):
        again = deliveries.failed(taken[0], now_ms=now)
        if again is None:
            break
        waits.append(again - now)
        assert deliveries.take(again - 1) == []
        now = again
    assert tuple(waits) == WAITS_MS
    assert 3 * A_DAY < sum(waits) < 4 * A_DAY
    assert deliveries.take(now + 365 * A_DAY) == []
    assert [told.standing for told in outbox.told(rosa)] == [Standing.GIVEN_UP]
    assert len(outbox.of_company(northbank)) == 1, "it can still be fetched"


def test_a_new_address_is_tried_with_whatever_was_not_delivered(
    rooms, rosa, northbank, deliveries, outbox
):
    kinds = [NoticeKind.RESTRICTED, NoticeKind.CORRECTED, NoticeKind.LIFTED, NoticeKind.DELETED]
    ids = {kind: tell(rooms, rosa, northbank, kind) for kind in kinds}
    now = rooms.world.clock.now_ms()
    for taken in deliveries.take(now):
        if taken.notice_id == ids[NoticeKind.RESTRICTED]:
            deliveries.delivered(taken, now_ms=now)
        else:
            deliveries.without_address(taken)
    outbox.acknowledge(northbank, ids[NoticeKind.LIFTED], now_ms=now)
    assert deliveries.take(now + A_DAY) == []
    with rooms.world.stores.main.transaction() as tx:
        assert deliveries.try_again(tx, northbank, now_ms=now) == 2
    again = {taken.notice_id: taken.tries for taken in deliveries.take(now)}
    assert again == {ids[NoticeKind.CORRECTED]: 1, ids[NoticeKind.DELETED]: 1}


def test_a_company_that_does_not_answer_is_left_alone_as_a_whole(
    rooms, rosa, northbank, alder, deliveries
):
    ada = rooms.person(alder, "B-1")
    sent, left = tell(rooms, rosa, northbank), tell(rooms, rosa, northbank, NoticeKind.DELETED)
    now = rooms.world.clock.now_ms()
    taken = {one.notice_id: one for one in deliveries.take(now)}
    queued = tell(rooms, rosa, northbank, NoticeKind.LIFTED)
    hers = tell(rooms, ada, alder)
    again = deliveries.unreachable(taken[sent], [taken[left]], now_ms=now)
    assert [one.notice_id for one in deliveries.take(now)] == [hers]
    assert deliveries.take(again - 1) == []
    assert {one.notice_id for one in deliveries.take(again, limit=2)} == {left, queued}, (
        "what was tried least comes first"
    )
    assert [(one.notice_id, one.tries) for one in deliveries.take(again)] == [(sent, 2)]


def test_several_workers_at_once_take_each_notice_once(rooms, rosa, northbank, deliveries):
    made = [tell(rooms, rosa, northbank, about=f"ctn_{number}") for number in range(30)]
    now, together, taken = rooms.world.clock.now_ms(), Barrier(3), Counter()

    def work():
        together.wait()
        while found := deliveries.take(now, limit=7):
            taken.update(one.notice_id for one in found)

    threads = [Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Who lost every race of one round stops early; what is left then is nobody's yet.
    taken.update(one.notice_id for one in deliveries.take(now, limit=30))
    assert taken == Counter(made)
