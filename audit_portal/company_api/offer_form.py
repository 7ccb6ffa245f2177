"""What a company sends to ask a person for access: the shape of an offer, checked at the edge.

Rules kept here:
- The same rules as the published JSON schema of an offer; unknown members are refused.
- Exactly one way of naming the person. An e-mail address proposes, it never identifies: whoever it
  reaches learns of the offer only after signing in with it.
- Money and discounts name an amount; services and points say in words what they are.

Use::

    form = OfferForm.model_validate(sent)
    form.terms()            # the JSON object that is kept, hashed and shown
"""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from audit_portal.company_api.strict_body import Body

Words = Annotated[str, StringConstraints(min_length=10, max_length=280)]
Address = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]{1,500}$")]
Duration = Annotated[str, StringConstraints(pattern=r"^P([0-9]{1,4}[YMWD]){1,4}$", max_length=24)]

Recipient = Annotated[str, StringConstraints(min_length=1, max_length=200)]

FIELD = r"^[a-z][a-z0-9_]{0,31}(\.[a-z][a-z0-9_]{0,31}){1,3}$"


class To(Body):
    """Whom the offer is for, in exactly one of three ways."""

    consumer: Annotated[str, Field(pattern=r"^p_[0-9A-HJKMNP-TV-Z]{26}$")] | None = None
    external_id: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError("Name the person by exactly one of consumer, external_id and email")
        return self


class OfferedField(Body):
    """One field asked for, and why this very field."""

    name: Annotated[str, Field(pattern=FIELD)]
    why: Words
    optional: bool = False
    mask: Literal["full", "last_four", "year", "region", "band", "hash"] = "full"


class Retention(Body):
    """How long the company keeps what it read, and what happens when the person withdraws."""

    max: Duration
    on_withdrawal: Literal["delete", "anonymise"] = "delete"


class Benefit(Body):
    """What the person gets for it."""

    kind: Literal["none", "money", "discount", "service", "points"]
    amount: Annotated[str, Field(pattern=r"^\d{1,9}(\.\d{1,2})?$")] | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    period: Literal["once", "per_month", "per_access"] | None = None
    description: Annotated[str, Field(max_length=280)] | None = None
    terms_uri: Address | None = None

    @model_validator(mode="after")
    def _says_what_it_is(self) -> Self:
        needed = {
            "money": ("amount", "currency", "period", "terms_uri"),
            "discount": ("amount", "currency", "period", "terms_uri"),
            "service": ("description", "terms_uri"),
            "points": ("description", "terms_uri"),
        }.get(self.kind, ())
        missing = [name for name in needed if getattr(self, name) is None]
        if missing:
            raise ValueError(f"A benefit of this kind also needs {', '.join(missing)}")
        return self


class Notice(Body):
    """The text shown to the person, by address and by the SHA-256 of its exact bytes."""

    uri: Address
    version: Annotated[str, Field(max_length=32)] | None = None
    sha256: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")] = "en"


class OfferForm(Body):
    """A whole offer. It can be granted field by field, never wider."""

    to: To
    fields: Annotated[list[OfferedField], Field(min_length=1, max_length=64)]
    purpose: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,47}$", examples=["run_account"])]
    until: Annotated[str, Field(max_length=40, examples=["P6M", "2027-01-31T00:00:00Z"])]
    """RFC 3339 date-time or ISO 8601 duration."""
    max_reads: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = None
    automated_decision: bool = False
    retention: Retention
    recipients: Annotated[list[Recipient], Field(max_length=16, default_factory=list)]
    benefit: Benefit
    notice: Notice

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        names = [field.name for field in self.fields]
        if len(set(names)) < len(names) or len(set(self.recipients)) < len(self.recipients):
            raise ValueError("A field or a recipient is named twice")
        return self

    def terms(self) -> dict[str, object]:
        """Everything but the addressee, with its defaults written out: what is kept and hashed."""
        return self.model_dump(exclude={"to"}, exclude_none=True)
