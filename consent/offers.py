"""Reading offers and kept terms: strict, by the published JSON schema of an offer.

Rules kept here:
- Unknown members, wrong types and wrong forms are ``BadInput`` with the member's path.
- Beyond the schema: a field stands in the catalogue and is named once; its mask suits it; ``until``
  is a point or a span of time; addresses on the web are http or https; texts are one line; an
  e-mail address is one.
- What was kept is read by the same rules: a row that was tampered with does not become a grant.

Use::

    offer = parse_offer(strict_json(body, max_bytes=65_536, max_depth=6))
    offer.to.kind, offer.asked.until, offer.asked.terms.fields
"""

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

from consent.grant_terms import (
    Benefit,
    FieldTerm,
    GrantTerms,
    Notice,
    OfferTerms,
    OnWithdrawal,
    Retention,
    Terms,
)
from consent.offer_members import OfferMembers
from consent.purposes import LegalBasis
from consent.times import duration, instant
from vault.errors import BadInput
from vault.fields import Mask, field_named

ToKind: TypeAlias = Literal["consumer", "external_id", "email"]

_OFFER = frozenset({"to", "fields", "purpose", "until", "retention", "benefit", "notice"})
_TO = frozenset({"consumer", "external_id", "email"})
_OPTIONAL = frozenset({"max_reads", "automated_decision", "recipients"})
_GRANT = frozenset({"fields", "purpose", "benefit", "basis", "from", "until"})
_GRANT_OPTIONAL = _OPTIONAL | {"retention", "notice"}
_BENEFIT = frozenset({"amount", "currency", "period", "description", "terms_uri"})
_SUM = frozenset({"amount", "currency", "period", "terms_uri"})
_THING = frozenset({"description", "terms_uri"})
_NEEDED_BY_KIND = {
    "none": frozenset[str](),
    "money": _SUM,
    "discount": _SUM,
    "service": _THING,
    "points": _THING,
}
_PERIODS = frozenset({"once", "per_month", "per_access"})
_ON_WITHDRAWAL = frozenset({"delete", "anonymise"})

_MOST_FIELDS, _MOST_RECIPIENTS = 64, 16
_PAIRWISE = re.compile(r"p_[0-9A-HJKMNP-TV-Z]{26}")
_CODE = re.compile(r"[a-z][a-z0-9_]{1,47}")
_AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
_SHA256 = re.compile(r"[A-Za-z0-9_-]{43}")
_WEB = re.compile(r"https?://[^\s/]+(/\S*)?")
_LONGEST_WEB = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class To:
    """Whom an offer is for: a pairwise id, the company's own id, or an e-mail address."""

    kind: ToKind
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A whole offer: the person, and what is asked of them."""

    to: To
    asked: OfferTerms


def parse_offer(obj: object) -> Offer:
    """The offer in a JSON object of ``offer.schema.json``; ``BadInput`` names the member."""
    members = OfferMembers(obj, needed=_OFFER, optional=_OPTIONAL)
    return Offer(to=_to(members), asked=_offer_terms(members))


def parse_offer_terms(obj: object) -> OfferTerms:
    """The same without ``to``: an offer as it is kept."""
    return _offer_terms(OfferMembers(obj, needed=_OFFER - {"to"}, optional=_OPTIONAL))


def parse_grant_terms(obj: object) -> GrantTerms:
    """A grant's terms as they are kept: ``GrantTerms.to_json`` read back."""
    members = OfferMembers(obj, needed=_GRANT, optional=_GRANT_OPTIONAL)
    return GrantTerms(
        terms=_terms(members),
        basis=LegalBasis(members.word("basis", frozenset(LegalBasis), otherwise="")),
        from_ms=members.count("from", at_least=0),
        until_ms=members.count("until", at_least=0),
    )


def _to(members: OfferMembers) -> To:
    path = members.path("to")
    given = members.value("to")
    if not isinstance(given, dict) or len(given) != 1 or not given.keys() <= _TO:
        raise BadInput("must name exactly one of consumer, external_id, email", member=path)
    to = OfferMembers(given, needed=given.keys(), path=path)
    if "consumer" in to:
        return To(kind="consumer", value=to.text("consumer", at_most=28, shape=_PAIRWISE))
    if "external_id" in to:
        return To(kind="external_id", value=to.text("external_id", at_least=1, at_most=128))
    return To(kind="email", value=_email(to))


def _email(to: OfferMembers) -> str:
    try:
        return str(field_named("contact.email").validate(to.text("email", at_most=254)))
    except BadInput as error:
        raise to.bad("email", error.reason) from None


