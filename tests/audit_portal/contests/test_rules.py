"""Who may do what about a contest, and when; every state has a way out that needs no company."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_portal.contests.answers import (
    Answer,
    Decision,
    Ruling,
    Verdict,
    flaw_of_extension,
    flaw_of_rating,
    outcome_of_answer,
    outcome_of_decision,
)
from audit_portal.contests.rules import (
    Case,
    Contested,
    Kind,
    Refusal,
    Refused,
    acts_of,
    may,
    may_contest,
)
from audit_portal.contests.states import (
    FINAL,
    OPEN,
    UNDER_WAY,
    Act,
    Actor,
    Outcome,
    State,
    acts_in,
    after,
    seen_as,
    who_may,
)
from tests.audit_portal.contests.walking import REVIEWED, after_act, in_state

DUE = 1_000
IN_TIME, LATE = DUE, DUE + 1
REMOVED = (Outcome.CORRECTED, Outcome.PARTLY_CORRECTED, Outcome.DELETED)
WHY = "The delivery note shows another number."


def does(case: Case, act: Act, by: Actor, *, at: int = IN_TIME) -> State | Refusal:
    """Where the act leads, or why it does not."""
    answer = may(case, act, by=by, now_ms=at)
    return answer.reason if isinstance(answer, Refused) else answer


# --- beginning ----------------------------------------------------------------------------------


def test_what_a_company_supplied_can_be_contested() -> None:
    assert may_contest(Contested(by_themselves=False)) is None


def test_what_the_person_supplied_they_change() -> None:
    assert may_contest(Contested(by_themselves=True)) == Refused(reason=Refusal.CHANGE_INSTEAD)


@pytest.mark.parametrize("what", [None, Contested(by_themselves=False, is_gone=True)])
def test_what_is_not_there_cannot_be_contested(what: Contested | None) -> None:
    assert may_contest(what) == Refused(reason=Refusal.NOTHING_THERE)


def test_one_contest_at_a_time_about_one_thing() -> None:
    again = may_contest(Contested(by_themselves=False, is_contested=True))
    assert again == Refused(reason=Refusal.CONTESTED_ALREADY)


def test_a_draft_is_sent_or_discarded() -> None:
    draft = in_state(State.DRAFT)
    assert does(draft, Act.SEND, Actor.CONSUMER) is State.SUBMITTED
    assert acts_of(draft, Actor.CLOCK, now_ms=0) == {Act.DISCARD}
    assert acts_of(draft, Actor.COMPANY, now_ms=0) == frozenset()


# --- the company takes it up --------------------------------------------------------------------


def test_a_case_is_acknowledged_before_it_is_answered() -> None:
    sent = in_state(State.SUBMITTED)
    assert does(sent, Act.ANSWER, Actor.COMPANY) is Refusal.NOT_NOW
    assert does(sent, Act.ACKNOWLEDGE, Actor.COMPANY) is State.ACKNOWLEDGED


def test_to_open_the_words_is_to_review() -> None:
    assert does(in_state(State.ACKNOWLEDGED), Act.REVIEW, Actor.COMPANY) is State.UNDER_REVIEW


def test_the_company_asks_the_person_and_the_person_gives_more() -> None:
    assert does(in_state(State.UNDER_REVIEW), Act.ASK_CONSUMER, Actor.COMPANY) is (
        State.AWAITING_CONSUMER
    )
    waiting = in_state(State.AWAITING_CONSUMER)
    assert does(waiting, Act.GIVE_MORE, Actor.CONSUMER) is State.UNDER_REVIEW


def test_the_company_asks_its_source_and_hears_from_it() -> None:
    assert does(in_state(State.EXTENDED), Act.ASK_SOURCE, Actor.COMPANY) is State.AWAITING_SOURCE
    waiting = in_state(State.AWAITING_SOURCE)
    assert does(waiting, Act.HEAR_SOURCE, Actor.COMPANY) is State.UNDER_REVIEW


def test_a_company_writes_once_somebody_answers_by_name() -> None:
    assert does(in_state(State.SUBMITTED), Act.WRITE, Actor.COMPANY) is Refusal.NOT_NOW
    assert does(in_state(State.SUBMITTED), Act.WRITE, Actor.CONSUMER) is State.SUBMITTED
    assert does(in_state(State.ACKNOWLEDGED), Act.WRITE, Actor.COMPANY) is State.ACKNOWLEDGED


@pytest.mark.parametrize("state", sorted(UNDER_WAY))
def test_the_person_can_give_more_while_the_time_runs(state: State) -> None:
    assert isinstance(does(in_state(state), Act.GIVE_MORE, Actor.CONSUMER), State)


# --- rule 5: extension --------------------------------------------------------------------------


@pytest.mark.parametrize("state", REVIEWED)
def test_rule_5_extended_once_before_the_first_due_date(state: State) -> None:
    assert does(in_state(state), Act.EXTEND, Actor.COMPANY, at=IN_TIME) is State.EXTENDED
    assert does(in_state(state), Act.EXTEND, Actor.COMPANY, at=LATE) is Refusal.TOO_LATE
    twice = in_state(state, was_extended=True)
    assert does(twice, Act.EXTEND, Actor.COMPANY) is Refusal.EXTENDED_ALREADY


def test_rule_5_fcra_extends_only_on_new_material_from_the_person() -> None:
    asked = in_state(State.UNDER_REVIEW, needs_new_material=True)
    assert does(asked, Act.EXTEND, Actor.COMPANY) is Refusal.NEEDS_NEW_MATERIAL
    given_more = after_act(asked, Act.GIVE_MORE, State.UNDER_REVIEW, now_ms=5)
    assert does(given_more, Act.EXTEND, Actor.COMPANY) is State.EXTENDED


def test_rule_5_an_extension_says_why() -> None:
    assert flaw_of_extension(WHY) is None
    assert flaw_of_extension("busy") == Refused(reason=Refusal.NEEDS_REASON, member="reason")


# --- rule 6: silence ----------------------------------------------------------------------------


@pytest.mark.parametrize("state", sorted(UNDER_WAY))
def test_rule_6_silence_has_its_effect_once_after_the_due_date(state: State) -> None:
    case = in_state(state)
    assert does(case, Act.FALL_SILENT, Actor.CLOCK, at=IN_TIME) is Refusal.NOT_YET
    assert does(case, Act.FALL_SILENT, Actor.CLOCK, at=LATE) is state
    late = in_state(state, was_late=True)
    assert does(late, Act.FALL_SILENT, Actor.CLOCK, at=LATE) is Refusal.NOT_NOW


@pytest.mark.parametrize("state", REVIEWED)
def test_rule_6_what_is_late_is_still_answerable(state: State) -> None:
    late = in_state(state, was_late=True)
    assert does(late, Act.ANSWER, Actor.COMPANY, at=LATE) is State.DECIDED


def test_the_person_goes_to_the_officer_when_the_company_is_silent() -> None:
    assert does(in_state(State.SUBMITTED), Act.ESCALATE, Actor.CONSUMER) is Refusal.NOT_YET
    late = in_state(State.SUBMITTED, was_late=True)
    assert does(late, Act.ESCALATE, Actor.CONSUMER, at=LATE) is State.ESCALATED


# --- rule 9: refusal, statement, officer --------------------------------------------------------


CASE = in_state(State.UNDER_REVIEW)


def refusal(**said: str) -> Answer:
    whole = {"handler": "R. Okafor", "reviewer": "S. Lind", "reason": WHY, **said}
    return Answer(verdict=Verdict.REFUSE, **whole)


def test_rule_9_a_refusal_gives_a_reason_and_names_a_second_reviewer() -> None:
    assert outcome_of_answer(CASE, refusal()) is Outcome.REFUSED


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"handler": " "}, Refusal.NEEDS_HANDLER),
        ({"reason": "no"}, Refusal.NEEDS_REASON),
        ({"reviewer": ""}, Refusal.NEEDS_REVIEWER),
        ({"reviewer": "R. Okafor"}, Refusal.REVIEWS_THEMSELVES),
        ({"reviewer": " r.  okafor "}, Refusal.REVIEWS_THEMSELVES),
    ],
)
def test_rule_9_a_refusal_that_lacks_something_is_none(
    said: dict[str, str], reason: Refusal
) -> None:
    answer = outcome_of_answer(CASE, refusal(**said))
    assert isinstance(answer, Refused)
    assert answer.reason is reason


def test_rule_9_after_a_refusal_the_person_states_or_escalates() -> None:
    refused = in_state(State.DECIDED, outcome=Outcome.REFUSED, lift_at=2_000)
    assert does(refused, Act.FILE_STATEMENT, Actor.CONSUMER) is State.STATEMENT_FILED
    assert does(refused, Act.ESCALATE, Actor.CONSUMER) is State.ESCALATED
    closed = in_state(State.CLOSED, outcome=Outcome.REFUSED)
    assert does(closed, Act.FILE_STATEMENT, Actor.CONSUMER) is State.STATEMENT_FILED
    assert does(closed, Act.ESCALATE, Actor.CONSUMER) is State.ESCALATED


@pytest.mark.parametrize("outcome", REMOVED)
def test_rule_9_what_was_not_refused_is_neither_stated_nor_escalated(outcome: Outcome) -> None:
    decided = in_state(State.NOTIFYING_RECIPIENTS, outcome=outcome)
    assert does(decided, Act.FILE_STATEMENT, Actor.CONSUMER) is Refusal.NOT_REFUSED
    assert does(decided, Act.ESCALATE, Actor.CONSUMER) is Refusal.NOT_REFUSED


def test_rule_9_the_officers_decision_binds() -> None:
    there = in_state(State.ESCALATED, was_escalated=True)
    assert does(there, Act.ANSWER, Actor.COMPANY) is Refusal.NOT_NOW
    assert does(there, Act.DECIDE, Actor.COMPANY) is Refusal.NOT_YOURS_TO_DO
    assert does(there, Act.DECIDE, Actor.OFFICER) is State.DECIDED
    upheld = in_state(State.DECIDED, outcome=Outcome.REFUSED, was_escalated=True)
    assert does(upheld, Act.ESCALATE, Actor.CONSUMER) is Refusal.ESCALATED_ALREADY
    assert does(upheld, Act.FILE_STATEMENT, Actor.CONSUMER) is State.STATEMENT_FILED


def test_a_statement_is_filed_once_and_only_beside_a_value() -> None:
    stated = in_state(State.CLOSED, outcome=Outcome.REFUSED, has_statement=True)
    assert does(stated, Act.FILE_STATEMENT, Actor.CONSUMER) is Refusal.STATED_ALREADY
    access = in_state(State.DECIDED, outcome=Outcome.REFUSED, kind=Kind.ACCESS)
    assert does(access, Act.FILE_STATEMENT, Actor.CONSUMER) is Refusal.NOTHING_THERE


# --- answers ------------------------------------------------------------------------------------


def answered(verdict: Verdict, **said: object) -> Answer:
    return Answer(verdict=verdict, handler="R. Okafor", **said)  # type: ignore[arg-type]


def test_to_accept_is_to_say_what_is_right() -> None:
    nothing = outcome_of_answer(CASE, answered(Verdict.ACCEPT))
    assert nothing == Refused(reason=Refusal.NEEDS_VALUE, member="value")
    assert outcome_of_answer(CASE, answered(Verdict.ACCEPT, value="ada")) is Outcome.CORRECTED
    proposed = in_state(State.UNDER_REVIEW, has_proposal=True)
    assert outcome_of_answer(proposed, answered(Verdict.ACCEPT)) is Outcome.CORRECTED


def test_to_correct_in_part_takes_a_value_of_the_companys() -> None:
    proposed = in_state(State.UNDER_REVIEW, has_proposal=True)
    alone = outcome_of_answer(proposed, answered(Verdict.PARTLY))
    assert alone == Refused(reason=Refusal.NEEDS_VALUE, member="value")
    partly = answered(Verdict.PARTLY, value="ada")
    assert outcome_of_answer(CASE, partly) is Outcome.PARTLY_CORRECTED


def test_of_an_access_there_is_nothing_to_correct() -> None:
    access = in_state(State.UNDER_REVIEW, kind=Kind.ACCESS)
    answer = outcome_of_answer(access, answered(Verdict.ACCEPT, value="ada"))
    assert answer == Refused(reason=Refusal.NOTHING_TO_CORRECT, member="verdict")
    assert outcome_of_answer(access, answered(Verdict.DELETE)) is Outcome.DELETED
    assert outcome_of_answer(access, refusal()) is Outcome.REFUSED


@pytest.mark.parametrize(
    ("ruling", "outcome"),
    [
        (Ruling.CORRECT, Outcome.CORRECTED),
        (Ruling.DELETE, Outcome.DELETED),
        (Ruling.SUPPLEMENT, Outcome.SUPPLEMENTED),
        (Ruling.KEEP, Outcome.REFUSED),
    ],
)
def test_an_officer_decides_and_says_why(ruling: Ruling, outcome: Outcome) -> None:
    case = in_state(State.ESCALATED, has_proposal=True)
    assert outcome_of_decision(case, Decision(ruling=ruling, reason=WHY)) is outcome
    silent = outcome_of_decision(case, Decision(ruling=ruling, reason=""))
    assert silent == Refused(reason=Refusal.NEEDS_REASON, member="reason")


# --- rule 11: lifting ---------------------------------------------------------------------------


def test_rule_11_a_restriction_is_lifted_only_after_the_person_knew_for_a_while() -> None:
    decided = in_state(State.DECIDED, outcome=Outcome.REFUSED, lift_at=500)
    assert does(decided, Act.LIFT, Actor.CLOCK, at=500) is Refusal.NOT_YET
    assert does(decided, Act.LIFT, Actor.CLOCK, at=501) is State.NOTIFYING_RECIPIENTS
    assert does(decided, Act.LIFT, Actor.COMPANY, at=501) is Refusal.NOT_YOURS_TO_DO


def test_rule_11_the_person_may_say_that_they_need_not_wait() -> None:
    decided = in_state(State.DECIDED, outcome=Outcome.REFUSED, lift_at=500)
    assert does(decided, Act.AGREE, Actor.CONSUMER, at=1) is State.NOTIFYING_RECIPIENTS


def test_recipients_are_told_at_once_unless_the_company_refused() -> None:
    corrected = in_state(State.DECIDED, outcome=Outcome.CORRECTED, lift_at=500)
    assert does(corrected, Act.TELL, Actor.CLOCK, at=1) is State.NOTIFYING_RECIPIENTS
    refused = in_state(State.DECIDED, outcome=Outcome.REFUSED, lift_at=500)
    assert does(refused, Act.TELL, Actor.CLOCK, at=1) is Refusal.NOT_NOW


def test_a_contest_is_not_closed_while_its_restriction_stands() -> None:
    telling = in_state(State.NOTIFYING_RECIPIENTS, outcome=Outcome.CORRECTED, lift_at=500)
    assert does(telling, Act.CLOSE, Actor.CLOCK) is Refusal.NOT_YET
    lifted = after_act(telling, Act.LIFT, State.NOTIFYING_RECIPIENTS, now_ms=501)
    assert does(lifted, Act.CLOSE, Actor.CLOCK) is State.CLOSED


# --- rule 10 and 13 -----------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", REMOVED)
def test_rule_10_a_closed_contest_is_seen_as_held_while_its_value_waits(outcome: Outcome) -> None:
    closed = in_state(State.CLOSED, outcome=outcome)
    assert does(closed, Act.HOLD, Actor.CLOCK) is State.REINSERTION_HELD
    assert seen_as(State.CLOSED, held=True) is State.REINSERTION_HELD
    assert seen_as(State.CLOSED, held=False) is State.CLOSED
    assert seen_as(State.UNDER_REVIEW, held=True) is State.UNDER_REVIEW


def test_rule_13_a_closed_contest_is_rated_once_from_1_to_5() -> None:
    assert does(in_state(State.CLOSED), Act.RATE, Actor.CONSUMER) is State.CLOSED
    assert does(in_state(State.DECIDED), Act.RATE, Actor.CONSUMER) is Refusal.NOT_NOW
    rated = in_state(State.CLOSED, was_rated=True)
    assert does(rated, Act.RATE, Actor.CONSUMER) is Refusal.RATED_ALREADY
    assert flaw_of_rating(5) is None
    unheard_of = Refused(reason=Refusal.NO_RATING, member="rating")
    assert flaw_of_rating(0) == flaw_of_rating(6) == unheard_of


# --- laws ---------------------------------------------------------------------------------------


def test_every_act_is_somebodys_and_happens_somewhere() -> None:
    for act in Act:
        assert who_may(act), act
        assert any(act in acts_in(state) for state in State), act


def test_every_state_but_the_first_is_reached() -> None:
    reached = {after(state, act) for state in State for act in acts_in(state)}
    assert reached >= set(State) - {State.DRAFT}


def test_what_was_withdrawn_stays_so() -> None:
    assert acts_in(State.WITHDRAWN) == frozenset()


def test_every_open_state_can_be_taken_back() -> None:
    for state in OPEN:
        assert does(in_state(state), Act.WITHDRAW, Actor.CONSUMER) is State.WITHDRAWN


STEPS = st.lists(
    st.tuples(
        st.sampled_from(list(Act)),
        st.sampled_from(list(Actor)),
        st.integers(0, 40 * 86_400_000),
        st.sampled_from(list(Outcome)),
    ),
    max_size=40,
)


def walked(steps: list[tuple[Act, Actor, int, Outcome]], kind: Kind) -> tuple[list[Case], int]:
    """Every case on the way, and the time at the end."""
    now, path = 0, [Case(state=State.DRAFT, kind=kind)]
    for act, by, later, outcome in steps:
        now += later
        state = may(path[-1], act, by=by, now_ms=now)
        if isinstance(state, State):
            path.append(after_act(path[-1], act, state, now_ms=now, outcome=outcome))
    return path, now


@given(steps=STEPS, kind=st.sampled_from(list(Kind)))
def test_every_reachable_case_ends_without_the_company(
    steps: list[tuple[Act, Actor, int, Outcome]], kind: Kind
) -> None:
    """The person, the officer and the clock together bring any case to an end."""
    path, now = walked(steps, kind)
    case, never = path[-1], 10**15
    for _ in range(12):
        if case.state in FINAL or case.state is State.REINSERTION_HELD:
            return
        outs = {
            (by, act): may(case, act, by=by, now_ms=now + never)
            for by, act in (
                (Actor.CLOCK, Act.DISCARD),
                (Actor.CLOCK, Act.CLOSE),
                (Actor.CLOCK, Act.LIFT),
                (Actor.OFFICER, Act.DECIDE),
                (Actor.CONSUMER, Act.WITHDRAW),
            )
        }
        (_, act), state = next((key, to) for key, to in outs.items() if isinstance(to, State))
        case = after_act(case, act, state, now_ms=now + never, outcome=Outcome.REFUSED)
        never *= 2
    raise AssertionError(case)


@given(steps=STEPS, kind=st.sampled_from(list(Kind)))
def test_due_dates_never_go_back_and_move_only_by_extension(
    steps: list[tuple[Act, Actor, int, Outcome]], kind: Kind
) -> None:
    path, _ = walked(steps, kind)
    for earlier, later in pairwise(path):
        if earlier.due_at is not None and later.due_at != earlier.due_at:
            assert later.due_at is not None
            assert later.due_at > earlier.due_at
            assert later.was_extended
            assert not earlier.was_extended


@given(steps=STEPS, kind=st.sampled_from(list(Kind)))
def test_once_done_is_done(steps: list[tuple[Act, Actor, int, Outcome]], kind: Kind) -> None:
    """Late, extended, escalated, stated and rated do not unhappen, and the clock acts but once."""
    path, _ = walked(steps, kind)
    for earlier, later in pairwise(path):
        for fact in ("was_late", "was_extended", "was_escalated", "has_statement", "was_rated"):
            assert getattr(later, fact) >= getattr(earlier, fact), fact


@given(steps=STEPS, kind=st.sampled_from(list(Kind)))
def test_nobody_but_the_person_sends_states_escalates_withdraws_or_rates(
    steps: list[tuple[Act, Actor, int, Outcome]], kind: Kind
) -> None:
    path, now = walked(steps, kind)
    theirs = {Act.SEND, Act.FILE_STATEMENT, Act.ESCALATE, Act.WITHDRAW, Act.RATE, Act.AGREE}
    for by in set(Actor) - {Actor.CONSUMER}:
        assert not acts_of(path[-1], by, now_ms=now) & theirs
