"""Following permissions along a chain: what counts as given, and what each read needs."""

import pytest

from consent.ledger.permits import Permits, State
from consent.ledger.reasons import Reason
from tests.ledger_double import BANK, SHOP
from vault.errors import BadInput

START, END = 1_000, 9_000
TERMS = {
    "type": "grant",
    "at": START,
    "actor": "consumer",
    "company": SHOP,
    "grant_id": "g",
    "fields": [{"name": "contact.email", "mask": "full"}, {"name": "address.home", "mask": "year"}],
    "purpose": "run_account",
    "basis": "consent",
    "from": START,
    "until": END,
}
READ = {
    "type": "read",
    "at": START,
    "actor": SHOP,
    "grant_id": "g",
    "fields": ["contact.email"],
    "purpose": "run_account",
    "decision": "allowed",
}


def after(*entries):
    """The permissions after these entries, each of which has to be without fault."""
    permits = Permits({})
    for i, p in enumerate(entries, start=1):
        assert permits.follow(i, p) is None
    return permits


def entry(kind, **members):
    return {"type": kind, "at": START, "actor": "consumer", "grant_id": "g", **members}


def fault_of(permits, **changed):
    return permits.follow(99, {**READ, **changed})


def refused(permits, **changed):
    fault = fault_of(permits, **changed)
    return fault is not None and fault.reason is Reason.UNPERMITTED_READ


def test_a_read_within_its_permission_is_fine():
    both = {**READ, "fields": ["address.home", "contact.email"], "at": END}
    permits = after({**TERMS, "max_reads": 5}, READ, both)
    assert permits.standing["g"].reads == 2


@pytest.mark.parametrize(
    "changed",
    [
        {"grant_id": "other"},
        {"grant_id": None},
        {"actor": BANK},
        {"purpose": "marketing"},
        {"fields": ["contact.email", "contact.phone"]},
        {"fields": "contact.email"},
        {"fields": [["contact.email"]]},
        {"at": START - 1},
        {"at": END + 1},
    ],
)
def test_a_read_outside_its_permission_is_not(changed):
    assert refused(after(TERMS), **changed)


def test_a_read_without_any_permission_is_not():
    assert refused(after())
    assert refused(after(), grant_id="never")


def test_a_read_that_names_no_permission_is_not():
    read = {name: value for name, value in READ.items() if name != "grant_id"}
    assert after(TERMS).follow(9, read).reason is Reason.UNPERMITTED_READ


def test_a_refused_read_needs_no_permission():
    assert after().follow(1, {**READ, "decision": "refused"}) is None
    assert after().follow(1, {**READ, "type": "refused"}) is None


@pytest.mark.parametrize("kind", ["revoke", "expired", "waive", "pause"])
def test_after_a_stop_no_read_is_fine(kind):
    assert refused(after(TERMS, READ, entry(kind)))


def test_a_resumed_permission_covers_reads_again():
    permits = after(TERMS, entry("pause"), entry("resume"), READ)
    assert permits.standing["g"].state is State.ACTIVE


@pytest.mark.parametrize("kind", ["revoke", "expired", "waive"])
@pytest.mark.parametrize("first", ["pause", "resume"])
def test_what_ended_stays_ended(kind, first):
    permits = after(TERMS, entry(first), entry(kind), entry("resume"), entry("pause"))
    assert permits.standing["g"].state is State.ENDED
    assert refused(permits)


@pytest.mark.parametrize("actor", [SHOP, "operator", "vault"])
def test_only_the_consumer_resumes_consent(actor):
    assert refused(after(TERMS, entry("pause"), entry("resume", actor=actor)))


@pytest.mark.parametrize("actor", [SHOP, "operator", "vault"])
def test_only_the_consumer_gives_consent(actor):
    assert refused(after({**TERMS, "actor": actor}))


def test_a_company_declares_another_basis_but_never_consent():
    declared = {**TERMS, "type": "declared", "actor": SHOP, "basis": "contract"}
    assert after(declared, READ).standing["g"].basis == "contract"
    assert refused(after({**declared, "basis": "consent"}))
    assert refused(after({**declared, "actor": BANK}))
    assert refused(after({**declared, "actor": "consumer"}))
    assert refused(after({**TERMS, "basis": "contract"}))


