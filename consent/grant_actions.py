"""Offers and grants: who acts on what, each act one transaction with its entry.

Rules kept here:
- The person's head is locked first; what the act decides upon is read under that lock.
- An unknown id and another person's are the same ``NotFound``. The same act twice does it once.
- An offer to somebody who is not here leaves nothing about them: the company's own chain gets the
  entry that the person's would have got, so that the answer and the work are the same.
- Stopping needs nothing: no reason, no fresh proof, no company that is still active.

Use::

    grants.make_offer(company, offer)                   # OfferId, Refused, or None for a stranger
    grants.decide(consumer, offer_id, Choice(fields=frozenset({"contact.email"})))
    grants.revoke(consumer, grant_id)                   # Confirmed(i=…, at=…)
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

from consent import grant_acts, grant_entries, grant_rules, grant_store, offer_acts
from consent.accounts import Accounts
from consent.companies import suspended
from consent.confirmations import Answer, Confirmed, NotFound, NothingChanged
from consent.declarations import Answers, Declared, declare_many
from consent.enrolment import Enrolment
from consent.grant_rules import Choice, Refusal, Refused
from consent.grant_states import GrantAct, OfferState
from consent.ledger.entry_types import BY_CONSUMER
from consent.ledger.log import Act, ChainClosed, Log
from consent.offer_acts import GrantPolicy
from consent.offers import Offer, To
from consent.purpose_actions import Purposes
from consent.purposes import Purpose
from consent.tables import GrantRow
from vault.clock import Clock
from vault.database import Database
from vault.errors import BadInput
from vault.identifiers import CompanyId, ConsumerId, OfferId, raw

_NOT_HERE = "not_available"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """What stopping or pausing everything came to; grants ``left`` may only be contested."""

    done: tuple[Confirmed, ...]
    left: tuple[str, ...]


class GrantActions:
    """What companies and people do about permissions."""

    def __init__(
        self,
        *,
        main: Database,
        log: Log,
        clock: Clock,
        enrolment: Enrolment,
        accounts: Accounts,
        purposes: Purposes,
        policy: GrantPolicy,
    ) -> None:
        self._main = main
        self._log = log
        self._clock = clock
        self._enrolment = enrolment
        self._accounts = accounts
        self._purposes = purposes
        self._policy = policy

    # --- a company asks -------------------------------------------------------------------------

    def make_offer(self, company: CompanyId, offer: Offer) -> OfferId | Refused | None:
        """Ask a person. ``None``: nobody of that name is here, or nobody this company may know of.

        ``Refused`` (``repeated``, with the date) only for a person the company knows already.
        ``BadInput`` for what is wrong whoever the person is: purpose, or an end that is over.
        """
        self._require_possible(offer)
        consumer = self._meant(company, offer.to)
        if consumer is not None:
            with suppress(ChainClosed):  # erased or joined a moment ago: answered like a stranger
                return self._lay(consumer, company, offer)
        owner = ConsumerId(raw(company))
        with self._log.acting([owner]) as act:
            if suspended(act.tx, company):
                return Refused(reason=Refusal.SUSPENDED)
            act.append(grant_entries.blocked(owner, company, offer.asked, reason=_NOT_HERE))
        return None

    def withdraw_offer(self, company: CompanyId, offer_id: str) -> Answer:
        """The company takes back an offer that nobody answered yet."""
        with self._main.reading() as tx:
            found = grant_store.company_offer(tx, company, offer_id)
        if found is None:
            return NotFound()
        consumer = ConsumerId(bytes(found.consumer_id))
        return self._end_offer(consumer, offer_id, OfferState.WITHDRAWN, actor=company)

    def waive(self, company: CompanyId, grant_id: str) -> Answer:
        """The company gives a permission back; it is not the person's withdrawal."""
        with self._main.reading() as tx:
            found = grant_store.company_grant(tx, company, grant_id)
        if found is None:
            return NotFound()
        with self._log.acting([ConsumerId(bytes(found.consumer_id))]) as act:
            row = act.tx.get_one(GrantRow, (found.consumer_id, grant_id))
            now = self._clock.now_ms()
            return grant_acts.move(act, row, GrantAct.WAIVE, actor=company, now_ms=now)

    # --- the person answers ---------------------------------------------------------------------

    def decide(self, consumer: ConsumerId, offer_id: str, choice: Choice) -> Answer | Refused:
        """Give what was chosen of an offer; ``Confirmed.ref`` is the new grant's id."""
        with self._log.acting([consumer]) as act:
            row = grant_store.offer(act.tx, consumer, offer_id)
            if row is None:
                return NotFound()
            now = self._clock.now_ms()
            return offer_acts.decide(act, row, choice, policy=self._policy, now_ms=now)

    def refuse_offer(self, consumer: ConsumerId, offer_id: str) -> Answer:
        """Give nothing. The same request may come again only after a set time."""
        return self._end_offer(consumer, offer_id, OfferState.REFUSED, actor=BY_CONSUMER)

    def narrow(self, consumer: ConsumerId, grant_id: str, choice: Choice) -> Answer | Refused:
        """Leave less of a grant standing; to leave nothing is ``revoke``."""
        return self._on_grant(
            consumer,
            grant_id,
            lambda act, row: grant_acts.narrow(act, row, choice, now_ms=self._clock.now_ms()),
        )

    def pause(self, consumer: ConsumerId, grant_id: str) -> Answer | Refused:
        """Stop reading for now; for a legitimate interest this is the objection."""
        return self._move(consumer, grant_id, GrantAct.PAUSE)

    def resume(self, consumer: ConsumerId, grant_id: str) -> Answer | Refused:
        """End a pause."""
        return self._move(consumer, grant_id, GrantAct.RESUME)

    def revoke(self, consumer: ConsumerId, grant_id: str) -> Answer | Refused:
        """Stop: no read that is ordered after this entry is allowed."""
        return self._move(consumer, grant_id, GrantAct.REVOKE)

    def stop_company(self, consumer: ConsumerId, company: CompanyId) -> Stopped:
        """Stop everything one company may read; what cannot be stopped is paused, or left."""
        return self._all(consumer, company, (GrantAct.REVOKE, GrantAct.PAUSE))

    def stop_all(self, consumer: ConsumerId) -> Stopped:
        """The same for every company."""
        return self._all(consumer, None, (GrantAct.REVOKE, GrantAct.PAUSE))

    def pause_company(self, consumer: ConsumerId, company: CompanyId) -> Stopped:
        """Pause everything one company may read."""
        return self._all(consumer, company, (GrantAct.PAUSE,))

    def pause_all(self, consumer: ConsumerId) -> Stopped:
        """The same for every company."""
        return self._all(consumer, None, (GrantAct.PAUSE,))

    # --- a company declares ---------------------------------------------------------------------

    def declare(
        self,
        inside: Act,
        consumer: ConsumerId,
        company: CompanyId,
        *,
        purpose: Purpose,
        fields: Collection[str],
        until_ms: int | None = None,
    ) -> Answer | Refused:
        """``declare_many`` of one."""
        declared = {consumer: fields}
        answers = self.declare_many(inside, company, declared, purpose=purpose, until_ms=until_ms)
        return answers[consumer]

    def declare_many(
        self,
        inside: Act,
        company: CompanyId,
        declared: Declared,
        *,
        purpose: Purpose,
        until_ms: int | None = None,
    ) -> Answers:
        """Show people on what basis a company reads what it has just supplied.

        Takes the importer's open act, so that values and declarations stand together. ``until_ms``
        None: the operator's longest time. Reads open only what the company itself supplied. A
        suspended company declares nothing.
        """
        if suspended(inside.tx, company):
            return dict.fromkeys(declared, Refused(reason=Refusal.SUSPENDED, member="company"))
        now = self._clock.now_ms()
        longest = self._policy.declared_for.after(now, self._policy.zone)
        end = longest if until_ms is None else until_ms
        return declare_many(inside, company, purpose, declared, until_ms=end, now_ms=now)

    # --- the parts of an act --------------------------------------------------------------------

    def _require_possible(self, offer: Offer) -> None:
        """What is wrong whoever the person is: it is said before anybody is looked for."""
        self._purposes.named(offer.asked.terms.purpose)
        now = self._clock.now_ms()
        if grant_rules.end_of(offer.asked, now_ms=now, zone=self._policy.zone) <= now:
            raise BadInput("is over already", member="until")

    def _meant(self, company: CompanyId, to: To) -> ConsumerId | None:
        match to.kind:
            case "consumer":
                return self._enrolment.resolve(company, to.value)
            case "external_id":
                return self._enrolment.record_of(company, to.value)
            case "email":
                return self._accounts.find_account(to.value)

    def _lay(
        self, consumer: ConsumerId, company: CompanyId, offer: Offer
    ) -> OfferId | Refused | None:
        with self._log.acting([consumer]) as act:
            if suspended(act.tx, company):
                return Refused(reason=Refusal.SUSPENDED)
            now = self._clock.now_ms()
            return offer_acts.put(act, consumer, company, offer, policy=self._policy, now_ms=now)

    def _on_grant(
        self, consumer: ConsumerId, grant_id: str, what: Callable[[Act, GrantRow], Answer | Refused]
    ) -> Answer | Refused:
        with self._log.acting([consumer]) as act:
            row = grant_store.grant(act.tx, consumer, grant_id)
            return NotFound() if row is None else what(act, row)

    def _move(self, consumer: ConsumerId, grant_id: str, what: GrantAct) -> Answer | Refused:
        now = self._clock.now_ms()
        return self._on_grant(
            consumer, grant_id, lambda act, row: grant_acts.by_person(act, row, what, now_ms=now)
        )

    def _end_offer(
        self, consumer: ConsumerId, offer_id: str, state: OfferState, *, actor: str
    ) -> Answer:
        with self._log.acting([consumer]) as act:
            row = grant_store.offer(act.tx, consumer, offer_id)
            if row is None:
                return NotFound()
            return offer_acts.end(act, row, state, actor=actor, now_ms=self._clock.now_ms())

    def _all(
        self, consumer: ConsumerId, company: CompanyId | None, whats: Sequence[GrantAct]
    ) -> Stopped:
        """On each grant that lives, the first of these acts that its legal basis allows."""
        now = self._clock.now_ms()
        with self._log.acting([consumer]) as act:
            rows = grant_store.grants(act.tx, consumer, company=company, states=grant_store.LIVE)
            answers = {row.grant_id: _first(act, row, whats, now) for row in rows}
        return Stopped(
            done=tuple(one for one in answers.values() if isinstance(one, Confirmed)),
            left=tuple(name for name, one in answers.items() if isinstance(one, Refused)),
        )


def _first(act: Act, row: GrantRow, whats: Sequence[GrantAct], now_ms: int) -> Answer | Refused:
    answer: Answer | Refused = NothingChanged(ref=row.grant_id, state=row.state)
    for what in whats:
        answer = grant_acts.by_person(act, row, what, now_ms=now_ms)
        if not isinstance(answer, Refused):
            break
    return answer
