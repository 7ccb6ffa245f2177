"""What happens to a grant under the lock: row and entry together.

``grant_actions`` finds the grant, opens the act and commits; here is what the act does.

Rules kept here:
- What cannot happen any more changes nothing and says where the grant stands.
- The person stops what rests on consent and pauses a legitimate interest; contract and legal
  obligation they contest.
- A company that has a grant knows the person by a pairwise id, and is told why a read was refused.
"""

from consent import grant_entries, grant_rules, pairwise_store
from consent.confirmations import Answer, Confirmed, NothingChanged, confirmed
from consent.grant_rows import project, terms_of, touch
from consent.grant_rules import Choice, Refusal, Refused
from consent.grant_states import GrantAct, GrantState, acts_of_the_person, after
from consent.grant_terms import GrantTerms
from consent.ledger.entry_types import BY_CONSUMER, EntryType
from consent.ledger.log import Act
from consent.purposes import LegalBasis
from consent.tables import GrantRow
from vault.identifiers import CompanyId, ConsumerId, PairwiseId

_ENTRY_OF = {
    GrantAct.PAUSE: EntryType.PAUSE,
    GrantAct.RESUME: EntryType.RESUME,
    GrantAct.REVOKE: EntryType.REVOKE,
    GrantAct.EXPIRE: EntryType.EXPIRED,
    GrantAct.WAIVE: EntryType.WAIVE,
}


def give(act: Act, row: GrantRow, terms: GrantTerms, *, now_ms: int) -> Confirmed:
    """Let what the person gave stand: its row, the company's pairwise id, the entry."""
    consumer, company = _between(row)
    act.tx.add(row)
    known_as = pairwise_store.give(act.tx, company, consumer, now_ms=now_ms)
    pairwise_store.mark_had_grant(act.tx, company, [consumer])
    entry = grant_entries.given(row, terms, EntryType.GRANT, known_as=known_as)
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


def _enter_move(act: Act, row: GrantRow, kind: EntryType, actor: str) -> Confirmed:
    entry = grant_entries.moved(row, kind, actor=actor, known_as=_known_as(act, row))
    return confirmed(row.grant_id, act.append(entry))


def _known_as(act: Act, row: GrantRow) -> PairwiseId | None:
    consumer, company = _between(row)
    return pairwise_store.known_as(act.tx, company, consumer)


def _between(row: GrantRow) -> tuple[ConsumerId, CompanyId]:
    return ConsumerId(bytes(row.consumer_id)), CompanyId(row.company_id)