CARRIED = {**TERMS, "type": "carried", "state": "active", "reads": 0}


@pytest.mark.parametrize("basis", ["consent", "contract"])
def test_a_joined_record_s_permissions_are_carried_over_by_the_consumer(basis):
    carried = {**CARRIED, "basis": basis}
    assert after(carried, READ).standing["g"].basis == basis
    assert refused(after({**carried, "actor": SHOP}))
    assert refused(after({**carried, "actor": "operator"}))


def test_what_is_carried_over_keeps_its_state_and_count():
    assert refused(after({**CARRIED, "state": "paused"}))
    after({**CARRIED, "state": "paused"}, entry("resume"), READ)
    assert refused(after({**CARRIED, "max_reads": 3, "reads": 3}))
    for wrong in ({"state": "asleep"}, {"reads": "3"}):
        with pytest.raises(BadInput):
            Permits({}).follow(1, {**CARRIED, **wrong})


def test_what_rests_on_another_basis_can_be_resumed_by_others():
    declared = {**TERMS, "type": "declared", "actor": SHOP, "basis": "legitimate_interest"}
    after(declared, entry("pause"), entry("resume", actor="operator"), READ)


def test_a_limit_counts_the_reads_made_since_it_stands():
    limited = entry("narrow", fields=TERMS["fields"], max_reads=1)
    permits = after(TERMS, READ, READ, limited, READ)
    assert permits.standing["g"].reads == 1
    assert refused(permits)


def test_reads_are_counted_and_given_back():
    limited = {**TERMS, "max_reads": 2}
    assert refused(after(limited, READ, READ))
    after(limited, READ, READ, entry("undelivered", actor="vault"), READ)
    assert refused(after(limited, entry("undelivered", actor="vault"), READ, READ))


def test_a_permission_without_end_or_limit_has_none():
    terms = {name: value for name, value in TERMS.items() if name != "until"}
    after(terms, {**READ, "at": 10**15})


def test_narrowing_takes_fields_away():
    narrow = entry("narrow", fields=TERMS["fields"][:1], until=END)
    assert refused(after(TERMS, narrow), fields=["address.home"])
    assert fault_of(after(TERMS, narrow)) is None


def test_narrowing_may_mask_shorten_and_limit():
    masked = [{"name": "contact.email", "mask": "hash"}]
    permits = after(TERMS, entry("narrow", fields=masked, until=END - 1, max_reads=3))
    stood = permits.standing["g"]
    assert (stood.fields, stood.until, stood.max_reads) == ({"contact.email": "hash"}, END - 1, 3)


@pytest.mark.parametrize(
    "members",
    [
        {"fields": [*TERMS["fields"], {"name": "contact.phone", "mask": "full"}], "until": END},
        {"fields": [{"name": "address.home", "mask": "full"}], "until": END},
        {"fields": [{"name": "address.home", "mask": "band"}], "until": END},
        {"fields": TERMS["fields"], "until": END + 1},
        {"fields": TERMS["fields"], "until": END, "max_reads": 6},
    ],
)
def test_narrowing_never_widens(members):
    permits = after({**TERMS, "max_reads": 5})
    fault = permits.follow(2, entry("narrow", **members))
    assert fault.reason is Reason.WIDENED
    assert permits.standing["g"].fields == {"contact.email": "full", "address.home": "year"}


def test_narrowing_what_is_not_there_changes_nothing():
    assert after(entry("narrow", fields=[])).standing == {}


def test_other_types_are_not_followed():
    assert after(entry("sign_in"), entry("contest"), entry("never heard of")).standing == {}


@pytest.mark.parametrize("name", ["company", "purpose", "basis", "fields", "from", "grant_id"])
def test_terms_lack_nothing(name):
    for wrong in ({}, {name: 5.5}, {name: None}):
        terms = {key: value for key, value in TERMS.items() if key != name} | wrong
        with pytest.raises(BadInput):
            Permits({}).follow(1, terms)


def test_a_fault_tells_no_value():
    detail = fault_of(after(TERMS), fields=["secret.field"]).detail
    assert "secret" not in detail
