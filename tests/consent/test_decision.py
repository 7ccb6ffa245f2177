"""May they? Every case of one permission, and many permissions against a plain second answer."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.decision import (
    Allowed,
    CompanyAsk,
    Denied,
    GrantFacts,
    ReadFacts,
    Reason,
    decide_company_write,
    decide_own_write,
    decide_read,
)
from consent.grant_states import GrantState
from consent.purposes import LegalBasis

NOW = 1_000
EMAIL, PHONE, AGE, NOTE = "contact.email", "contact.phone_home", "identity.age", "contact.note"
ALL = (EMAIL, PHONE, AGE, NOTE)

GRANT = GrantFacts(
    grant_id="grt_1",
    purpose="run_account",
    basis="consent",
    state="active",
    version=1,
    fields={EMAIL: "full", AGE: "band"},
    from_ms=0,
    until_ms=2_000,
    max_reads=None,
    reads_used=0,
    made_at=0,
)
FACTS = ReadFacts(
    suspended=False,
    grants=(GRANT,),
    restricted=frozenset(),
    current=frozenset(ALL),
    own=frozenset(),
)


def read(*fields: str, facts: ReadFacts = FACTS, **ask: object) -> Allowed | Denied:
    asked = CompanyAsk(**{"purpose": "run_account", "fields": fields or ALL, **ask})
    return decide_read(asked, facts, now_ms=NOW)


def with_grants(*grants: GrantFacts, **facts: object) -> ReadFacts:
    return replace(FACTS, grants=grants, **facts)


# --- one permission ---------------------------------------------------------------------------


def test_what_is_covered_is_allowed_under_its_mask_and_the_rest_withheld():
    assert read() == Allowed(
        grant=GRANT,
        fields={EMAIL: "full", AGE: "band"},
        withheld={PHONE: Reason.NOT_GRANTED, NOTE: Reason.NOT_GRANTED},
    )


def test_without_any_permission_a_company_hears_what_it_hears_of_nobody():
    assert read(facts=with_grants()) == Denied(reason=Reason.NOT_AVAILABLE)


def test_suspension_comes_before_everything():
    for grants in ((), (GRANT,)):
        facts = with_grants(*grants, suspended=True)
        assert read(facts=facts) == Denied(reason=Reason.SUSPENDED)


def test_a_permission_for_another_purpose_opens_nothing():
    assert read(purpose="send_news") == Denied(reason=Reason.PURPOSE_MISMATCH)
    assert read(purpose="run_accoun") == Denied(reason=Reason.PURPOSE_MISMATCH)


SPOKEN = {
    GrantState.PAUSED: Reason.PAUSED,
    GrantState.EXPIRED: Reason.EXPIRED,
    GrantState.REVOKED: Reason.STOPPED,
    GrantState.WAIVED: Reason.STOPPED,
    GrantState.INVALIDATED: Reason.STOPPED,
}


@pytest.mark.parametrize(
    ("state", "from_ms", "until_ms", "reads"),
    list(
        product(
            GrantState,
            (NOW - 1, NOW, NOW + 1),
            (NOW - 1, NOW, NOW + 1),
            ((None, 0), (1, 0), (1, 1), (1, 2)),
        )
    ),
)
def test_a_permission_is_used_only_while_it_is_active_begun_not_over_and_not_used_up(
    state, from_ms, until_ms, reads
):
    max_reads, used = reads
    grant = replace(
        GRANT,
        state=str(state),
        from_ms=from_ms,
        until_ms=until_ms,
        max_reads=max_reads,
        reads_used=used,
    )
    answer = read(EMAIL, facts=with_grants(grant))
    usable = (
        state is GrantState.ACTIVE
        and from_ms <= NOW < until_ms
        and (max_reads is None or used < max_reads)
    )
    if usable:
        assert answer == Allowed(grant=grant, fields={EMAIL: "full"})
        return
    expected = SPOKEN.get(state) or (
        Reason.EXPIRED
        if until_ms <= NOW
        else Reason.NOT_STARTED
        if from_ms > NOW
        else Reason.READS_USED_UP
    )
    assert answer == Denied(reason=expected, grant=grant)


@pytest.mark.parametrize("basis", [basis for basis in LegalBasis if basis != "consent"])
def test_what_does_not_rest_on_consent_opens_only_what_the_company_supplied(basis):
    grant = replace(GRANT, basis=str(basis))
    assert read(EMAIL, facts=with_grants(grant)).reason == Reason.NO_VALUE
    answer = read(EMAIL, AGE, facts=with_grants(grant, own=frozenset({EMAIL})))
    assert (answer.fields, answer.withheld) == ({EMAIL: "full"}, {AGE: Reason.NO_VALUE})
    foreign = with_grants(grant, own=frozenset({EMAIL}), current=frozenset())
    assert read(EMAIL, facts=foreign).fields == {EMAIL: "full"}


@pytest.mark.parametrize(
    ("in_token", "granted", "restricted", "present"), list(product((False, True), repeat=4))
)
def test_a_field_is_withheld_for_the_first_reason_in_order(in_token, granted, restricted, present):
    grant = replace(GRANT, fields={EMAIL: "full"} if granted else {AGE: "band"})
    facts = with_grants(
        grant,
        restricted=frozenset({EMAIL}) if restricted else frozenset(),
        current=frozenset({EMAIL}) if present else frozenset(),
    )
    answer = read(EMAIL, facts=facts, in_token=frozenset({EMAIL} if in_token else {AGE}))
    reasons = (
        (not in_token, Reason.NOT_IN_TOKEN),
        (not granted, Reason.NOT_GRANTED),
        (restricted, Reason.RESTRICTED),
        (not present, Reason.NO_VALUE),
    )
    first = next((reason for holds, reason in reasons if holds), None)
    if first is None:
        assert answer == Allowed(grant=grant, fields={EMAIL: "full"})
    else:
        assert answer == Denied(reason=first, grant=grant, withheld={EMAIL: first})


def test_a_dispute_speaks_for_all_when_nothing_is_left():
    facts = replace(FACTS, restricted=frozenset({AGE}), current=frozenset())
    assert read(NOTE, EMAIL, AGE, facts=facts).reason == Reason.RESTRICTED


# --- many permissions -------------------------------------------------------------------------


def test_the_permission_that_covers_most_answers_and_of_equals_the_oldest():
    wide = replace(GRANT, grant_id="grt_2", fields=dict.fromkeys(ALL, "full"), made_at=9)
    old = replace(GRANT, grant_id="grt_3", made_at=-1)
    assert read(facts=with_grants(GRANT, wide, old)).grant == wide
    assert read(EMAIL, facts=with_grants(GRANT, wide, old)).grant == old
    twin = replace(GRANT, grant_id="grt_0")
    assert read(EMAIL, facts=with_grants(GRANT, twin)).grant == twin


def test_the_youngest_permission_says_why_none_can_be_used():
    revoked = replace(GRANT, state="revoked", made_at=1)
    paused = replace(GRANT, state="paused", made_at=2)
    assert read(facts=with_grants(revoked, paused)).reason == Reason.PAUSED
    assert read(facts=with_grants(replace(revoked, made_at=3), paused)).reason == Reason.STOPPED


FIELD_SETS = st.frozensets(st.sampled_from(ALL))
GRANTS = st.builds(
    GrantFacts,
    grant_id=st.sampled_from(["grt_1", "grt_2", "grt_3"]),
    purpose=st.sampled_from(["run_account", "send_news"]),
    basis=st.sampled_from([str(basis) for basis in LegalBasis]),
    state=st.sampled_from([str(state) for state in GrantState]),
    version=st.just(1),
    fields=st.dictionaries(st.sampled_from(ALL), st.sampled_from(["full", "hash"])),
    from_ms=st.sampled_from([0, NOW, NOW + 1]),
    until_ms=st.sampled_from([NOW, NOW + 1]),
    max_reads=st.none() | st.integers(1, 2),
    reads_used=st.integers(0, 2),
    made_at=st.integers(0, 3),
)
FACTS_AT_RANDOM = st.builds(
    ReadFacts,
    suspended=st.sampled_from([False, False, False, True]),
    grants=st.lists(GRANTS, max_size=5, unique_by=lambda grant: grant.grant_id),
    restricted=FIELD_SETS,
    current=FIELD_SETS,
    own=FIELD_SETS,
)
ASKS = st.builds(
    CompanyAsk,
    purpose=st.sampled_from(["run_account", "send_news", "other"]),
    fields=st.lists(st.sampled_from(ALL), min_size=1, unique=True),
    in_token=st.none() | FIELD_SETS,
)


def shown_by(grant: GrantFacts, ask: CompanyAsk, facts: ReadFacts) -> set[str]:
    """The plain answer: which fields this one permission shows to this ask."""
    held = facts.current if grant.basis == "consent" else facts.own
    named = ALL if ask.in_token is None else ask.in_token
    if (
        facts.suspended
        or grant.purpose != ask.purpose
        or grant.state != "active"
        or not grant.from_ms <= NOW < grant.until_ms
        or (grant.max_reads is not None and grant.reads_used >= grant.max_reads)
    ):
        return set()
    return (set(ask.fields) & set(grant.fields) & set(named) & held) - facts.restricted


@given(ASKS, FACTS_AT_RANDOM)
def test_nothing_is_shown_that_a_single_permission_does_not_show(ask, facts):
    answer = decide_read(ask, facts, now_ms=NOW)
    if isinstance(answer, Denied):
        assert all(
            not shown_by(grant, ask, facts)
            for grant in facts.grants
            if answer.grant in (None, grant)
        )
        return
    assert set(answer.fields) == shown_by(answer.grant, ask, facts)
    assert all(mask == answer.grant.fields[name] for name, mask in answer.fields.items())
    assert set(answer.fields) | set(answer.withheld) == set(ask.fields)
    assert not set(answer.fields) & set(answer.withheld)


@given(ASKS, FACTS_AT_RANDOM, st.sampled_from(["suspend", "stop", "restrict", "forget"]))
def test_taking_something_away_never_shows_more(ask, facts, taken):
    before = decide_read(ask, facts, now_ms=NOW)
    if isinstance(before, Denied):
        return
    less = {
        "suspend": replace(facts, suspended=True),
        "stop": replace(facts, grants=[replace(grant, state="revoked") for grant in facts.grants]),
        "restrict": replace(facts, restricted=frozenset(ALL)),
        "forget": replace(facts, current=frozenset(), own=frozenset()),
    }[taken]
    assert isinstance(decide_read(ask, less, now_ms=NOW), Denied)


@given(ASKS, FACTS_AT_RANDOM, st.randoms())
def test_the_order_in_which_permissions_are_handed_in_does_not_matter(ask, facts, chance):
    shuffled = list(facts.grants)
    chance.shuffle(shuffled)
    first, second = (
        decide_read(ask, given_facts, now_ms=NOW)
        for given_facts in (facts, replace(facts, grants=shuffled))
    )
    if isinstance(first, Allowed):
        assert first == second
    else:
        assert isinstance(second, Denied)


# --- writes -----------------------------------------------------------------------------------


def test_a_company_writes_about_people_it_knows_while_it_is_not_suspended():
    assert decide_company_write(suspended=False, related=True) is None
    assert decide_company_write(suspended=False, related=False) == Reason.NOT_AVAILABLE
    assert decide_company_write(suspended=True, related=True) == Reason.SUSPENDED
    assert decide_company_write(suspended=True, related=False) == Reason.SUSPENDED


def test_a_person_changes_their_own_and_disputes_what_a_company_supplied():
    assert decide_own_write(current_source_is_self=True) is None
    assert decide_own_write(current_source_is_self=None) is None
    assert decide_own_write(current_source_is_self=False) == Reason.DISPUTE_INSTEAD
