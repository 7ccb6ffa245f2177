"""What the laws ask of a contest, as data: spans of time, what silence does, what is asked for.

Rules kept here:
- Every number stands beside the place it comes from. Nothing else in the house knows one of them.
- Which regimes apply: those the answering company is registered under, else those of the country
  the person lives in.
- When several apply, the strictest duty of each kind counts (``Duties``), and of several dates the
  earliest (``clocks``).
- A span a law does not have is ``None``; it is not zero.

Sources: GDPR is Regulation (EU) 2016/679; FCRA is 15 U.S.C. 1681 ff.; CCPA is Cal. Civ. Code
1798.100 ff. with its regulations, 11 CCR 7000 ff.

Use::

    applying(named="", country="DE")            # (GDPR,)
    Duties.of((GDPR, FCRA)).silence             # Silence.DELETE
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from consent.restrictions import Serving
from vault.errors import BadInput


class Silence(StrEnum):
    """What becomes of a value whose furnisher does not answer in time."""

    HIDE = "hide"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """So many calendar months, then days, then working days; and where that is written."""

    source: str
    months: int = 0
    days: int = 0
    working_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """One law. ``look_back`` None: everybody who ever read the value is told."""

    code: str
    answer: Span
    extension: Span
    """What may be added to ``answer``, once; counted from the same day."""
    needs_new_material: bool
    """Whether only something new from the person allows the extension."""
    acknowledge: Span | None
    forward: Span | None
    """Until when the furnisher must have the case; here it has it at once."""
    result: Span | None
    """Until when the person must have the result, counted from the decision; here at once."""
    moves_last_day: bool
    """Whether a last day on a Saturday, Sunday or holiday moves to the next working day."""
    silence: Silence
    while_open: Serving
    look_back: Span | None
    duties: Mapping[str, str]
    """Where the duties that are no span are written."""


GDPR = Regime(
    code="gdpr",
    answer=Span(months=1, source="GDPR Art. 12(3)"),
    extension=Span(months=2, source="GDPR Art. 12(3)"),
    needs_new_material=False,
    acknowledge=None,
    forward=None,
    result=None,
    moves_last_day=True,
    silence=Silence.HIDE,
    while_open=Serving.WITHHELD,
    look_back=None,
    duties={
        "correct": "GDPR Art. 16",
        "restrict": "GDPR Art. 18(1)(a)",
        "tell_before_lifting": "GDPR Art. 18(3)",
        "tell_recipients": "GDPR Art. 19",
        "reasons": "GDPR Art. 12(4)",
        "last_day": "Regulation (EEC, Euratom) No 1182/71 Art. 3(4)",
    },
)

FCRA = Regime(
    code="fcra",
    answer=Span(days=30, source="15 U.S.C. 1681i(a)(1)(A)"),
    extension=Span(days=15, source="15 U.S.C. 1681i(a)(1)(B)"),
    needs_new_material=True,
    acknowledge=None,
    forward=Span(working_days=5, source="15 U.S.C. 1681i(a)(2)(A)"),
    result=Span(working_days=5, source="15 U.S.C. 1681i(a)(6)(A)"),
    moves_last_day=False,
    silence=Silence.DELETE,
    while_open=Serving.FLAGGED,
    # Six months in general, two years for employment; a vault cannot tell, so it takes the longer.
    look_back=Span(months=24, source="15 U.S.C. 1681i(d)"),
    duties={
        "delete_unverified": "15 U.S.C. 1681i(a)(5)(A)",
        "certify_reinsertion": "15 U.S.C. 1681i(a)(5)(B)",
        "statement": "15 U.S.C. 1681i(b)",
        "flag": "15 U.S.C. 1681i(c)",
        "tell_recipients": "15 U.S.C. 1681i(d)",
    },
)

CCPA = Regime(
    code="ccpa",
    answer=Span(days=45, source="Cal. Civ. Code 1798.130(a)(2)(A); 11 CCR 7021(b)"),
    extension=Span(days=45, source="Cal. Civ. Code 1798.130(a)(2)(A); 11 CCR 7021(b)"),
    needs_new_material=False,
    acknowledge=Span(working_days=10, source="11 CCR 7021(a)"),
    forward=None,
    result=None,
    moves_last_day=False,
    silence=Silence.HIDE,
    while_open=Serving.WITHHELD,
    look_back=None,
    duties={"correct": "Cal. Civ. Code 1798.106", "reasons": "11 CCR 7023(f)"},
)

REGIMES: Mapping[str, Regime] = {regime.code: regime for regime in (GDPR, FCRA, CCPA)}

LIFT_NOTICE = Span(days=3, source="ours: GDPR Art. 18(3) asks for a notice before, and no time")
"""How long the person knows that a restriction will be lifted before it is."""

_BY_COUNTRY: Mapping[str, Regime] = {"US": CCPA}


def applying(*, named: str, country: str) -> tuple[Regime, ...]:
    """The regimes of a contest: the company's own by code, by comma, else the country's.

    Where neither says anything the GDPR applies: it asks for most. ``BadInput``: no such regime.
    """
    if named:
        return parse(named)
    return (_BY_COUNTRY.get(country, GDPR),)


def parse(codes: str) -> tuple[Regime, ...]:
    """``fcra,gdpr`` as regimes, each once, in the order of their codes."""
    wanted = sorted({code.strip() for code in codes.split(",")})
    if not REGIMES.keys() >= set(wanted):
        raise BadInput("names no regime such as gdpr", member="regimes")
    return tuple(REGIMES[code] for code in wanted)


def codes_of(regimes: Sequence[Regime]) -> str:
    """``fcra,gdpr``: what ``parse`` reads."""
    return ",".join(regime.code for regime in regimes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """What several regimes ask together: of each kind the strictest."""

    needs_new_material: bool
    silence: Silence
    while_open: Serving
    look_back: Span | None

    @classmethod
    def of(cls, regimes: Sequence[Regime]) -> Self:
        """The duties of a contest under all of ``regimes``."""
        return cls(
            needs_new_material=any(regime.needs_new_material for regime in regimes),
            silence=max((regime.silence for regime in regimes), key=_SILENCES.index),
            while_open=max((regime.while_open for regime in regimes), key=_SERVINGS.index),
            look_back=_longest([regime.look_back for regime in regimes]),
        )


_SILENCES = (Silence.HIDE, Silence.DELETE)
_SERVINGS = (Serving.FLAGGED, Serving.WITHHELD)
"""Each from the milder to the stricter."""


def _longest(spans: Sequence[Span | None]) -> Span | None:
    """None, which is for ever, when any of them is."""
    known = [span for span in spans if span is not None]
    if len(known) < len(spans):
        return None
    return max(known, key=lambda span: (span.months, span.days))
