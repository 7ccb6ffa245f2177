"""A receipt against a record, a promise against the log: what convicts, and what does not."""

from dataclasses import replace

import pytest

from consent.ledger.checkpoint import CheckpointSigner, parse_checkpoint, parse_note
from consent.ledger.convictions import Cleared, LeafRange, Why, convict, convict_unkept
from consent.ledger.merkle import build, frontier_nodes, leaf_hash
from consent.ledger.openings import Opening
from consent.ledger.verdicts import Conviction
from tests.ledger_double import BANK, SHOP, LedgerDouble
from tests.naive_trees import H
from vault.crypto.canonical import canonical
from vault.crypto.signing import SigningKey

HOUR_MS = 60 * 60 * 1000
REQUEST = H(b"a request")


@pytest.fixture
def log():
    log = LedgerDouble()
    for name in ("rosa", "tom"):
        log.enrol(name)
    log.close_epoch()
    return log


@pytest.fixture
def grant(log):
    grant = log.grant("rosa", SHOP, ["contact.email"])
    log.close_epoch()
    return grant


# --- receipts -------------------------------------------------------------------------------------


def hidden_read(log, grant):
    """A read that is logged and answered, then left out of the person's chain."""
    person = log.people["rosa"]
    before = person.head
    entry = log.read_by("rosa", SHOP, grant=grant)
    log.write("tom", "sign_in")
    log.close_epoch()
    receipt = str(log.receipt("rosa", entry.i))
    person.head = before
    person.entries.pop()
    log.close_epoch()
    return receipt


def test_a_logged_read_that_is_not_in_the_chain_convicts(log, grant):
    receipt = hidden_read(log, grant)
    answer = convict(log.check("rosa"), receipt, log_key=log.key)
    assert isinstance(answer, Conviction)
    told = answer.to_json()
    assert told["reason"] == "hidden_from_the_person"
    assert told["statements"][0] == {"receipt": receipt}
    assert told["statements"][1]["note"] == log.epochs[-1].note
    canonical(told)


def why(answer):
    assert isinstance(answer, Cleared), answer
    return answer.why


def test_a_read_in_the_chain_convicts_nobody(log, grant):
    entry = log.read_by("rosa", SHOP, grant=grant)
    log.close_epoch()
    receipt = str(log.receipt("rosa", entry.i))
    assert why(convict(log.check("rosa"), receipt, log_key=log.key)) is Why.IN_THE_CHAIN


def test_another_person_s_receipt_convicts_nobody(log, grant):
    receipt = hidden_read(log, grant)
    assert why(convict(log.check("tom"), receipt, log_key=log.key)) is Why.NOT_THIS_PERSON


def test_a_receipt_with_another_actor_s_tag_is_not_this_person_s(log, grant):
    """The tag is made for the actor P names: one company's tag under another's name is not mine."""
    entry = log.write("rosa", "read", actor=SHOP)
    log.write("rosa", "read", actor=BANK)
    log.close_epoch()
    receipt = log.receipt("rosa", entry.i)
    other = log.receipt("rosa", entry.i + 1)
    mixed = replace(receipt, opening=replace(receipt.opening, T=other.opening.T))
    verified = log.check("tom")
    assert why(convict(verified, str(mixed), log_key=log.key)) is Why.NOT_PROVEN


def test_a_receipt_newer_than_the_record_is_to_be_looked_at_again(log, grant):
    verified = log.check("rosa")
    receipt = hidden_read(log, grant)
    assert why(convict(verified, receipt, log_key=log.key)) is Why.NOT_YET


def test_a_part_of_the_record_is_not_enough(log, grant):
    receipt = hidden_read(log, grant)
    kept = log.check("rosa").kept
    log.write("rosa", "sign_in")
    log.close_epoch()
    part = log.check("rosa", kept=kept)
    assert why(convict(part, receipt, log_key=log.key)) is Why.NEEDS_WHOLE_RECORD
    whole = log.check("rosa", kept=kept, whole=True)
    assert isinstance(convict(whole, receipt, log_key=log.key), Conviction)


@pytest.mark.parametrize("receipt", ["", "nonsense", "c2sp.org/tlog-proof@v1\nextra \nindex 0\n\n"])
def test_what_is_no_receipt_convicts_nobody(log, receipt):
    assert why(convict(log.check("rosa"), receipt, log_key=log.key)) is Why.NOT_PROVEN


def test_an_opening_whose_p_is_no_json_is_nobody_s(log):
    log.leaves.append(b"\1" + Opening(r=bytes(32), T=bytes(32), P=b"\xc3\xa9", B=bytes(32)).c)
    log.people["tom"].leaf[1] = len(log.leaves) - 1
    log.close_epoch()
    receipt = log.receipt("tom", 1)
    opening = Opening(r=bytes(32), T=bytes(32), P=b"\xc3\xa9", B=bytes(32))
    odd = str(replace(receipt, opening=opening))
    assert why(convict(log.check("rosa"), odd, log_key=log.key)) is Why.NOT_THIS_PERSON


# --- promises -------------------------------------------------------------------------------------


def promised(log, grant, *, logged):
    """A read with its promise, then a day and an hour of the log."""
    entry = log.read_by("rosa", SHOP, grant=grant, logged=logged)
    (promise,) = log.promises.promise([(entry.C, REQUEST)], ts=log.now)
    for _ in range(5):
        log.now += 5 * HOUR_MS
        log.write("tom", "sign_in")
        log.close_epoch()
    return Opening.of(entry), promise


