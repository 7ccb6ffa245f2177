"""True records verify: at a first visit, later, empty, whole, witnessed, and after a new origin."""

from dataclasses import replace

import pytest

from consent.ledger.checkpoint import COSIGNATURE, Signature, VerifierKey
from consent.ledger.kept import Kept
from consent.ledger.log_check import Policy
from consent.ledger.reasons import Caution, Reason
from consent.ledger.verdicts import Refused, Verified
from consent.ledger.verifier import verify_bundle
from tests.ledger_double import BANK, SHOP, LedgerDouble
from vault.crypto.signing import SigningKey

DAY_MS = 24 * 60 * 60 * 1000


@pytest.fixture
def log():
    log = LedgerDouble()
    for name in ("rosa", "tom"):
        log.enrol(name)
    log.close_epoch()
    return log


def test_a_first_visit_verifies_and_says_what_it_cannot_see(log):
    answer = log.check("rosa")
    assert answer.counts == {"enrolled": 1}
    assert answer.cautions == {Caution.UNWITNESSED, Caution.FIRST_VISIT}
    assert (answer.first, answer.kept.n) == (1, 1)
    assert answer.kept.place == log.people["rosa"].place


def test_what_was_pinned_at_enrolment_is_enough_to_begin(log):
    place = log.people["rosa"].place
    answer = log.check("rosa", kept=Kept.enrolled(place))
    assert Caution.FIRST_VISIT in answer.cautions


def test_later_visits_need_only_what_is_new(log):
    kept = log.check("rosa").kept
    grant = log.grant("rosa", SHOP, ["contact.email"], max_reads=5)
    for _ in range(3):
        log.read_by("rosa", SHOP, grant=grant)
        log.write("tom", "sign_in")
        log.close_epoch()
        answer = log.check("rosa", kept=kept)
        assert answer.cautions == {Caution.UNWITNESSED}
        assert answer.first == kept.n + 1
        kept = answer.kept
    assert kept.grants[grant].reads == 3


def test_permissions_kept_cover_later_reads_and_their_end_is_remembered(log):
    grant = log.grant("rosa", SHOP, ["contact.email"])
    log.close_epoch()
    kept = log.check("rosa").kept
    log.write("rosa", "revoke", company=SHOP, grant_id=grant)
    log.close_epoch()
    kept = log.check("rosa", kept=kept).kept
    log.read_by("rosa", SHOP, grant=grant)
    log.close_epoch()
    answer = log.verify(log.bundle("rosa", kept=kept), kept=kept)
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.UNPERMITTED_READ


def test_nothing_new_verifies_too(log):
    kept = log.check("rosa").kept
    again = log.check("rosa", kept=kept)
    assert (again.kept, again.counts) == (kept, {})
    log.close_epoch()
    assert log.check("rosa", kept=kept).kept.n == kept.n


def test_the_whole_record_may_be_checked_again(log):
    kept = log.check("rosa").kept
    log.read_by("rosa", SHOP, grant=log.grant("rosa", SHOP, ["contact.email"]))
    log.close_epoch()
    whole, part = log.check("rosa", kept=kept, whole=True), log.check("rosa", kept=kept)
    assert whole.kept == part.kept
    assert (whole.first, part.first) == (1, 2)
    assert part.commitments < whole.commitments


def test_a_chain_not_yet_in_the_log_is_shown_to_be_empty(log):
    log.enrol("ada")
    assert log.check("ada").kept.n == 0
    log.close_epoch()
    assert log.check("ada", kept=log.check("ada").kept).kept.n == 1


def test_entries_that_wait_are_in_the_next_bundle(log):
    log.write("rosa", "sign_in")
    kept = log.check("rosa").kept
    assert kept.n == 1
    log.close_epoch()
    assert log.check("rosa", kept=kept).kept.n == 2


def test_many_people_and_epochs_verify():
    log = LedgerDouble(d=5, seed=7)
    names = [f"person {number}" for number in range(9)]
    grants = {name: log.enrol(name) and log.grant(name, SHOP, ["contact.email"]) for name in names}
    kept = dict.fromkeys(names)
    for _ in range(12):
        for name in log.random.sample(names, 4):
            log.read_by(name, SHOP, grant=grants[name])
        log.close_epoch()
        for name in log.random.sample(names, 3):
            kept[name] = log.check(name, kept=kept[name]).kept
    assert {log.check(name, kept=kept[name]).kept.n for name in names} != {0}


def test_a_deeper_map_verifies(log):
    kept = log.check("rosa").kept
    log.d += 1
    log.write("rosa", "sign_in")
    log.close_epoch()
    assert log.check("rosa", kept=kept).kept.log.d == log.d


def test_unknown_entries_are_chained_but_not_followed(log):
    log.write("rosa", "something_new", actor="vault", company=BANK)
    log.write("rosa", "read", v=2, actor=SHOP)
    log.close_epoch()
    answer = log.check("rosa")
    assert Caution.UNKNOWN_ENTRIES in answer.cautions
    assert answer.counts["something_new"] == 1


