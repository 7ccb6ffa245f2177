"""The page about contests says what the data says."""

import re
from pathlib import Path

from audit_portal.contests.regimes import REGIMES, Regime, Span
from audit_portal.contests.states import State

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "contests.md"


def rows(first: str) -> dict[str, list[str]]:
    """The rows of the table whose first column is called ``first``, by their first word."""
    _, _, table = PAGE.read_text(encoding="utf-8").partition(f"| {first} |")
    lines = table.partition("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {re.sub("`", "", row[0]): row[1:] for row in cells}


def said(span: Span | None) -> str:
    """A span as the page says it."""
    if span is None:
        return ""
    units = ((span.months, "month"), (span.days, "day"), (span.working_days, "working day"))
    return ", ".join(f"{n} {unit}{'s' if n > 1 else ''}" for n, unit in units if n)


def row(regime: Regime) -> list[str]:
    extension = said(regime.extension)
    return [
        said(regime.answer),
        f"{extension}, on new material" if regime.needs_new_material else extension,
        said(regime.acknowledge),
        said(regime.forward),
        said(regime.result),
        regime.silence.value,
        regime.while_open.value,
        said(regime.look_back),
    ]


def test_the_page_has_every_regime_with_its_numbers() -> None:
    assert rows("regime") == {code: row(regime) for code, regime in REGIMES.items()}


def test_the_page_has_every_state_in_order() -> None:
    assert list(rows("state")) == [state.value for state in State]
