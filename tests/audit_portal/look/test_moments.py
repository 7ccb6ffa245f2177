"""Times, durations, lists and counts in words."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_portal.look import moments
from audit_portal.look.words import counted, listed, reference

BERLIN, KATHMANDU = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu")
NEW_YEAR = 1_767_225_600_000
TIMES = st.integers(0, 4_000_000_000_000)


def test_a_moment_is_absolute_and_carries_its_zone():
    assert moments.moment(NEW_YEAR, BERLIN) == "1 January 2026, 01:00 CET"
    assert moments.moment(NEW_YEAR, ZoneInfo("UTC")) == "1 January 2026, 00:00 UTC"
    assert moments.weekday(NEW_YEAR, BERLIN) == "Thursday, 1 January 2026"
    assert moments.machine(NEW_YEAR) == "2026-01-01T00:00:00+00:00"


def test_a_zone_without_a_name_is_told_by_its_distance():
    assert moments.time_of_day(NEW_YEAR, KATHMANDU) == "05:45 UTC+0545"


def test_the_second_of_two_equal_hours_differs_by_its_zone():
    summer = 1_792_886_400_000  # 2026-10-25T00:00:00Z, an hour before the clocks go back
    told = [moments.time_of_day(summer + hour * 3_600_000, BERLIN) for hour in (0, 1)]
    assert told == ["02:00 CEST", "02:00 CET"]


@pytest.mark.parametrize(
    ("iso", "words"),
    [
        ("P1Y", "1 year"),
        ("P1Y6M", "1 year and 6 months"),
        ("P2W", "2 weeks"),
        ("P1Y2M3D", "1 year, 2 months and 3 days"),
    ],
)
def test_a_duration_is_told_in_words(iso, words):
    assert moments.duration(iso) == words


@pytest.mark.parametrize("iso", ["", "P", "1Y", "PT5M", "P1Y ", "forever"])
def test_what_is_no_duration_is_refused(iso):
    with pytest.raises(ValueError, match="not a duration"):
        moments.duration(iso)


def test_a_month_after_the_last_day_of_january_is_the_last_of_february():
    january = 1_769_860_800_000  # 2026-01-31T12:00:00Z
    assert moments.day(moments.after_months(january, 1, BERLIN), BERLIN) == "28 February 2026"
    assert moments.moment(moments.after_months(january, 6, BERLIN), BERLIN) == (
        "31 July 2026, 13:00 CEST"
    )


@given(TIMES, st.integers(1, 36))
def test_later_months_are_later(now, months):
    assert moments.after_months(now, months, BERLIN) > now
    assert moments.after_months(now, months, BERLIN) < moments.after_months(now, 37, BERLIN)


def test_lists_and_counts_are_told_as_people_do():
    assert [listed([]), listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
    assert counted(1, "company", "companies") == "1 company"
    assert counted(1_200, "time") == "1,200 times"
    assert counted(0, "try", "tries") == "0 tries"


def test_references_are_legible_and_differ():
    references = {reference("E") for _ in range(100)}
    assert len(references) == 100
    assert all(len(one) == 11 and not set(one) & set("ILOU") for one in references)
