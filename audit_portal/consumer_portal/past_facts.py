"""Facts about the past of one field: every version with its value, and what came again and waits.

Rules kept here:
- ``PastVersion`` alone holds values of the past. It comes only from ``Portal.past``, after the
  entry that records this view.
- ``CameAgain`` holds no value: what waits is no version, and nobody reads it.

Use::

    PastVersion(version=1, source=Source(...), is_current=False, value="loyal")
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as member

from audit_portal.consumer_portal.facts import Company, Source
from vault.fields import FieldValue


@dataclass(frozen=True, slots=True, kw_only=True)
class PastVersion:
    """One version of a field, opened. ``value`` is None if it was deleted or fails its check."""

    version: int
    source: Source
    is_current: bool
    is_deleted: bool = False
    dispute: str | None = None
    """After which dispute it was written, by its ``ref``."""
    derived_from: tuple[str, ...] = member(default=(), repr=False)
    """Of an inferred value: catalogue names, or a company's own words."""
    value: FieldValue | None = member(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CameAgain:
    """A value that a dispute took away came again from a company, and waits for its word."""

    company: Company
    since: int
    """In ms."""
    dispute: str
    """The dispute that took it away, by its ``ref``."""
