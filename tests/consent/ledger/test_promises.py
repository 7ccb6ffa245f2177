"""Promises: one signature for a batch, bound to entry and request, kept or shown to be broken."""

from dataclasses import replace

import pytest

from consent.ledger.checkpoint import log_key
from consent.ledger.promises import Promise, PromiseSigner
from vault import base64url
from vault.crypto.primitives import length_prefixed, sha256
from vault.crypto.signing import SigningKey, verify
from vault.errors import BadInput

TS = 1_767_225_600_000
KEY = SigningKey(bytes([5] * 32))
SIGNER = PromiseSigner(KEY, origin="vault.example/log")
BATCH = [(sha256(b"c%d" % n), sha256(b"request %d" % n)) for n in range(7)]


@pytest.fixture
def promises():
    return SIGNER.promise(BATCH, ts=TS, mmd_s=3600)


def holds(promise, pair, key=SIGNER.verifier_key):
    return promise.holds(c=pair[0], request_hash=pair[1], key=key)


def test_a_promise_has_its_frozen_bytes():
    (promise,) = SIGNER.promise(BATCH[:1], ts=TS)
    key_id = bytes.fromhex("963b0335")
    root = sha256(b"\0" + BATCH[0][0] + BATCH[0][1])
    numbers = TS.to_bytes(8, "big"), (86_400).to_bytes(4, "big"), (1).to_bytes(4, "big")
    message = b"habeas/promise/v1\0" + length_prefixed(b"vault.example/log", key_id, root, *numbers)
    assert verify(public=KEY.public, message=message, signature=promise.signature)
    assert promise.to_json() == {
        "origin": "vault.example/log",
        "key_id": "ljsDNQ",
        "ts": TS,
        "mmd_s": 86_400,
        "size": 1,
        "index": 0,
        "path": "",
        "signature": base64url.encode(KEY.sign(message)),
    }


@pytest.mark.parametrize("size", range(8))
def test_every_entry_of_a_batch_gets_its_own_promise(size):
    promises = SIGNER.promise(BATCH[:size], ts=TS)
    assert len(promises) == size
    assert len({promise.signature for promise in promises}) <= 1
    assert all(holds(promise, pair) for promise, pair in zip(promises, BATCH, strict=False))


def test_a_promise_holds_for_one_entry_and_one_request(promises):
    for number, promise in enumerate(promises):
        for other, pair in enumerate(BATCH):
            assert holds(promise, pair) == (number == other)
        assert not promise.holds(
            c=BATCH[number][0], request_hash=BATCH[number - 1][1], key=SIGNER.verifier_key
        )


@pytest.mark.parametrize(
    "changed",
    [
        {"ts": TS + 1},
        {"mmd_s": 3601},
        {"size": 8},
        {"size": 0},
        {"index": 4},
        {"index": 1 << 62},
        {"path": ()},
        {"path": (bytes(32),) * 4},
        {"signature": bytes(64)},
        {"key_id": bytes(4)},
        {"origin": "other.example/log"},
    ],
)
def test_no_part_of_a_promise_can_be_changed(promises, changed):
    assert not holds(replace(promises[3], **changed), BATCH[3])


def test_another_key_promised_nothing(promises):
    other = SigningKey(bytes([6] * 32)).public
    assert not holds(promises[0], BATCH[0], log_key("vault.example/log", other))


def test_a_promise_says_when_it_is_due(promises):
    assert promises[0].due == TS + 3_600_000


def test_what_is_written_is_read(promises):
    for promise in promises:
        assert Promise.from_json(promise.to_json()) == promise


@pytest.mark.parametrize(
    "changed",
    [
        {"ts": "5"},
        {"ts": -1},
        {"ts": True},
        {"ts": 1.5},
        {"size": 1 << 32},
        {"mmd_s": 1 << 32},
        {"path": "AAAA"},
        {"path": 5},
        {"key_id": "AAAA"},
        {"signature": "AA=="},
        {"more": 1},
    ],
)
def test_a_promise_has_one_form(promises, changed):
    with pytest.raises(BadInput):
        Promise.from_json({**promises[0].to_json(), **changed})


def test_a_promise_lacks_nothing(promises):
    told = promises[0].to_json()
    for name in told:
        with pytest.raises(BadInput):
            Promise.from_json({key: value for key, value in told.items() if key != name})
    with pytest.raises(BadInput):
        Promise.from_json([])
