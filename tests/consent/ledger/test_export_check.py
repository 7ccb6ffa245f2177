"""Every way to falsify an officer's export, by its name; and what a good one does not prove."""

import json
from itertools import pairwise

import pytest

from consent.ledger.checkpoint import CheckpointSigner
from consent.ledger.export_check import check_export, lines_of
from consent.ledger.export_lines import MAX_LINE
from consent.ledger.export_verdicts import ExportCaution, Exported, ExportReason
from tests.export_double import OFFICER, ExportDouble, a_log, b64, half, line_of
from tests.fakes import START_MS
from tests.ledger_double import BANK, SHOP, LedgerDouble
from vault import base64url
from vault.crypto.signing import SigningKey

DAY_MS = 24 * 60 * 60 * 1000
LOG = a_log()
EVERYTHING = ExportDouble.of(LOG)
READS = ExportDouble.of(a_log(), asked={"types": ["read"], "company": SHOP}, erased=["tom"])


def check(lines, double=EVERYTHING, **how):
    return check_export(lines, log_key=double.log.key, **how)


def refused(lines, reason, double=EVERYTHING, *, line=None, **how):
    answer = check(lines, double, **how)
    assert not isinstance(answer, Exported)
    assert answer.reason is reason, answer
    assert line is None or answer.line == line
    return True


def entries_of(double=EVERYTHING, kind="open"):
    """The numbers of the lines of a kind, in ``lines()``."""
    return [at for at, line in enumerate(double.lines()) if line.get("kind") == kind]


# --- good ones ------------------------------------------------------------------------------------


@pytest.mark.parametrize("double", [EVERYTHING, READS], ids=["everything", "some"])
def test_a_true_export_proves_itself(double):
    answer = check(double.whole(), double)
    assert isinstance(answer, Exported), answer
    assert answer.manifest.by == OFFICER
    assert sum(answer.counts.values()) == len(double.log.leaves)


def test_what_was_asked_for_is_open_and_nothing_else():
    answer = check(READS.whole(), READS)
    erased = [name for name, _ in READS.entries.values()].count("tom")
    assert answer.counts == {
        "open": 8,
        "erased": erased,
        "filtered": len(READS.entries) - 8 - erased,
        "sealed": 0,
        "epochs": len(READS.log.epochs),
        "origins": 0,
    }


@pytest.mark.parametrize(("first", "last"), [(0, 0), (0, 5), (3, 9), (4, 4), (7, 20), (19, 20)])
def test_any_run_of_leaves_proves_itself(first, last):
    asked = {"from": str(first), "to": str(last)}
    double = ExportDouble.of(a_log(), asked=asked, first=first, last=last)
    answer = check(double.whole(), double)
    assert isinstance(answer, Exported), answer
    assert (answer.manifest.first, answer.manifest.last) == (first, last)


def test_what_it_does_not_prove_is_said():
    assert check(EVERYTHING.whole()).cautions == {ExportCaution.UNWITNESSED}
    assert check(READS.whole(), READS).cautions == {
        ExportCaution.UNWITNESSED,
        ExportCaution.ERASED,
        ExportCaution.FILTERED,
    }
    lines = EVERYTHING.lines()
    at = entries_of()[2]
    lines[at] = EVERYTHING.closed(at - 1, "sealed")
    assert ExportCaution.SEALED in check(EVERYTHING.sealed(lines)).cautions


def test_the_time_it_covers_follows_from_the_epochs():
    answer = check(EVERYTHING.whole())
    last = LOG.epochs[-1]
    assert answer.after == 0
    assert answer.until == int.from_bytes(last.leaf[9:17], "big") - DAY_MS


# --- the leaves -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["open", "epoch"])
def test_a_line_left_out_is_missed(kind):
    for at in entries_of(kind=kind):
        lines = EVERYTHING.lines()
        del lines[at]
        assert refused(EVERYTHING.sealed(lines), ExportReason.OMITTED)


def renumbered(lines, first=0):
    return [lines[0], *({**line, "leaf": str(first + at)} for at, line in enumerate(lines[1:]))]


def test_an_entry_left_out_and_the_rest_renumbered_is_missed():
    for at in entries_of():
        lines = EVERYTHING.lines()
        del lines[at]
        lines[0]["last"] = str(EVERYTHING.last - 1)
        assert refused(EVERYTHING.sealed(renumbered(lines)), ExportReason.OMITTED)


