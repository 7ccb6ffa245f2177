"""Malformed bundles and proofs: one clean answer, before anything large is built (threat 19).

Lengths are what bounds the time: every input here is refused after one pass over it at most.
"""

import json
from dataclasses import replace

import pytest

from consent.ledger import bundle
from consent.ledger.reasons import Reason
from consent.ledger.verdicts import Refused
from tests.ledger_double import SHOP, LedgerDouble


@pytest.fixture(scope="module")
def log():
    log = LedgerDouble()
    log.enrol("rosa")
    log.read_by("rosa", SHOP, grant=log.grant("rosa", SHOP, ["contact.email"]))
    log.close_epoch()
    log.write("rosa", "sign_in")
    log.close_epoch()
    return log


def refusal(log, data):
    answer = log.verify(data)
    assert isinstance(answer, Refused)
    assert answer.conviction is None, "nothing malformed convicts anybody"
    return answer.reason, answer.step


MALFORMED = (Reason.MALFORMED, "0")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"{",
        b'"\\ud800"',
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b"NaN",
        b'{"format":"habeas/consumer-bundle","format":"habeas/consumer-bundle"}',
        b"[" * 1_000_000,
        b'{"a":' * 100_000,
        b"1" * 1_000_000,
    ],
    ids=range(13),
)
def test_what_is_no_bundle(log, data):
    assert refusal(log, data) == MALFORMED


def test_a_bundle_beyond_what_a_reader_takes_in(log, monkeypatch):
    data = log.bundle("rosa").to_json()
    monkeypatch.setattr(bundle, "MAX_BYTES", len(data) - 1)
    assert refusal(log, data) == MALFORMED


def changed(log, **members):
    return json.dumps({**json.loads(log.bundle("rosa").to_json()), **members}).encode()


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n\n",
        "x" * 10_000_000,
        "\n" * 10_000_000,
        "a\n1\n\n— b AAAA\n",
        "vault.example/log\n9007199254740993\nAAAA\n\n— vault.example/log AAAAAAAAAA==\n",
    ],
    ids=range(6),
)
def test_a_note_that_is_none(log, note):
    assert refusal(log, changed(log, checkpoint=note)) == MALFORMED


@pytest.mark.parametrize("member", ["map", "nodes", "consistency", "end"])
@pytest.mark.parametrize(
    "text", ["A", "====", "AA==", "AAAA", "A" * 42, "!" * 43, "B" * 43, None, 5]
)
def test_hashes_in_odd_base64(log, member, text):
    assert refusal(log, changed(log, **{member: text})) == MALFORMED


@pytest.mark.parametrize("length", [0, 1, 5, 7, 1_000])
def test_a_map_proof_of_another_length(log, length):
    standing = replace(log.bundle("rosa").standing, map_proof=(bytes(32),) * length)
    assert refusal(log, replace(log.bundle("rosa"), standing=standing)) == MALFORMED


@pytest.mark.parametrize("length", [0, 1, 50, 10_000])
def test_a_tree_proof_of_another_length(log, length):
    bundle = log.bundle("rosa")
    assert length != len(bundle.nodes)
    assert refusal(log, replace(bundle, nodes=(bytes(32),) * length)) == MALFORMED


def test_a_hash_in_the_tree_proof_that_nothing_needs(log):
    """Two of our leaves are neighbours: each is sent for the other, and known already."""
    bundle = log.bundle("rosa")
    refused = 0
    for at in range(len(bundle.nodes)):
        nodes = (*bundle.nodes[:at], bytes(32), *bundle.nodes[at + 1 :])
        refused += isinstance(log.verify(replace(bundle, nodes=nodes)), Refused)
    assert refused == len(bundle.nodes)


@pytest.mark.parametrize("leaf", [5, 6, 2**53, 2**53 + 1, 2**63 - 1])
def test_an_index_beyond_the_tree(log, leaf):
    bundle = log.bundle("rosa")
    first, *others = bundle.entries
    beyond = replace(bundle, entries=(replace(first, leaf=len(log.leaves) + leaf), *others))
    if len(log.leaves) + leaf < 2**63:
        assert refusal(log, beyond) == MALFORMED
    else:
        assert refusal(log, beyond.to_json()) == MALFORMED


@pytest.mark.parametrize("n", [2**53, 2**63 - 1])
def test_a_head_with_more_entries_than_fit_anywhere(log, n):
    """Nothing is counted up to it; the map simply does not have it."""
    bundle = log.bundle("rosa")
    standing = replace(bundle.standing, n=n)
    answer = log.verify(replace(bundle, standing=standing))
    assert answer.reason is Reason.ANOTHER_PERSON


@pytest.mark.parametrize(
    "p",
    [
        "",
        "{}",
        "[]",
        "5",
        '{"v":1}',
        '{"v":1,"type":"read","at":1}',
        '{"v":1,"type":5,"at":1,"actor":"consumer"}',
        '{"v":1,"type":["read"],"at":1,"actor":"consumer"}',
        '{"v":1,"type":"read","at":"1","actor":"consumer"}',
        '{"v":1,"type":"read","at":1.5,"actor":"consumer"}',
        '{"v":1,"type":"read","at":true,"actor":"consumer"}',
        '{"v":1,"type":"read","at":1,"actor":{}}',
        '{"v":1,"type":"read","at":1,"actor":"consumer","company":[]}',
        '{"v":1,"type":"read","type":"read","at":1,"actor":"consumer"}',
        '{"v":1,"type":"read","at":99999999999999999999,"actor":"consumer"}',
        '{"v":1,"type":"read","at":1,"actor":"consumer","x":' + "[" * 50 + "]" * 50 + "}",
    ],
    ids=range(16),
)
def test_a_part_that_is_no_entry(log, p):
    """The operator committed to it and signed; it is refused all the same."""
    bundle = log.bundle("rosa")
    first, *others = bundle.entries
    odd = replace(first, opened=replace(first.opened, P=p.encode()))
    assert refusal(log, replace(bundle, entries=(odd, *others))) == MALFORMED


@pytest.mark.parametrize(
    ("kind", "members"),
    [
        ("grant", {}),
        ("grant", {"company": SHOP, "grant_id": "g", "purpose": "x", "basis": "consent"}),
        ("declared", {"grant_id": 5}),
        ("narrow", {"grant_id": "g"}),
        ("narrow", {"grant_id": "g", "fields": ["contact.email"]}),
        ("read", {"actor": SHOP}),
        ("read", {"actor": SHOP, "purpose": "x", "fields": [], "decision": 5}),
    ],
)
def test_an_entry_that_lacks_what_its_type_needs(log, kind, members):
    log = log.copy()
    log.write("rosa", kind, **members)
    log.close_epoch()
    assert refusal(log, log.bundle("rosa")) == MALFORMED
