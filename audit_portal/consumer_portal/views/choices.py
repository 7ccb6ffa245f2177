"""What a person chooses: which fields, until when. Nothing is chosen for them.

Rules kept here:
- Periods: the shortest first, calendar months in the person's zone, the last is the longest the
  company asked for. There is no "for ever".
- A choice holds only fields that were asked for and an end that is not later: never wider.
- A flaw is a sentence beside what is missing; the choices already made are kept.

Use::

    match given(offer, form, now=now):
        case Chosen(fields=fields, until_ms=until): ...
        case Flaws(fields=..., until=...): ...
"""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from audit_portal.consumer_portal.facts import Grant, Offer, names_of
from audit_portal.look.forms import Form
from audit_portal.look.moments import after_months, day
from audit_portal.look.words import counted

MONTHS_OFFERED = (1, 3, 6, 12)
_A_DAY_MS = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """An end a person may choose."""

    until_ms: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Fields by catalogue name, in the order they were asked; an end in ms."""

    fields: tuple[str, ...]
    until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaws:
    """What is missing, a sentence each, empty where nothing is; and what was chosen so far."""

    fields: str = ""
    until: str = ""
    chosen: tuple[str, ...] = ()
    chosen_until: str = ""


NO_FLAWS = Flaws()


def periods(ends: Sequence[int], *, now: int, zone: ZoneInfo) -> list[Period]:
    """The ends of an offer in words, the shortest period first."""
    named = [Period(until_ms=end, label=_label(end, now, zone)) for end in ends[:-1]]
    longest = f"As long as they ask, until {day(ends[-1], zone)}"
    return [*named, Period(until_ms=ends[-1], label=longest)]


def earlier_ends(until_ms: int, *, now: int, zone: ZoneInfo) -> list[Period]:
    """Ends that bring a permission's own end forward, the shortest period first."""
    ends = (after_months(now, months, zone) for months in MONTHS_OFFERED)
    return [
        Period(until_ms=end, label=_label(end, now, zone))
        for end in ends
        if end < until_ms - _A_DAY_MS
    ]


def given(offer: Offer, form: Form, *, now: int) -> Chosen | Flaws:
    """What the person chose of an offer."""
    fields = _among([one.name for one in offer.fields], form.all("field"))
    until = _end(form.one("until"), now=now, latest=offer.ends[-1])
    if fields and until is not None:
        return Chosen(fields=fields, until_ms=until)
    return Flaws(
        fields="" if fields else "Choose at least one, or refuse.",
        until="" if until is not None else "Choose until when.",
        chosen=fields,
        chosen_until=form.one("until"),
    )


def kept(grant: Grant, form: Form, *, now: int) -> Chosen | Flaws:
    """What stays of a permission after the person took some away, or brought its end forward."""
    names = names_of(grant)
    taken = _among(names, form.all("take"))
    until = _end(form.one("until"), now=now, latest=grant.until_ms)
    stays = tuple(name for name in names if name not in taken)
    if not stays:
        flaw = "That would take everything away. Use Stop access for that."
        return Flaws(fields=flaw, chosen=taken, chosen_until=form.one("until"))
    if not taken and until in {None, grant.until_ms}:
        flaw = "Choose what they may no longer see, or an earlier end."
        return Flaws(fields=flaw, chosen_until=form.one("until"))
    return Chosen(fields=stays, until_ms=until or grant.until_ms)


def _among(known: Sequence[str], asked: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in known if name in asked)


def _end(text: str, *, now: int, latest: int) -> int | None:
    if not (text.isascii() and text.isdigit()):
        return None
    until = int(text[:20])
    return until if now < until <= latest else None


def _label(end: int, now: int, zone: ZoneInfo) -> str:
    """``1 month, until 21 December 2026``; only the day where no whole months lie between."""
    until = f"until {day(end, zone)}"
    for months in MONTHS_OFFERED:
        if abs(after_months(now, months, zone) - end) < _A_DAY_MS:
            return f"{counted(months, 'month')}, {until}"
    return f"U{until[1:]}"
