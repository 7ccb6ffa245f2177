"""A log that is not the one kept, or not signed, or not alive, is refused (threats 14 to 17)."""

from dataclasses import replace

import pytest

from consent.ledger.checkpoint import Checkpoint, CheckpointSigner, Signature, log_key
from consent.ledger.epochs import decode_epoch, encode_epoch
from consent.ledger.reasons import Reason
from consent.ledger.verdicts import Refused
from consent.ledger.verifier import verify_bundle
from tests.ledger_double import SHOP, LedgerDouble
from tests.naive_trees import H, tree_hash
from vault.crypto.signing import SigningKey

HOUR_MS = 60 * 60 * 1000


@pytest.fixture
def log():
    log = LedgerDouble()
    for name in ("rosa", "tom"):
        log.enrol(name)
    log.read_by("rosa", SHOP, grant=log.grant("rosa", SHOP, ["contact.email"]))
    for _ in range(3):
        log.write("tom", "sign_in")
        log.close_epoch()
    return log


def refusal(log, bundle, *, kept=None, key=None, now=None):
    answer = verify_bundle(bundle.to_json(), log_key=key or log.key, kept=kept, now=now or log.now)
    assert isinstance(answer, Refused), "the other log was taken for the true one"
    return answer.reason, answer.step


# --- 1: who signed ------------------------------------------------------------------------------


def test_a_log_signed_by_a_stranger(log):
    bundle = log.bundle("rosa")
    stranger = SigningKey(H(b"a stranger"))
    last = log.epochs[-1]
    note = CheckpointSigner(stranger).sign(
        origin=log.origin, size=last.size, root=tree_hash(log.leaves)
    )
    forged = replace(
        bundle, checkpoint=note, log_key_hint=str(log_key(log.origin, stranger.public))
    )
    assert refusal(log, forged) == (Reason.BAD_SIGNATURE, "1")


def test_a_checkpoint_changed_after_it_was_signed(log):
    bundle = log.bundle("rosa")
    size = log.epochs[-1].size
    forged = replace(bundle, checkpoint=bundle.checkpoint.replace(f"\n{size}\n", f"\n{size + 1}\n"))
    assert refusal(log, forged) == (Reason.BAD_SIGNATURE, "1")


def test_the_promise_key_signs_no_log(log):
    assert refusal(log, log.bundle("rosa"), key=log.promises.verifier_key) == (
        Reason.BAD_SIGNATURE,
        "1",
    )


def test_a_log_of_another_name(log):
    other = log_key("other.example/log", log.signing.public)
    assert refusal(log, log.bundle("rosa"), key=other) == (Reason.BAD_SIGNATURE, "1")
    renamed = replace(log.bundle("rosa"), origin="other.example/log")
    assert refusal(log, renamed) == (Reason.BAD_SIGNATURE, "1")


def test_another_log_s_checkpoint_signed_with_this_log_s_key_and_name(log):
    last = log.epochs[-1]
    other = Checkpoint(origin="other.example/log", size=last.size, root=tree_hash(log.leaves))
    line = Signature(
        name=log.origin, key_id=log.key.key_id, value=log.signing.sign(str(other).encode())
    )
    forged = replace(log.bundle("rosa"), checkpoint=f"{other}\n{line}")
    assert refusal(log, forged) == (Reason.BAD_SIGNATURE, "1")


# --- 2: against what was kept ---------------------------------------------------------------------


def test_a_truncated_log(log):
    older = log.copy()
    log.write("rosa", "sign_in")
    log.close_epoch()
    kept = log.check("rosa").kept
    bundle = older.bundle("rosa")
    bundle = replace(bundle, since=replace(bundle.since, size=log.epochs[-1].size))
    assert refusal(log, bundle, kept=kept) == (Reason.TRUNCATED, "2")


@pytest.mark.parametrize("longer", [0, 1, 3])
def test_a_forked_log(log, longer):
    """The same beginning, then another history: as long as the kept one, or longer."""
    fork = log.copy()
    log.write("rosa", "sign_in")
    log.close_epoch()
    kept = log.check("rosa").kept
    fork.write("rosa", "own_view", fields=["contact.email"])
    fork.close_epoch()
    for _ in range(longer):
        fork.write("rosa", "sign_in")
        fork.close_epoch()
    assert refusal(fork, fork.bundle("rosa", kept=kept), kept=kept) == (Reason.FORKED, "2")


def test_a_forked_log_convicts_by_two_signed_notes(log):
    fork = log.copy()
    for other, kind in ((log, "sign_in"), (fork, "export")):
        other.write("rosa", kind)
        other.close_epoch()
    kept = log.check("rosa").kept
    answer = fork.verify(fork.bundle("rosa", kept=kept), kept=kept)
    notes = [statement["note"] for statement in answer.conviction.to_json()["statements"]]
    assert notes == [log.epochs[-1].note, fork.epochs[-1].note]
    assert notes[0] != notes[1]


