"""What happens by itself happens once, when it is due, whatever else goes wrong."""

from threading import Barrier, Thread

import pytest

from consent.deadlines import Deadlines, Handler, drop, drop_all, put
from consent.ledger.entry_types import BY_VAULT, EntryType
from consent.ledger.log import NewEntry
from consent.tables import Deadline
from tests.rooms import A_DAY
from vault.errors import Damaged, Unready

LATE, REMIND, FOREIGN = "late", "remind", "of another version"


@pytest.fixture
def ada(rooms, alder):
    return rooms.person(alder, "B-2", address="ada@example.org")


@pytest.fixture
def done():
    return []


@pytest.fixture
def deadlines(rooms, done):
    """Deadlines whose work is an entry in the person's record."""

    def work(act, due, now_ms):
        done.append((due.kind, due.ref))
        told = {"kind": due.kind, "about": due.ref}
        act.append(NewEntry(owner=due.consumer, type=EntryType.SIGN_IN, actor=BY_VAULT, P=told))
        if due.kind == REMIND:
            put(act.tx, due.consumer, REMIND, due.ref, due_at=now_ms + A_DAY)

    handlers = {LATE: Handler(work=work), REMIND: Handler(work=work)}
    return Deadlines(main=rooms.world.stores.main, log=rooms.world.log, handlers=handlers)


def begin(rooms, person, kind=LATE, ref="ctn_1", *, days=1):
    with rooms.world.log.acting([person]) as act:
        put(act.tx, person, kind, ref, due_at=rooms.world.clock.now_ms() + days * A_DAY)


def after(rooms, deadlines, days):
    rooms.world.clock.advance(days * A_DAY)
    return deadlines.run(rooms.world.clock.now_ms())


def test_work_is_done_once_and_not_before_its_time(rooms, rosa, deadlines, done):
    begin(rooms, rosa)
    assert deadlines.run(rooms.world.clock.now_ms() + A_DAY - 1) == 0
    assert after(rooms, deadlines, 1) == 1
    assert after(rooms, deadlines, 1) == 0
    assert done == [(LATE, "ctn_1")]
    assert rooms.rows(Deadline) == []


def test_a_deadline_that_was_moved_or_dropped_does_not_happen(rooms, rosa, ada, deadlines, done):
    begin(rooms, rosa)
    begin(rooms, rosa, days=3)
    begin(rooms, rosa, REMIND)
    begin(rooms, ada)
    with rooms.world.log.acting([rosa, ada]) as act:
        assert drop(act.tx, ada, LATE, "ctn_1")
        assert not drop(act.tx, ada, LATE, "ctn_1")
        assert drop(act.tx, rosa, REMIND, "ctn_1")
    assert after(rooms, deadlines, 2) == 0
    assert after(rooms, deadlines, 1) == 1
    assert done == [(LATE, "ctn_1")]


def test_whatever_waits_for_one_matter_is_dropped_together(rooms, rosa, deadlines):
    for kind, ref in [(LATE, "ctn_1"), (REMIND, "ctn_1"), (LATE, "ctn_2")]:
        begin(rooms, rosa, kind, ref)
    with rooms.world.log.acting([rosa]) as act:
        assert drop_all(act.tx, rosa, "ctn_1") == 2
    assert after(rooms, deadlines, 1) == 1


def test_a_deadline_is_nobodys_when_its_act_fails(rooms, rosa):
    with pytest.raises(ZeroDivisionError), rooms.world.log.acting([rosa]) as act:
        put(act.tx, rosa, LATE, "ctn_1", due_at=0)
        1 / 0  # noqa: B018
    assert rooms.rows(Deadline) == []


def test_work_may_put_its_next_deadline(rooms, rosa, deadlines, done):
    begin(rooms, rosa, REMIND)
    assert [after(rooms, deadlines, 1) for _ in range(3)] == [1, 1, 1]
    assert done == [(REMIND, "ctn_1")] * 3
    assert len(rooms.rows(Deadline)) == 1


def test_what_nobody_here_handles_stays_due(rooms, rosa, deadlines):
    begin(rooms, rosa, FOREIGN)
    begin(rooms, rosa, LATE)
    assert after(rooms, deadlines, 2) == 1
    assert [row.kind for row in rooms.rows(Deadline)] == [FOREIGN]


def failing(deadlines, person, error):
    work = deadlines._handlers[LATE].work

    def fail_for_one(act, due, now_ms):
        work(act, due, now_ms)
        if due.consumer == person:
            raise error

    deadlines._handlers = {LATE: Handler(work=fail_for_one)}


@pytest.mark.parametrize("error", [Damaged("a record"), RuntimeError("a mistake of ours")])
def test_work_that_fails_stops_nobody_elses(rooms, rosa, ada, deadlines, error):
    failing(deadlines, rosa, error)
    begin(rooms, rosa)
    begin(rooms, ada, days=2)
    with pytest.raises(type(error)):
        after(rooms, deadlines, 3)
    [left] = rooms.rows(Deadline)
    assert bytes(left.consumer_id) == rosa, "what failed is not done: it stays due"
    assert rooms.types(rosa)[-1] != "sign_in", "half of an act stands"
    assert rooms.types(ada)[-1] == "sign_in"


def test_stores_that_do_not_answer_end_the_run(rooms, rosa, ada, deadlines):
    failing(deadlines, rosa, Unready("not now"))
    begin(rooms, rosa)
    begin(rooms, ada, days=2)
    with pytest.raises(Unready):
        after(rooms, deadlines, 3)
    assert len(rooms.rows(Deadline)) == 2


def test_more_than_one_page_of_failures_hides_nothing(rooms, rosa, ada, deadlines, monkeypatch):
    monkeypatch.setattr("consent.deadlines.AT_ONCE", 2)
    failing(deadlines, rosa, Damaged("a record"))
    for number in range(5):
        begin(rooms, rosa, ref=f"ctn_{number}")
    begin(rooms, ada, days=2)
    with pytest.raises(Damaged):
        after(rooms, deadlines, 3)
    assert rooms.types(ada)[-1] == "sign_in"


def test_a_joined_record_takes_its_deadlines_along(rooms, rosa, alder, deadlines, done):
    second = rooms.person(alder, "B-3")
    begin(rooms, second)
    code = rooms.enrolment.invite(alder, "B-3", valid_ms=A_DAY)
    rooms.claiming.join(rosa, code)
    assert after(rooms, deadlines, 1) == 1
    assert done == [(LATE, "ctn_1")]
    assert rooms.last(rosa).type == "sign_in"


def test_a_closed_record_is_passed_over(rooms, rosa, alder, deadlines):
    second = rooms.person(alder, "B-3")
    rooms.claiming.join(rosa, rooms.enrolment.invite(alder, "B-3", valid_ms=A_DAY))
    with rooms.world.stores.main.transaction() as tx:
        put(tx, second, LATE, "ctn_1", due_at=0)
    begin(rooms, rosa)
    assert after(rooms, deadlines, 1) == 1


def test_two_workers_at_once_do_it_once(rooms, rosa, deadlines, done):
    for number in range(10):
        begin(rooms, rosa, ref=f"ctn_{number}")
    rooms.world.clock.advance(A_DAY)
    together, counts = Barrier(2), []

    def work():
        together.wait()
        counts.append(deadlines.run(rooms.world.clock.now_ms()))

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 10
    assert sorted(done) == sorted({*done})
