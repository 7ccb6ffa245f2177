"""A record that was tampered with is refused, each way under its own name (threats 12, 13, 18).

The first group are strangers on the way, who hold no key. The second is the operator, who signs
whatever it likes, against a person who kept what they checked before.
"""

import json
from dataclasses import replace

import pytest

from consent.ledger.bundle import BundleEntry
from consent.ledger.reasons import Reason
from consent.ledger.verdicts import Refused, Verified
from tests.ledger_double import BANK, SHOP, LedgerDouble, opened
from tests.naive_trees import shared_nodes


@pytest.fixture
def log():
    log = LedgerDouble()
    for name in ("rosa", "tom"):
        log.enrol(name)
    grants = {name: log.grant(name, SHOP, ["contact.email"]) for name in ("rosa", "tom")}
    for _ in range(3):
        for name, grant in grants.items():
            log.read_by(name, SHOP, grant=grant)
        log.close_epoch()
    assert isinstance(log.verify(log.bundle("rosa")), Verified)
    return log


def refusal(log, bundle, *, kept=None):
    answer = log.verify(bundle, kept=kept)
    assert isinstance(answer, Refused), "the tampered record was taken for true"
    return answer


def with_entries(log, bundle, entries):
    """The bundle with other entries, its tree proofs made to fit them."""
    entries = tuple(entries)
    indexes = [entry.leaf for entry in entries]
    indexes += [epoch.size - 1 for epoch in log.epochs if epoch.leaf in bundle.epochs]
    return replace(bundle, entries=entries, nodes=tuple(shared_nodes(indexes, log.leaves)))


def edited(entry, **parts):
    return replace(entry, opened=replace(entry.opened, **parts))


# --- strangers on the way -----------------------------------------------------------------------


def omit_the_first(entries):
    return entries[1:]


def omit_one_between(entries):
    return [*entries[:2], *entries[3:]]


def omit_the_last(entries):
    return entries[:-1]


def omit_all(_):
    return []


def repeat_one_for_another(entries):
    return [*entries[:2], entries[1], *entries[3:]]


@pytest.mark.parametrize(
    "omit",
    [omit_the_first, omit_one_between, omit_the_last, omit_all, repeat_one_for_another],
)
@pytest.mark.parametrize("proofs_fit", [True, False])
def test_an_omitted_entry(log, omit, proofs_fit):
    bundle = log.bundle("rosa")
    entries = tuple(omit(list(bundle.entries)))
    tampered = (
        with_entries(log, bundle, entries) if proofs_fit else replace(bundle, entries=entries)
    )
    answer = refusal(log, tampered)
    assert (answer.reason, answer.step) == (Reason.OMITTED, "5")


def insert_a_copy(entries):
    return [*entries[:2], entries[1], *entries[2:]]


def insert_one_beyond(entries):
    return [*entries, replace(entries[-1], i=entries[-1].i + 1)]


def insert_one_before(entries):
    return [replace(entries[0], i=0), *entries]


@pytest.mark.parametrize("insert", [insert_a_copy, insert_one_beyond, insert_one_before])
@pytest.mark.parametrize("proofs_fit", [True, False])
def test_an_inserted_entry(log, insert, proofs_fit):
    bundle = log.bundle("rosa")
    entries = tuple(insert(list(bundle.entries)))
    tampered = (
        with_entries(log, bundle, entries) if proofs_fit else replace(bundle, entries=entries)
    )
    answer = refusal(log, tampered)
    assert (answer.reason, answer.step) == (Reason.INSERTED, "5")


def test_entries_in_another_order(log):
    bundle = log.bundle("rosa")
    first, second, *others = bundle.entries
    answer = refusal(log, replace(bundle, entries=(second, first, *others)))
    assert (answer.reason, answer.step) == (Reason.REORDERED, "5")