@pytest.mark.parametrize("proof", [(), (bytes(32),), (bytes(32),) * 200])
def test_a_consistency_proof_that_proves_nothing(log, proof):
    kept = log.check("rosa").kept
    log.close_epoch()
    bundle = replace(log.bundle("rosa", kept=kept), consistency=proof)
    assert refusal(log, bundle, kept=kept) == (Reason.FORKED, "2")


@pytest.mark.parametrize(
    "lie",
    [{"k": 3}, {"k": 1}, {"ts": 5}],
    ids=["the same number", "an earlier number", "an earlier time"],
)
def test_an_epoch_that_goes_back(log, lie):
    kept = log.check("rosa").kept
    log.write("tom", "sign_in")
    log.close_epoch(**lie)
    bundle = log.bundle("rosa", kept=kept)
    now = 5 if "ts" in lie else log.now
    assert refusal(log, bundle, kept=kept, now=now) == (Reason.EPOCH_WENT_BACK, "2")


@pytest.mark.parametrize("lie", [{"k": 2}, {"ts": 5}, {"d": 5}])
def test_a_kept_epoch_that_is_not_the_kept_log_s(log, lie):
    """The size did not change, so nothing else may have."""
    kept = log.check("rosa").kept
    kept = replace(kept, log=replace(kept.log, **lie))
    bundle = log.bundle("rosa", kept=kept)
    assert refusal(log, bundle, kept=kept) == (Reason.EPOCH_WENT_BACK, "2")


def test_a_map_that_shrank():
    log = LedgerDouble(d=6)
    log.enrol("rosa", slot=5)
    log.close_epoch()
    kept = log.check("rosa").kept
    log.d = 5
    log.close_epoch()
    bundle = log.bundle("rosa", kept=kept)
    assert refusal(log, bundle, kept=kept) == (Reason.EPOCH_WENT_BACK, "2")


def test_epochs_out_of_order_inside_one_bundle(log):
    for k in (9, 8, 10):
        log.write("rosa", "sign_in")
        log.close_epoch(k=k)
    assert refusal(log, log.bundle("rosa")) == (Reason.EPOCH_WENT_BACK, "5b")


# --- 3: the last leaf -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda leaf: leaf[:-1],
        lambda leaf: leaf + b"\0",
        lambda leaf: b"\1" + leaf[1:],
        lambda leaf: b"\3" + leaf[1:],
        lambda _: b"\1" + bytes(32),
        lambda _: b"",
        lambda leaf: leaf[:33] + b"\x29" + leaf[34:],
    ],
    ids=["short", "long", "type 1", "type 3", "an entry leaf", "empty", "41 deep"],
)
def test_an_epoch_leaf_of_the_wrong_shape(log, change):
    """The operator signs a tree that ends in it, so that only its shape is wrong."""
    last = log.epochs[-1]
    log.sign(change(last.leaf), first_index=len(log.leaves), count=0, heads=last.heads)
    assert refusal(log, log.bundle("rosa")) == (Reason.BAD_EPOCH, "3")


def test_an_epoch_leaf_that_is_not_the_last(log):
    bundle = log.bundle("rosa")
    assert refusal(log, replace(bundle, epochs=bundle.epochs[:-1])) == (Reason.BAD_EPOCH, "3")
    assert refusal(log, replace(bundle, epochs=())) == (Reason.BAD_EPOCH, "3")
    assert refusal(log, replace(bundle, end=())) == (Reason.BAD_EPOCH, "3")


def test_an_epoch_leaf_that_says_it_stands_elsewhere(log):
    log.close_epoch(first_index=2)
    assert refusal(log, log.bundle("rosa")) == (Reason.BAD_EPOCH, "3")


def test_an_earlier_epoch_leaf_that_is_not_in_the_log(log):
    bundle = log.bundle("rosa")
    first, *others = bundle.epochs
    forged = encode_epoch(replace(decode_epoch(first), ts=decode_epoch(first).ts + 1))
    assert refusal(log, replace(bundle, epochs=(forged, *others))) == (Reason.BAD_EPOCH, "5b")


def test_an_epoch_that_does_not_hold_its_entry(log):
    """The operator counts one entry less, so that none of the epochs answers for it."""
    log.write("rosa", "sign_in")
    start = len(log.leaves)
    log.close_epoch(first_index=start + 1, count=0)
    log.epochs[-1].first_index = start
    assert refusal(log, log.bundle("rosa")) == (Reason.BAD_EPOCH, "5b")


