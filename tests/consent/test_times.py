"""Points and spans of time: calendar months in a zone, one form, no surprises."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.times import Duration, duration, instant, rfc3339
from vault.errors import BadInput

BERLIN = ZoneInfo("Europe/Berlin")
UTC_ZONE = ZoneInfo("UTC")


def later(start: str, span: str, zone: ZoneInfo = BERLIN) -> str:
    return rfc3339(duration(span).after(instant(start), zone))


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        ("2026-01-31T12:00:00+01:00", "P1M", "2026-02-28T11:00:00Z"),
        ("2024-01-31T12:00:00+01:00", "P1M", "2024-02-29T11:00:00Z"),
        ("2024-02-29T12:00:00+01:00", "P1Y", "2025-02-28T11:00:00Z"),
        ("2026-11-21T20:00:00Z", "P6M", "2027-05-21T19:00:00Z"),  # the same hour in summer
        ("2026-11-21T20:00:00Z", "P1Y2M3W4D", "2028-02-15T20:00:00Z"),
        ("2026-03-28T02:30:00+01:00", "P1D", "2026-03-29T01:30:00Z"),  # an hour no clock shows
        ("2026-03-28T12:00:00+01:00", "PT24H", "2026-03-29T11:00:00Z"),
        ("2026-03-28T12:00:00+01:00", "P1D", "2026-03-29T10:00:00Z"),
        ("2026-01-01T00:00:00Z", "P0D", "2026-01-01T00:00:00Z"),
        ("2026-10-25T01:30:00Z", "P0D", "2026-10-25T01:30:00Z"),  # an hour clocks show twice
        ("2026-01-01T00:00:00Z", "PT1H1M1S", "2026-01-01T01:01:01Z"),
    ],
)
def test_a_span_is_counted_on_the_calendar_of_the_zone(start, span, end):
    assert later(start, span) == end


def test_the_same_span_ends_elsewhere_in_another_zone():
    start = "2026-01-31T23:30:00Z"  # already February in Berlin
    assert later(start, "P1M") == "2026-02-28T23:30:00Z"
    assert later(start, "P1M", UTC_ZONE) == "2026-02-28T23:30:00Z"
    start = "2026-01-30T23:30:00Z"
    assert later(start, "P1M") == "2026-02-27T23:30:00Z"
    assert later(start, "P1M", UTC_ZONE) == "2026-02-28T23:30:00Z"


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1", "1Y", "P1H", "P-1D", "P1.5D", "p1d", "P1D ", "P1M1Y", "P\u0661D"]
)
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(BadInput, match="must be an ISO 8601 duration"):
        duration(text)


@pytest.mark.parametrize("span", ["P9999Y", "P999999D", "PT999999H", "P9000Y"])
def test_a_span_beyond_the_calendar_is_refused_or_counted_but_never_fails(span):
    start = instant("2026-01-01T00:00:00Z")
    if span == "PT999999H":
        assert duration(span).after(start, BERLIN) > start
        return
    if span == "P999999D":
        assert rfc3339(duration(span).after(start, BERLIN)).startswith("4763-")
        return
    with pytest.raises(BadInput, match="leads beyond the year 9999"):
        duration(span).after(start, BERLIN)


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-01-01T01:00:00+01:00", 1_767_225_600_000),
        ("2026-01-01t00:00:00.5z", 1_767_225_600_500),
        ("2026-01-01T00:00:00.123999999Z", 1_767_225_600_123),
    ],
)
def test_a_point_in_time_is_read_to_the_millisecond(text, ms):
    assert instant(text) == ms


@pytest.mark.parametrize(
    "text",
    ["", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01 00:00:00Z", "20260101T000000Z",
     "2026-02-30T00:00:00Z", "2026-01-01T25:00:00Z", "2026-01-01T00:00:60Z", "0000-01-01T00:00:00Z",
     "2026-01-01T00:00:00+25:00",
     "9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00+01:00"],
)  # fmt: skip
def test_what_is_no_point_in_time_is_refused(text):
    with pytest.raises(BadInput) as caught:
        instant(text)
    assert not text or text not in str(caught.value)


@given(st.integers(0, 253_402_300_799_999))
def test_a_point_in_time_reads_back(ms):
    assert instant(rfc3339(ms)) == ms


@given(
    st.integers(0, 4_000_000_000_000),
    st.integers(0, 1_000),
    st.integers(0, 60),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Pacific/Apia", "Asia/Kolkata"]),
)
def test_a_longer_span_never_ends_earlier(at, days, months, zone):
    zone = ZoneInfo(zone)
    end = Duration(months=months, days=days).after(at, zone)
    assert end >= at
    assert Duration(months=months, days=days + 1).after(at, zone) >= end
    assert Duration(months=months + 1, days=days).after(at, zone) >= end