def test_entries_under_each_other_s_numbers(log):
    bundle = log.bundle("rosa")
    a, b, c, *others = bundle.entries
    swapped = (a, replace(c, i=b.i), replace(b, i=c.i), *others)
    answer = refusal(log, replace(bundle, entries=swapped))
    assert (answer.reason, answer.step) == (Reason.REORDERED, "5")


P_EDITS = [
    (b"contact.email", b"contact.phone"),
    (b"run_account", b"run_accounts"),
    (b'"allowed"', b'"refused"'),
    (b'"at":1', b'"at":2'),
    (SHOP.encode(), BANK.encode()),
    (b'"v":1', b'"v":1 '),
]


@pytest.mark.parametrize(("old", "new"), P_EDITS)
def test_an_edited_part_a_company_knows(log, old, new):
    bundle = log.bundle("rosa")
    *others, last = bundle.entries
    assert old in last.opened.P
    last = edited(last, P=last.opened.P.replace(old, new))
    answer = refusal(log, replace(bundle, entries=(*others, last)))
    assert (answer.reason, answer.step) == (Reason.EDITED, "5")


@pytest.mark.parametrize("part", ["Q", "S", "r", "s"])
def test_an_edited_part_only_the_person_knows(log, part):
    bundle = log.bundle("rosa")
    first, *others = bundle.entries
    old = getattr(first.opened, part)
    first = edited(first, **{part: old[:-1] + bytes([old[-1] ^ 1])})
    answer = refusal(log, replace(bundle, entries=(first, *others)))
    assert (answer.reason, answer.step) == (Reason.EDITED, "5")


def test_every_entry_edited(log):
    bundle = log.bundle("rosa")
    entries = tuple(edited(entry, r=bytes(32)) for entry in bundle.entries)
    assert refusal(log, replace(bundle, entries=entries)).reason is Reason.EDITED


def test_an_entry_said_to_stand_elsewhere_in_the_log(log):
    bundle = log.bundle("rosa")
    first, *others = bundle.entries
    moved = replace(first, leaf=log.people["tom"].leaf[1])
    answer = refusal(log, with_entries(log, bundle, [moved, *others]))
    assert (answer.reason, answer.step) == (Reason.NOT_IN_LOG, "5a")


def test_another_person_s_entries(log):
    """Their commitments hold their slot, so under mine they are not what the log has."""
    mine, theirs = log.bundle("rosa"), log.bundle("tom")
    answer = refusal(log, with_entries(log, mine, theirs.entries))
    assert (answer.reason, answer.step) == (Reason.EDITED, "5")


def test_another_person_s_map_proof(log):
    mine, theirs = log.bundle("rosa"), log.bundle("tom")
    standing = replace(mine.standing, map_proof=theirs.standing.map_proof)
    answer = refusal(log, replace(mine, standing=standing))
    assert (answer.reason, answer.step) == (Reason.ANOTHER_PERSON, "4")


def test_another_person_s_head(log):
    mine, theirs = log.bundle("rosa"), log.bundle("tom")
    standing = replace(mine.standing, n=theirs.standing.n, h=theirs.standing.h)
    assert refusal(log, replace(mine, standing=standing)).reason is Reason.ANOTHER_PERSON


def test_another_person_s_whole_record(log):
    kept = log.check("rosa").kept
    answer = refusal(log, log.bundle("tom", kept=log.check("tom").kept), kept=kept)
    assert (answer.reason, answer.step) == (Reason.ANOTHER_PERSON, "0")


@pytest.mark.parametrize("secret", ["nonce", "tag_key"])
def test_another_secret_of_the_chain(log, secret):
    """Refused at once by whoever pinned it, and by its hashes at a first visit."""
    kept, bundle = log.check("rosa").kept, log.bundle("rosa")
    place = replace(bundle.standing.place, **{secret: bytes(32)})
    tampered = replace(bundle, standing=replace(bundle.standing, place=place))
    at_first = Reason.BROKEN_CHAIN if secret == "nonce" else Reason.EDITED
    assert refusal(log, tampered).reason is at_first
    again = log.bundle("rosa", kept=kept)
    tampered = replace(again, standing=replace(again.standing, place=place))
    assert refusal(log, tampered, kept=kept).reason is Reason.ANOTHER_PERSON