def test_a_line_put_in_is_found():
    lines = EVERYTHING.lines()
    lines.insert(3, lines[3])
    assert refused(EVERYTHING.sealed(lines), ExportReason.INSERTED)


def test_an_entry_put_in_and_the_rest_renumbered_is_found():
    stranger = a_log(seed=6).write("rosa", "sign_in", at=START_MS)
    made_up = {"kind": "open", "leaf": "0", "c": b64(stranger.C), **half(stranger)}
    lines = EVERYTHING.lines()
    opened = [line for line in lines[1:5] if line["kind"] == "open"]
    batch = sorted([*opened, made_up], key=lambda line: base64url.decode(line["c"]))
    lines[1:5] = batch
    assert refused(EVERYTHING.sealed(renumbered(lines)), ExportReason.INSERTED)


def test_lines_in_another_order_are_found():
    for one, other in pairwise(range(1, 6)):
        lines = EVERYTHING.lines()
        lines[one], lines[other] = lines[other], lines[one]
        assert refused(EVERYTHING.sealed(lines), ExportReason.REORDERED)


def test_entries_under_each_others_numbers_are_found():
    one, other = entries_of()[:2]
    lines = EVERYTHING.lines()
    lines[one], lines[other] = lines[other], lines[one]
    lines[one]["leaf"], lines[other]["leaf"] = lines[other]["leaf"], lines[one]["leaf"]
    assert refused(EVERYTHING.sealed(lines), ExportReason.REORDERED)


@pytest.mark.parametrize("member", ["p", "r", "t", "b", "c"])
def test_a_changed_opening_is_found_on_its_line(member):
    at = entries_of()[4]
    lines = EVERYTHING.lines()
    value = lines[at][member]
    lines[at][member] = value.replace('"v":1', '"v":2') if member == "p" else b64(bytes(32))
    assert refused(EVERYTHING.sealed(lines), ExportReason.ALTERED, line=at + 1)


def test_an_entry_that_agrees_with_itself_and_not_with_the_log_is_found():
    stranger = a_log(seed=6).write("rosa", "sign_in", at=START_MS)
    lines = EVERYTHING.lines()
    lines[1] |= {"c": b64(stranger.C), **half(stranger)}
    batch = sorted(lines[1:4], key=lambda line: base64url.decode(line["c"]))
    lines[1:4] = [{**line, "leaf": str(at)} for at, line in enumerate(batch)]
    assert refused(EVERYTHING.sealed(lines), ExportReason.ALTERED, line=len(lines) + 1)


def test_a_changed_pseudonym_is_found_unless_the_digest_is_made_again():
    told = EVERYTHING.whole()
    at = entries_of()[0]
    told[at] = told[at].replace(b'"who":"', b'"who":"A')
    assert refused(told, ExportReason.MALFORMED)
    lines = EVERYTHING.lines()
    lines[at]["who"] = "0000-0000-0000"
    assert refused(
        [*map(line_of, lines), EVERYTHING.whole()[-1]], ExportReason.ALTERED, line=len(lines) + 1
    )
    assert isinstance(check(EVERYTHING.sealed(lines)), Exported), "a pseudonym is not proved"


# --- open and closed ------------------------------------------------------------------------------


def test_an_entry_closed_although_everything_was_asked_for_is_found():
    at = entries_of()[3]
    lines = EVERYTHING.lines()
    lines[at] = EVERYTHING.closed(at - 1, "filtered")
    assert refused(EVERYTHING.sealed(lines), ExportReason.FALSELY_CLOSED, line=at + 1)


def test_a_filter_that_was_not_asked_for_is_not_on_the_record():
    lines = EVERYTHING.lines()
    lines[0]["asked"] = {"types": ["grant"]}
    assert refused(EVERYTHING.sealed(lines), ExportReason.NOT_ON_RECORD, line=1)


def test_an_open_entry_nobody_asked_for_is_found():
    at = next(at for at, line in enumerate(READS.lines()) if line.get("why") == "filtered")
    lines = READS.lines()
    lines[at] = READS.opened(at - 1)
    assert refused(READS.sealed(lines), ExportReason.FALSELY_OPENED, READS, line=at + 1)