def between(log, first, last):
    """All leaves from the epoch leaf of one epoch to that of another."""
    start, end = log.epochs[first].size - 1, log.epochs[last]
    levels = build([leaf_hash(leaf) for leaf in log.leaves[:start]])
    return LeafRange(
        frontier=tuple(levels[level][at] for level, at in frontier_nodes(start)),
        leaves=tuple(log.leaves[start : end.size]),
        checkpoint=end.note,
    )


def from_the_start(log):
    return LeafRange(frontier=(), leaves=tuple(log.leaves), checkpoint=log.epochs[-1].note)


def held(log, promise, opening, leaves, **changed):
    keys = {"promise_key": log.promises.verifier_key, "log_key": log.key}
    return convict_unkept(promise, opening, leaves, **{"request_hash": REQUEST, **keys, **changed})


@pytest.mark.parametrize("first", [0, 1, None])
def test_a_promise_not_kept_convicts(log, grant, first):
    opening, promise = promised(log, grant, logged=False)
    leaves = from_the_start(log) if first is None else between(log, first, -1)
    answer = held(log, promise, opening, leaves)
    assert isinstance(answer, Conviction)
    assert answer.reason == "promise_not_kept"
    canonical(answer.to_json())


@pytest.mark.parametrize("first", [0, 1, None])
def test_a_promise_kept_convicts_nobody(log, grant, first):
    opening, promise = promised(log, grant, logged=True)
    leaves = from_the_start(log) if first is None else between(log, first, -1)
    assert why(held(log, promise, opening, leaves)) is Why.IN_THE_LOG


def test_before_it_is_due_a_promise_convicts_nobody(log, grant):
    opening, promise = promised(log, grant, logged=False)
    assert why(held(log, promise, opening, between(log, 1, -2))) is Why.NOT_YET


def test_leaves_that_begin_after_the_read_are_not_all(log, grant):
    opening, promise = promised(log, grant, logged=True)
    assert why(held(log, promise, opening, between(log, 2, -1))) is Why.INCOMPLETE


def drop_one(leaves):
    return replace(leaves, leaves=(*leaves.leaves[:2], *leaves.leaves[3:]))


def change_one(leaves):
    return replace(leaves, leaves=(*leaves.leaves[:2], b"\1" + bytes(32), *leaves.leaves[3:]))


def another_frontier(leaves):
    return replace(leaves, frontier=(bytes(32),) * len(leaves.frontier))


def a_shorter_frontier(leaves):
    return replace(leaves, frontier=leaves.frontier[1:])


def no_leaves(leaves):
    return replace(leaves, leaves=())


def begin_inside_a_batch(leaves):
    return replace(leaves, leaves=leaves.leaves[1:])


def a_stranger_s_note(leaves):
    signer = CheckpointSigner(SigningKey(bytes(32)))
    old = parse_checkpoint(parse_note(leaves.checkpoint).text)
    note = signer.sign(origin=old.origin, size=old.size, root=old.root)
    return replace(leaves, checkpoint=note)


def another_note(leaves):
    return replace(leaves, checkpoint=LedgerDouble().close_epoch().note)


def no_note(leaves):
    return replace(leaves, checkpoint="nonsense")


@pytest.mark.parametrize(
    "tamper",
    [
        drop_one,
        change_one,
        another_frontier,
        a_shorter_frontier,
        no_leaves,
        begin_inside_a_batch,
        a_stranger_s_note,
        another_note,
        no_note,
    ],
)
def test_leaves_that_do_not_lead_to_the_signed_root_convict_nobody(log, grant, tamper):
    opening, promise = promised(log, grant, logged=False)
    leaves = tamper(between(log, 1, -1))
    assert why(held(log, promise, opening, leaves)) is Why.INCOMPLETE


def test_leaves_that_begin_with_an_entry_are_not_all(log, grant):
    """They lead to the signed root, but nothing says how old the first of them is."""
    opening, promise = promised(log, grant, logged=False)
    start = log.epochs[-2].size
    levels = build([leaf_hash(leaf) for leaf in log.leaves[:start]])
    leaves = LeafRange(
        frontier=tuple(levels[level][at] for level, at in frontier_nodes(start)),
        leaves=tuple(log.leaves[start:]),
        checkpoint=log.epochs[-1].note,
    )
    assert why(held(log, promise, opening, leaves)) is Why.INCOMPLETE


def test_a_log_that_does_not_end_in_an_epoch_has_no_time_yet(log, grant):
    opening, promise = promised(log, grant, logged=False)
    log.sign(b"\1" + bytes(32), first_index=0, count=0, heads={})
    assert why(held(log, promise, opening, from_the_start(log))) is Why.NOT_YET


def test_a_promise_for_another_request_or_by_another_key_convicts_nobody(log, grant):
    opening, promise = promised(log, grant, logged=False)
    leaves = between(log, 1, -1)
    assert why(held(log, promise, opening, leaves, request_hash=bytes(32))) is Why.NOT_PROVEN
    assert why(held(log, promise, opening, leaves, promise_key=log.key)) is Why.NOT_PROVEN
    assert why(held(log, replace(promise, ts=1), opening, leaves)) is Why.NOT_PROVEN
