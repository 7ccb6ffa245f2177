"""A company's receipt: one file, checked with nothing but the log's key."""

import pytest

from consent.ledger.checkpoint import log_key
from consent.ledger.openings import Opening
from consent.ledger.reasons import Reason
from consent.ledger.receipts import Proven, Receipt, verify_receipt
from consent.ledger.verdicts import Refused
from tests.ledger_double import BANK, SHOP, LedgerDouble
from vault.errors import BadInput


@pytest.fixture
def log():
    log = LedgerDouble()
    for name in ("rosa", "tom"):
        log.enrol(name)
        log.read_by(name, SHOP, grant=log.grant(name, SHOP, ["contact.email"]))
    log.close_epoch()
    return log


@pytest.fixture
def receipt(log):
    return log.receipt("rosa", 3)


def reason(text, log):
    answer = verify_receipt(str(text), log_key=log.key)
    assert isinstance(answer, Refused), answer
    return answer.reason


def changed(receipt, **members):
    told = {name: getattr(receipt, name) for name in ("opening", "index", "proof", "checkpoint")}
    return Receipt(**{**told, **members})


def test_a_true_receipt_proves_its_entry(log, receipt):
    answer = verify_receipt(str(receipt), log_key=log.key)
    assert isinstance(answer, Proven)
    assert answer.receipt == receipt
    assert answer.checkpoint.size == len(log.leaves)


def test_a_receipt_is_a_tlog_proof(receipt):
    first, extra, index, *proof = str(receipt).partition("\n\n")[0].split("\n")
    assert first == "c2sp.org/tlog-proof@v1"
    assert extra.startswith("extra ey")
    assert index == f"index {receipt.index}"
    assert len(proof) == len(receipt.proof)
    assert str(receipt).endswith(f"\n\n{receipt.checkpoint}")


def test_a_tree_of_one_leaf_has_a_receipt_without_hashes():
    log = LedgerDouble()
    log.enrol("rosa")
    entry_leaf, log.leaves = [b"\1" + log.people["rosa"].entries[0].C], []
    log.people["rosa"].leaf[1] = 0
    log.sign(entry_leaf[0], first_index=0, count=1, heads={})
    assert isinstance(verify_receipt(str(log.receipt("rosa", 1)), log_key=log.key), Proven)


def test_two_companies_receipts_of_one_person_have_nothing_in_common(log):
    for company in (SHOP, BANK):
        log.read_by("rosa", company, grant=log.grant("rosa", company, ["contact.email"]))
    log.close_epoch()
    openings = [log.receipt("rosa", i).opening for i in (5, 7)]
    parts = [{opening.r, opening.T, opening.B} for opening in openings]
    assert not parts[0] & parts[1]


def test_the_same_company_sees_one_tag(log):
    assert log.receipt("rosa", 2).opening.T == log.receipt("rosa", 3).opening.T
    assert log.receipt("rosa", 3).opening.T != log.receipt("tom", 3).opening.T


def test_another_entry_s_opening_is_not_in_the_log_there(log, receipt):
    other = log.receipt("tom", 3)
    assert reason(changed(receipt, opening=other.opening), log) is Reason.NOT_IN_LOG
    assert reason(changed(receipt, index=other.index), log) is Reason.NOT_IN_LOG
    assert reason(changed(receipt, proof=other.proof), log) is Reason.NOT_IN_LOG
    assert reason(changed(receipt, proof=receipt.proof[:-1]), log) is Reason.NOT_IN_LOG
    assert reason(changed(receipt, proof=(*receipt.proof, bytes(32))), log) is Reason.NOT_IN_LOG
    assert reason(changed(receipt, index=1 << 62), log) is Reason.NOT_IN_LOG


def test_an_edited_opening_is_not_in_the_log(log, receipt):
    told = receipt.opening.to_json()
    told["p"] = told["p"].replace("run_account", "personal_offers")
    edited = Opening.from_json(told)
    assert reason(changed(receipt, opening=edited), log) is Reason.NOT_IN_LOG


def test_only_the_log_s_key_counts(log, receipt):
    stranger = log_key("vault.example/log", log.promises.verifier_key.public)
    answer = verify_receipt(str(receipt), log_key=stranger)
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.BAD_SIGNATURE
    other = log_key("other.example/log", log.signing.public)
    answer = verify_receipt(str(receipt), log_key=other)
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.BAD_SIGNATURE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("proof@v1", "proof@v2"),
        ("extra ", "Extra "),
        ("extra ", "extra  "),
        ("extra e", "extra "),
        ("index ", "index 0"),
        ("index ", "index +"),
        ("index ", "index -"),
        ("index ", ""),
        ("\n\n", "\n"),
        ("\n\n", "\n\n\n"),
        ("=\n", "\n"),
    ],
)
def test_a_receipt_has_one_form(log, receipt, old, new):
    text = str(receipt)
    assert old in text
    assert reason(text.replace(old, new, 1), log) is Reason.MALFORMED


@pytest.mark.parametrize("text", ["", "\n", "\n\n", "x" * 10_000_000, "a\nb\nc\n\nd"])
def test_nonsense_is_malformed(log, text):
    assert reason(text, log) is Reason.MALFORMED


def test_an_opening_lacks_nothing_and_has_nothing_more(receipt):
    told = receipt.opening.to_json()
    assert Opening.from_json(told) == receipt.opening
    for wrong in ({**told, "s": told["r"]}, {"r": told["r"]}, {**told, "b": told["b"][:-2]}, None):
        with pytest.raises(BadInput):
            Opening.from_json(wrong)


def test_openings_show_in_no_repr(receipt):
    assert "run_account" not in repr(receipt)
    assert repr(receipt.opening) == "Opening()"
