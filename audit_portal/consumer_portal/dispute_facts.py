"""Facts about disputes: how each stands, who was told, and what was said in it.

Rules kept here:
- Names and times, never words of ours; states, outcomes and acts are those of the contest's rules.
- ``DisputeWords`` alone holds what people wrote. It comes only from ``Portal.words``, after the
  entry that records this view.

Use::

    Dispute(ref="ctn_…", company=northbank, kind=Kind.INACCURATE, field="work.title", ...)
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as member

from audit_portal.consumer_portal.facts import Company
from audit_portal.contests.rules import Kind
from audit_portal.contests.states import Act, Outcome, State
from vault.fields import FieldValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """One dispute as it stands. Times in ms; ``acts`` is what the person can do about it now."""

    ref: str
    company: Company
    """Who has to answer."""
    kind: Kind
    field: str | None
    version: int | None
    event: str | None
    """Of a disputed access, the name of its event."""
    state: State
    outcome: Outcome | None
    sent_at: int
    """When it was sent; of a draft, when it was begun."""
    due_at: int | None
    decided_at: int | None
    closed_at: int | None
    lift_at: int | None
    """When companies get the value again; None: not announced, or over."""
    is_late: bool
    handler: str = ""
    reviewer: str = ""
    rating: int | None = None
    acts: frozenset[Act] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A company that was told of a dispute, and whether it said that it heard."""

    company: Company
    kind: str
    """``restricted``, ``lifted``, ``corrected`` or ``deleted``."""
    at: int
    heard_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Something that was written. ``who`` is a name; ``by`` is consumer, company or officer."""

    by: str
    who: str
    at: int
    kind: str
    """``claim``, ``message``, ``reason`` or ``statement``."""
    words: str = member(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """A file the person gave to a dispute. ``ref`` names it, ``size`` is in bytes."""

    ref: str
    name: str = member(repr=False)
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeWords:
    """What was written in a dispute, oldest first, its files, and the value the person proposed."""

    said: tuple[Said, ...] = member(default=(), repr=False)
    proposed: FieldValue | None = member(default=None, repr=False)
    files: tuple[SentFile, ...] = ()
