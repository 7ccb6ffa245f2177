"""Terms: everything a company and a person agree on, in one shape for offer, grant and receipt.

Rules kept here:
- Terms are complete: what a company said, with every default written out. Nothing is shown that is
  not in them, and nothing is in them that is not hashed.
- ``terms_hash`` is SHA-256 over the RFC 8785 bytes of a grant's terms. A person signs it, entries
  carry it, so a row changed behind the ledger's back is found.
- Times of a grant are fixed when it is given: ``from`` and ``until`` in ms, UTC. An offer's
  ``until`` is text, counted from the moment of the answer.

Use::

    terms = decide(offer, ...)                  # grant_rules
    terms.hash()
    parse_grant_terms(terms.to_json()) == terms     # offers
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from consent.purposes import LegalBasis
from vault.crypto.canonical import JsonValue, canonical
from vault.crypto.primitives import sha256
from vault.fields import Mask

Json: TypeAlias = "dict[str, JsonValue]"

OnWithdrawal: TypeAlias = Literal["delete", "anonymise"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldTerm:
    """One field, why the company says it needs it, and how much of it is shown."""

    name: str
    why: str
    optional: bool = False
    mask: Mask = Mask.FULL

    def to_json(self) -> Json:
        """As an offer writes it."""
        mask = self.mask.value
        return {"name": self.name, "why": self.why, "optional": self.optional, "mask": mask}


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long the company keeps what it read: an ISO 8601 duration of whole days."""

    max: str
    on_withdrawal: OnWithdrawal = "delete"

    def to_json(self) -> Json:
        """As an offer writes it."""
        return {"max": self.max, "on_withdrawal": self.on_withdrawal}


@dataclass(frozen=True, slots=True, kw_only=True)
class Benefit:
    """What the person gets. ``kind``: none, money, discount, service or points."""

    kind: str = "none"
    amount: str | None = None
    currency: str | None = None
    period: str | None = None
    description: str | None = None
    terms_uri: str | None = None

    def to_json(self) -> Json:
        """As an offer writes it."""
        return _said(
            kind=self.kind,
            amount=self.amount,
            currency=self.currency,
            period=self.period,
            description=self.description,
            terms_uri=self.terms_uri,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """The text shown: where it stands, and base64url of the SHA-256 of its exact bytes."""

    uri: str
    sha256: str
    version: str | None = None
    language: str | None = None

    def to_json(self) -> Json:
        """As an offer writes it."""
        return _said(uri=self.uri, sha256=self.sha256, version=self.version, language=self.language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What offer and grant have in common. ``retention`` and ``notice`` None: not said."""

    fields: tuple[FieldTerm, ...]
    purpose: str
    retention: Retention | None
    benefit: Benefit
    notice: Notice | None
    recipients: tuple[str, ...] = ()
    max_reads: int | None = None
    automated_decision: bool = False

    @property
    def masks(self) -> dict[str, Mask]:
        """Field name to mask: what the gate needs of the fields."""
        return {field.name: field.mask for field in self.fields}

    def to_json(self) -> Json:
        """As an offer writes it, defaults included."""
        return _said(
            fields=[field.to_json() for field in self.fields],
            purpose=self.purpose,
            max_reads=self.max_reads,
            automated_decision=self.automated_decision,
            retention=self.retention.to_json() if self.retention else None,
            recipients=list(self.recipients),
            benefit=self.benefit.to_json(),
            notice=self.notice.to_json() if self.notice else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTerms:
    """What an offer asks for. ``until`` is an RFC 3339 date-time or an ISO 8601 duration."""

    terms: Terms
    until: str

    def to_json(self) -> Json:
        """Everything but the addressee: what is kept, shown and hashed."""
        return {**self.terms.to_json(), "until": self.until}

    def hash(self) -> bytes:
        """SHA-256 over the canonical bytes, 32 bytes."""
        return sha256(canonical(self.to_json()))


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantTerms:
    """What stands between a company and a person, from ``from_ms`` until before ``until_ms``."""

    terms: Terms
    basis: LegalBasis
    from_ms: int
    until_ms: int

    def to_json(self) -> Json:
        """All terms; ``from`` and ``until`` in ms."""
        dates: Json = {"basis": self.basis.value, "from": self.from_ms, "until": self.until_ms}
        return {**self.terms.to_json(), **dates}

    def hash(self) -> bytes:
        """``terms_hash``: SHA-256 over the canonical bytes, 32 bytes."""
        return sha256(canonical(self.to_json()))


def _said(**members: JsonValue) -> Json:
    """The members that hold something: what nobody said is left out."""
    return {name: value for name, value in members.items() if value is not None}
