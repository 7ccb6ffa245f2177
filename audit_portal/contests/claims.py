"""What a person contests, and whose it is: the company that supplied it, or that looked.

Rules kept here:
- A claim is about one version of a field, or about one access; never both.
- A version or an event that is not this person's is not there. Nothing is opened to find out.

Use::

    claim = Claim(kind=Kind.INACCURATE, field="contact.email", version=3, words="…", value="…")
    found = find(parts, consumer, claim)        # Found, or None
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from audit_portal.contests.parts import Parts
from audit_portal.contests.rules import Kind
from consent.gate.writes import source_of
from consent.ledger.entry_types import EntryType
from vault.errors import BadInput
from vault.fields import FieldValue, field_named
from vault.identifiers import CompanyId, ConsumerId, Prefix, encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What the person says is wrong: a version of a field, or the event of an access."""

    kind: Kind
    field: str | None = None
    version: int | None = None
    event: str | None = None
    words: str = dataclasses.field(default="", repr=False)
    value: FieldValue | None = dataclasses.field(default=None, repr=False)
    """What the person says is right."""

    def __post_init__(self) -> None:
        about_access = self.kind is Kind.ACCESS
        if about_access != (self.event is not None) or about_access != (self.field is None):
            raise BadInput("must name a version of a field, or an access", member="kind")
        if (self.version is None) != (self.field is None):
            raise BadInput("must go with a field", member="version")
        if self.value is not None and self.field is None:
            raise BadInput("must go with a field", member="value")

    def proposed(self) -> bytes | None:
        """The proposed value as its field encodes it; ``BadInput`` when it does not fit."""
        if self.value is None:
            return None
        known = field_named(self.field, member="field")
        return known.encode(known.validate(self.value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a claim is about. ``company`` None: the person themselves."""

    company: CompanyId | None
    is_gone: bool = False


def find(parts: Parts, consumer: ConsumerId, claim: Claim) -> Found | None:
    """Whose the contested version or access is; None when the person has no such thing."""
    if claim.event is not None:
        return _access(parts, consumer, claim.event)
    for one in parts.own_view.overview(consumer):
        if (one.field, one.version) == (claim.field, claim.version):
            theirs = one.source == source_of(None)
            company = None if theirs else CompanyId(encode(Prefix.COMPANY, one.source))
            return Found(company=company, is_gone=one.deleted)
    return None


def _access(parts: Parts, consumer: ConsumerId, name: str) -> Found | None:
    event = parts.access_log.event(consumer, name)
    if event is None or event.entry.type != EntryType.READ or event.entry.company is None:
        return None
    return Found(company=CompanyId(event.entry.company))
