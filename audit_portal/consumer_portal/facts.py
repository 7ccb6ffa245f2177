"""Facts: what the floors below tell the pages, as plain frozen records.

Rules kept here:
- Names and times, never words: the pages put them into words. A field is its catalogue name, a time
  is ms since the epoch, UTC. What a company wrote (its name, its reasons) is text as it came.
- No value is in here: values come only from ``Portal.show``, after the entry that records the view.

Use::

    HeldField(name="contact.email", source=Source(company=northbank, ...), ...)
"""

from dataclasses import dataclass
from enum import StrEnum

from audit_portal.consumer_portal.kinds import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A company by its id and the name people know."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """How a person wants times and words: an IANA zone, an ISO 3166 country, a BCP 47 language."""

    time_zone: str
    country: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A printed code that still works, and the company it was printed for."""

    company: str


# --- what is held -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a version came from. ``company`` is None when the person gave it."""

    company: Company | None
    at: int
    channel: str = ""
    """As stored, such as ``web`` or ``import``; empty when nobody said."""
    nature: str = "provided"
    """``provided``, ``observed`` or ``inferred``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A company that may read a field now."""

    company: Company
    until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The last time a company looked."""

    company: Company
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldField:
    """One field of the person as it stands: the source is that of the current version."""

    name: str
    source: Source
    versions: int
    readers: tuple[Reader, ...] = ()
    """Who may see the value that stands."""
    own_line: tuple[Company, ...] = ()
    """Who goes on seeing only what it supplied itself, which is not the value that stands."""
    last_look: Look | None = None
    looked_since: int | None = None
    """How far back looks were looked for, in ms; None: to the beginning."""
    is_disputed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldVersion:
    """One version of a field. A deleted one keeps its line, without a value."""

    version: int
    source: Source
    is_current: bool
    is_deleted: bool = False


# --- what happened ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry of the person's record. ``type`` is the entry's own tag.

    ``name`` is what people quote: ``17``, or ``17.1`` in the first record joined to theirs.

    ``fields`` of an act on a permission are those the permission covers after it (for ``revoke``:
    covered until then), so that a confirmation can name them.
    """

    name: str
    at: int
    type: str
    by_you: bool = False
    company: Company | None = None
    """The company that acted, or that the person's act concerns."""
    fields: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    why: str = ""
    """The purpose in the register's plain words; empty when the entry names none."""
    reason: str = ""
    """Of a refusal, the reason's permanent name."""
    until_ms: int | None = None
    channel: str = ""
    what: str = ""
    """Of a dispute the act, of a notice its kind; both by their permanent names."""
    outcome: str = ""
    """What a dispute came to, if this event decided it."""
    ends_record: bool = False
    """Whether the record it stands in ended with it, joined into another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which events to list; what is None does not narrow. ``company`` is an id."""

    company: str | None = None
    kind: Kind | None = None
    field: str | None = None
    since_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Of everything the filters let through, not of one page: what a sentence says."""

    events: int
    looks: int
    blocked: int
    companies: int
    """How many different companies looked; one that was only blocked does not count."""
    since_ms: int | None = None
    """How far back it was counted; None: to the beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """Some events, newest first. ``older`` is the cursor of the next page; None on the last."""

    events: tuple[Event, ...]
    counts: Counts
    older: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record of the person that can be copied and checked by itself. Times in ms.

    ``number`` is 0 for the one that goes on, and as in an event's name for those joined into it.
    """

    number: int
    company: Company | None
    """Who made it."""
    entries: int
    begun_at: int
    joined_at: int | None = None


# --- what they may ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Benefit:
    """What the person gets. ``kind``: none, money, discount, service or points (see the offer)."""

    kind: str = "none"
    amount: str = ""
    currency: str = ""
    period: str = ""
    description: str = ""
    terms_uri: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a company says it will do. ``retention`` is an ISO 8601 duration, empty if not said."""

    why: str
    """The purpose in the register's plain words."""
    retention: str = ""
    on_withdrawal: str = "delete"
    recipients: tuple[str, ...] | None = None
    """None when the company did not say; empty when it says nobody."""
    benefit: Benefit = Benefit()
    max_reads: int | None = None
    automated_decision: bool = False
    notice_uri: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedField:
    """A field an offer asks for, and why, in the company's words. ``mask`` as in the catalogue."""

    name: str
    why: str
    optional: bool = False
    mask: str = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a company asks for.

    ``ends`` are those to choose from if it were given now, ascending; the last is the latest that
    was asked for.
    """

    offer_id: str
    company: Company
    terms: Terms
    fields: tuple[AskedField, ...]
    ends: tuple[int, ...]
    made_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantedField:
    """A field a company may read, and how much of it."""

    name: str
    mask: str = "full"


class Act(StrEnum):
    """What the person can do about a permission."""

    REDUCE = "reduce"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A permission that is active or paused. ``basis`` is consent, contract or legal_obligation."""

    grant_id: str
    company: Company
    terms: Terms
    basis: str
    is_paused: bool
    fields: tuple[GrantedField, ...]
    until_ms: int
    made_at: int
    changed_at: int
    last_used_at: int | None
    reads_used: int
    used_since: int | None = None
    """How far back its use was counted, in ms; None: to the beginning."""
    acts: frozenset[Act]


CONSENT = "consent"
"""The basis of what a person gave; only such a permission sees what the person supplied."""


def names_of(grant: Grant) -> tuple[str, ...]:
    """The fields of a permission by name."""
    return tuple(one.name for one in grant.fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A permission or an offer that is over.

    ``how``: revoked, expired, waived, invalidated, refused or withdrawn.
    """

    company: Company
    why: str
    fields: tuple[str, ...]
    how: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions:
    """What a person allows, was asked for, or once allowed; each newest first."""

    waiting: tuple[Offer, ...]
    active: tuple[Grant, ...]
    ended: tuple[Ended, ...]
    more_ended: int = 0
    """How many that ended longer ago are not among ``ended``."""
