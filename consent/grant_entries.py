"""Entries of offers and grants: what each act puts into the person's chain. Pure.

Rules kept here:
- ``P`` is what the company concerned may know: ids, names, terms by their hash; never a value.
- It names the person by the pairwise id of that company, once the company has one.
- Times are ms; hashes are base64url; the members of each type stand in ``ledger.entry_types``.
"""

from collections.abc import Mapping, Sequence

from consent.grant_terms import GrantTerms, OfferTerms, Terms
from consent.ledger.entry_types import BY_CONSUMER, EntryType
from consent.ledger.log import NewEntry
from consent.tables import GrantRow, OfferRow
from vault.base64url import encode
from vault.identifiers import CompanyId, ConsumerId, PairwiseId

Known = PairwiseId | None


def offered(
    row: OfferRow, asked: OfferTerms, known_as: Known, *, replaced: Sequence[str] = ()
) -> NewEntry:
    """A company asked; ``replaced`` are its own offers that this one took the place of."""
    return _entry(
        row,
        EntryType.OFFER,
        actor=row.company_id,
        known_as=known_as,
        offer_id=row.offer_id,
        fields=_fields(asked.terms),
        purpose=row.purpose,
        until=asked.until,
        terms_hash=encode(asked.hash()),
        replaces=list(replaced) or None,
    )


def blocked(
    owner: ConsumerId,
    company: CompanyId,
    asked: OfferTerms,
    *,
    reason: str,
    known_as: Known = None,
    until_ms: int | None = None,
) -> NewEntry:
    """A company asked in vain; ``owner`` is the person, or the company itself for a stranger."""
    told = {
        "company": company,
        "fields": _fields(asked.terms),
        "purpose": asked.terms.purpose,
        "reason": reason,
        "until": until_ms,
        "consumer": known_as,
    }
    return NewEntry(
        owner=owner,
        type=EntryType.OFFER_BLOCKED,
        actor=company,
        company=company,
        P=_said(told),
    )


def offer_ended(row: OfferRow, kind: EntryType, *, actor: str, known_as: Known) -> NewEntry:
    """An offer was refused, taken back, or left unanswered for too long."""
    return _entry(row, kind, actor=actor, known_as=known_as, offer_id=row.offer_id)


def given(row: GrantRow, terms: GrantTerms, kind: EntryType, *, known_as: Known) -> NewEntry:
    """``grant`` by the person, or ``declared`` by the company: all that the permission is."""
    actor = BY_CONSUMER if kind is EntryType.GRANT else row.company_id
    return _entry(row, kind, actor=actor, known_as=known_as, **_whole(row, terms))


def carried(row: GrantRow, terms: GrantTerms, *, known_as: Known) -> NewEntry:
    """All that a permission is and how far it was used, in the chain it came to by a join."""
    told = {**_whole(row, terms), "state": row.state, "reads": row.reads_used}
    return _entry(row, EntryType.CARRIED, actor=BY_CONSUMER, known_as=known_as, **told)


def narrowed(row: GrantRow, terms: GrantTerms, known_as: Known) -> NewEntry:
    """The person left less of a grant standing: the whole of what is left."""
    return _entry(
        row,
        EntryType.NARROW,
        actor=BY_CONSUMER,
        known_as=known_as,
        grant_id=row.grant_id,
        fields=_fields(terms.terms),
        until=terms.until_ms,
        max_reads=terms.terms.max_reads,
        terms_hash=encode(terms.hash()),
    )


def moved(
    row: GrantRow, kind: EntryType, *, actor: str, known_as: Known, reason: str | None = None
) -> NewEntry:
    """A grant was paused, resumed or ended."""
    told = {"grant_id": row.grant_id, "reason": reason}
    return _entry(row, kind, actor=actor, known_as=known_as, **told)


def _entry(
    row: OfferRow | GrantRow, kind: EntryType, *, actor: str, known_as: Known, **told: object
) -> NewEntry:
    return NewEntry(
        owner=ConsumerId(bytes(row.consumer_id)),
        type=kind,
        actor=actor,
        company=CompanyId(row.company_id),
        P=_said({"company": row.company_id, "consumer": known_as, **told}),
    )


def _whole(row: GrantRow, terms: GrantTerms) -> dict[str, object]:
    return {
        "grant_id": row.grant_id,
        "fields": _fields(terms.terms),
        "purpose": row.purpose,
        "basis": row.basis,
        "from": terms.from_ms,
        "until": terms.until_ms,
        "max_reads": terms.terms.max_reads,
        "terms_hash": encode(terms.hash()),
        "offer_id": row.offer_id,
    }


def _fields(terms: Terms) -> list[dict[str, str]]:
    return [{"name": field.name, "mask": field.mask} for field in terms.fields]


def _said(told: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in told.items() if value is not None}