def _offer_terms(members: OfferMembers) -> OfferTerms:
    until = members.text("until", at_least=1, at_most=40)
    try:
        if until.startswith("P"):
            duration(until)
        else:
            instant(until)
    except BadInput:
        raise members.bad("until", "must be an RFC 3339 date-time or a duration") from None
    return OfferTerms(terms=_terms(members), until=until)


def _terms(members: OfferMembers) -> Terms:
    reads = members.count("max_reads", at_least=1) if "max_reads" in members else None
    return Terms(
        fields=_fields(members),
        purpose=members.text("purpose", at_most=48, shape=_CODE),
        max_reads=reads,
        automated_decision=members.flag("automated_decision"),
        retention=_retention(members) if "retention" in members else None,
        recipients=_recipients(members) if "recipients" in members else (),
        benefit=_benefit(members),
        notice=_notice(members) if "notice" in members else None,
    )


def _fields(members: OfferMembers) -> tuple[FieldTerm, ...]:
    items = members.list("fields", at_least=1, at_most=_MOST_FIELDS)
    fields = tuple(_field(item, f"{members.path('fields')}[{at}]") for at, item in enumerate(items))
    names = [field.name for field in fields]
    for at, name in enumerate(names):
        if name in names[:at]:
            raise BadInput("names a field twice", member=f"{members.path('fields')}[{at}].name")
    return fields


def _field(item: object, path: str) -> FieldTerm:
    needed, optional = frozenset({"name", "why"}), frozenset({"optional", "mask"})
    members = OfferMembers(item, needed=needed, optional=optional, path=path)
    field = field_named(members.value("name"), member=members.path("name"))
    mask = Mask(members.word("mask", frozenset(Mask), otherwise=Mask.FULL))
    if mask not in field.masks:
        raise members.bad("mask", "does not suit this field")
    return FieldTerm(
        name=field.name,
        why=members.text("why", at_least=10, at_most=280),
        optional=members.flag("optional"),
        mask=mask,
    )


def _retention(members: OfferMembers) -> Retention:
    retention = OfferMembers(
        members.value("retention"),
        needed=frozenset({"max"}),
        optional=frozenset({"on_withdrawal"}),
        path=members.path("retention"),
    )
    longest = retention.text("max", at_least=2, at_most=40)
    try:
        whole_days = duration(longest).whole_days and "T" not in longest
    except BadInput:
        whole_days = False
    if not whole_days:
        raise retention.bad("max", "must be a duration of whole days, such as P1Y")
    then = retention.word("on_withdrawal", _ON_WITHDRAWAL, otherwise="delete")
    return Retention(max=longest, on_withdrawal=cast("OnWithdrawal", then))


def _recipients(members: OfferMembers) -> tuple[str, ...]:
    items = members.list("recipients", at_least=0, at_most=_MOST_RECIPIENTS)
    for at, item in enumerate(items):
        path = f"{members.path('recipients')}[{at}]"
        if not isinstance(item, str) or not 1 <= len(item) <= 200 or not item.isprintable():
            raise BadInput("must be one line of 1 to 200 characters", member=path)
        if item in items[:at]:
            raise BadInput("is given twice", member=path)
    return tuple(map(str, items))


def _benefit(members: OfferMembers) -> Benefit:
    benefit = OfferMembers(
        members.value("benefit"),
        needed=frozenset({"kind"}),
        optional=_BENEFIT,
        path=members.path("benefit"),
    )
    kind = benefit.word("kind", _NEEDED_BY_KIND.keys(), otherwise="")
    for name in sorted(_NEEDED_BY_KIND[kind]):
        if name not in benefit:
            raise benefit.bad(name, f"is missing for a benefit of the kind {kind}")
    has_period = "period" in benefit
    return Benefit(
        kind=kind,
        amount=benefit.text_or_none("amount", at_most=12, shape=_AMOUNT),
        currency=benefit.text_or_none("currency", at_most=3, shape=_CURRENCY),
        period=benefit.word("period", _PERIODS, otherwise="") if has_period else None,
        description=benefit.text_or_none("description", at_most=280),
        terms_uri=benefit.text_or_none("terms_uri", at_most=_LONGEST_WEB, shape=_WEB),
    )


def _notice(members: OfferMembers) -> Notice:
    notice = OfferMembers(
        members.value("notice"),
        needed=frozenset({"uri", "sha256"}),
        optional=frozenset({"version", "language"}),
        path=members.path("notice"),
    )
    return Notice(
        uri=notice.text("uri", at_most=_LONGEST_WEB, shape=_WEB),
        sha256=notice.text("sha256", at_most=43, shape=_SHA256),
        version=notice.text_or_none("version", at_most=32),
        language=notice.text_or_none("language", at_most=6, shape=_LANGUAGE),
    )
