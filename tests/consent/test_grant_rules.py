"""A person gives field by field, never more than was asked, and can always take back."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.grant_rules import (
    Choice,
    Refusal,
    Refused,
    RefusedOffer,
    decide,
    declare,
    end_of,
    ends_to_choose_from,
    narrow,
    repeats,
)
from consent.grant_states import GrantAct, GrantState, acts_of_the_person, after
from consent.grant_terms import Benefit, FieldTerm, GrantTerms, Notice, OfferTerms, Retention, Terms
from consent.purposes import BUILT_IN, LegalBasis
from consent.times import Duration, instant, rfc3339
from vault.errors import BadInput
from vault.fields import Mask

BERLIN = ZoneInfo("Europe/Berlin")
NOW = instant("2026-11-21T20:00:00Z")
DAY_MS = 86_400_000
EMAIL, BIRTHDAY, PHONE = "contact.email", "identity.birth_date", "contact.phone_mobile"

ASKED = OfferTerms(
    terms=Terms(
        fields=(
            FieldTerm(name=EMAIL, why="To send you the receipts."),
            FieldTerm(name=BIRTHDAY, why="To congratulate you.", optional=True, mask=Mask.YEAR),
            FieldTerm(name=PHONE, why="To call you when the fitter is late."),
        ),
        purpose="personal_offers",
        retention=Retention(max="P1Y"),
        benefit=Benefit(
            kind="service", description="A named adviser", terms_uri="https://a.example"
        ),
        notice=Notice(uri="https://a.example/notice", sha256="n" * 43),
        max_reads=200,
    ),
    until="P6M",
)
END = end_of(ASKED, now_ms=NOW, zone=BERLIN)


def choice(*fields: str, **limits: object) -> Choice:
    return Choice(fields=frozenset(fields), **limits)


def given_upon(asked: OfferTerms, chosen: Choice) -> GrantTerms | Refused:
    return decide(asked, chosen, now_ms=NOW, zone=BERLIN)


WHOLE = given_upon(ASKED, choice(EMAIL, BIRTHDAY, PHONE))


# --- giving -----------------------------------------------------------------------------------


def test_what_is_given_is_what_was_chosen_and_rests_on_consent():
    grant = given_upon(ASKED, choice(EMAIL))
    assert grant.terms.masks == {EMAIL: Mask.FULL}
    assert grant.basis is LegalBasis.CONSENT
    assert (grant.from_ms, rfc3339(grant.until_ms)) == (NOW, "2027-05-21T19:00:00Z")
    assert grant.terms == replace(ASKED.terms, fields=ASKED.terms.fields[:1])


def test_a_field_may_be_covered_further_than_asked():
    grant = given_upon(ASKED, choice(PHONE, masks={PHONE: Mask.REGION}))
    assert grant.terms.masks == {PHONE: Mask.REGION}


def test_less_time_and_fewer_reads_may_be_given():
    grant = given_upon(ASKED, choice(EMAIL, until_ms=NOW + DAY_MS, max_reads=3))
    assert (grant.until_ms, grant.terms.max_reads) == (NOW + DAY_MS, 3)


@pytest.mark.parametrize(
    ("chosen", "reason", "member"),
    [
        (Choice(), Refusal.NOTHING_CHOSEN, "fields"),
        (choice(), Refusal.NOTHING_CHOSEN, "fields"),
        (choice(EMAIL, "contact.note"), Refusal.WIDER, "contact.note"),
        (choice(EMAIL, masks={"contact.note": Mask.HASH}), Refusal.WIDER, "contact.note"),
        (choice(BIRTHDAY, masks={BIRTHDAY: Mask.FULL}), Refusal.WIDER, BIRTHDAY),
        (choice(EMAIL, masks={EMAIL: Mask.YEAR}), Refusal.WIDER, EMAIL),
        (choice(EMAIL, until_ms=END + 1), Refusal.WIDER, "until"),
        (choice(EMAIL, until_ms=NOW), Refusal.OVER, "until"),
        (choice(EMAIL, max_reads=201), Refusal.WIDER, "max_reads"),
        (choice(EMAIL, max_reads=0), Refusal.WIDER, "max_reads"),
    ],
)
def test_more_than_was_asked_cannot_be_given(chosen, reason, member):
    assert given_upon(ASKED, chosen) == Refused(reason=reason, member=member)


def test_an_offer_whose_end_is_past_cannot_be_answered():
    past = replace(ASKED, until="2026-11-21T20:00:00Z")
    assert given_upon(past, choice(EMAIL)) == Refused(reason=Refusal.OVER, member="until")


def test_ends_to_choose_from_begin_with_the_shortest_and_stop_at_what_was_asked():
    ends = ends_to_choose_from(ASKED, now_ms=NOW, zone=BERLIN)
    assert [rfc3339(end)[:10] for end in ends] == ["2026-12-21", "2027-02-21", "2027-05-21"]
    soon = replace(ASKED, until="P3D")
    assert ends_to_choose_from(soon, now_ms=NOW, zone=BERLIN) == (NOW + 3 * DAY_MS,)


# --- declaring --------------------------------------------------------------------------------


def test_a_contract_is_declared_in_the_words_of_the_register():
    grant = declare(BUILT_IN["run_account"], fields=[PHONE, EMAIL], now_ms=NOW, until_ms=END)
    assert grant.basis is LegalBasis.CONTRACT
    assert grant.terms.fields == (
        FieldTerm(name=EMAIL, why=BUILT_IN["run_account"].words),
        FieldTerm(name=PHONE, why=BUILT_IN["run_account"].words),
    )


def test_what_rests_on_consent_cannot_be_declared():
    refused = declare(BUILT_IN["send_news"], fields=[EMAIL], now_ms=NOW, until_ms=END)
    assert refused == Refused(reason=Refusal.RESTS_ON_CONSENT, member="purpose")


def test_nothing_and_the_past_cannot_be_declared():
    account = BUILT_IN["run_account"]
    empty = declare(account, fields=[], now_ms=NOW, until_ms=END)
    past = declare(account, fields=[EMAIL], now_ms=NOW, until_ms=NOW)
    assert (empty.reason, past.reason) == (Refusal.NOTHING_CHOSEN, Refusal.OVER)
    with pytest.raises(BadInput):
        declare(account, fields=["contact.fax"], now_ms=NOW, until_ms=END)


# --- narrowing --------------------------------------------------------------------------------


def test_a_grant_is_narrowed_by_what_is_named_and_keeps_the_rest():
    less = narrow(WHOLE, Choice(fields=frozenset({EMAIL, PHONE})), now_ms=NOW)
    assert less == replace(
        WHOLE, terms=replace(WHOLE.terms, fields=(ASKED.terms.fields[0], ASKED.terms.fields[2]))
    )
    shorter = narrow(WHOLE, Choice(until_ms=NOW + 1), now_ms=NOW)
    assert shorter == replace(WHOLE, until_ms=NOW + 1)


def test_reads_without_a_limit_can_be_limited():
    endless = replace(WHOLE, terms=replace(WHOLE.terms, max_reads=None))
    assert narrow(endless, Choice(max_reads=7), now_ms=NOW).terms.max_reads == 7


@pytest.mark.parametrize(
    ("less", "reason"),
    [
        (Choice(), Refusal.NO_CHANGE),
        (choice(EMAIL, BIRTHDAY, PHONE, until_ms=END, max_reads=200), Refusal.NO_CHANGE),
        (choice(), Refusal.NOTHING_CHOSEN),
        (choice("contact.note"), Refusal.WIDER),
        (Choice(until_ms=END + 1), Refusal.WIDER),
        (Choice(max_reads=201), Refusal.WIDER),
        (Choice(masks={BIRTHDAY: Mask.FULL}), Refusal.WIDER),
    ],
)
def test_narrowing_gives_less_or_does_not_happen(less, reason):
    assert narrow(WHOLE, less, now_ms=NOW).reason is reason


FIELDS = st.sampled_from([EMAIL, BIRTHDAY, PHONE, "contact.note"])
CHOICES = st.builds(
    Choice,
    fields=st.none() | st.frozensets(FIELDS),
    until_ms=st.none() | st.integers(NOW - DAY_MS, END + DAY_MS),
    max_reads=st.none() | st.integers(-1, 210),
    masks=st.dictionaries(FIELDS, st.sampled_from(Mask), max_size=2),
)


def is_within(less: GrantTerms, more: GrantTerms) -> bool:
    """The rule in other words: whatever the one shows, the other shows too."""
    plainer = {Mask.FULL: set(Mask)}
    return (
        less.terms.masks.keys() <= more.terms.masks.keys()
        and all(
            mask in plainer.get(more.terms.masks[name], {more.terms.masks[name]})
            for name, mask in less.terms.masks.items()
        )
        and less.until_ms <= more.until_ms
        and less.from_ms == more.from_ms
        and (less.terms.max_reads or 0) <= (more.terms.max_reads or 0)
        and replace(less.terms, fields=(), max_reads=None)
        == replace(more.terms, fields=(), max_reads=None)
    )


@given(CHOICES, CHOICES)
def test_whatever_is_chosen_nothing_grows(first, second):
    grant = given_upon(ASKED, first)
    if isinstance(grant, Refused):
        return
    assert grant.terms.fields
    assert is_within(grant, WHOLE)
    less = narrow(grant, second, now_ms=NOW)
    if isinstance(less, GrantTerms):
        assert less.terms.fields
        assert less != grant
        assert is_within(less, grant)
        assert less.hash() != grant.hash()


# --- states -----------------------------------------------------------------------------------

OPEN = {GrantState.ACTIVE, GrantState.PAUSED}


def test_what_ended_stays_ended():
    for state in set(GrantState) - OPEN:
        assert all(after(state, act) is None for act in GrantAct)
        assert all(not acts_of_the_person(state, basis) for basis in LegalBasis)


def test_a_pause_is_the_only_way_there_and_back():
    assert after(GrantState.ACTIVE, GrantAct.PAUSE) is GrantState.PAUSED
    assert after(GrantState.PAUSED, GrantAct.RESUME) is GrantState.ACTIVE
    assert after(GrantState.PAUSED, GrantAct.PAUSE) is None
    assert after(GrantState.ACTIVE, GrantAct.RESUME) is None


def test_narrowing_keeps_the_state_and_every_end_is_reached_from_both():
    for state in OPEN:
        assert after(state, GrantAct.NARROW) is state
        ends = {after(state, act) for act in GrantAct} - OPEN - {None}
        assert ends == set(GrantState) - OPEN


def test_a_person_can_always_stop_what_rests_on_consent():
    assert all(GrantAct.REVOKE in acts_of_the_person(s, LegalBasis.CONSENT) for s in OPEN)


def test_an_objection_pauses_and_a_contract_is_contested_instead():
    active = GrantState.ACTIVE
    assert acts_of_the_person(active, LegalBasis.LEGITIMATE_INTEREST) == {GrantAct.PAUSE}
    assert not acts_of_the_person(active, LegalBasis.CONTRACT)
    assert not acts_of_the_person(active, LegalBasis.LEGAL_OBLIGATION)


# --- asking again -----------------------------------------------------------------------------


def refused_before(at_ms: int, *, purpose: str = "personal_offers", fields: str = EMAIL):
    return RefusedOffer(purpose=purpose, fields=frozenset({fields}), at_ms=at_ms)


def asked_again(*earlier: RefusedOffer, now_ms: int = NOW) -> Refused | None:
    return repeats(ASKED, earlier, wait=Duration(months=3), now_ms=now_ms, zone=BERLIN)


def test_a_refused_request_comes_back_no_sooner_than_the_date_it_is_told():
    refused = asked_again(refused_before(NOW - DAY_MS), refused_before(NOW - 50 * DAY_MS))
    assert refused.reason is Refusal.REPEATED
    assert rfc3339(refused.until_ms) == "2027-02-20T20:00:00Z"
    assert asked_again(refused_before(NOW - DAY_MS), now_ms=refused.until_ms) is None
    assert asked_again(refused_before(NOW - DAY_MS), now_ms=refused.until_ms - 1) == refused


def test_another_purpose_or_other_fields_are_another_request():
    assert asked_again() is None
    assert asked_again(refused_before(NOW, purpose="send_news")) is None
    assert asked_again(refused_before(NOW, fields="contact.note")) is None