def a_read_of(double, company):
    return next(
        (leaf, entry)
        for leaf, (name, entry) in double.entries.items()
        if name == "rosa" and json.loads(entry.P)["actor"] == company
    )


def test_a_receipt_shows_that_an_entry_was_asked_for_and_closed():
    leaf, entry = a_read_of(READS, SHOP)
    lines = READS.lines()
    lines[leaf + 1] = READS.closed(leaf, "filtered")
    told = READS.sealed(lines)
    assert isinstance(check(told, READS), Exported), "one file alone cannot show it"
    known = {entry.C: entry.P}
    assert refused(told, ExportReason.FALSELY_CLOSED, READS, line=leaf + 2, known=known)


def test_a_receipt_of_an_entry_nobody_asked_for_shows_nothing():
    _, entry = a_read_of(READS, BANK)
    assert isinstance(check(READS.whole(), READS, known={entry.C: entry.P}), Exported)


def test_a_receipt_does_not_speak_against_an_erasure():
    entry = next(entry for name, entry in READS.entries.values() if name == "tom")
    assert isinstance(check(READS.whole(), READS, known={entry.C: entry.P}), Exported)


# --- epochs and counts ----------------------------------------------------------------------------


def test_an_epoch_of_another_log_is_found():
    at = entries_of(kind="epoch")[1]
    for member, reason in [
        (slice(1, 9), ExportReason.BAD_EPOCH),  # k
        (slice(9, 17), ExportReason.BAD_EPOCH),  # ts
        (slice(33, 34), ExportReason.BAD_EPOCH),  # d
        (slice(34, 66), ExportReason.ALTERED),  # map_root
    ]:
        body = bytearray(LOG.leaves[at - 1])
        body[member] = bytes(member.stop - member.start)
        lines = EVERYTHING.lines()
        lines[at]["body"] = b64(bytes(body))
        assert refused(EVERYTHING.sealed(lines), reason)


def test_an_epoch_that_counts_from_elsewhere_is_found():
    at = entries_of(kind="epoch")[1]
    body = bytearray(LOG.leaves[at - 1])
    body[17:25] = (int.from_bytes(body[17:25], "big") - 1).to_bytes(8, "big")
    body[25:33] = (int.from_bytes(body[25:33], "big") + 1).to_bytes(8, "big")
    lines = EVERYTHING.lines()
    lines[at]["body"] = b64(bytes(body))
    assert refused(EVERYTHING.sealed(lines), ExportReason.BAD_EPOCH, line=at + 1)


def test_an_entry_younger_than_its_epoch_is_the_logs_own_fault_and_found():
    log = a_log()
    log.write("rosa", "sign_in", at=log.now + 60_000)
    log.close_epoch()
    double = ExportDouble.of(log)
    assert refused(double.whole(), ExportReason.BAD_EPOCH, double)


def test_an_entry_that_came_late_is_told():
    log = a_log()
    log.write("rosa", "sign_in", at=log.now - 2 * DAY_MS)
    log.close_epoch()
    double = ExportDouble.of(log)
    assert ExportCaution.LATE in check(double.whole(), double).cautions


def test_wrong_counts_are_found():
    counts = EVERYTHING.end(EVERYTHING.lines()[1:], b"")["counts"]
    for name in counts:
        wrong = {**counts, name: str(int(counts[name]) + 1)}
        told = EVERYTHING.sealed(EVERYTHING.lines(), counts=wrong)
        assert refused(told, ExportReason.WRONG_COUNTS)


def test_another_digest_is_found():
    told = EVERYTHING.sealed(EVERYTHING.lines(), digest=b64(bytes(32)))
    assert refused(told, ExportReason.ALTERED)


# --- the run --------------------------------------------------------------------------------------


def test_a_run_cut_short_is_not_the_one_asked_for():
    short = ExportDouble.of(a_log(), last=5)
    assert refused(short.whole(), ExportReason.OTHER_RANGE, short)
    late = ExportDouble.of(a_log(), first=5)
    assert refused(late.whole(), ExportReason.OTHER_RANGE, late, line=1)
    other = ExportDouble.of(a_log(), asked={"from": "0", "to": "9"}, last=8)
    assert refused(other.whole(), ExportReason.OTHER_RANGE, other, line=1)


