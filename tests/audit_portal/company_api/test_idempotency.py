from functools import partial

import pytest
from starlette.requests import Request

from audit_portal.company_api.idempotency import TAKE_OVER_MS, Answer, Attempt, Once
from audit_portal.company_api.idempotency import attempt as the_attempt
from audit_portal.problems import Refused
from tests.fakes import FakeClock
from vault.crypto.primitives import hmac_sha256
from vault.identifiers import CompanyId

DONE = Answer(status=201, body=b"{}")


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def once(stores, clock):
    return Once(stores.main, clock)


def attempt(*, request=b"r" * 32):
    return Attempt(company=CompanyId("cmp_1"), key_hash=b"k" * 32, request_hash=request)


def die():
    raise KeyboardInterrupt


def test_an_act_is_done_once(once):
    acts = []

    def act():
        acts.append(1)
        return DONE

    assert once.answer(attempt(), act) == once.answer(attempt(), act) == DONE
    assert acts == [1]


def test_without_a_key_every_request_acts(once):
    acts = []
    for _ in range(2):
        once.answer(None, lambda: acts.append(1) or DONE)
    assert acts == [1, 1]


def test_while_the_first_is_under_way_the_second_is_told_to_come_again(once):
    def act():
        with pytest.raises(Refused) as refused:
            once.answer(attempt(), lambda: DONE)
        assert refused.value.problem.status == 409
        return DONE

    assert once.answer(attempt(), act) == DONE


def test_a_claim_whose_process_died_is_taken_over_after_a_minute(once, clock):
    with pytest.raises(KeyboardInterrupt):
        once.answer(attempt(), die)
    with pytest.raises(Refused):
        once.answer(attempt(), lambda: DONE)
    clock.advance(TAKE_OVER_MS)
    assert once.answer(attempt(), lambda: DONE) == DONE


def test_an_act_that_fails_lets_its_key_go(once):
    def fail():
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - nothing is said
        once.answer(attempt(), fail)
    assert once.answer(attempt(request=b"s" * 32), lambda: DONE) == DONE


def test_old_keys_are_forgotten(once, clock):
    once.answer(attempt(), lambda: DONE)
    assert once.forget_old() == 0
    clock.advance(24 * 60 * 60 * 1000 + 1)
    assert once.forget_old() == 1


def test_key_and_request_are_kept_as_fingerprints():
    """A thief of the store who guesses a body has no hash to compare it with."""
    headers = [(b"idempotency-key", b"canary")]
    scope = {"type": "http", "method": "POST", "path": "/v1/people", "headers": headers}
    kept = [
        the_attempt(
            CompanyId("cmp_1"), Request(scope), b"{}", fingerprint=partial(hmac_sha256, key)
        )
        for key in (bytes(32), b"\x01" * 32)
    ]
    assert kept[0].key_hash != kept[1].key_hash
    assert kept[0].request_hash != kept[1].request_hash
