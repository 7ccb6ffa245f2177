"""What happens to an offer under the lock: rows and entry together.

``grant_actions`` finds the person, opens the act and commits; here is what the act does.

Rules kept here:
- An offer that waits with the very same terms is that offer: asking twice asks once.
- For one purpose one offer of a company waits at a time: a newer one takes its place, and the entry
  of the newer one says so. A company cannot heap requests upon a person.
- What was refused comes back no sooner than after a set time.
- An offer is answered once; a later answer changes nothing and says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from consent import grant_entries, grant_rules, grant_store, pairwise_store
from consent.confirmations import Answer, NothingChanged, confirmed
from consent.grant_acts import give
from consent.grant_rows import asked_of, grant_row, offer_row, offer_text
from consent.grant_rules import Choice, Refusal, Refused, RefusedOffer
from consent.grant_states import OfferState
from consent.grant_terms import OfferTerms
from consent.ledger.entry_types import EntryType
from consent.ledger.log import Act
from consent.offers import Offer
from consent.tables import Account, OfferRow
from consent.times import Duration
from vault.database import Transaction
from vault.identifiers import CompanyId, ConsumerId, OfferId

HALF_A_YEAR = Duration(months=6)
TEN_YEARS = Duration(years=10)
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantPolicy:
    """What the operator sets: three spans of time, and whose calendar counts them."""

    wait: Duration = HALF_A_YEAR
    """How long a refusal stands."""
    waits_ms: int = 90 * _DAY_MS
    """How long an offer waits for an answer."""
    declared_for: Duration = TEN_YEARS
    """How long a declared grant stands when its company names no end."""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))


def put(
    act: Act,
    consumer: ConsumerId,
    company: CompanyId,
    offer: Offer,
    *,
    policy: GrantPolicy,
    now_ms: int,
) -> OfferId | Refused | None:
    """Lay an offer before a person, unless it lies there already or was refused too recently.

    To an address a company learns nothing of that, and each try leaves one entry, as it does with
    a stranger; only to a person it knows is it told when it may ask again.
    """
    asked, by_address = offer.asked, offer.to.kind == "email"
    known_as = None if by_address else pairwise_store.known_as(act.tx, company, consumer)
    earlier = grant_store.offers_between(act.tx, consumer, company, purpose=asked.terms.purpose)
    waiting = _waiting(earlier, asked)
    if waiting is not None and not by_address:
        return waiting
    too_soon = _too_soon(earlier, asked, policy, now_ms)
    if waiting is None and too_soon is None:
        row = offer_row(asked, consumer=consumer, company=company, now_ms=now_ms)
        replaced = _withdraw(earlier, now_ms)
        act.tx.add(row)
        act.append(grant_entries.offered(row, asked, known_as, replaced=replaced))
        return OfferId(row.offer_id)
    reason = Refusal.REPEATED if waiting is None else OfferState.WAITING
    act.append(grant_entries.blocked(consumer, company, asked, reason=reason, known_as=known_as))
    return waiting if by_address else too_soon


def _waiting(earlier: Sequence[OfferRow], asked: OfferTerms) -> OfferId | None:
    """The same offer, if it waits for an answer."""
    text = offer_text(asked)
    same = (row for row in earlier if row.state == OfferState.WAITING and row.terms == text)
    return next((OfferId(row.offer_id) for row in same), None)


def _withdraw(earlier: Sequence[OfferRow], now_ms: int) -> list[str]:
    """Take back what waits for the same purpose.

    The newer offer's entry tells of it: a second entry would cost more time than a stranger's one.
    """
    waiting = [row for row in earlier if row.state == OfferState.WAITING]
    for row in waiting:
        row.state, row.decided_at = OfferState.WITHDRAWN.value, now_ms
    return sorted(row.offer_id for row in waiting)


def _too_soon(
    earlier: Sequence[OfferRow], asked: OfferTerms, policy: GrantPolicy, now_ms: int
) -> Refused | None:
    refused = [
        RefusedOffer(
            purpose=row.purpose,
            fields=frozenset(asked_of(row).terms.masks),
            at_ms=row.decided_at or row.made_at,
        )
        for row in earlier
        if row.state == OfferState.REFUSED
    ]
    return grant_rules.repeats(asked, refused, wait=policy.wait, now_ms=now_ms, zone=policy.zone)


def decide(
    act: Act, row: OfferRow, choice: Choice, *, policy: GrantPolicy, now_ms: int
) -> Answer | Refused:
    """Make the grant a person chose of an offer; ``Confirmed.ref`` is the grant's id."""
    if row.state != OfferState.WAITING:
        return NothingChanged(ref=row.offer_id, state=row.state)
    consumer, company = ConsumerId(bytes(row.consumer_id)), CompanyId(row.company_id)
    zone = zone_of(act.tx, consumer, otherwise=policy.zone)
    terms = grant_rules.decide(asked_of(row), choice, now_ms=now_ms, zone=zone)
    if isinstance(terms, Refused):
        return terms
    row.state, row.decided_at = OfferState.GRANTED.value, now_ms
    grant = grant_row(
        terms, consumer=consumer, company=company, now_ms=now_ms, offer_id=row.offer_id
    )
    return give(act, grant, terms, now_ms=now_ms)


_ENDS = {
    OfferState.REFUSED: EntryType.REFUSE_OFFER,
    OfferState.WITHDRAWN: EntryType.WITHDRAW_OFFER,
    OfferState.EXPIRED: EntryType.OFFER_EXPIRED,
}


def end(act: Act, row: OfferRow, state: OfferState, *, actor: str, now_ms: int) -> Answer:
    """Let a waiting offer end without a grant: refused, withdrawn or expired."""
    if row.state != OfferState.WAITING:
        return NothingChanged(ref=row.offer_id, state=row.state)
    row.state, row.decided_at = state.value, now_ms
    consumer, company = ConsumerId(bytes(row.consumer_id)), CompanyId(row.company_id)
    known_as = pairwise_store.known_as(act.tx, company, consumer)
    entry = grant_entries.offer_ended(row, _ENDS[state], actor=actor, known_as=known_as)
    return confirmed(row.offer_id, act.append(entry))


def zone_of(inside: Transaction, consumer: ConsumerId, *, otherwise: ZoneInfo) -> ZoneInfo:
    """Whose calendar counts months for this person: their own settings', else the operator's."""
    account = inside.get(Account, consumer)
    return otherwise if account is None else ZoneInfo(account.time_zone)
