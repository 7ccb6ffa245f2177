"""What each law asks, number by number, and what several of them ask together."""

import pytest

from audit_portal.contests.regimes import (
    CCPA,
    FCRA,
    GDPR,
    REGIMES,
    Duties,
    Silence,
    Span,
    applying,
    codes_of,
    parse,
)
from consent.restrictions import Serving
from vault.errors import BadInput


def size(span: Span | None) -> tuple[int, int, int] | None:
    """Months, days, working days."""
    return None if span is None else (span.months, span.days, span.working_days)


def test_gdpr_gives_one_month_and_two_more() -> None:
    assert size(GDPR.answer) == (1, 0, 0)
    assert size(GDPR.extension) == (2, 0, 0)
    assert not GDPR.needs_new_material
    assert GDPR.moves_last_day
    assert GDPR.look_back is None
    assert (GDPR.silence, GDPR.while_open) == (Silence.HIDE, Serving.WITHHELD)
    assert "Art. 12(3)" in GDPR.answer.source


def test_fcra_gives_30_days_15_more_on_new_material_and_5_working_days_twice() -> None:
    assert size(FCRA.answer) == (0, 30, 0)
    assert size(FCRA.extension) == (0, 15, 0)
    assert FCRA.needs_new_material
    assert size(FCRA.forward) == size(FCRA.result) == (0, 0, 5)
    assert not FCRA.moves_last_day
    assert size(FCRA.look_back) == (24, 0, 0)
    assert (FCRA.silence, FCRA.while_open) == (Silence.DELETE, Serving.FLAGGED)
    assert "1681i" in FCRA.answer.source


def test_ccpa_gives_45_days_45_more_and_10_working_days_to_confirm() -> None:
    assert size(CCPA.answer) == size(CCPA.extension) == (0, 45, 0)
    assert size(CCPA.acknowledge) == (0, 0, 10)
    assert not CCPA.needs_new_material
    assert CCPA.silence is Silence.HIDE


def test_every_number_names_its_source() -> None:
    for regime in REGIMES.values():
        spans = (regime.answer, regime.extension, regime.acknowledge, regime.forward)
        assert all(span.source for span in (*spans, regime.result, regime.look_back) if span)
        assert all(regime.duties.values())


@pytest.mark.parametrize(
    ("country", "code"),
    [
        ("DE", "gdpr"),
        ("GB", "gdpr"),
        ("CH", "gdpr"),
        ("NO", "gdpr"),
        ("US", "ccpa"),
        ("BR", "gdpr"),
    ],
)
def test_the_country_of_the_person_names_the_regime(country: str, code: str) -> None:
    assert codes_of(applying(named="", country=country)) == code


def test_a_company_registered_under_a_regime_answers_under_it_everywhere() -> None:
    assert applying(named="fcra,ccpa", country="DE") == (CCPA, FCRA)


def test_codes_are_read_back_once_each_and_in_order() -> None:
    assert codes_of(parse("gdpr,fcra,gdpr")) == "fcra,gdpr"
    with pytest.raises(BadInput):
        parse("gdpr,lgpd")


def test_of_several_regimes_the_strictest_duty_of_each_kind_counts() -> None:
    both = Duties.of((FCRA, GDPR))
    assert both.silence is Silence.DELETE
    assert both.while_open is Serving.WITHHELD
    assert both.needs_new_material
    assert both.look_back is None


def test_the_only_regime_is_its_own_duties() -> None:
    alone = Duties.of((FCRA,))
    assert alone.while_open is Serving.FLAGGED
    assert alone.look_back == FCRA.look_back