def a_period(*, first=None, last=None, days=4, until=True):
    """Reads of four days; asked for is the second one."""
    log = LedgerDouble(d=5)
    log.enrol("vault")
    log.enrol("rosa")
    grant = log.grant("rosa", SHOP, ["contact.email"])
    log.close_epoch()
    begun = log.now
    for _ in range(days):
        log.now += DAY_MS // 2
        log.read_by("rosa", SHOP, grant=grant)
        log.close_epoch()
        log.now += DAY_MS // 2
    asked = {"since": begun + DAY_MS} | ({"until": begun + 2 * DAY_MS} if until else {})
    ends = [epoch.size - 1 for epoch in log.epochs]
    first = ends[1] if first is None else first
    last = ends[4] if last is None else last
    return ExportDouble.of(log, asked=asked, first=first, last=last)


def test_a_period_is_whole_when_the_run_begins_before_and_ends_a_merge_delay_behind():
    double = a_period()
    answer = check(double.whole(), double)
    assert isinstance(answer, Exported), answer
    assert answer.counts["open"] == 1
    assert ExportCaution.NOT_SETTLED not in answer.cautions
    asked = answer.manifest.asked
    assert answer.after < asked.since
    assert answer.until >= asked.until


def test_a_period_that_ends_with_the_log_may_not_be_over():
    log = a_log()
    now = log.now
    double = ExportDouble.of(log, asked={"since": 0, "until": now})
    assert ExportCaution.NOT_SETTLED in check(double.whole(), double).cautions


@pytest.mark.parametrize(
    ("first", "last"), [(4, None), (6, None), (7, None), (None, 10), (None, 9)]
)
def test_a_period_cut_at_either_end_is_found(first, last):
    double = a_period(first=first, last=last)
    assert refused(double.whole(), ExportReason.OTHER_RANGE, double)


# --- the checkpoint and the record ----------------------------------------------------------------


def test_another_key_did_not_sign_it():
    other = LedgerDouble()
    other.signing = SigningKey(bytes(32))
    answer = check_export(EVERYTHING.whole(), log_key=other.key)
    assert answer.reason is ExportReason.FOREIGN_CHECKPOINT
    elsewhere = LedgerDouble(origin="elsewhere.example/log")
    answer = check_export(EVERYTHING.whole(), log_key=elsewhere.key)
    assert (answer.reason, answer.line) == (ExportReason.FOREIGN_CHECKPOINT, 1)


def test_a_log_signed_with_a_key_of_ones_own_is_refused():
    forged = a_log()
    forged.signing = SigningKey(bytes(32))
    double = ExportDouble.of(forged)
    assert check_export(double.whole(), log_key=LOG.key).reason is ExportReason.FOREIGN_CHECKPOINT


def test_another_checkpoint_of_the_same_log_is_refused():
    told = EVERYTHING.sealed(EVERYTHING.lines(), checkpoint=LOG.epochs[2].note)
    assert refused(told, ExportReason.FOREIGN_CHECKPOINT)
    note = CheckpointSigner(LOG.signing).sign(
        origin=LOG.origin, size=len(LOG.leaves), root=bytes(32)
    )
    told = EVERYTHING.sealed(EVERYTHING.lines(), checkpoint=note)
    assert refused(told, ExportReason.FOREIGN_CHECKPOINT)


@pytest.mark.parametrize(
    "changed", [{"by": "stf_ffffffffffffffff"}, {"at": 1}, {"asked": {"types": ["read"]}}]
)
def test_what_the_first_line_says_stands_in_the_entry(changed):
    lines = EVERYTHING.lines()
    lines[0] |= changed
    assert refused(EVERYTHING.sealed(lines), ExportReason.NOT_ON_RECORD, line=1)


def test_an_export_that_is_not_on_the_record_is_found():
    made_up = a_log(seed=7).write(
        "vault", "export", actor="operator", staff_id=OFFICER, asked={"types": ["grant"]}
    )
    lines = EVERYTHING.lines()
    lines[0] |= {"asked": {"types": ["grant"]}, "entry": half(made_up), "at": made_up.at}
    lines[1:] = [
        EVERYTHING.closed(at, "filtered")
        if line["kind"] == "open" and '"type":"grant"' not in line["p"]
        else line
        for at, line in enumerate(lines[1:])
    ]
    told = EVERYTHING.sealed(lines)
    assert refused(told, ExportReason.NOT_ON_RECORD, line=len(told))


