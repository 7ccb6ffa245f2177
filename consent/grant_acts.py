"""What happens to a grant under the lock: row and entry together.

``grant_actions`` finds the grant, opens the act and commits; here is what the act does.

Rules kept here:
- What cannot happen any more changes nothing and says where the grant stands.
- The person stops what rests on consent and pauses a legitimate interest; contract and legal
  obligation they contest.
- A declared grant is extended, never made twice: one for a company, a person and a purpose. A new
  declaration does not end the person's objection.
- A company that has a grant knows the person by a pairwise id, and is told why a read was refused.
"""

from collections.abc import Collection
from dataclasses import replace

from consent import grant_entries, grant_rules, grant_store, pairwise_store
from consent.confirmations import Answer, Confirmed, NothingChanged, confirmed
from consent.grant_rows import grant_row, project, terms_of, touch
from consent.grant_rules import Choice, Refusal, Refused
from consent.grant_states import GrantAct, GrantState, acts_of_the_person, after
from consent.grant_terms import GrantTerms
from consent.ledger.entry_types import BY_CONSUMER, EntryType
from consent.ledger.log import Act
from consent.purposes import LegalBasis, Purpose
from consent.tables import GrantRow
from vault.identifiers import CompanyId, ConsumerId, PairwiseId

_ENTRY_OF = {
    GrantAct.PAUSE: EntryType.PAUSE,
    GrantAct.RESUME: EntryType.RESUME,
    GrantAct.REVOKE: EntryType.REVOKE,
    GrantAct.EXPIRE: EntryType.EXPIRED,
    GrantAct.WAIVE: EntryType.WAIVE,
}


def give(act: Act, row: GrantRow, terms: GrantTerms, kind: EntryType, *, now_ms: int) -> Confirmed:
    """Let a new grant stand: its row, the company's pairwise id, the entry."""
    consumer, company = _between(row)
    act.tx.add(row)
    known_as = pairwise_store.give(act.tx, company, consumer, now_ms=now_ms)
    pairwise_store.mark_had_grant(act.tx, company, consumer)
    entry = grant_entries.given(row, terms, kind, known_as=known_as)
    return confirmed(row.grant_id, act.append(entry))


def by_person(act: Act, row: GrantRow, what: GrantAct, *, now_ms: int) -> Answer | Refused:
    """Pause, resume or stop a grant for the person, as far as its legal basis lets them."""
    state = GrantState(row.state)
    if after(state, what) is None:
        return NothingChanged(ref=row.grant_id, state=state)
    if what not in acts_of_the_person(state, LegalBasis(row.basis)):
        return Refused(reason=Refusal.CONTEST_INSTEAD)
    return move(act, row, what, actor=BY_CONSUMER, now_ms=now_ms)


def move(act: Act, row: GrantRow, what: GrantAct, *, actor: str, now_ms: int) -> Answer:
    """Bring a grant into the state ``what`` leads to, if it leads anywhere from here."""
    target = after(GrantState(row.state), what)
    if target is None:
        return NothingChanged(ref=row.grant_id, state=row.state)
    row.state = target.value
    touch(row, now_ms=now_ms)
    return _enter_move(act, row, _ENTRY_OF[what], actor)


def narrow(act: Act, row: GrantRow, choice: Choice, *, now_ms: int) -> Answer | Refused:
    """Leave less of a grant standing."""
    state = GrantState(row.state)
    if after(state, GrantAct.NARROW) is None:
        return NothingChanged(ref=row.grant_id, state=state)
    if GrantAct.NARROW not in acts_of_the_person(state, LegalBasis(row.basis)):
        return Refused(reason=Refusal.CONTEST_INSTEAD)
    terms = grant_rules.narrow(terms_of(row), choice, now_ms=now_ms)
    if isinstance(terms, Refused):
        return terms
    project(row, terms, now_ms=now_ms)
    entry = grant_entries.narrowed(row, terms, _known_as(act, row))
    return confirmed(row.grant_id, act.append(entry))


def declare(
    act: Act,
    consumer: ConsumerId,
    company: CompanyId,
    purpose: Purpose,
    fields: Collection[str],
    *,
    until_ms: int,
    now_ms: int,
) -> Answer | Refused:
    """Show the person on what basis other than consent a company reads what it supplied.

    Again with no new field changes nothing; with a new one it extends the grant that stands.
    """
    row = _standing(act, consumer, company, purpose, now_ms=now_ms)
    names = set(fields) | (terms_of(row).terms.masks.keys() if row is not None else set())
    terms = grant_rules.declare(purpose, fields=names, now_ms=now_ms, until_ms=until_ms)
    if isinstance(terms, Refused):
        return terms
    if row is None:
        new = grant_row(terms, consumer=consumer, company=company, now_ms=now_ms)
        return give(act, new, terms, EntryType.DECLARED, now_ms=now_ms)
    if names == terms_of(row).terms.masks.keys():
        return NothingChanged(ref=row.grant_id, state=row.state)
    return _extend(act, row, terms, now_ms=now_ms)


def _standing(
    act: Act, consumer: ConsumerId, company: CompanyId, purpose: Purpose, *, now_ms: int
) -> GrantRow | None:
    """The declared grant of this company, person and purpose that has not ended."""
    live = grant_store.grants(act.tx, consumer, company=company, states=grant_store.LIVE)
    wanted = (purpose.code, purpose.basis)
    standing = (row for row in live if (row.purpose, row.basis) == wanted and row.until_ms > now_ms)
    return next(standing, None)


def _extend(act: Act, row: GrantRow, terms: GrantTerms, *, now_ms: int) -> Confirmed:
    """A declared grant gets the fields of a later import; its dates stay."""
    terms = replace(terms, from_ms=row.from_ms, until_ms=row.until_ms)
    project(row, terms, now_ms=now_ms)
    known_as = _known_as(act, row)
    entry = grant_entries.given(row, terms, EntryType.DECLARED, known_as=known_as)
    answer = confirmed(row.grant_id, act.append(entry))
    if row.state == GrantState.PAUSED:
        # To whoever follows the chain a declaration makes a grant active; the objection stands.
        touch(row, now_ms=now_ms)
        return _enter_move(act, row, EntryType.PAUSE, BY_CONSUMER)
    return answer


def _enter_move(act: Act, row: GrantRow, kind: EntryType, actor: str) -> Confirmed:
    entry = grant_entries.moved(row, kind, actor=actor, known_as=_known_as(act, row))
    return confirmed(row.grant_id, act.append(entry))


def _known_as(act: Act, row: GrantRow) -> PairwiseId | None:
    consumer, company = _between(row)
    return pairwise_store.known_as(act.tx, company, consumer)


def _between(row: GrantRow) -> tuple[ConsumerId, CompanyId]:
    return ConsumerId(bytes(row.consumer_id)), CompanyId(row.company_id)