# --- the operator, who signs whatever it likes --------------------------------------------------


def test_a_chain_that_is_not_in_the_log(log):
    """The head map moves over an entry that was shown to the person alone."""
    kept = log.check("rosa").kept
    log.write("rosa", "sign_in", logged=False)
    log.close_epoch()
    answer = refusal(log, log.bundle("rosa", kept=kept), kept=kept)
    assert (answer.reason, answer.step) == (Reason.NOT_IN_LOG, "5a")


def test_a_rewritten_history(log):
    """One read less than was checked before, everything logged and signed anew."""
    kept = log.check("rosa").kept
    rewritten(log, "rosa", drop=4)
    log.write("rosa", "sign_in")
    log.close_epoch()
    answer = refusal(log, log.bundle("rosa", kept=kept), kept=kept)
    assert (answer.reason, answer.step) == (Reason.BROKEN_CHAIN, "5")
    whole = refusal(log, log.bundle("rosa", kept=kept, whole=True), kept=kept)
    assert whole.reason is Reason.BROKEN_CHAIN


def test_a_rewound_head(log):
    kept = log.check("rosa").kept
    rewritten(log, "rosa", drop=4)
    log.close_epoch()
    answer = refusal(log, log.bundle("rosa", kept=kept), kept=kept)
    assert (answer.reason, answer.step) == (Reason.REWOUND, "5")


def test_an_edited_entry_checked_before(log):
    """Of the same length, so that only the kept head can tell."""
    kept = log.check("rosa").kept
    rewritten(log, "rosa", drop=5)
    log.write("rosa", "sign_in")
    log.close_epoch()
    answer = refusal(log, log.bundle("rosa", kept=kept), kept=kept)
    assert (answer.reason, answer.step) == (Reason.BROKEN_CHAIN, "5")


def rewritten(log, name, *, drop):
    """Make the chain again without its entry ``drop``, and log all of it once more."""
    person = log.people[name]
    old, person.entries, person.leaf = person.entries, [], {}
    person.head = replace(person.head, n=0, h=old[0].previous)
    for entry in old:
        if entry.i != drop:
            written_again(log, name, entry)


def written_again(log, name, entry):
    """The same parts at the next number; the log's time stands still for it."""
    p, now = json.loads(entry.P), log.now
    log.write(name, p.pop("type"), **p)
    log.now = now


def test_the_refusal_names_the_entry_and_no_value(log):
    bundle = log.bundle("rosa")
    *others, last = bundle.entries
    last = edited(last, P=last.opened.P.replace(b"contact.email", b"contact.phone"))
    answer = refusal(log, replace(bundle, entries=(*others, last)))
    assert f"entry {last.i}" in answer.detail
    for value in ("contact", "run_account", SHOP):
        assert value not in answer.detail


def test_a_conviction_holds_two_statements_and_what_was_signed(log):
    kept = log.check("rosa").kept
    rewritten(log, "rosa", drop=4)
    log.close_epoch()
    bundle = log.bundle("rosa", kept=kept)
    told = refusal(log, bundle, kept=kept).conviction.to_json()
    assert told["format"] == "habeas/conviction"
    assert told["reason"] == "rewound"
    before, now = told["statements"]
    assert (before["note"], before["n"]) == (kept.log.checkpoint, "5")
    assert (now["note"], now["n"]) == (bundle.checkpoint, "4")


def test_entries_are_told_apart_from_the_shapes_that_carry_them(log):
    """What a test edits is what the log has: the double's own check."""
    entry = log.people["rosa"].entries[0]
    assert log.bundle("rosa").entries[0] == BundleEntry(
        i=1, leaf=log.people["rosa"].leaf[1], opened=opened(entry)
    )
