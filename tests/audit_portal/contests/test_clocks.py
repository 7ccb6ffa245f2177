"""Due dates: calendar months, leap days, changing clocks, holidays, the earliest of several."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_portal.contests import clocks
from audit_portal.contests.clocks import Calendar, is_working_day
from audit_portal.contests.regimes import CCPA, FCRA, GDPR, REGIMES, Regime
from consent.times import instant, rfc3339

BERLIN = Calendar(zone=ZoneInfo("Europe/Berlin"), country="DE")
LONDON = Calendar(zone=ZoneInfo("Europe/London"), country="GB")
NEW_YORK = Calendar(zone=ZoneInfo("America/New_York"), country="US")
AUCKLAND = Calendar(zone=ZoneInfo("Pacific/Auckland"), country="NZ")
HAVANA = Calendar(zone=ZoneInfo("America/Havana"), country="CU")
NOWHERE = Calendar(zone=ZoneInfo("UTC"), country="AQ")

HOMES = st.sampled_from([BERLIN, LONDON, NEW_YORK, AUCKLAND, HAVANA, NOWHERE])


def codes(regime: Regime) -> str:
    return regime.code


SOME = st.lists(st.sampled_from(list(REGIMES.values())), min_size=1, unique_by=codes)
MOMENTS = st.integers(instant("2020-01-01T00:00:00Z"), instant("2040-01-01T00:00:00Z"))


def noon(day: str, home: Calendar = BERLIN) -> int:
    """Noon of a day where somebody lives, in ms."""
    local = datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=home.zone)
    return instant(local.astimezone(UTC).isoformat().replace("+00:00", "Z"))


def due(day: str, *regimes: Regime, home: Calendar = BERLIN) -> str:
    """The day until which what was sent on ``day`` must be answered."""
    return clocks.day_of(clocks.answer_by(regimes, noon(day, home), home), home).isoformat()


def extended(day: str, *regimes: Regime, home: Calendar = BERLIN) -> str:
    return clocks.day_of(clocks.extended_to(regimes, noon(day, home), home), home).isoformat()


# --- months -------------------------------------------------------------------------------------


def test_a_month_ends_on_the_same_day_of_the_next() -> None:
    assert due("2026-11-21", GDPR) == "2026-12-21"


def test_a_month_from_the_31st_ends_with_a_short_month() -> None:
    assert due("2027-03-31", GDPR) == "2027-04-30"


def test_a_month_from_the_end_of_january_ends_on_a_leap_day() -> None:
    assert due("2028-01-31", GDPR) == "2028-02-29"


def test_in_a_common_year_it_ends_on_the_28th_and_moves_over_the_weekend() -> None:
    assert date(2026, 2, 28).weekday() == 5
    assert due("2026-01-31", GDPR) == "2026-03-02"


def test_what_is_sent_on_a_leap_day_is_due_on_the_29th() -> None:
    assert due("2028-02-29", GDPR) == "2028-03-29"


def test_an_extension_is_two_months_more_from_the_same_first_day() -> None:
    assert extended("2026-11-30", GDPR) == "2027-03-01"  # 28 February 2027 is a Sunday
    assert extended("2027-01-31", GDPR) == "2027-04-30"


# --- days and clocks ----------------------------------------------------------------------------


def test_a_due_day_ends_where_the_person_lives() -> None:
    sent = noon("2026-11-21")
    assert rfc3339(clocks.answer_by((GDPR,), sent, BERLIN)) == "2026-12-21T22:59:59.999Z"


def test_a_span_over_the_change_of_clocks_ends_at_the_new_midnight() -> None:
    assert rfc3339(clocks.answer_by((GDPR,), noon("2026-03-10"), BERLIN)).endswith("T21:59:59.999Z")
    assert rfc3339(clocks.answer_by((GDPR,), noon("2026-10-10"), BERLIN)).endswith("T22:59:59.999Z")


def test_a_day_that_begins_at_one_because_clocks_went_forward_still_has_a_beginning() -> None:
    """Havana, 8 March 2026: midnight does not exist; the day before ends when clocks go forward."""
    sent = noon("2026-02-05", HAVANA)
    assert clocks.day_of(clocks.answer_by((FCRA,), sent, HAVANA), HAVANA) == date(2026, 3, 7)
    assert rfc3339(clocks.answer_by((FCRA,), sent, HAVANA)) == "2026-03-08T04:59:59.999Z"


def test_the_day_of_sending_is_the_persons() -> None:
    """At 23:30 in New York it is tomorrow in Berlin."""
    late = instant("2026-06-02T03:30:00Z")
    assert clocks.day_of(clocks.answer_by((FCRA,), late, NEW_YORK), NEW_YORK) == date(2026, 7, 1)
    assert clocks.day_of(clocks.answer_by((FCRA,), late, BERLIN), BERLIN) == date(2026, 7, 2)


def test_thirty_days_are_days_whatever_the_month() -> None:
    assert due("2026-06-18", FCRA, home=NEW_YORK) == "2026-07-18"  # a Saturday: FCRA moves nothing
    assert extended("2026-06-18", FCRA, home=NEW_YORK) == "2026-08-02"
    assert due("2026-06-18", CCPA, home=NEW_YORK) == "2026-08-02"
    assert extended("2026-06-18", CCPA, home=NEW_YORK) == "2026-09-16"


# --- working days -------------------------------------------------------------------------------


def test_a_last_day_at_christmas_moves_behind_the_holidays() -> None:
    assert due("2026-11-25", GDPR) == "2026-12-28"


def test_holidays_are_those_of_the_persons_country() -> None:
    assert due("2026-11-25", GDPR, home=LONDON) == "2026-12-29"  # Boxing Day is made up for


def test_working_days_leave_out_weekends_and_holidays() -> None:
    sent = noon("2026-06-18", NEW_YORK)  # the day before Juneteenth, a Friday
    forward = clocks.forward_by((FCRA,), sent, NEW_YORK)
    assert forward is not None
    assert clocks.day_of(forward, NEW_YORK) == date(2026, 6, 26)
    confirm = clocks.acknowledge_by((CCPA,), sent, NEW_YORK)
    assert confirm is not None
    assert clocks.day_of(confirm, NEW_YORK) == date(2026, 7, 6)  # and the 3rd is a holiday


def test_a_result_is_due_five_working_days_after_the_decision() -> None:
    result = clocks.result_by((FCRA,), noon("2026-12-23", NEW_YORK), NEW_YORK)
    assert result is not None
    assert clocks.day_of(result, NEW_YORK) == date(2026, 12, 31)


def test_a_regime_that_says_nothing_has_no_date() -> None:
    assert clocks.forward_by((GDPR, CCPA), noon("2026-06-18"), BERLIN) is None
    assert clocks.result_by((GDPR,), noon("2026-06-18"), BERLIN) is None
    assert clocks.acknowledge_by((GDPR, FCRA), noon("2026-06-18"), BERLIN) is None


def test_a_country_nobody_knows_has_weekends_only() -> None:
    unheard_of = Calendar(zone=ZoneInfo("UTC"), country="ZZ")
    assert due("2026-11-25", GDPR, home=unheard_of) == "2026-12-25"
    assert not is_working_day(date(2026, 12, 26), "ZZ")


# --- several regimes ----------------------------------------------------------------------------


def test_of_several_regimes_the_earliest_day_counts() -> None:
    assert due("2026-07-01", GDPR, FCRA) == "2026-07-31"
    assert due("2026-02-10", GDPR, FCRA) == "2026-03-10"
    assert extended("2026-02-10", GDPR, FCRA, CCPA) == "2026-03-27"


def test_readers_of_two_years_back_are_told_under_fcra_and_all_under_gdpr() -> None:
    since = clocks.look_back_to(FCRA.look_back, noon("2028-02-29", NEW_YORK), NEW_YORK)
    assert since is not None
    assert rfc3339(since) == "2026-02-28T05:00:00Z"
    assert clocks.look_back_to(GDPR.look_back, noon("2028-02-29"), BERLIN) is None


# --- laws ---------------------------------------------------------------------------------------


@given(regimes=SOME, sent_at=MOMENTS, home=HOMES)
def test_no_date_lies_before_what_it_counts_from(
    regimes: list[Regime], sent_at: int, home: Calendar
) -> None:
    due_at = clocks.answer_by(regimes, sent_at, home)
    assert due_at - sent_at >= timedelta(days=28) // timedelta(milliseconds=1)
    assert clocks.extended_to(regimes, sent_at, home) > due_at
    assert clocks.lift_at(sent_at, home) > sent_at


@given(regimes=SOME, sent_at=MOMENTS, more=st.integers(0, 90 * 86_400_000), home=HOMES)
def test_who_sends_later_waits_at_least_as_long(
    regimes: list[Regime], sent_at: int, more: int, home: Calendar
) -> None:
    assert clocks.answer_by(regimes, sent_at + more, home) >= clocks.answer_by(
        regimes, sent_at, home
    )


@given(sent_at=MOMENTS, home=HOMES)
def test_an_eu_last_day_is_a_working_day(sent_at: int, home: Calendar) -> None:
    for end in (
        clocks.answer_by((GDPR,), sent_at, home),
        clocks.extended_to((GDPR,), sent_at, home),
    ):
        assert is_working_day(clocks.day_of(end, home), home.country)
        assert clocks.day_of(end + 1, home) > clocks.day_of(end, home)


@given(regimes=SOME, sent_at=MOMENTS, home=HOMES)
def test_a_regime_more_never_gives_more_time(
    regimes: list[Regime], sent_at: int, home: Calendar
) -> None:
    together = clocks.answer_by(regimes, sent_at, home)
    assert together == min(clocks.answer_by((one,), sent_at, home) for one in regimes)


@pytest.mark.parametrize("country", ["DE", "FR", "US", "GB", "AQ"])
def test_no_weekend_is_a_working_day(country: str) -> None:
    assert not is_working_day(date(2026, 7, 4), country)
    assert is_working_day(date(2026, 7, 7), country)
