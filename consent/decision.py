"""May they? The pure answer to every read and write, from facts handed in.

Rules kept here:
- No I/O and no clock: the gate brings what stands under the lock, and the time.
- A refusal is a value with a reason from a closed list. The reason is recorded for the person; a
  company
  is told it only if it has or had a permission, else it hears ``not_available``, as for an unknown
  id.
- Checks run in one order, the same for everyone; the first that fails names the reason.
- One permission answers one read: of those for exactly this purpose, the usable one that covers
  most of
  the asked fields, the oldest of equals. What it does not cover is withheld, field by field.
- A permission that does not rest on consent opens only what that company itself supplied.

Use::

    match decide_read(ask, facts, now_ms=now):
        case Allowed(fields=fields): ...
        case Denied(reason=reason): ...
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum

CONSENT = "consent"


class Reason(StrEnum):
    """Why something was refused or withheld. Permanent names: they stand in entries."""

    NOT_AVAILABLE = "not_available"
    SUSPENDED = "suspended"
    PURPOSE_MISMATCH = "purpose_mismatch"
    STOPPED = "stopped"
    PAUSED = "paused"
    EXPIRED = "expired"
    NOT_STARTED = "not_started"
    READS_USED_UP = "reads_used_up"
    NOT_GRANTED = "not_granted"
    NOT_IN_TOKEN = "not_in_token"  # noqa: S105 - a reason, not a secret
    RESTRICTED = "restricted"
    NO_VALUE = "no_value"
    NOT_THEIRS = "not_theirs"
    DISPUTE_INSTEAD = "dispute_instead"
    REPEATED_AFTER_CHANGE = "repeated_after_change"
    UNDELIVERED = "undelivered"


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantFacts:
    """A permission as it stands. Times in ms; ``fields`` maps a field to its mask."""

    grant_id: str
    purpose: str
    basis: str
    state: str
    version: int
    fields: Mapping[str, str]
    from_ms: int
    until_ms: int
    max_reads: int | None
    reads_used: int
    made_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyAsk:
    """A company asks for fields of one person. ``purpose`` and ``in_token`` come from its token."""

    purpose: str
    fields: Sequence[str]
    in_token: AbstractSet[str] | None = None
    """The fields its token names; ``None`` when the token does not narrow them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFacts:
    """What stands under the lock about one company and one person."""

    suspended: bool
    grants: Sequence[GrantFacts]
    restricted: AbstractSet[str]
    current: AbstractSet[str]
    """Fields that have a current value."""
    own: AbstractSet[str]
    """Fields of which this company itself supplied a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """These fields, each under its mask; ``withheld`` says why the others are not among them."""

    grant: GrantFacts
    fields: Mapping[str, str]
    withheld: Mapping[str, Reason] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """Nothing, and why. ``grant`` is the permission that came nearest, if there was one."""

    reason: Reason
    grant: GrantFacts | None = None
    withheld: Mapping[str, Reason] = field(default_factory=dict)


def decide_read(ask: CompanyAsk, facts: ReadFacts, *, now_ms: int) -> Allowed | Denied:
    """Whether a company may read, which fields, and under which permission.

    1 the company is not suspended; 2 it has or had a permission; 3 one for exactly this purpose;
    4 one of those is usable now; 5 field by field: in the token, covered, not restricted, present;
    6 at least one field is left.
    """
    if facts.suspended:  # 1
        return Denied(reason=Reason.SUSPENDED)
    if not facts.grants:  # 2
        return Denied(reason=Reason.NOT_AVAILABLE)
    for_purpose = [grant for grant in facts.grants if grant.purpose == ask.purpose]
    if not for_purpose:  # 3
        return Denied(reason=Reason.PURPOSE_MISMATCH)
    usable = [grant for grant in for_purpose if hindrance(grant, now_ms=now_ms) is None]
    if not usable:  # 4
        nearest = max(for_purpose, key=lambda grant: grant.made_at)
        reason = hindrance(nearest, now_ms=now_ms)
        return Denied(reason=reason or Reason.NOT_AVAILABLE, grant=nearest)
    return _by_field(ask, facts, _best(usable, ask.fields))


def hindrance(grant: GrantFacts, *, now_ms: int) -> Reason | None:
    """Why a permission cannot be used now; ``None`` when it can."""
    if grant.state == "paused":
        return Reason.PAUSED
    if grant.state == "expired" or (grant.state == "active" and now_ms >= grant.until_ms):
        return Reason.EXPIRED
    if grant.state != "active":
        return Reason.STOPPED
    if now_ms < grant.from_ms:
        return Reason.NOT_STARTED
    if grant.max_reads is not None and grant.reads_used >= grant.max_reads:
        return Reason.READS_USED_UP
    return None


def _best(usable: Sequence[GrantFacts], fields: Sequence[str]) -> GrantFacts:
    """The one that covers most of the asked fields; of equals the oldest, then by id."""

    def rank(grant: GrantFacts) -> tuple[int, int, str]:
        return -len(grant.fields.keys() & set(fields)), grant.made_at, grant.grant_id

    return min(usable, key=rank)


def _by_field(ask: CompanyAsk, facts: ReadFacts, grant: GrantFacts) -> Allowed | Denied:
    withheld: dict[str, Reason] = {}
    for name in ask.fields:  # 5
        reason = _withheld(name, ask, facts, grant)
        if reason is not None:
            withheld[name] = reason
    allowed = {name: grant.fields[name] for name in ask.fields if name not in withheld}
    if allowed:
        return Allowed(grant=grant, fields=allowed, withheld=withheld)
    return Denied(reason=_weightiest(withheld), grant=grant, withheld=withheld)  # 6


def _withheld(name: str, ask: CompanyAsk, facts: ReadFacts, grant: GrantFacts) -> Reason | None:
    if ask.in_token is not None and name not in ask.in_token:
        return Reason.NOT_IN_TOKEN
    if name not in grant.fields:
        return Reason.NOT_GRANTED
    if name in facts.restricted:
        return Reason.RESTRICTED
    present = facts.current if grant.basis == CONSENT else facts.own
    return None if name in present else Reason.NO_VALUE


_WEIGHT = (Reason.RESTRICTED, Reason.NOT_GRANTED, Reason.NOT_IN_TOKEN, Reason.NO_VALUE)


def _weightiest(withheld: Mapping[str, Reason]) -> Reason:
    """The one reason that speaks for all withheld fields."""
    reasons = set(withheld.values())
    return next(reason for reason in _WEIGHT if reason in reasons)


def decide_company_write(*, suspended: bool, related: bool) -> Reason | None:
    """Whether a company may supply values: it must know the person by a pairwise id of its own."""
    if suspended:
        return Reason.SUSPENDED
    return None if related else Reason.NOT_AVAILABLE


def decide_own_write(*, current_source_is_self: bool | None) -> Reason | None:
    """Whether a person may change a value at once: theirs, or none yet (``None``).

    What a company supplied they dispute; their own value is then shown beside it.
    """
    return Reason.DISPUTE_INSTEAD if current_source_is_self is False else None