def test_the_hint_of_a_key_is_not_looked_at(log):
    hinted = replace(log.bundle("rosa"), log_key_hint="a stranger's key")
    assert isinstance(log.verify(hinted), Verified)


def test_an_old_export_verifies_when_age_does_not_matter(log):
    data, later = log.bundle("rosa").to_json(), log.now + 1000 * DAY_MS
    answer = verify_bundle(data, log_key=log.key, kept=None, now=later)
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.STALE
    policy = Policy(max_age_ms=None)
    answer = verify_bundle(data, log_key=log.key, kept=None, now=later, policy=policy)
    assert isinstance(answer, Verified)


def test_an_answer_to_another_kept_state_is_to_be_asked_again(log):
    first = log.check("rosa").kept
    log.write("rosa", "sign_in")
    log.close_epoch()
    second = log.check("rosa").kept
    for asked, had in [(first, second), (first, None), (None, second)]:
        answer = log.verify(log.bundle("rosa", kept=asked), kept=had)
        assert isinstance(answer, Refused)
        assert answer.reason is Reason.OTHER_STATE
        assert answer.conviction is None


@pytest.mark.parametrize("n", [1, 2, 9])
def test_a_part_that_begins_elsewhere_is_to_be_asked_again(log, n):
    for _ in range(2):
        log.write("rosa", "sign_in")
    log.close_epoch()
    kept = log.check("rosa").kept
    bundle = log.bundle("rosa", kept=kept)
    elsewhere = replace(bundle, since=replace(bundle.since, n=n))
    answer = log.verify(elsewhere, kept=kept)
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.OTHER_STATE


# --- a log that began anew --------------------------------------------------------------------


def begun_anew(log):
    """The same chains under a new name: every entry is logged again, as after a real loss."""
    other = log.copy()
    other.origin = "vault.example/log2"
    other.leaves, other.epochs = [], []
    other.waiting = [(name, e) for name, person in other.people.items() for e in person.entries]
    return other


def test_a_new_origin_must_extend_what_was_kept(log):
    log.write("rosa", "sign_in")
    log.close_epoch()
    kept = log.check("rosa").kept
    anew = begun_anew(log)
    anew.write("rosa", "sign_in")
    anew.close_epoch()
    answer = anew.check("rosa", kept=kept)
    assert Caution.NEW_ORIGIN in answer.cautions
    assert answer.kept.log.k == 1


def test_a_new_origin_that_lost_entries_is_refused(log):
    lost = begun_anew(log)
    log.write("rosa", "sign_in")
    log.close_epoch()
    kept = log.check("rosa").kept
    lost.close_epoch()
    answer = lost.verify(lost.bundle("rosa", kept=kept), kept=kept)
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.REWOUND


# --- witnesses --------------------------------------------------------------------------------

WITNESSES = [SigningKey(bytes([number] * 32)) for number in (11, 12, 13)]
KEYS = tuple(
    VerifierKey(name=f"witness.example/{number}", kind=COSIGNATURE, public=witness.public)
    for number, witness in enumerate(WITNESSES)
)


def cosigned(bundle, which, at_ms):
    seconds = at_ms // 1000
    text = bundle.checkpoint.rpartition("\n\n")[0] + "\n"
    lines = ""
    for number in which:
        value = WITNESSES[number].sign(f"cosignature/v1\ntime {seconds}\n{text}".encode())
        key = KEYS[number]
        value = seconds.to_bytes(8, "big") + value
        lines += str(Signature(name=key.name, key_id=key.key_id, value=value))
    return replace(bundle, checkpoint=bundle.checkpoint + lines)


def witnessed(log, which, *, at_ms=None, quorum=2):
    bundle = cosigned(log.bundle("rosa"), which, log.now if at_ms is None else at_ms)
    policy = Policy(witnesses=KEYS, quorum=quorum)
    return verify_bundle(bundle.to_json(), log_key=log.key, kept=None, now=log.now, policy=policy)


@pytest.mark.parametrize("which", [(0, 1), (1, 2), (0, 1, 2)])
def test_a_quorum_of_witnesses_is_enough(log, which):
    answer = witnessed(log, which)
    assert isinstance(answer, Verified)
    assert Caution.UNWITNESSED not in answer.cautions


@pytest.mark.parametrize(
    ("which", "ago_ms"), [((), 0), ((0,), 0), ((0, 0), 0), ((0, 1), 2 * DAY_MS), ((0, 1), -DAY_MS)]
)
def test_fewer_or_older_cosignatures_are_not(log, which, ago_ms):
    answer = witnessed(log, which, at_ms=log.now - ago_ms)
    assert isinstance(answer, Refused)
    assert (answer.reason, answer.step) == (Reason.TOO_FEW_WITNESSES, "1")


def test_a_quorum_needs_as_many_witnesses():
    with pytest.raises(ValueError, match="quorum"):
        Policy(witnesses=KEYS, quorum=4)
    with pytest.raises(ValueError, match="twice"):
        Policy(witnesses=KEYS[:1] * 2, quorum=2)
