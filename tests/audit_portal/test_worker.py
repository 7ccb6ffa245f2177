from threading import Event

from audit_portal.worker import Chore, Worker


def test_a_chore_that_fails_stops_no_other():
    done = Event()

    def fail():
        raise RuntimeError

    def work():
        done.set()
        return False

    worker = Worker(
        [Chore(name="fails", every_s=0.01, run=fail), Chore(name="works", every_s=0.01, run=work)]
    )
    worker.start()
    assert done.wait(30)
    assert not worker.is_well()
    worker.stop()


def test_a_lane_that_waits_holds_up_no_other():
    waiting, done, may_go_on = Event(), Event(), Event()

    def wait():
        waiting.set()
        may_go_on.wait(30)
        return False

    def work():
        if waiting.is_set():
            done.set()
        return False

    worker = Worker(
        [
            Chore(name="waits", every_s=0.01, run=wait, lane="others"),
            Chore(name="works", every_s=0.01, run=work),
        ]
    )
    worker.start()
    try:
        assert done.wait(30)
        assert worker.is_well()
    finally:
        may_go_on.set()
        worker.stop()
    assert not worker.is_well()


def test_a_chore_with_more_to_do_is_asked_again_at_once():
    left, done = [3, 2, 1], Event()

    def work():
        if left:
            left.pop()
            return True
        done.set()
        return False

    worker = Worker([Chore(name="works", every_s=3600, run=work)])
    worker.start()
    assert done.wait(30)
    worker.stop()
    assert not worker.is_well()