def test_an_empty_log(log):
    note = CheckpointSigner(log.signing).sign(origin=log.origin, size=0, root=H(b""))
    empty = replace(log.bundle("rosa"), checkpoint=note, end=(), nodes=(), entries=())
    assert refusal(log, empty) == (Reason.BAD_EPOCH, "3")


@pytest.mark.parametrize("age", [25 * HOUR_MS, 10_000 * HOUR_MS, -1 * HOUR_MS])
def test_a_stale_checkpoint(log, age):
    """Too old, or from a future that this clock does not know."""
    assert refusal(log, log.bundle("rosa"), now=log.now + age) == (Reason.STALE, "3")


def test_a_slot_outside_the_map():
    log = LedgerDouble(d=6)
    log.enrol("rosa", slot=40)
    log.d = 5
    log.close_epoch()
    assert refusal(log, log.bundle("rosa")) == (Reason.BAD_EPOCH, "2")


# --- 5b and 5c: times -----------------------------------------------------------------------------


def test_an_entry_dated_back_before_its_epoch(log):
    """Written today, said to be of the day before yesterday."""
    log.write("rosa", "sign_in", at=log.now - 1)
    log.now += 30 * HOUR_MS
    log.close_epoch()
    assert refusal(log, log.bundle("rosa")) == (Reason.BACK_DATED, "5b")


def test_an_entry_dated_after_its_epoch(log):
    log.write("rosa", "sign_in", at=log.now + HOUR_MS)
    log.close_epoch()
    assert refusal(log, log.bundle("rosa")) == (Reason.BACK_DATED, "5b")


def test_an_entry_dated_before_the_one_before_it(log):
    log.write("rosa", "sign_in", at=log.now - HOUR_MS)
    log.close_epoch()
    assert refusal(log, log.bundle("rosa")) == (Reason.BACK_DATED, "5c")


def test_an_entry_dated_before_the_last_one_checked(log):
    kept = log.check("rosa").kept
    log.write("rosa", "sign_in", at=kept.at - 1)
    log.close_epoch()
    assert refusal(log, log.bundle("rosa", kept=kept), kept=kept) == (Reason.BACK_DATED, "5c")


def test_an_entry_older_than_the_kept_epoch_allows(log):
    """Time did not go back, but the log had promised to hold it long before this."""
    log.now += 40 * HOUR_MS
    log.write("tom", "sign_in")
    log.close_epoch()
    kept = log.check("rosa").kept
    log.write("rosa", "sign_in", at=kept.log.ts - 24 * HOUR_MS - 1)
    log.close_epoch(ts=kept.log.ts)
    assert refusal(log, log.bundle("rosa", kept=kept), kept=kept) == (Reason.BACK_DATED, "5b")


# --- 6: permissions -------------------------------------------------------------------------------


def test_a_read_after_a_stop(log):
    grant = log.grant("rosa", SHOP, ["contact.email"])
    log.write("rosa", "revoke", company=SHOP, grant_id=grant)
    log.read_by("rosa", SHOP, grant=grant)
    log.close_epoch()
    assert refusal(log, log.bundle("rosa")) == (Reason.UNPERMITTED_READ, "6")


def test_a_read_of_more_than_was_given(log):
    grant = log.grant("rosa", SHOP, ["contact.email"])
    log.read_by("rosa", SHOP, grant=grant, fields=["address.home", "contact.email"])
    log.close_epoch()
    assert refusal(log, log.bundle("rosa")) == (Reason.UNPERMITTED_READ, "6")


def test_a_permission_the_person_never_gave(log):
    grant = log.grant("rosa", SHOP, ["contact.email"], actor="operator")
    log.read_by("rosa", SHOP, grant=grant)
    log.close_epoch()
    assert refusal(log, log.bundle("rosa")) == (Reason.UNPERMITTED_READ, "6")


def test_a_narrowing_that_widens(log):
    grant = log.grant("rosa", SHOP, ["contact.email"])
    wider = [{"name": name, "mask": "full"} for name in ("contact.email", "address.home")]
    log.write("rosa", "narrow", company=SHOP, grant_id=grant, fields=wider)
    log.close_epoch()
    assert refusal(log, log.bundle("rosa")) == (Reason.WIDENED, "6")


def test_a_permission_slipped_into_what_was_kept_changes_nothing(log):
    """A whole record is followed from its first entry; kept permissions do not help it."""
    grant = log.grant("rosa", SHOP, ["contact.email"])
    log.close_epoch()
    kept = log.check("rosa").kept
    (given,) = [permit for name, permit in kept.grants.items() if name == grant]
    kept = replace(kept, grants={**kept.grants, "slipped in": given})
    log.read_by("rosa", SHOP, grant="slipped in")
    log.close_epoch()
    whole = log.bundle("rosa", kept=kept, whole=True)
    assert refusal(log, whole, kept=kept) == (Reason.UNPERMITTED_READ, "6")
