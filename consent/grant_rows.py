"""Between terms and their rows: what an offer or a grant says, as it is kept.

Rules kept here:
- Terms are kept as their RFC 8785 bytes, the very bytes that are hashed; the other columns of a
  grant are a projection of them for the gate.
- What is read back goes through the rules of an offer: a row that was tampered with is ``BadInput``
  before it becomes a grant.
- Each change of terms or state makes the next version of the row.
"""

from consent.grant_states import GrantState, OfferState
from consent.grant_terms import GrantTerms, OfferTerms
from consent.offers import parse_grant_terms, parse_offer_terms
from consent.tables import GrantRow, OfferRow
from vault.crypto.canonical import JsonValue, canonical, strict_json
from vault.identifiers import CompanyId, ConsumerId, Prefix, new_id

_MOST_BYTES = 1 << 20
_MOST_DEPTH = 8


def offer_row(
    asked: OfferTerms, *, consumer: ConsumerId, company: CompanyId, now_ms: int
) -> OfferRow:
    """A new offer, waiting for an answer."""
    return OfferRow(
        consumer_id=consumer,
        offer_id=new_id(Prefix.OFFER),
        company_id=company,
        purpose=asked.terms.purpose,
        state=OfferState.WAITING.value,
        terms=offer_text(asked),
        made_at=now_ms,
    )


def offer_text(asked: OfferTerms) -> str:
    """What is kept of an offer: equal for equal offers."""
    return canonical(asked.to_json()).decode()


def asked_of(row: OfferRow) -> OfferTerms:
    """What a kept offer asks for."""
    return parse_offer_terms(_object(row.terms))


def grant_row(
    terms: GrantTerms,
    *,
    consumer: ConsumerId,
    company: CompanyId,
    now_ms: int,
    offer_id: str | None = None,
) -> GrantRow:
    """A new grant, active, in version 1."""
    return GrantRow(
        consumer_id=consumer,
        grant_id=new_id(Prefix.GRANT),
        company_id=company,
        purpose=terms.terms.purpose,
        basis=terms.basis.value,
        state=GrantState.ACTIVE.value,
        version=1,
        fields=_masks(terms),
        from_ms=terms.from_ms,
        until_ms=terms.until_ms,
        max_reads=terms.terms.max_reads,
        terms=_text(terms),
        terms_hash=terms.hash(),
        offer_id=offer_id,
        made_at=now_ms,
        changed_at=now_ms,
    )


def project(row: GrantRow, terms: GrantTerms, *, now_ms: int) -> None:
    """Let a standing grant say other terms, as its next version; who and what for never change."""
    row.fields = _masks(terms)
    row.from_ms, row.until_ms = terms.from_ms, terms.until_ms
    row.max_reads = terms.terms.max_reads
    row.terms, row.terms_hash = _text(terms), terms.hash()
    touch(row, now_ms=now_ms)


def touch(row: GrantRow, *, now_ms: int) -> None:
    """Count a change: a repeated request is not answered from an earlier version."""
    row.version += 1
    row.changed_at = now_ms


def terms_of(row: GrantRow) -> GrantTerms:
    """All terms of a kept grant."""
    return parse_grant_terms(_object(row.terms))


def _masks(terms: GrantTerms) -> str:
    return canonical({name: mask.value for name, mask in terms.terms.masks.items()}).decode()


def _text(terms: GrantTerms) -> str:
    return canonical(terms.to_json()).decode()


def _object(kept: str) -> JsonValue:
    return strict_json(kept.encode(), max_bytes=_MOST_BYTES, max_depth=_MOST_DEPTH)
