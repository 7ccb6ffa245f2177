"""A company is told, signed, until it has heard; with several workers, and after a death."""

import json
import sys
from collections import Counter
from datetime import UTC, datetime
from threading import Thread

import pytest
from sqlmodel import update
from standardwebhooks import Webhook

from audit_portal import service_log
from audit_portal.tables import WebhookRow
from consent.deliveries import LEASE_MS, WAITS_MS
from consent.outbox import Standing
from tests.audit_portal.webhooks.receiver import CANARY, receiving
from vault.errors import Damaged


def test_a_company_gets_its_notice_signed(rooms, telling, shop, rosa, receiver):
    secret = telling.register.set(shop, receiver.url).secrets[0]
    notice_id = telling.tell(rosa, shop)
    assert telling.rounds.run() == 1
    [heard] = receiver.heard
    assert heard.id == notice_id
    assert heard.path == f"/hook?key={CANARY}"
    assert heard.headers["content-type"] == "application/json"
    assert heard.said["type"] == "corrected"
    assert heard.said["data"]["consumer"] == rooms.enrolment.pairwise(shop, rosa)
    moment = datetime.fromtimestamp(int(heard.headers["webhook-timestamp"]), UTC)
    assert heard.headers["webhook-signature"] == Webhook(secret.shown()).sign(
        heard.id, moment, heard.body.decode()
    )
    assert telling.rounds.run() == 0
    [told] = telling.outbox.told(rosa)
    assert told.standing is Standing.DELIVERED


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 404, 410, 429, 500, 503])
def test_every_other_answer_is_tried_again_and_no_redirect_followed(
    telling, shop, rosa, receiver, status
):
    telling.register.set(shop, receiver.url)
    notice_id = telling.tell(rosa, shop)
    receiver.answers = [status]
    telling.rounds.run()
    assert telling.rounds.run() == 0, "not before its time"
    telling.clock.advance(WAITS_MS[0])
    telling.rounds.run()
    assert receiver.ids == [notice_id] * 2
    assert telling.outbox.told(rosa)[0].standing is Standing.DELIVERED


def test_a_notice_one_company_refuses_holds_up_none_of_its_others(telling, shop, rosa, receiver):
    telling.register.set(shop, receiver.url)
    made = [telling.tell(rosa, shop, about=f"ctn_{number}") for number in range(3)]
    receiver.answers = [500, 200, 200]
    telling.rounds.run()
    assert sorted(receiver.ids) == sorted(made)
    assert len({told.standing for told in telling.outbox.told(rosa)}) == 2


def test_a_company_that_does_not_answer_is_asked_once_a_round(rooms, telling, shop, rosa, receiver):
    other = rooms.company("Alder Books")
    ada = rooms.person(other, "B-1")
    with receiving() as gone:
        nowhere = gone.url
    telling.register.set(shop, nowhere)
    telling.register.set(other, receiver.url)
    for number in range(5):
        telling.tell(rosa, shop, about=f"ctn_{number}")
    hers = telling.tell(ada, other)
    assert telling.rounds.run() == 6
    assert receiver.ids == [hers]
    telling.register.set(shop, receiver.url)
    telling.rounds.run()
    assert Counter(receiver.ids).most_common(1)[0][1] == 1
    assert len(receiver.ids) == 6


def test_what_waited_for_an_address_is_told_when_there_is_one(telling, shop, rosa, receiver):
    notice_id = telling.tell(rosa, shop)
    assert telling.rounds.run() == 1
    assert telling.rounds.run() == 0
    assert telling.outbox.told(rosa)[0].standing is Standing.WAITING
    telling.register.set(shop, receiver.url)
    telling.rounds.run()
    assert receiver.ids == [notice_id]


def test_a_row_written_in_by_hand_is_sent_nothing_and_stops_nobody(
    rooms, telling, shop, rosa, receiver
):
    other = rooms.company("Alder Books")
    ada = rooms.person(other, "B-1")
    with receiving() as thief:
        telling.register.set(shop, receiver.url)
        with rooms.world.stores.main.transaction() as tx:
            tx.exec(update(WebhookRow).values(url=thief.url))
        telling.register.set(other, receiver.url)
        telling.tell(rosa, shop)
        hers = telling.tell(ada, other)
        with pytest.raises(Damaged):
            telling.rounds.run()
        assert thief.heard == []
    assert receiver.ids == [hers]


def test_who_acknowledged_by_the_api_is_not_told_again(telling, shop, rosa, receiver):
    telling.register.set(shop, receiver.url)
    notice_id = telling.tell(rosa, shop)
    receiver.answers = [503]
    telling.rounds.run()
    telling.outbox.acknowledge(shop, notice_id, now_ms=telling.clock.now_ms())
    telling.clock.advance(sum(WAITS_MS))
    assert telling.rounds.run() == 0
    assert receiver.ids == [notice_id]


# --- several workers, and a death -----------------------------------------------------------------


def test_two_workers_and_a_failing_receiver_tell_each_notice_once(telling, shop, rosa, receiver):
    """Tries that failed come again; no notice that was taken well is sent a second time."""
    telling.register.set(shop, receiver.url)
    made = [telling.tell(rosa, shop, about=f"ctn_{number}") for number in range(45)]
    receiver.answers = [503, 200, 500, 200] * 9
    failed = sum(status != 200 for status in receiver.answers)
    workers = [telling.worker(), telling.worker()]
    while sum(_at_once([worker.run for worker in workers])) or telling.rounds.run():
        telling.clock.advance(WAITS_MS[0])
    telling.clock.advance(WAITS_MS[1])
    while telling.rounds.run():
        telling.clock.advance(WAITS_MS[2])
    assert set(receiver.ids) == set(made)
    assert len(receiver.ids) == len(made) + failed
    assert {told.standing for told in telling.outbox.told(rosa)} == {Standing.DELIVERED}


def _at_once(jobs):
    found = []
    threads = [Thread(target=lambda job=job: found.append(job())) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_a_death_between_sending_and_noting_sends_again_under_the_same_id(
    telling, shop, rosa, receiver, monkeypatch
):
    telling.register.set(shop, receiver.url)
    notice_id = telling.tell(rosa, shop)
    with monkeypatch.context() as dying:
        dying.setattr(telling.deliveries, "delivered", _die)
        with pytest.raises(KeyboardInterrupt):
            telling.rounds.run()
    telling.clock.advance(LEASE_MS - 1)
    assert telling.rounds.run() == 0
    telling.clock.advance(1)
    assert telling.rounds.run() == 1
    assert receiver.ids == [notice_id, notice_id]


def _die(*_, **__):
    raise KeyboardInterrupt


# --- the log --------------------------------------------------------------------------------------


def test_the_log_names_the_company_and_no_address_and_no_notice(
    telling, shop, rosa, receiver, capsys
):
    service_log.configure(sys.stderr)
    telling.register.set(shop, receiver.url)
    notice_id = telling.tell(rosa, shop)
    receiver.answers = [503]
    telling.rounds.run()
    telling.clock.advance(WAITS_MS[0])
    telling.rounds.run()
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["event"] for line in lines] == ["notice_refused", "notice_sent"]
    assert {line["company"] for line in lines} == {shop}
    for secret in (CANARY, notice_id, str(receiver.port), "whsec"):
        assert secret not in json.dumps(lines)
