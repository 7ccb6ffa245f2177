"""What a person gives upon an offer, and what may become of it. Pure: terms or a refusal go out.

Rules kept here:
- A person answers an offer field by field and never gives more than it asks: no other field, no
  plainer mask, no later end, no more reads. Widening is always a new offer.
- Narrowing changes something and leaves something; to take the last field is to stop.
- What a person was asked for always rests on consent. A company may declare another basis only for
  a purpose whose register entry says so; what it then reads is what it supplied itself.
- A refused request comes back no sooner than after a set time, for any of the same fields.

Use::

    choice = Choice(fields=frozenset({"contact.email"}))
    match decide(asked, choice, now_ms=now, zone=zone):
        case GrantTerms() as terms: ...
        case Refused(reason=reason): ...
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from zoneinfo import ZoneInfo

from consent.grant_terms import Benefit, FieldTerm, GrantTerms, OfferTerms, Terms
from consent.purposes import LegalBasis, Purpose
from consent.times import Duration, duration, instant
from vault.fields import Mask, field_named


class Refusal(StrEnum):
    """Why an act on an offer or a grant does not happen."""

    NOTHING_CHOSEN = "nothing_chosen"
    NO_CHANGE = "no_change"
    WIDER = "wider"
    OVER = "over"
    RESTS_ON_CONSENT = "rests_on_consent"
    REPEATED = "repeated"
    CONTEST_INSTEAD = "contest_instead"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """It does not happen. ``member``: the field or limit at fault. ``until_ms``: a wait's end."""

    reason: Refusal
    member: str = ""
    until_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a person lets stand of an offer or a grant. None, or no mask: as it is there."""

    fields: frozenset[str] | None = None
    until_ms: int | None = None
    max_reads: int | None = None
    masks: Mapping[str, Mask] = field(default_factory=dict)


# --- giving -----------------------------------------------------------------------------------


def end_of(asked: OfferTerms, *, now_ms: int, zone: ZoneInfo) -> int:
    """When a grant would end at the latest if it were given now, in ms; ``BadInput`` after 9999."""
    if asked.until.startswith("P"):
        return duration(asked.until).after(now_ms, zone)
    return instant(asked.until)


_PERIODS = (Duration(months=1), Duration(months=3), Duration(months=6), Duration(years=1))


def ends_to_choose_from(asked: OfferTerms, *, now_ms: int, zone: ZoneInfo) -> tuple[int, ...]:
    """Ends a person is offered, the shortest period first, none later than what was asked."""
    latest = end_of(asked, now_ms=now_ms, zone=zone)
    shorter = (period.after(now_ms, zone) for period in _PERIODS)
    return (*(end for end in shorter if end < latest), latest)


def decide(
    asked: OfferTerms, choice: Choice, *, now_ms: int, zone: ZoneInfo
) -> GrantTerms | Refused:
    """The grant a person gives upon an offer: the chosen fields, at most what was asked."""
    latest = end_of(asked, now_ms=now_ms, zone=zone)
    if latest <= now_ms:
        return Refused(reason=Refusal.OVER, member="until")
    whole = GrantTerms(terms=asked.terms, basis=LegalBasis.CONSENT, from_ms=now_ms, until_ms=latest)
    # Nothing is preselected: who chooses no field gives none.
    chosen = replace(choice, fields=choice.fields or frozenset())
    return _beyond(whole, chosen, now_ms) or _cut(whole, chosen)


def declare(
    purpose: Purpose, *, fields: Collection[str], now_ms: int, until_ms: int
) -> GrantTerms | Refused:
    """The grant a company declares on a basis other than consent, in the register's words."""
    if purpose.basis is LegalBasis.CONSENT:
        return Refused(reason=Refusal.RESTS_ON_CONSENT, member="purpose")
    if not fields:
        return Refused(reason=Refusal.NOTHING_CHOSEN, member="fields")
    if until_ms <= now_ms:
        return Refused(reason=Refusal.OVER, member="until")
    names = [field_named(name).name for name in sorted(fields)]
    terms = Terms(
        fields=tuple(FieldTerm(name=name, why=purpose.words) for name in names),
        purpose=purpose.code,
        retention=None,
        benefit=Benefit(),
        notice=None,
    )
    return GrantTerms(terms=terms, basis=purpose.basis, from_ms=now_ms, until_ms=until_ms)


# --- narrowing --------------------------------------------------------------------------------


def narrow(standing: GrantTerms, choice: Choice, *, now_ms: int) -> GrantTerms | Refused:
    """The same grant with less in it."""
    narrowed = _beyond(standing, choice, now_ms) or _cut(standing, choice)
    return Refused(reason=Refusal.NO_CHANGE) if narrowed == standing else narrowed


def _beyond(whole: GrantTerms, choice: Choice, now_ms: int) -> Refused | None:
    """What of ``choice`` reaches beyond ``whole``; None when nothing does."""
    if choice.fields is not None and not choice.fields:
        return Refused(reason=Refusal.NOTHING_CHOSEN, member="fields")
    for name in sorted({*(choice.fields or ()), *choice.masks}):
        if not _covered(name, choice.masks.get(name), whole.terms.masks):
            return Refused(reason=Refusal.WIDER, member=name)
    if choice.until_ms is not None and choice.until_ms <= now_ms:
        return Refused(reason=Refusal.OVER, member="until")
    if choice.until_ms is not None and choice.until_ms > whole.until_ms:
        return Refused(reason=Refusal.WIDER, member="until")
    if choice.max_reads is not None and not _fewer(choice.max_reads, whole.terms.max_reads):
        return Refused(reason=Refusal.WIDER, member="max_reads")
    return None


def _covered(name: str, mask: Mask | None, standing: Mapping[str, Mask]) -> bool:
    """Whether the field is there, and ``mask`` shows no more: only ``full`` can be covered."""
    if name not in standing or mask in (None, standing[name]):
        return name in standing
    return standing[name] is Mask.FULL and mask in field_named(name).masks


def _fewer(reads: int, limit: int | None) -> bool:
    return reads >= 1 and (limit is None or reads <= limit)


def _cut(whole: GrantTerms, choice: Choice) -> GrantTerms:
    kept = tuple(
        replace(term, mask=choice.masks.get(term.name, term.mask))
        for term in whole.terms.fields
        if choice.fields is None or term.name in choice.fields
    )
    reads = whole.terms.max_reads if choice.max_reads is None else choice.max_reads
    until = whole.until_ms if choice.until_ms is None else choice.until_ms
    return replace(whole, terms=replace(whole.terms, fields=kept, max_reads=reads), until_ms=until)


# --- asking again -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedOffer:
    """What one company asked this person for and was refused."""

    purpose: str
    fields: frozenset[str]
    at_ms: int


def repeats(
    asked: OfferTerms,
    refused: Iterable[RefusedOffer],
    *,
    wait: Duration,
    now_ms: int,
    zone: ZoneInfo,
) -> Refused | None:
    """Whether an offer asks too soon for what was refused, and when it may come again."""
    wanted = asked.terms.masks.keys()
    waits = (
        wait.after(earlier.at_ms, zone)
        for earlier in refused
        if earlier.purpose == asked.terms.purpose and earlier.fields & wanted
    )
    latest = max(waits, default=now_ms)
    if latest <= now_ms:
        return None
    return Refused(reason=Refusal.REPEATED, member="fields", until_ms=latest)