@pytest.mark.parametrize("kind", ["read", "grant"])
def test_another_entry_is_not_the_record_of_an_export(kind):
    entry = next(e for _, e in EVERYTHING.entries.values() if json.loads(e.P)["type"] == kind)
    lines = EVERYTHING.lines()
    lines[0] |= {"entry": half(entry), "at": entry.at}
    assert refused(EVERYTHING.sealed(lines), ExportReason.NOT_ON_RECORD, line=1)


@pytest.mark.parametrize("member", ["left", "right"])
def test_a_hash_beside_the_run_counts(member):
    asked = {"from": "5", "to": "9"}
    double = ExportDouble.of(a_log(), asked=asked, first=5, last=9)
    hashes = double.end([], b"")[member]
    for changed in (hashes + "A" * 43, "", b64(bytes(32)) + hashes[43:]):
        told = double.sealed(double.lines(), **{member: changed})
        answer = check(told, double)
        assert answer.reason in (ExportReason.ALTERED, ExportReason.MALFORMED)


# --- form -----------------------------------------------------------------------------------------


def test_a_file_that_ends_early_is_unfinished():
    told = EVERYTHING.whole()
    for lines in ([], told[:1], told[:-1], [*told[:-1], told[-1][:-1]], [told[0][:-5]]):
        assert refused(lines, ExportReason.UNFINISHED)


def test_nothing_stands_behind_the_last_line():
    told = EVERYTHING.whole()
    for more in (told[-1], told[1], b"\n", b"x"):
        answer = check([*told, more])
        assert answer.reason in (ExportReason.MALFORMED, ExportReason.UNFINISHED)


@pytest.mark.parametrize(
    "change",
    [
        lambda line: b" " + line,
        lambda line: line[:-1] + b"\r\n",
        lambda line: line.replace(b'":"', b'": "', 1),
        lambda line: line.replace(b'"leaf"', b'"Leaf"'),
        lambda line: line.replace(b'"leaf":"', b'"leaf":"0'),
        lambda line: line.replace(b'"kind":"open"', b'"kind":"opened"'),
        lambda line: b'{"a":1,' + line[1:],
        lambda line: line[:-2] + b',"z":1}\n',
        lambda line: line[:-2] + b',"who":"0000-0000-0000"}\n',
        lambda line: line.replace(b"actor", b"\\u0061ctor", 1),
        lambda line: line[:-1] + b"\xff\n",
        lambda _: b"\n",
        lambda _: b"[]\n",
        lambda _: b"[" * 100_000 + b"\n",
        lambda _: b"1" * (MAX_LINE + 1),
    ],
)
def test_a_line_has_one_form(change):
    told = EVERYTHING.whole()
    at = entries_of()[5]
    told[at] = change(told[at])
    assert refused(told, ExportReason.MALFORMED, line=at + 1)


@pytest.mark.parametrize(
    "changed",
    [
        {"v": 2},
        {"v": True},
        {"format": "habeas/consumer-bundle"},
        {"first": 0},
        {"last": str(len(LOG.leaves))},
        {"first": "3", "last": "2"},
        {"at": 1.5},
        {"at": 1 << 60},
        {"asked": {"types": []}},
        {"asked": {"types": ["write", "read"]}},
        {"asked": {"types": [1]}},
        {"asked": {"since": 5, "until": 4}},
        {"asked": {"from": "0", "since": 4}},
        {"asked": {"hours": 1}},
        {"asked": []},
        {"entry": {}},
        {"key": "a key of its own"},
    ],
)
def test_a_first_line_has_one_form(changed):
    lines = EVERYTHING.lines()
    lines[0] |= changed
    assert refused(EVERYTHING.sealed(lines), ExportReason.MALFORMED, line=1)


def test_lines_are_read_without_holding_a_long_one(tmp_path):
    path = tmp_path / "long"
    path.write_bytes(b"x" * (3 * MAX_LINE))
    with path.open("rb") as stream:
        assert max(map(len, lines_of(stream))) == MAX_LINE + 1
    with path.open("rb") as stream:
        assert refused(lines_of(stream), ExportReason.MALFORMED, line=1)
